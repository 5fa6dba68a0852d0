"""A video of a gigabyte that takes no room on disk, and a store that counts what is read of it."""

import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from storage.interface import LockFound, ObjectInfo, StoredVersion

_RATE, _FRAMES, _SIZE = 10, 200, (64, 48)


def make(path: Path, size: int, *, front: bool) -> None:
    """An MP4 whose frames lie evenly over `size` bytes, with holes between, and whose header is at the front or at the end."""
    made = _video()
    boxes = {kind: (at, length) for kind, at, length in _boxes(made)}
    at, length = boxes[b"moov"]
    movie = bytearray(made[at : at + length])
    data_at, data_length = boxes[b"mdat"]
    old = sorted(place for table in _tables(movie) for place in table)
    # The length of the data is told in eight bytes, after the sixteen of its own header.
    begin = data_at + (len(movie) if front else 0) + 16
    room = size - begin - (0 if front else len(movie))
    new = [begin + number * (room // len(old)) for number in range(len(old))]
    _move(movie, dict(zip(old, new, strict=True)))
    mark = struct.pack(">I4sQ", 1, b"mdat", 16 + room)
    with path.open("wb") as file:
        file.truncate(size)
        file.write(made[:data_at] + (bytes(movie) if front else b"") + mark)
        for place, first, beyond in zip(new, old, [*old[1:], data_at + data_length], strict=True):
            file.seek(place)
            file.write(made[first:beyond])
        if not front:
            file.seek(size - len(movie))
            file.write(movie)


def _tables(movie: bytes | bytearray) -> Iterator[tuple[int, ...]]:
    """Where the pieces of each stream are."""
    at = -1
    while (at := movie.find(b"stco", at + 1)) >= 0:
        many = struct.unpack_from(">I", movie, at + 8)[0]
        yield struct.unpack_from(f">{many}I", movie, at + 12)


def _move(movie: bytearray, places: Mapping[int, int]) -> None:
    at = -1
    while (at := movie.find(b"stco", at + 1)) >= 0:
        many = struct.unpack_from(">I", movie, at + 8)[0]
        found = struct.unpack_from(f">{many}I", movie, at + 12)
        struct.pack_into(f">{many}I", movie, at + 12, *(places[each] for each in found))


def _video() -> bytes:
    """Two streams in turn, so that no two frames of one are in one piece."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as written:
        streams = [_stream(written) for _ in range(2)]
        for number in range(_FRAMES):
            for stream in streams:
                frame = av.VideoFrame.from_image(Image.new("RGB", _SIZE, (number % 256,) * 3))  # type: ignore[no-untyped-call]
                frame.pts = number
                written.mux(stream.encode(frame))
        for stream in streams:
            written.mux(stream.encode(None))
    return out.getvalue()


def _stream(written: OutputContainer) -> VideoStream:
    stream = written.add_stream("mpeg4", rate=_RATE)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = *_SIZE, "yuv420p"
    stream.time_base = Fraction(1, _RATE)
    stream.gop_size = 5
    return stream


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 0
    while at + 8 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        yield data[at + 4 : at + 8], at, length
        at += length


@dataclass
class _Range:
    info: ObjectInfo
    file: io.BufferedReader
    left: int

    def readinto(self, buffer: memoryview) -> int:
        count = self.file.readinto(buffer[: self.left])
        self.left -= count
        return count

    def abort(self) -> None:
        self.file.close()


@dataclass
class CountingStore:
    """One file as the only version of a store; `sent` are the bytes that were asked of it."""

    path: Path
    sent: int = 0
    requests: int = 0

    @property
    def stored(self) -> StoredVersion:
        return StoredVersion("movie", "1", self.path.stat().st_size)

    @contextmanager
    def open(self, key: str, version_id: str | None, *, start: int = 0, end: int | None = None) -> Iterator[_Range]:
        assert (key, version_id) == (self.stored.key, self.stored.version_id)
        beyond = self.stored.size if end is None else end
        self.sent += beyond - start
        self.requests += 1
        with self.path.open("rb") as file:
            file.seek(start)
            yield _Range(ObjectInfo(self.stored, LockFound(None, None, False), None, ""), file, beyond - start)
