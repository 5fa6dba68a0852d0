"""A few frames of a recording to look at, from key frames, with a bound on what is read and decoded for them."""

import av.error
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from dems.model.findings import RenditionKind
from workers.extractors.pictures import LONGEST, of_image
from workers.extractors.report import Reporter
from workers.extractors.source import Refused
from workers.extractors.window import Window

PLACES = (0.1, 0.5, 0.9)
"""Where in the recording, as parts of its duration."""
MAX_PIXELS = 40_000_000
MAX_PACKETS = 200
"""Packets looked through for one frame."""
MAX_FETCHED = 1024 * 1024
"""Bytes read for all frames; a frame begun is finished."""
_SECONDS = 1_000_000


def tell_frames(container: InputContainer, data: Window, by: Reporter) -> None:
    """Up to three frames, and the rotation that goes with them. What cannot be decoded is left out with a warning."""
    stream = next((s for s in container.streams.video if not s.disposition & Disposition.attached_pic), None)
    if stream is None or getattr(stream, "codec_context", None) is None:
        return
    if stream.width * stream.height > MAX_PIXELS:
        by.report.warn(f"No frames were made: {stream.width:,} x {stream.height:,} pixels are too many to decode.")
        return
    stream.thread_count = 1
    stream.thread_type = ThreadType.NONE
    stream.codec_context.skip_frame = "NONKEY"
    begun = data.fetched
    made: set[float | None] = set()
    for part in PLACES if container.duration else PLACES[:1]:
        if data.fetched - begun > MAX_FETCHED:
            by.report.warn(
                f"Only {len(made)} of {len(PLACES)} frames were made: the others would cost too much reading."
            )
            return
        try:
            frame = _frame(container, stream, part, data, begun)
        except Refused:
            # The caller sees it on the source.
            return
        except (av.error.FFmpegError, ValueError, RuntimeError, OSError, EOFError) as failed:
            by.report.warn(f"A frame could not be decoded ({type(failed).__name__}).")
            continue
        if frame is not None and frame.time not in made:
            _tell(frame, stream, by, with_rotation=not made)
            made.add(frame.time)
    if not made:
        by.report.warn("No frames were made: no key frame could be decoded.")


def _frame(container: InputContainer, stream: VideoStream, part: float, data: Window, begun: int) -> VideoFrame | None:
    if container.duration:
        start = container.start_time or 0
        container.seek(int(start + container.duration * part), backward=True)
    for number, packet in enumerate(container.demux(stream)):
        frames = packet.decode()
        if frames and isinstance(frames[0], VideoFrame):
            return frames[0]
        if number > MAX_PACKETS or data.fetched - begun > 2 * MAX_FETCHED:
            return None
    return None


def _tell(frame: VideoFrame, stream: VideoStream, by: Reporter, *, with_rotation: bool) -> None:
    if with_rotation and frame.rotation:
        by.found("rotation", int(frame.rotation), f"streams.{stream.index}.side_data.rotation", unit="deg")
    by.report.picture(of_image(_image(frame), RenditionKind.FRAME, frame.time))


def _image(frame: VideoFrame) -> Image.Image:
    scale = min(1.0, LONGEST / max(frame.width, frame.height))
    width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    image: Image.Image = frame.to_image(width=width, height=height, threads=1)  # type: ignore[no-untyped-call]
    # FFmpeg counts against the clock, as Pillow does.
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image
