"""Video and audio: what FFmpeg's demuxers state of the container and its streams, and a few frames to look at.

FFmpeg is given one file without a name, a list of real containers and no protocol: a playlist is no container, and whatever
a file asks to be opened beside it is refused.
"""

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from dems.model.findings import Confidence, Entry
from workers.extractors import content_credentials
from workers.extractors.boxes import credentials
from workers.extractors.containers import CONTAINERS
from workers.extractors.frames import tell_frames
from workers.extractors.media_tags import tell_tags
from workers.extractors.movie_boxes import tell_movie
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Refused, Source
from workers.extractors.version import OWN_READERS
from workers.extractors.window import Window, WindowFile

TOOL = "ffmpeg"
VERSION = f"{av.ffmpeg_version_info} (PyAV {av.__version__})"
OWN = "dems-media"
OWN_VERSION = OWN_READERS
BLOCK = 64 * 1024
BUFFER = 64 * 1024
MAX_PROBED = 4_000_000
"""Bytes that FFmpeg may look through for what the headers do not tell."""
MAX_STREAMS = 64
_PROPRIETARY = {
    "video/x-dhav": "Dahua DAV (DHAV)",
    "video/x-hikvision": "Hikvision",
    "video/x-ifv": "IFV",
}
_SECONDS = 1_000_000
"""Ticks of a second in a container's own duration."""


def extract(source: Source, media_type: str, report: Report) -> None:
    """Findings of one recording. Raises `Unreadable` where FFmpeg finds no streams; after a refusal the result is partial."""
    by = report.by(TOOL, VERSION)
    maker = _PROPRIETARY.get(media_type)
    if maker is not None:
        by.found("container.proprietary", maker, "bytes", confidence=Confidence.DETECTED)
        report.warn(
            f"This is a recording in the format of a CCTV maker ({maker}): playing it whole may need the maker's player."
        )
    data = Window(source, block=BLOCK)
    try:
        with _opened(data) as container:
            _tell_container(container, by)
            _tell_streams(container, by)
            tell_tags(container.metadata, container.format.name, by)
            if "mp4" in container.format.name:
                tell_movie(data, report.by(OWN, OWN_VERSION))
                if store := credentials(data):
                    content_credentials.tell(store, source, media_type, report)
            if source.refused is None:
                tell_frames(container, data, by)
    except (av.error.FFmpegError, Refused, OSError, ValueError, RuntimeError, OverflowError) as failed:
        if source.refused is not None:
            report.partial(f"FFmpeg stopped before the end of the headers: {source.refused}")
        elif maker is not None:
            report.partial(f"The {maker} recording was recognised, but FFmpeg cannot read it: {_words(failed)}.")
        else:
            raise Unreadable(
                f"The recording is damaged or of a kind that FFmpeg cannot read: {_words(failed)}."
            ) from None
    else:
        if source.refused is not None:
            report.partial(f"Not all that the headers point to was read: {source.refused}")


def _opened(data: Window) -> InputContainer:
    opened = av.open(
        WindowFile(data),
        mode="r",
        options={
            "format_whitelist": CONTAINERS,
            "protocol_whitelist": "",
            "probesize": str(MAX_PROBED),
            "threads": "1",
            "enable_drefs": "0",
        },
        metadata_errors="replace",
        buffer_size=BUFFER,
        io_open=_no_other_file,
    )
    assert isinstance(opened, InputContainer)
    return opened


def _no_other_file(url: str, flags: int, options: dict[str, str]) -> object:
    raise PermissionError(f"a file may not open another one: {url[:100]} ({flags}, {len(options)})")


def _words(failed: BaseException) -> str:
    text = getattr(failed, "strerror", None) or str(failed) or type(failed).__name__
    return str(text).strip().rstrip(".")[:200]


