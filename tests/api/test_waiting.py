"""Whoever asks to wait for the log is waited with, and never by more threads than may be held."""

import threading
import time

import pytest

from api import waiting
from api.waiting import MOST_AT_ONCE, MOST_SECONDS, asked_to_wait, when_logged


def test_it_is_asked_once_where_nobody_waits_or_the_log_is_there() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    assert when_logged(0.0, ask, logged=lambda _: False) == 1
    assert when_logged(2.0, ask, logged=lambda _: True) == 2


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        *((None, 0.0), ("", 0.0), ("respond-async", 0.0), ("wait", 0.0), ("wait=", 0.0), ("wait=-1", 0.0)),
        *(("wait=0", 0.0), ("wait=1", 1.0), ("respond-async, wait=2", 2.0), ("wait = 2 ; x", 2.0)),
        *(("wait=3", 2.0), ("wait=9999", 2.0), ("wait=99999", 0.0), ("wait=1.5", 0.0), ("nowait=2", 0.0)),
    ],
)
def test_two_seconds_are_the_most_that_anybody_is_waited_for(prefer: str | None, seconds: float) -> None:
    assert asked_to_wait(prefer, MOST_SECONDS) == seconds
    assert MOST_SECONDS == 2


def test_it_is_asked_until_the_log_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_GLANCE_SECONDS", 0.001)
    answers = iter([False, False, True])
    assert when_logged(2.0, lambda: next(answers), logged=bool)


def test_beyond_those_who_wait_already_the_answer_is_what_there_is_now() -> None:
    over, waits = threading.Event(), threading.Semaphore(0)
    last: list[bool] = []

    def ask() -> bool:
        waits.release()
        return over.is_set()

    threads = [
        threading.Thread(target=lambda: last.append(when_logged(60.0, ask, logged=bool))) for _ in range(MOST_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for _ in range(2 * MOST_AT_ONCE):
        assert waits.acquire(timeout=30)  # each has asked twice, or some more often: all of them wait
    began = time.monotonic()
    assert when_logged(60.0, lambda: False, logged=bool) is False
    assert time.monotonic() - began < 30, "it was not waited for"
    over.set()
    for thread in threads:
        thread.join(30)
    assert last == [True] * MOST_AT_ONCE
    assert when_logged(0.2, lambda: True, logged=bool) is True
