"""What somebody known was refused goes into the record of whoever answers for it: all of it, but from a link only so much."""

import logging
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.tally import Tally
from dems.errors import DemsError, TooManyDenials
from dems.model.actors import Actor, ActorKind

log = logging.getLogger(__name__)

MOST_AN_HOUR = 100
"""Denials that one link writes within an hour. More are answered 429, which is noted once."""

_HOUR_SECONDS = 3600.0
_LINKS = frozenset({ActorKind.UPLOAD, ActorKind.INTAKE, ActorKind.INVITATION})
_LONGEST = 200


class Denials:
    """Notes them, and counts those of links: whoever has one is nobody whom we know."""

    def __init__(self) -> None:
        self._tally = Tally(_HOUR_SECONDS)

    async def noted(self, request: Request, status: int) -> TooManyDenials | None:
        """What is to be answered instead, beyond the limit. Failing to write one down does not change the answer."""
        actor: Actor | None = getattr(request.state, "actor", None)
        if actor is None or status not in {403, 404}:
            return None
        number, seconds = self._tally.count(str(actor.token_id)) if actor.kind in _LINKS else (0, 0)
        too_many = TooManyDenials(seconds) if number > MOST_AN_HOUR else None
        if number <= MOST_AN_HOUR + 1:
            await self._note(request, actor, str(status) if too_many is None else "429")
        return too_many

    @staticmethod
    async def _note(request: Request, actor: Actor, outcome: str) -> None:
        route = request.scope.get("route")
        what = f"{request.method} {getattr(route, 'path', '')}"
        asked: dict[str, Any] = {k: v[:_LONGEST] for k, v in request.path_params.items() if isinstance(v, str)}
        try:
            await run_in_threadpool(request.app.state.dems.custody.note_denial, actor, what, asked, outcome)
        except DemsError as failure:
            log.warning("denial_not_noted", extra={"error": type(failure).__name__})
