"""DEMS and its store in one small real server, which misbehaves as it is told to: for tests of what a sender does then."""

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dems.cli.upload.content import content_digest

INTAKE, UPLOAD = "intake", "upload"
CUT, TRUNCATED, REDIRECTED = "cut", "truncated", "redirected"


@dataclass
class Crossing:
    """DEMS and its store in one server; `store` and `dems` say how the next requests are answered, then all go well."""

    store: list[int | str] = field(default_factory=list)
    dems: list[int] = field(default_factory=list)
    always: int | None = None
    """What the store answers to everything."""
    garbled: int = 0
    """How many bodies reach DEMS changed."""
    store_url: str = ""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    direct: list[bytes] = field(default_factory=list)
    relayed: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    clients: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)


class Server(ThreadingHTTPServer):
    def __init__(self, crossing: Crossing) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.crossing = crossing


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def crossing(self) -> Crossing:
        assert isinstance(self.server, Server)
        return self.server.crossing

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def do_GET(self) -> None:
        self.answer(200)

    def do_POST(self) -> None:
        self.crossing.asked.append(self.path)
        wanted = json.loads(self.body())["parts"]
        if self.crossing.dems:
            self.problem(self.crossing.dems.pop(0))
            return
        parts = [
            {
                "upload": p["upload"],
                "number": p["number"],
                "url": f"{self.crossing.store_url}/store/{len(self.crossing.asked)}?signature=x%2Fy",
                "headers": {"x-amz-checksum-sha256": p["sha256"], "if-none-match": "*"},
                "expires_at": "2026-01-01T00:00:00Z",
            }
            for p in wanted
        ]
        self.answer(200, json.dumps({"parts": parts, "problems": []}).encode())

    def problem(self, status: int) -> None:
        told = {"type": "urn:dems:problem:trouble", "detail": f"Trouble {status}."}
        self.answer(status, json.dumps(told).encode(), **{"Retry-After": "0"})

    def do_PUT(self) -> None:
        if self.path.startswith("/v1/"):
            body = self.body()
            if self.crossing.garbled:
                self.crossing.garbled -= 1
                told = {"type": "urn:dems:problem:digest-mismatch", "detail": "The part was changed on the way."}
                self.answer(409, json.dumps(told).encode())
                return
            digest = self.headers["Content-Digest"]
            assert digest == content_digest(hashlib.sha256(body).digest())
            self.crossing.relayed.append(body)
            self.answer(200)
            return
        self.put_to_store(self.crossing.store.pop(0) if self.crossing.store else self.crossing.always or 200)

    def put_to_store(self, how: int | str) -> None:
        self.crossing.headers.append({k.lower(): v for k, v in self.headers.items()})
        if how == CUT:
            self.rfile.read(min(1000, int(self.headers["Content-Length"])))
            self.connection.close()
            self.close_connection = True
            return
        body = self.body()
        if how == TRUNCATED:
            self.wfile.write(b"HTTP/1.")
            self.close_connection = True
        elif how == REDIRECTED:
            self.answer(307, Location=f"{self.crossing.url}/store/elsewhere")
        elif isinstance(how, int) and how not in {200, 412}:
            self.answer(how, b"<Error><Code>SlowDown</Code></Error>")
        else:
            self.crossing.direct.append(body)
            self.answer(int(how))
