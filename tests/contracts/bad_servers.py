"""Servers that misbehave, on loopback: one that lies about an object, one that stands before a real store."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class _Listener:
    """Accepts connections and gives each its own thread, until left."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._leaving = threading.Event()
        self.accepted = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        for each in (self._socket, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)

    def serve(self, connection: socket.socket) -> None:
        raise NotImplementedError

    def _start(self, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._leaving.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.append(connection)
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self.serve(connection)


class LyingServer(_Listener):
    """Announces an object of `announced` bytes and sends `sent` of them; then it closes, resets or stalls."""

    def __init__(self, announced: int, sent: int, then: str) -> None:
        super().__init__()
        self._announced, self._sent, self._then = announced, sent, then

    def serve(self, connection: socket.socket) -> None:
        _read_head(connection)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {self._announced}\r\nx-amz-version-id: v1\r\n\r\n"
        connection.sendall(head.encode() + bytes(self._sent))
        if self._then == "stall":
            self._leaving.wait(60)
        elif self._then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class AnsweringServer(_Listener):
    """Gives every request the same answer and counts the requests."""

    def __init__(self, status: str, code: str) -> None:
        super().__init__()
        self._status, self._code, self.requests = status, code, 0

    def serve(self, connection: socket.socket) -> None:
        body = f"<Error><Code>{self._code}</Code><Message>as told</Message></Error>".encode()
        while head := _read_head(connection):
            self.requests += 1
            text = b"" if head.startswith(b"HEAD") else body
            answer = f"HTTP/1.1 {self._status}\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode()
            connection.sendall(answer + text)
            return


class Proxy(_Listener):
    """Hands everything on to a real store; `lose_answers` of the next requests are carried out and never answered."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self._target = (host, port)
        self.lose_answers = 0
        self.lost = 0

    def serve(self, connection: socket.socket) -> None:
        with socket.create_connection(self._target) as upstream:
            self._open.append(upstream)
            self._start(lambda: _pump(connection, upstream))
            while data := upstream.recv(65536):
                if self.lose_answers and not data.startswith(b"HTTP/1.1 100"):
                    self.lose_answers -= 1
                    self.lost += 1
                    # Another thread still reads from it: closing alone would tell the client nothing.
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                connection.sendall(data)


class RefusingProxy(_Listener):
    """Hands requests without a body on to a real store, but answers those with `word` in their first line by itself."""

    def __init__(self, host: str, port: int, *, word: str, status: str, code: str) -> None:
        super().__init__()
        self._target = (host, port)
        self._word = word.encode()
        self._answer = _refusal(status, code)
        self.refused = 0

    def serve(self, connection: socket.socket) -> None:
        with socket.create_connection(self._target) as upstream:
            self._open.append(upstream)
            self._start(lambda: _pump(upstream, connection))
            while head := _read_head(connection):
                if self._word in head.partition(b"\r\n")[0]:
                    self.refused += 1
                    connection.sendall(self._answer)
                    break
                upstream.sendall(head)
            # Who still waits for its answers hears that there are no more.
            upstream.shutdown(socket.SHUT_RDWR)


def _refusal(status: str, code: str) -> bytes:
    body = f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (data := connection.recv(65536)):
        head += data
    return head
