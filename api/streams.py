"""Bodies in constant memory: requests cut into parts, answers read from the store block by block."""

import hashlib
import hmac
import logging
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, cast

import anyio
import anyio.from_thread
from fastapi import Header
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse

from api.problems import problem_responses
from dems.errors import Incomplete, RangeNotSatisfiable
from dems.model.digests import Digest
from dems.model.spans import Span
from dems.model.uploads import Upload
from dems.steps.body import Piece
from storage.interface import ByteStream, ObjectStore, StoredVersion

log = logging.getLogger(__name__)

BLOCK = 1024 * 1024

SLOWEST = 1024
"""Bytes a second, over `stall_seconds`; a telephone on a bad network is ten times faster."""


class BodyParts:
    """The body of a request, cut into pieces of the length of an upload's parts.

    The event loop fills one part at a time and only when asked, so a slow store slows the client down and nothing
    piles up. A part beyond `in_memory` bytes waits in an unlinked file instead.
    """

    def __init__(self, request: Request, *, stall_seconds: float, in_memory: int, spool_dir: Path | None) -> None:
        self._chunks: AsyncIterator[bytes] = request.stream()
        self._stall = stall_seconds
        self._in_memory = in_memory
        self._spool_dir = spool_dir
        self._rest = memoryview(b"")
        self._ended = False
        self._free: list[bytearray] = []
        self._since, self._came = time.monotonic(), 0

    def pieces(self, upload: Upload) -> Iterator[Piece]:
        """Called in a worker thread; yields at least one piece, an empty one for an empty body."""
        first = True
        while first or not self._ended:
            piece = self._piece(min(upload.part_size, max(upload.size, 1)), upload.part_size <= self._in_memory)
            if piece.size or first:
                yield piece
            else:
                piece.close()
            first = False

    def _piece(self, size: int, in_memory: bool) -> Piece:
        if in_memory:
            buffer = self._free.pop() if self._free else bytearray(size)
            filled = anyio.from_thread.run(self._fill, buffer)
            return Piece(memoryview(buffer)[:filled], filled, None, lambda: self._free.append(buffer))
        spool = cast("BinaryIO", tempfile.TemporaryFile(dir=self._spool_dir))  # noqa: SIM115 the piece closes it
        hashing = hashlib.sha256()
        written = 0
        block = bytearray(BLOCK)
        while written < size:
            filled = anyio.from_thread.run(self._fill, memoryview(block)[: min(BLOCK, size - written)])
            if not filled:
                break
            spool.write(memoryview(block)[:filled])
            hashing.update(memoryview(block)[:filled])
            written += filled
        spool.seek(0)
        return Piece(spool, written, hashing.digest(), spool.close)

    async def _fill(self, buffer: bytearray | memoryview) -> int:
        """Fill the buffer; less only at the end of the body. Raises `Incomplete` when the client stalls or is gone."""
        view, filled = memoryview(buffer), 0
        while filled < len(view) and not self._ended:
            if not self._rest:
                self._rest = memoryview(await self._next())
            taken = min(len(self._rest), len(view) - filled)
            view[filled : filled + taken] = self._rest[:taken]
            self._rest = self._rest[taken:]
            filled += taken
        if not self._rest and not self._ended and filled == len(view):
            # Look whether this was the end, so that no empty part follows a full one.
            self._rest = memoryview(await self._next())
        return filled

    def _not_a_trickle(self) -> None:
        """A client that sends a byte now and then holds a place as one that sends nothing does."""
        now = time.monotonic()
        if now - self._since < self._stall:
            return
        if self._came < SLOWEST * (now - self._since):
            raise Incomplete(
                f"Less than {SLOWEST} bytes a second came, so the connection was given up. Nothing was kept."
            )
        self._since, self._came = now, 0

    async def _next(self) -> bytes:
        self._not_a_trickle()
        try:
            with anyio.fail_after(self._stall):
                async for chunk in self._chunks:
                    if chunk:
                        self._came += len(chunk)
                        return chunk
        except TimeoutError:
            raise Incomplete(
                f"Nothing came for {self._stall:g} seconds, so the connection was given up. Nothing was kept; send it again."
            ) from None
        except ClientDisconnect:
            raise Incomplete(
                "The connection broke off before everything had come. Nothing was kept; send it again."
            ) from None
        self._ended = True
        return b""


