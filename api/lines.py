"""Bodies of lines (NDJSON) in constant memory: cut into lines as they come, each within a limit."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import anyio
import anyio.from_thread
from starlette.requests import ClientDisconnect, Request

from dems.errors import Incomplete


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line without its end; None where it was longer than a line may be. `sha256` is over all bytes up to its end."""

    number: int
    body: bytes | None
    sha256: bytes


class BodyLines:
    """The lines of the body of a request, from 1; blank ones count and are given like any other."""

    def __init__(self, request: Request, *, stall_seconds: float, longest: int) -> None:
        self._chunks: AsyncIterator[bytes] = request.stream()
        self._stall = stall_seconds
        self._longest = longest

    def __iter__(self) -> Iterator[RawLine]:
        """Called in a worker thread. Raises `Incomplete` when the client stalls or is gone; what is half a line is not given."""
        hashing, rest, number, too_long = hashlib.sha256(), b"", 0, False
        while chunk := anyio.from_thread.run(self._next):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                hashing.update(line + b"\n")
                number += 1
                fits = len(line) <= self._longest and not too_long
                yield RawLine(number, line if fits else None, hashing.digest())
                too_long = False
            if len(rest) > self._longest:
                # What cannot be taken is not kept either, but counted into the digest of what was sent.
                hashing.update(rest)
                rest, too_long = b"", True
        if rest or too_long:
            hashing.update(rest)
            yield RawLine(number + 1, None if too_long else rest, hashing.digest())

    async def _next(self) -> bytes:
        try:
            with anyio.fail_after(self._stall):
                async for chunk in self._chunks:
                    if chunk:
                        return chunk
        except TimeoutError:
            raise Incomplete(
                f"Nothing came for {self._stall:g} seconds, so the connection was given up. What was read is recorded; send it "
                "again with the same Idempotency-Key to go on."
            ) from None
        except ClientDisconnect:
            raise Incomplete(
                "The connection broke off. Send it again with the same Idempotency-Key to go on."
            ) from None
        return b""
