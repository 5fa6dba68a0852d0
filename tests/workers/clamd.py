"""A clamd for tests: a real socket that speaks its protocol and finds one signature."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

VERSION = b"ClamAV 1.0.7/27450/Thu Nov 12 09:26:09 2026\x00"
SIGNATURE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
Behave = Callable[[socket.socket], None]


class Clamd:
    """Speaks the protocol of clamd(8): finds one signature, and takes at most `limit` bytes."""

    def __init__(self, listener: socket.socket, *, limit: int = 25 * 2**20, behave: Behave | None = None) -> None:
        self._listener = listener
        self._limit = limit
        self._behave = behave
        self.received = 0
        self.largest = 0

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(ConnectionError):
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        command = b""
        while not command.endswith(b"\x00"):
            command += connection.recv(1)
        if command == b"zVERSION\x00":
            connection.sendall(VERSION)
        elif self._behave is not None:
            self._behave(connection)
        else:
            assert command == b"zINSTREAM\x00"
            connection.sendall(self._scanned(connection))

    def _scanned(self, connection: socket.socket) -> bytes:
        before, found = b"", False
        self.received = 0
        while True:
            (length,) = struct.unpack(">I", exactly(connection, 4))
            if not length:
                return b"stream: Eicar-Test-Signature FOUND\x00" if found else b"stream: OK\x00"
            self.received += length
            self.largest = max(self.largest, length)
            if self.received > self._limit:
                return b"INSTREAM size limit exceeded. ERROR\x00"
            data = exactly(connection, length)
            found = found or SIGNATURE in before + data
            before = data[-100:]


def exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            raise ConnectionResetError
        data += piece
    return data


@contextlib.contextmanager
def running(**options: int | Behave) -> Iterator[tuple[Clamd, str]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        clamd = Clamd(listener, **options)  # type: ignore[arg-type]
        thread = threading.Thread(target=clamd.serve, daemon=True)
        thread.start()
        yield clamd, f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def says(answer: bytes) -> Behave:
    def behave(connection: socket.socket) -> None:
        while length := struct.unpack(">I", exactly(connection, 4))[0]:
            exactly(connection, length)
        connection.sendall(answer)

    return behave
