"""The OpenAPI document: made when it is first asked for, once, and beside the event loop, which would stand still for a second."""

from typing import Any

import anyio
import anyio.to_thread
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from api import problems

ADDRESS = "/openapi.json"


class Description:
    """The document of one application and the answer that holds it."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._making = anyio.CapacityLimiter(1)
        self._document: dict[str, Any] | None = None
        self._bodies: dict[str, bytes] = {}

    def document(self) -> dict[str, Any]:
        """With the problem document among its schemas."""
        if self._document is None:
            app = self._app
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema()
            self._document = made
        return self._document

    async def answer(self, request: Request) -> Response:
        """As the server's own `root_path` has it, where one is set: then addresses are relative to that."""
        root = request.scope.get("root_path", "").rstrip("/")
        if root not in self._bodies:
            async with self._making:
                if root not in self._bodies:
                    self._bodies[root] = await anyio.to_thread.run_sync(self._written, root)
        return Response(self._bodies[root], media_type="application/json")

    def _written(self, root: str) -> bytes:
        servers = {"servers": [{"url": root}]} if root else {}
        return to_json({**self.document(), **servers})
