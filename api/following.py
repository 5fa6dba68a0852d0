"""Waiting for the first event, for whoever asks to: on the event loop, so that those who wait hold no thread and no connection."""

import time
from collections.abc import Callable
from typing import Annotated

import anyio
from fastapi import Depends, Header, Request
from starlette.concurrency import run_in_threadpool

from api.waiting import asked_to_wait
from dems.usecases.events.follow import Followed

MOST_SECONDS = 20.0
_GLANCE_SECONDS = 0.5

MOST_WAIT = 100
"""Followers that one process lets wait at once; who comes beyond them is answered at once, and asks again."""


def _prefer(
    prefer: Annotated[
        str | None,
        Header(description="`wait=20` (RFC 7240): wait so many seconds, twenty at most, until there is an event"),
    ] = None,
) -> float:
    return asked_to_wait(prefer, MOST_SECONDS)


LongWait = Annotated[float, Depends(_prefer)]


async def followed(request: Request, seconds: float, ask: Callable[[], Followed]) -> Followed:
    """Ask, and again until there is an event, the time is over, or whoever asked has gone."""
    until = time.monotonic() + seconds
    found = await run_in_threadpool(ask)
    places: anyio.CapacityLimiter = request.app.state.followers
    if found.events or not seconds or not places.available_tokens:
        return found
    async with places:
        while not found.events and time.monotonic() < until and not await request.is_disconnected():
            await anyio.sleep(min(_GLANCE_SECONDS, max(0.0, until - time.monotonic())))
            found = await run_in_threadpool(ask)
    return found
