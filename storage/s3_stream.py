"""The bytes of one GET, read from the socket straight into the caller's memory."""

import contextlib
from http.client import HTTPException
from http.client import HTTPResponse as SocketResponse
from types import TracebackType
from typing import Self

from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from storage.errors import BytesDamaged, StoreUnavailable
from storage.interface import ObjectInfo


class S3ByteStream:
    """One answer's body. Read by one thread; `abort` may come from another.

    A connection goes back to the pool only when its last byte was read; otherwise it is closed.
    """

    def __init__(self, raw: HTTPResponse, info: ObjectInfo, length: int) -> None:
        self.info = info
        self._raw = raw
        # urllib3's own readinto reads into a new bytes object and copies; the response below it does not.
        source = raw._fp  # noqa: SLF001 - no public way to it; a contract test reads through here
        assert isinstance(source, SocketResponse)
        self._source = source
        self._left = length
        self._finished = False

    def readinto(self, buffer: memoryview) -> int:
        if not self._left or not buffer.nbytes:
            return 0
        piece = buffer[: self._left] if buffer.nbytes > self._left else buffer
        try:
            count = self._source.readinto(piece)
        except TimeoutError as error:
            raise StoreUnavailable(f"reading {self._name()}: nothing came within the time allowed") from error
        except (OSError, HTTPException, HTTPError, ValueError, AttributeError) as error:
            # ValueError, AttributeError: the socket was closed under us by `abort`.
            raise BytesDamaged(f"reading {self._name()}: broke off {self._left} bytes early ({error})") from error
        if not count:
            raise BytesDamaged(f"reading {self._name()}: the store stopped {self._left} bytes early")
        self._left -= count
        return count

    def abort(self) -> None:
        with contextlib.suppress(OSError, ValueError, RuntimeError, AttributeError):
            self._raw.shutdown()

    def close(self) -> None:
        """Give the connection back if all was read, else close it. May be called more than once."""
        if self._finished:
            return
        self._finished = True
        if not self._left and self._source.isclosed():
            self._raw.release_conn()
        else:
            connection = self._raw.connection
            self._raw.close()
            if connection is not None:
                # A closed connection is reopened by the pool on its next use.
                self._raw.release_conn()

    def _name(self) -> str:
        return f"{self.info.stored.key} version {self.info.stored.version_id}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class EmptyStream:
    """A read of no bytes: an empty range, or one that begins at the end."""

    def __init__(self, info: ObjectInfo) -> None:
        self.info = info

    def readinto(self, buffer: memoryview) -> int:  # noqa: ARG002 - the protocol's shape
        return 0

    def abort(self) -> None:
        """Nothing is waited for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""
