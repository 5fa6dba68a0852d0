"""Waiting for what is about to be, for whoever asks to: on the event loop, so that those who wait hold no thread and no connection."""

import math
import re
import time
from collections.abc import Callable
from typing import Annotated, TypeVar

import anyio
from fastapi import Depends, Header, Request
from starlette.concurrency import run_in_threadpool

from dems.usecases.ledger.observe import LogReach

FOR_THE_LOG, FOR_EVENTS = 2.0, 20.0
"""Seconds, at most."""

MOST_WAIT = 100
"""That one process lets wait at once; who comes beyond them is answered at once, and asks again."""

_GLANCE_AT_LOG, _GLANCE_AT_EVENTS = 0.1, 0.5
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*([0-9]{1,4})\s*(?:$|[,;])")

Answer = TypeVar("Answer")


def asked_to_wait(prefer: str | None, most: float) -> float:
    """Seconds that a `Prefer` header (RFC 7240) asks to wait, `most` at most; 0 where it asks for none."""
    match = _WAIT.search(prefer or "")
    return 0.0 if match is None else min(float(match[1]), most)


async def _for_the_log(
    prefer: Annotated[
        str | None,
        Header(
            description="`wait=2` (RFC 7240): wait so many seconds, two at most, until the log has taken it in and is signed"
        ),
    ] = None,
) -> float:
    return asked_to_wait(prefer, FOR_THE_LOG)


async def _for_events(
    prefer: Annotated[
        str | None,
        Header(description="`wait=20` (RFC 7240): wait so many seconds, twenty at most, until there is an event"),
    ] = None,
) -> float:
    return asked_to_wait(prefer, FOR_EVENTS)


Wait = Annotated[float, Depends(_for_the_log)]
LongWait = Annotated[float, Depends(_for_events)]


class Waiting:
    """Those of one process who wait. One of them asks for all how far the log is; the others only look at that.

    Each by itself would ask its own question over and over, and a hundred of them keep everybody else from the database.
    """

    def __init__(self, look: Callable[[], LogReach], places: int = MOST_WAIT) -> None:
        self.places = anyio.CapacityLimiter(places)
        self.reach: LogReach | None = None
        self._look = look
        self._looking = False
        self._looked_at = -math.inf

    async def look(self, glance: float) -> LogReach | None:
        """How far the log is, as of `glance` seconds ago at most, or a little more while somebody else is asking."""
        if not self._looking and time.monotonic() - self._looked_at >= glance:
            self._looking = True
            try:
                self.reach = await run_in_threadpool(self._look)
            finally:
                self._looking, self._looked_at = False, time.monotonic()
        return self.reach


async def when_logged(
    request: Request, seconds: float, ask: Callable[[], Answer], *, logged: Callable[[Answer], bool]
) -> Answer:
    """The answer once `logged` says yes of it, or when the time is over; what the last try raised."""
    return await _waited(request, seconds, ask, logged, _GLANCE_AT_LOG)


async def when_told(
    request: Request, seconds: float, ask: Callable[[], Answer], *, told: Callable[[Answer], bool]
) -> Answer:
    """The same for events, of which one may be long in coming."""
    return await _waited(request, seconds, ask, told, _GLANCE_AT_EVENTS)


async def _waited(
    request: Request, seconds: float, ask: Callable[[], Answer], enough: Callable[[Answer], bool], glance: float
) -> Answer:
    """Ask, and again when the log has come further, until it is enough, the time is over, or whoever asked has gone.

    A thread is held while asking only.
    """
    until = time.monotonic() + seconds
    waiting: Waiting = request.app.state.waiting
    # Known before the question: what comes between the two is then looked for again.
    known = waiting.reach
    answer = await run_in_threadpool(ask)
    if enough(answer) or not seconds or not waiting.places.available_tokens:
        return answer
    async with waiting.places:
        while not enough(answer) and (left := until - time.monotonic()) > 0 and not await request.is_disconnected():
            await anyio.sleep(min(glance, left))
            reach = await waiting.look(glance)
            if reach != known:
                known, answer = reach, await run_in_threadpool(ask)
    return answer
