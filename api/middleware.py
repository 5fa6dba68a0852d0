"""Around every request: an id, a line in the log, figures, limits, headers. Plain ASGI, so that streams stay streams."""

import logging
import re
import time
from uuid import UUID

import anyio
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import TOO_LARGE, bug, document
from dems.model.ids import new_id
from dems.model.requests import REQUEST_ID

log = logging.getLogger("dems.access")

REQUESTS = Counter("dems_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "dems_http_request_seconds", "Time from the request's head to the answer's end", ["method", "route"]
)
BYTES_IN = Counter("dems_http_request_bytes_total", "Bytes of bodies received")
BYTES_OUT = Counter("dems_http_response_bytes_total", "Bytes of bodies sent")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_EVIDENCE_BODY = re.compile(r"/v1/uploads/[^/]+/(content|parts/[^/]+)")
_LOAD = "/v1/imports"
_MANIFEST = re.compile(
    r"/v1/(cases/[^/]+/intakes|intakes/[^/]+/items|proceedings/[^/]+/(decisions|schedules)|"
    r"schedules/[^/]+(/endorse(ments)?)?)"
)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
]


class Surroundings:
    """The one middleware."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, max_manifest_bytes: int, stall_seconds: float) -> None:
        self._app = app
        self._max_body = max_body_bytes
        self._max_manifest = max_manifest_bytes
        self._stall = stall_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = _given_id(headers.get(b"x-request-id")) or str(new_id())
        token = REQUEST_ID.set(request_id)
        watch = _Watch(scope, receive, send, request_id, self._limit(scope), self._stall)
        try:
            if watch.limit is not None and _length(headers) > watch.limit:
                await document(413, "too-large", TOO_LARGE, {"Connection": "close"})(scope, receive, watch.send)
            else:
                await self._app(scope, watch.receive, watch.send)
        except Exception as error:
            # Answered here, inside the request's id; what the framework would send knows nothing of it.
            if watch.begun:
                raise
            await bug(error, scope["path"])(scope, receive, watch.send)
        finally:
            watch.finish()
            REQUEST_ID.reset(token)

    def _limit(self, scope: Scope) -> int | None:
        """The most bytes that a body may have; None for evidence and for the history of cases, which have no such limit."""
        if scope["method"] == "PUT" and _EVIDENCE_BODY.fullmatch(scope["path"]):
            return None
        if (scope["method"], scope["path"]) == ("POST", _LOAD):
            return None
        return self._max_manifest if _MANIFEST.fullmatch(scope["path"]) else self._max_body


class _Watch:
    """One request under way."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, request_id: str, limit: int | None, stall: float
    ) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._request_id = request_id.encode()
        self.limit = limit
        self._stall = stall
        self._since = time.perf_counter()
        self._received = 0
        self._whole = False
        self._sent = 0
        self._status = 0

    @property
    def begun(self) -> bool:
        """Whether an answer is on its way, so that no other can be given."""
        return self._status != 0

    async def receive(self) -> Message:
        message = await self._within_time()
        if message["type"] == "http.request":
            self._whole = not message.get("more_body", False)
            self._received += len(message.get("body", b""))
            if self.limit is not None and self._received > self.limit:
                # Of this class because FastAPI turns every other exception of a body into a 400.
                raise HTTPException(413)
        return message

    async def _within_time(self) -> Message:
        """A small body comes within the time in which a large one must give a sign of life, or not at all."""
        if self.limit is None or self._whole:
            return await self._receive()
        try:
            with anyio.fail_after(max(0.0, self._since + self._stall - time.perf_counter())):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            given = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(h for h in _HEADERS if h[0] not in given),
                (b"x-request-id", self._request_id),
            ]
        elif message["type"] == "http.response.body":
            self._sent += len(message.get("body", b""))
        await self._send(message)

    def finish(self) -> None:
        route = getattr(self._scope.get("route"), "path", "unmatched")
        method = self._scope["method"] if self._scope["method"] in _METHODS else "other"
        seconds = time.perf_counter() - self._since
        REQUESTS.labels(method, route, str(self._status)).inc()
        SECONDS.labels(method, route).observe(seconds)
        BYTES_IN.inc(self._received)
        BYTES_OUT.inc(self._sent)
        # The route's pattern, never the path or the query: they can hold references and search words.
        log.info(
            "request",
            extra={
                "method": method,
                "route": route,
                "status": self._status,
                "ms": round(seconds * 1000, 1),
                "received": self._received,
                "sent": self._sent,
            },
        )


def _given_id(value: bytes | None) -> str | None:
    """A caller's request id is taken when it is a UUID, so that nothing else gets into logs and entries that way."""
    try:
        return None if value is None else str(UUID(value.decode("ascii")))
    except ValueError:
        return None


def _length(headers: dict[bytes, bytes]) -> int:
    value = headers.get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0
