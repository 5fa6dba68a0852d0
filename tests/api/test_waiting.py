"""Whoever asks to wait is waited with, on the event loop: those who wait hold no thread, and not more of them than may."""

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.types import Message

from api import waiting
from api.main import create_app
from api.waiting import FOR_THE_LOG, MOST_WAIT, Waiting, asked_to_wait, when_logged, when_told
from dems.settings import Settings
from dems.usecases.ledger.observe import LogReach


def growing() -> Callable[[], LogReach]:
    """The log comes further whenever it is looked at."""
    sizes = itertools.count()
    return lambda: LogReach(0, 0, next(sizes))


def a_request(
    gone: Callable[[], bool] = lambda: False, places: int = MOST_WAIT, look: Callable[[], LogReach] | None = None
) -> Request:
    """As a route gets it, of somebody who is still there or not."""

    async def receive() -> Message:
        if not gone():
            await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    app = FastAPI()
    app.state.waiting = Waiting(look or growing(), places)
    return Request({"type": "http", "app": app}, receive)


def run(wait: Callable[[], Awaitable[object]]) -> object:
    async def main() -> object:
        return await wait()

    return anyio.run(main)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_GLANCE_AT_LOG", 0.001)
    monkeypatch.setattr(waiting, "_GLANCE_AT_EVENTS", 0.001)


def test_it_is_asked_once_where_nobody_waits_or_it_is_there() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    assert run(lambda: when_logged(a_request(), 0.0, ask, logged=lambda _: False)) == 1
    assert run(lambda: when_told(a_request(), 20.0, ask, told=lambda _: True)) == 2


def test_it_is_asked_until_it_is_there_or_the_time_is_over() -> None:
    answers = iter([False, False, True])
    assert run(lambda: when_logged(a_request(), 60.0, lambda: next(answers), logged=bool)) is True
    assert run(lambda: when_told(a_request(), 0.01, lambda: False, told=bool)) is False


def test_who_has_gone_is_not_waited_for() -> None:
    asked: list[int] = []

    def ask() -> bool:
        asked.append(1)
        return False

    assert run(lambda: when_logged(a_request(gone=lambda: len(asked) > 2), 60.0, ask, logged=bool)) is False
    assert len(asked) == 3


def test_those_who_wait_hold_no_thread_and_beyond_them_the_answer_is_what_there_is_now() -> None:
    over, asked = threading.Event(), threading.Semaphore(0)

    def ask() -> bool:
        asked.release()
        return over.is_set()

    async def main() -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1
        request = a_request(places=20)
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(lambda: when_logged(request, 600.0, ask, logged=bool))
            while request.app.state.waiting.places.available_tokens:  # noqa: ASYNC110 a limiter has no event
                await anyio.sleep(0.001)
            # All of them wait, with one thread for everybody: and it is free for whoever needs it.
            assert await anyio.to_thread.run_sync(lambda: True)
            assert await when_logged(request, 600.0, lambda: False, logged=bool) is False
            over.set()
        assert request.app.state.waiting.places.available_tokens == 20

    anyio.run(main)
    assert sum(1 for _ in iter(lambda: asked.acquire(blocking=False), False)) >= 40


def test_a_log_that_comes_no_further_is_looked_at_by_one_for_all() -> None:
    """A hundred who each asked their own question ten times a second took the database from whoever sends evidence."""
    reach, looks, asked = [LogReach(0, 0, 1)], list[int](), list[int]()

    def look() -> LogReach:
        looks.append(1)
        return reach[0]

    def ask() -> bool:
        asked.append(1)
        return reach[0].signed > 1

    async def main() -> None:
        request = a_request(look=look)
        async with anyio.create_task_group() as tasks:
            for _ in range(MOST_WAIT):
                tasks.start_soon(lambda: when_logged(request, 600.0, ask, logged=bool))
            while len(looks) < 50:  # noqa: ASYNC110 what is counted has no event
                await anyio.sleep(0.001)
            assert len(asked) <= 2 * MOST_WAIT, "once each, and once more when it was first known how far the log is"
            reach[0] = LogReach(0, 0, 2)
        assert len(asked) <= 3 * MOST_WAIT

    anyio.run(main)


def test_what_comes_between_the_look_and_the_question_is_not_missed() -> None:
    reach = [LogReach(5, 5, 5)]

    async def main() -> None:
        request = a_request(look=lambda: reach[0])
        assert await when_logged(request, 0.05, lambda: False, logged=bool) is False

        def ask() -> bool:
            found, reach[0] = reach[0].signed == 6, LogReach(5, 6, 6)
            return found

        assert await when_logged(request, 600.0, ask, logged=bool) is True

    anyio.run(main)


def test_a_process_says_that_it_lives_while_every_thread_is_taken(settings: Settings) -> None:
    """Else whoever watches it would kill it for being busy."""
    over, app = threading.Event(), create_app(settings)

    async def main() -> None:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = 1
        async with anyio.create_task_group() as tasks, httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
            tasks.start_soon(lambda: anyio.to_thread.run_sync(over.wait))
            while limiter.available_tokens:  # noqa: ASYNC110 it has no event
                await anyio.sleep(0.001)
            try:
                with anyio.fail_after(20):
                    assert (await http.get("http://dems.example/healthz")).status_code == 200
            finally:
                over.set()

    anyio.run(main)


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        *((None, 0.0), ("", 0.0), ("respond-async", 0.0), ("wait", 0.0), ("wait=", 0.0), ("wait=-1", 0.0)),
        *(("wait=0", 0.0), ("wait=1", 1.0), ("respond-async, wait=2", 2.0), ("wait = 2 ; x", 2.0)),
        *(("wait=3", 2.0), ("wait=9999", 2.0), ("wait=99999", 0.0), ("wait=1.5", 0.0), ("nowait=2", 0.0)),
    ],
)
def test_two_seconds_are_the_most_that_anybody_is_waited_for(prefer: str | None, seconds: float) -> None:
    assert asked_to_wait(prefer, FOR_THE_LOG) == seconds
    assert FOR_THE_LOG == 2
