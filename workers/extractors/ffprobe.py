"""ffprobe, where it is installed: a second opinion on recordings, by another release of FFmpeg than the one our reader has inside.

It runs in the sandbox, is given no name and no address, and what it writes is taken as hostile.
"""

import json
from collections.abc import Mapping
from typing import Any

from workers.extractors.containers import CONTAINERS
from workers.extractors.kinds import family
from workers.extractors.media_tags import tell_tags
from workers.extractors.programs import EVIDENCE, Program, asked, made, place, version_of
from workers.extractors.report import Report, Reporter
from workers.extractors.wire import Garbled, list_of, no_constant, only, text_of

TOOL = "ffprobe"
_MAX_STREAMS, _MAX_TAGS = 2_000, 5_000
_MOST = 2**53
_WHAT = ("-show_format", "-show_streams", "-show_error")


def found() -> Program:
    """Raises `Absent`. Releases from 6 on read an open file as such; older ones by the name that it has in /proc."""
    path = place(TOOL)
    version = version_of(asked([str(path), "-version"]), r"^ffprobe version (\S+)", TOOL)
    by_number = "fd" in asked([str(path), "-hide_banner", "-protocols"]).partition("Output:")[0].split()
    protocol, file = ("fd", ("-fd", "0", "-i", "fd:")) if by_number else ("file", ("-i", f"file:{EVIDENCE}"))
    whitelists = ("-format_whitelist", CONTAINERS, "-protocol_whitelist", protocol)
    quiet = ("-v", "quiet", "-hide_banner", "-of", "json")
    return made(TOOL, path, (*quiet, *_WHAT, *whitelists, *file), version=version)


def reads(media_type: str) -> bool:
    return family(media_type) == "media"


def tell(output: bytes, media_type: str, version: str, report: Report) -> None:  # noqa: ARG001 - as all tools are called
    """Findings of what it wrote. Raises `Garbled` for anything that it does not write."""
    by = report.by(TOOL, version)
    try:
        told = json.loads(output, object_pairs_hook=only, parse_constant=no_constant, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise Garbled("what ffprobe wrote is no JSON") from error
    if not isinstance(told, dict):
        raise Garbled("what ffprobe wrote is no object")
    whole = _object(told.get("format", {}))
    streams = [_object(each) for each in list_of(told.get("streams", []), _MAX_STREAMS, "the streams of ffprobe")]
    if "error" in told and not whole:
        report.warn(f"ffprobe says: {_text(_object(told['error']), 'string')[:300]}")
        return
    duration = _number(whole, "duration")
    if duration:
        by.found("duration", duration, "format.duration", raw=_text(whole, "duration"), unit="s")
    _tell_streams(streams, by)
    tell_tags(_tags(whole), _text(whole, "format_name"), by)


def _tell_streams(streams: list[dict[str, Any]], by: Reporter) -> None:
    pictures = [s for s in streams if _text(s, "codec_type") == "video" and not _cover(s)]
    sounds = [s for s in streams if _text(s, "codec_type") == "audio"]
    for stream in pictures[:1]:
        at = f"streams.{_text(stream, 'index')[:4]}"
        by.found("video.codec", _text(stream, "codec_name"), f"{at}.codec_name")
        for name in ("width", "height"):
            _tell_whole(stream, name, name, at, "px", by)
        rate = _rate(_text(stream, "avg_frame_rate"))
        if rate:
            by.found("video.frame_rate", rate, f"{at}.avg_frame_rate", raw=_text(stream, "avg_frame_rate"), unit="1/s")
    for stream in sounds[:1]:
        at = f"streams.{_text(stream, 'index')[:4]}"
        by.found("audio.codec", _text(stream, "codec_name"), f"{at}.codec_name")
        _tell_whole(stream, "sample_rate", "audio.sample_rate", at, "Hz", by)
        _tell_whole(stream, "channels", "audio.channels", at, None, by)


def _tell_whole(stream: Mapping[str, Any], key: str, name: str, at: str, unit: str | None, by: Reporter) -> None:
    number = _number(stream, key)
    if number:
        by.found(name, int(number), f"{at}.{key}", unit=unit)


def _cover(stream: Mapping[str, Any]) -> bool:
    return _text(_object(stream.get("disposition", {})), "attached_pic") == "1"


def _tags(whole: Mapping[str, Any]) -> dict[str, str]:
    tags = _object(whole.get("tags", {}))
    if len(tags) > _MAX_TAGS:
        raise Garbled("ffprobe gave too many tags")
    return {key: value for key, value in tags.items() if isinstance(value, str) and "\x00" not in key}


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Garbled("what ffprobe wrote has another shape")
    return value


def _text(row: Mapping[str, Any], key: str) -> str:
    return text_of(row.get(key, ""), f"the {key} of ffprobe")


def _number(row: Mapping[str, Any], key: str) -> float | None:
    """A positive number, as JSON or as text; None where there is none."""
    try:
        value = float(_text(row, key)[:40])
    except ValueError:
        return None
    return value if 0 < value < _MOST else None


def _rate(text: str) -> float | None:
    above, _, below = text.partition("/")
    try:
        return int(above[:12]) / int(below[:12])
    except (ValueError, ZeroDivisionError):
        return None
