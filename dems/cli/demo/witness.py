"""A witness between a client and the store: an HTTP proxy that counts what passes and can hold it up.

What a client says of itself proves nothing about what it sent. This stands where the bytes go by.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

_BLOCK = 256 * 1024
_ANSWER_SECONDS = 300.0
_LOOK = 0.1
_KEPT = 200
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
}


@dataclass(frozen=True, slots=True)
class Put:
    """One request that was let through. `status` is None where no answer came back; `size` are the bytes that passed."""

    key: str
    part: str | None
    size: int
    status: int | None

    @property
    def kept(self) -> bool:
        """Whether the store took it."""
        return self.status == _KEPT

    @property
    def which(self) -> tuple[str, str | None]:
        """What was sent: an object, or a part of one."""
        return self.key, self.part


class Witness:
    """Lets requests through to one store, `most` of them, and holds those that come after until `let_go`."""

    def __init__(self, store: str) -> None:
        parts = urlsplit(store)
        self.store = (parts.hostname or "", parts.port or 80)
        self.address = ""
        self._changed = threading.Condition()
        self._begin(None)

    def _begin(self, most: int | None) -> None:
        self._puts: list[Put] = []
        self._most = most
        self._admitted = self._held = 0
        self._dropping = False

    def begin(self, *, most: int | None = None) -> None:
        """Forget what was seen, and let so many requests through; all of them by default."""
        with self._changed:
            self._begin(most)

    def let_go(self) -> None:
        """Nobody waits any more for what is held: it is dropped, unsent."""
        with self._changed:
            self._dropping = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._held, _ANSWER_SECONDS)

    def stands_still(self) -> bool:
        """Whether all that was let through has been answered and more is held."""
        with self._changed:
            return self._held > 0 and len(self._puts) == self._admitted

    @property
    def seen(self) -> list[Put]:
        with self._changed:
            return list(self._puts)

    def admits(self) -> bool:
        """Waits while requests are held; false when this one is not to be sent."""
        with self._changed:
            if self._most is not None and self._admitted >= self._most:
                self._held += 1
                self._changed.wait_for(lambda: self._dropping)
                self._held -= 1
                self._changed.notify_all()
                return False
            self._admitted += 1
            return True

    def saw(self, put: Put) -> None:
        with self._changed:
            self._puts.append(put)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed breaks off; that is what it is here for."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextmanager
def watching(store: str) -> Iterator[Witness]:
    """A witness before the store at that address, to be named to clients as their HTTP proxy."""
    witness = Witness(store)
    with _Server(witness) as server:
        witness.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(_LOOK,), name="witness")
        thread.start()
        try:
            yield witness
        finally:
            witness.let_go()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_PUT(self) -> None:
        """Passed on as it is, block by block."""
        target, witness = urlsplit(self.path), self.server.witness
        if (target.hostname, target.port or 80) != witness.store:
            self.send_error(403, "Another address than the store's")
            self.close_connection = True
            return
        if not witness.admits():
            self.close_connection = True
            return
        part = parse_qs(target.query).get("partNumber", [None])[0]
        address = urlunsplit(("", "", target.path, target.query, ""))
        passed, answer = self._pass_on(address, HTTPConnection(*witness.store, timeout=_ANSWER_SECONDS))
        witness.saw(Put(target.path, part, passed, answer[0] if answer else None))
        if answer is None:
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _pass_on(
        self, address: str, store: HTTPConnection
    ) -> tuple[int, tuple[int, list[tuple[str, str]], bytes] | None]:
        """The bytes that passed, and the store's answer: None where the client or the store broke off."""
        passed = 0
        left = int(self.headers["Content-Length"])
        try:
            store.putrequest("PUT", address, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    store.putheader(name, value)
            store.endheaders()
            while left:
                block = self.rfile.read(min(_BLOCK, left))
                if not block:
                    return passed, None
                store.send(block)
                passed, left = passed + len(block), left - len(block)
            answer = store.getresponse()
            return passed, (answer.status, answer.getheaders(), answer.read())
        except (OSError, HTTPException):
            return passed, None
        finally:
            store.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the parent's name)
        """What passes is counted, not printed."""
