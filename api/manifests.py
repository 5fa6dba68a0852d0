"""Bodies that may be as large as a manifest: read for those who are known, and taken apart beside the event loop."""

from collections.abc import Callable, Coroutine
from typing import Any

import anyio.to_thread
from fastapi.security.utils import get_authorization_scheme_param
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.auth import recognised
from api.bodies import parsed
from api.late import LateRoute

_MOST_NESTED = 100_000
_MOST_VALUES = 1_500_000
"""Ten thousand items need a fraction of either. What a body of some megabytes becomes in memory is bounded by them."""
_AT_ONCE = 2


class ManifestRoute(LateRoute):
    """Asks who it is before a byte of the body is kept: strangers are answered 401 whatever they send."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        parsing = anyio.CapacityLimiter(_AT_ONCE)

        async def known_first(request: Request) -> Response:
            scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
            on_behalf_of = request.headers.get("on-behalf-of")
            await anyio.to_thread.run_sync(
                recognised, request, token if scheme.lower() == "bearer" else "", on_behalf_of
            )
            return await handle(_Manifest(request.scope, request.receive, parsing))

        return known_first


class _Manifest(Request):
    def __init__(self, scope: Any, receive: Any, parsing: anyio.CapacityLimiter) -> None:
        super().__init__(scope, receive)
        self._parsing = parsing

    async def json(self) -> Any:
        body = await self.body()
        return await anyio.to_thread.run_sync(_parsed, body, limiter=self._parsing)


def _parsed(body: bytes) -> Any:
    """Raises `HTTPException` (413) for what has more values than any manifest, `ValueError` for what is not JSON."""
    if body.count(b"[") + body.count(b"{") > _MOST_NESTED or body.count(b",") > _MOST_VALUES:
        raise HTTPException(413)
    return parsed(body)