def _tell_container(container: InputContainer, by: Reporter) -> None:
    by.found("container", container.format.name, "format.format_name", confidence=Confidence.DETECTED)
    if container.duration is not None and container.duration > 0:
        by.found("duration", container.duration / _SECONDS, "format.duration", raw=str(container.duration), unit="s")
    else:
        by.report.warn("The recording does not say how long it is.")
    if container.bit_rate:
        by.found("bit_rate", container.bit_rate, "format.bit_rate", unit="bit/s", confidence=Confidence.DERIVED)


def _tell_streams(container: InputContainer, by: Reporter) -> None:
    streams = list(container.streams)
    videos = [s for s in streams if isinstance(s, VideoStream) and not s.disposition & Disposition.attached_pic]
    sounds = [s for s in streams if isinstance(s, AudioStream)]
    by.found("video.streams", len(videos), "format.streams", confidence=Confidence.DERIVED)
    by.found("audio.streams", len(sounds), "format.streams", confidence=Confidence.DERIVED)
    for stream in streams[:MAX_STREAMS]:
        if not _decodable(stream) and stream.type in {"video", "audio"}:
            by.report.warn(f"Stream {stream.index} is {stream.type} coded in a way that FFmpeg does not know.")
    if not streams:
        by.report.partial("FFmpeg found no streams in the recording.")
    if videos:
        _tell_video(videos[0], by)
    if sounds:
        _tell_sound(sounds[0], by)
    for stream in streams[:MAX_STREAMS]:
        by.found("stream", _row(stream), f"streams.{stream.index}")
    if len(streams) > MAX_STREAMS:
        by.report.partial(f"Of {len(streams):,} streams only the first {MAX_STREAMS} were listed.")


def _decodable(stream: Stream) -> bool:
    # FFmpeg has no context for what it has no decoder for, whatever the library's types say.
    return getattr(stream, "codec_context", None) is not None


def _codec(stream: Stream) -> str | None:
    return stream.codec_context.codec.canonical_name if _decodable(stream) else None


def _tell_video(stream: VideoStream, by: Reporter) -> None:
    at = f"streams.{stream.index}"
    by.found("video.codec", _codec(stream) or "", f"{at}.codec_name")
    if _decodable(stream) and stream.width and stream.height:
        by.found("width", stream.width, f"{at}.width", unit="px")
        by.found("height", stream.height, f"{at}.height", unit="px")
    rate = stream.average_rate
    if rate:
        by.found("video.frame_rate", float(rate), f"{at}.avg_frame_rate", raw=str(rate), unit="1/s")


def _tell_sound(stream: AudioStream, by: Reporter) -> None:
    at = f"streams.{stream.index}"
    by.found("audio.codec", _codec(stream) or "", f"{at}.codec_name")
    if not _decodable(stream):
        return
    if stream.rate:
        by.found("audio.sample_rate", int(stream.rate), f"{at}.sample_rate", unit="Hz")
    if stream.channels:
        by.found("audio.channels", int(stream.channels), f"{at}.channels")


def _row(stream: Stream) -> Entry:
    more: dict[str, str | int | float | bool] = {"index": stream.index}
    codec = _codec(stream)
    if codec:
        more["codec"] = codec
    if stream.duration is not None and stream.time_base is not None and stream.duration > 0:
        more["duration"] = float(stream.duration * stream.time_base)
    if stream.frames:
        more["frames"] = stream.frames
    for key in ("language", "creation_time", "handler_name", "encoder", "timecode"):
        value = stream.metadata.get(key)
        if value:
            more[key] = value[:200]
    if isinstance(stream, VideoStream) and _decodable(stream):
        more |= {"width": stream.width, "height": stream.height}
        more["cover"] = bool(stream.disposition & Disposition.attached_pic)
    if isinstance(stream, AudioStream) and _decodable(stream):
        more |= {"sample_rate": int(stream.rate or 0), "channels": int(stream.channels or 0)}
    return Entry(f"stream {stream.index}", kind=stream.type, more=more)
