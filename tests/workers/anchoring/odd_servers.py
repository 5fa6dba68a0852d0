"""Servers that answer whatever a test wants, and some that never come to an end of it."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

Behave = Callable[[socket.socket, bytes], None]


@contextlib.contextmanager
def server(behave: Behave, *, wrap: Callable[[socket.socket], socket.socket] | None = None) -> Iterator[str]:
    """The address of a server on loopback that does this with each connection once it has read a request.

    `wrap` puts TLS around a connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            spoken = connection if wrap is None else wrap(connection)
            with spoken:
                behave(spoken, read_request(spoken))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                thread = threading.Thread(target=one, args=(connection,), daemon=True)
                threads.append(thread)
                thread.start()

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (accepting, *threads):
            thread.join(10)


def read_request(connection: socket.socket) -> bytes:
    """The body of one request that says its length."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = head.partition(b"\r\n\r\n")
    length = next((int(v) for k, _, v in headers(head) if k == b"content-length"), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return body


def headers(head: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    for line in head.split(b"\r\n")[1:]:
        name, colon, value = line.partition(b":")
        yield name.strip().lower(), colon, value.strip()


def answers(status: int, body: bytes, media_type: str = "text/plain", more: str = "") -> Behave:
    def behave(connection: socket.socket, _: bytes) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        connection.sendall(head.encode() + body)

    return behave


def answers_with(respond: Callable[[bytes], bytes], media_type: str) -> Behave:
    """What `respond` makes of the body of the request."""
    return lambda connection, body: answers(200, respond(body), media_type)(connection, body)


def drips_its_head(connection: socket.socket, _: bytes) -> None:
    """A byte of a header each twentieth of a second: no single read takes long, and there is no end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def drips_its_body(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def has_no_end(connection: socket.socket, _: bytes) -> None:
    """As much as the other side takes."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def hangs_up(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
