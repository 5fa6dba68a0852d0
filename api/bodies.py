"""JSON bodies that say each thing once. Of two equal keys most readers would take the last, some the first (RFC 8259, 4)."""

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.late import LateRoute


class KeyTwice(HTTPException):
    """An object of the body has this key twice. Of this class because FastAPI turns every other into a 400."""

    def __init__(self, key: str) -> None:
        super().__init__(422)
        self.key = key


def parsed(body: bytes) -> Any:
    """Raises `KeyTwice`, and `ValueError` for what is not JSON."""
    return json.loads(body, object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise KeyTwice(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return found


class BodyRoute(LateRoute):
    """Every route that takes a body is one: its body is read by `parsed`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            return await handle(_Once(request.scope, request.receive))

        return once


class _Once(Request):
    async def json(self) -> Any:
        return parsed(await self.body())