RangeAsked = Annotated[str | None, Header(alias="Range", description="One range, as `bytes=0-1023`")]


def answers_with_bytes(media_type: str, whole: str) -> dict[int | str, dict[str, Any]]:
    """What a route declares that sends stored bytes, all of them (which are `whole`, in words) or a range."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {
        **problem_responses(401, 403, 404, 409, 416, 429, 500, 502),
        200: {"content": content, "description": whole},
        206: {"content": content, "description": "The range of bytes asked for"},
    }


_RANGE = re.compile(r"bytes=(\d{0,20})-(\d{0,20})")


def span_wanted(header: str | None) -> Callable[[int], Span]:
    """Read a `Range` header (RFC 9110, 14.2): one range of bytes. Anything else is ignored, as the RFC allows."""
    match = None if header is None else _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or not (match[1] or match[2]):
        return lambda size: Span(0, size)

    def wanted(size: int) -> Span:
        if not match[1]:
            start, end = max(0, size - int(match[2])), size
        else:
            start, end = int(match[1]), min(size, int(match[2]) + 1) if match[2] else size
        if start >= size or (match[2] and match[1] and int(match[2]) < int(match[1])):
            raise RangeNotSatisfiable(f"The item has {size} bytes; this range lies outside of it.", size=size)
        return Span(start, end)

    return wanted


class Outgoing:
    """The bytes of one version on their way to a client.

    The whole item is hashed as it goes and its last block held back until the digest is right: a client never gets all
    bytes of something that is not what was sealed. The connection is cut instead, which every client notices.
    """

    def __init__(
        self, store: ObjectStore, stored: StoredVersion, span: Span, sha256: bytes, doubted: Callable[[], None]
    ) -> None:
        self._span, self._stored, self._sha256, self._doubted = span, stored, sha256, doubted
        self._whole = (span.start, span.end) == (0, stored.size)
        self._opened = store.open(
            stored.key, stored.version_id, start=span.start, end=None if self._whole else span.end
        )
        self._stream: ByteStream = self._opened.__enter__()

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._blocks()
        finally:
            self._opened.__exit__(None, None, None)

    def _blocks(self) -> Iterator[bytes]:
        hashing = hashlib.sha256()
        left, held = self._span.end - self._span.start, b""
        buffer = bytearray(BLOCK)
        while left > 0:
            count = self._stream.readinto(memoryview(buffer)[: min(BLOCK, left)])
            if not count:
                break
            if self._whole:
                hashing.update(memoryview(buffer)[:count])
            if held:
                yield held
            held = bytes(memoryview(buffer)[:count])
            left -= count
        if left or (self._whole and not hmac.compare_digest(hashing.digest(), self._sha256)):
            self._doubted()
            raise ConnectionAbortedError("what the store gave is not what was sealed")
        if held:
            yield held


def repr_digest(sha256: Digest) -> str:
    """The digest of all bytes of what is answered, as its header has it (RFC 9530)."""
    return f"sha-256=:{sha256.base64}:"


def sent(body: Outgoing, span: Span, size: int, sha256: Digest, disposition: str, media_type: str) -> StreamingResponse:
    """The answer with these bytes: `span` of the `size` that are stored, and the digest of all of them (RFC 9530)."""
    headers = {
        "Content-Length": str(span.end - span.start),
        "Accept-Ranges": "bytes",
        "ETag": f'"sha256-{sha256.hex}"',
        "Repr-Digest": repr_digest(sha256),
        "Content-Disposition": disposition,
    }
    partial = (span.start, span.end) != (0, size)
    if partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
    return StreamingResponse(iter(body), 206 if partial else 200, headers, media_type=media_type)
