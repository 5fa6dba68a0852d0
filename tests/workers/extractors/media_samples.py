"""Recordings made by the tests with FFmpeg's own muxers, and large ones that exist only where they are read."""

import io
import re
import struct
import wave
from collections.abc import Mapping
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

MIB = 1024 * 1024
SIZE = (64, 48)
RATE = 10
FRAMES = 50


def video(
    container: str = "mp4",
    *,
    tags: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    codec: str = "mpeg4",
    frames: int = FRAMES,
    sound: bool = False,
) -> bytes:
    """Frames that grow lighter, a key frame every five."""
    out = io.BytesIO()
    with av.open(out, "w", format=container, container_options=dict(options or {})) as written:
        written.metadata.update(tags or {})
        stream = _video_stream(written, codec)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.time_base = Fraction(1, RATE)
        stream.gop_size = 5
        heard = _sound_stream(written, "pcm_s16le" if container in {"avi", "mov"} else "aac", 8000) if sound else None
        for number in range(frames):
            frame = av.VideoFrame.from_image(Image.new("RGB", SIZE, (number * 5 % 256,) * 3))  # type: ignore[no-untyped-call]
            frame.pts = number
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))
        if heard is not None:
            _silence(written, heard)
    return out.getvalue()


def _video_stream(written: OutputContainer, codec: str) -> VideoStream:
    stream = written.add_stream(codec, rate=RATE)
    assert isinstance(stream, VideoStream)
    return stream


def _sound_stream(written: OutputContainer, codec: str, rate: int) -> AudioStream:
    stream = written.add_stream(codec, rate=rate)
    assert isinstance(stream, AudioStream)
    return stream


def _silence(written: OutputContainer, stream: AudioStream) -> None:
    form = "s16" if stream.codec_context.name == "pcm_s16le" else "fltp"
    width = 2 if form == "s16" else 4
    for number in range(4):
        frame = av.AudioFrame(format=form, layout="stereo", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(1024 * width * (2 if form == "s16" else 1)))
        frame.sample_rate, frame.pts, frame.time_base = 8000, number * 1024, Fraction(1, 8000)
        written.mux(stream.encode(frame))
    written.mux(stream.encode(None))


def sound(container: str, codec: str, *, tags: Mapping[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as written:
        written.metadata.update(tags or {})
        stream = _sound_stream(written, codec, 8000 if codec != "libmp3lame" else 44100)
        stream.codec_context.layout = "mono"
        forms = stream.codec_context.codec.audio_formats
        assert forms
        name = forms[0].name
        for number in range(40):
            frame = av.AudioFrame(format=name, layout="mono", samples=1024)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.sample_rate, frame.pts = stream.rate, number * 1024
            frame.time_base = Fraction(1, stream.rate)
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))
    return out.getvalue()


def wav(*chunks: tuple[bytes, bytes], seconds: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(16000 * seconds))
    data = out.getvalue()
    more = b"".join(kind + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2) for kind, body in chunks)
    body = data[12:36] + more + data[36:]
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


def bext(day: str, clock: str, originator: str) -> tuple[bytes, bytes]:
    text = b"Interview".ljust(256, b"\x00") + originator.encode().ljust(32, b"\x00") + bytes(32)
    return b"bext", text + day.encode() + clock.encode() + bytes(8) + struct.pack("<H", 1) + bytes(254)


class Spread:
    """A video of `size` bytes whose frames lie evenly over it; what lies between is never stored, only given as zeros."""

    def __init__(self, size: int, *, front: bool) -> None:
        made = _two_in_turn(200)
        boxes = {kind: (at, length) for kind, at, length in _boxes(made)}
        at, length = boxes[b"moov"]
        movie = bytearray(made[at : at + length])
        data_at, data_length = boxes[b"mdat"]
        tables = [found.start() + 8 for found in re.finditer(b"stco", movie)]
        held = {table: _numbers(movie, table) for table in tables}
        old = sorted(place for places in held.values() for place in places)
        ends = [*old[1:], data_at + data_length]
        begin = data_at + (len(movie) if front else 0) + 16
        room = size - begin - (0 if front else len(movie))
        new = [begin + number * (room // len(old)) for number in range(len(old))]
        moved = dict(zip(old, new, strict=True))
        for table, places in held.items():
            struct.pack_into(f">{len(places)}I", movie, table + 4, *(moved[place] for place in places))
        head = made[:data_at]
        # The length of the data is told in eight bytes.
        mark = struct.pack(">I4sQ", 1, b"mdat", 16 + room)
        self.size = size
        self.given = 0
        self._pieces = {0: head + bytes(movie) + mark} if front else {0: head + mark, size - len(movie): bytes(movie)}
        self._pieces |= {place: made[a:b] for place, a, b in zip(new, old, ends, strict=True)}

    def at(self, offset: int, length: int) -> bytes:
        self.given += length
        wanted = bytearray(length)
        for place, data in self._pieces.items():
            low, high = max(place, offset), min(place + len(data), offset + length)
            if low < high:
                wanted[low - offset : high - offset] = data[low - place : high - place]
        return bytes(wanted)


def _two_in_turn(frames: int) -> bytes:
    """Two streams of pictures, so that no two frames of one lie together."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as written:
        streams = [_video_stream(written, "mpeg4") for _ in range(2)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
            stream.time_base = Fraction(1, RATE)
            stream.gop_size = 5
        for number in range(frames):
            for stream in streams:
                frame = av.VideoFrame.from_image(Image.new("RGB", SIZE, (number * 5 % 256,) * 3))  # type: ignore[no-untyped-call]
                frame.pts = number
                written.mux(stream.encode(frame))
        for stream in streams:
            written.mux(stream.encode(None))
    return out.getvalue()


def _numbers(movie: bytearray, table: int) -> tuple[int, ...]:
    return struct.unpack_from(f">{struct.unpack_from('>I', movie, table)[0]}I", movie, table + 4)


def _boxes(data: bytes) -> list[tuple[bytes, int, int]]:
    at, found = 0, []
    while at + 8 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        found.append((data[at + 4 : at + 8], at, length))
        at += length
    return found
