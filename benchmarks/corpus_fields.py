"""What of the reference each finding is compared with, and when two values are the same."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dems.model.findings import Finding, Moment, Place

DEGREES = 1e-5
SECONDS = 0.010
RATE = 0.01
_GENERAL = {
    "application/octet-stream",
    "text/plain",
    "image/vnd.fpx",
    "video/x-ms-asf",
    "application/zip",
    "image/tiff",
}
"""What the reference's tools say where they do not know better."""
_OTHER_NAMES = {
    "application/bzip2": "application/x-bzip2",
    "application/x-gzip": "application/gzip",
    "application/x-rar": "application/vnd.rar",
    "application/x-rar-compressed": "application/vnd.rar",
    "audio/x-aiff": "audio/aiff",
    "audio/x-hx-aac-adts": "audio/aac",
    "audio/x-m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "image/x-tiff-big": "image/tiff",
    "image/x-nikon-nrw": "image/x-nikon-nef",
    "text/rtf": "application/rtf",
    "text/xml": "application/xml",
    "video/MP2T": "video/mp2t",
    "video/m2ts": "video/mp2t",
}
_BY_NAME: Mapping[str, set[str]] = {
    "aac": {"audio/aac"},
    "amr": {"audio/amr", "audio/amr-wb"},
    "arw": {"image/x-sony-arw"},
    "csv": {"text/csv"},
    "dng": {"image/x-adobe-dng"},
    "docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    "eml": {"message/rfc822"},
    "json": {"application/json"},
    "mbox": {"application/mbox"},
    "msg": {"application/vnd.ms-outlook"},
    "pst": {"application/vnd.ms-outlook-pst"},
    "rw2": {"image/x-panasonic-rw2"},
}
"""Where the reference's tools are known to be weak, what the name says."""
_SEVERAL: Mapping[str, set[str]] = {
    "db": {"application/x-berkeley-db", "application/vnd.sqlite3"},
}
"""Where a name says one of several."""
_TIME = re.compile(r"(\d{4}).(\d\d).(\d\d).(\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the reference, with the name of the finding that should hold it."""

    name: str
    value: Any


def media_types(name: str, reference: Mapping[str, Any]) -> set[str]:
    """What the file may be called; nothing where the reference's tools do not know either."""
    extension = name.rsplit(".", 1)[-1]
    if extension in _BY_NAME or extension in _SEVERAL:
        return _BY_NAME.get(extension) or _SEVERAL[extension]
    said = {reference["exiftool"].get("File:MIMEType"), reference.get("libmagic")} - {None}
    known = {_OTHER_NAMES.get(one, one) for one in said}
    return (known - _GENERAL) or (known - {"application/octet-stream"})


def fields(kind: str, reference: Mapping[str, Any]) -> list[Field]:
    """The core fields of a kind that the reference has a value for."""
    exif = reference["exiftool"]
    stated = [
        Field(name, exif[key]) for name, keys in _OF_EXIFTOOL.get(kind, {}).items() for key in keys if exif.get(key)
    ][:]
    seen: dict[str, Field] = {}
    for field in stated:
        # The first key that is there says what is expected.
        seen.setdefault(field.name, field)
    size = str(exif.get("Composite:ImageSize", "")).split()
    if kind == "photo" and len(size) == 2:
        seen |= {name: Field(name, int(value)) for name, value in zip(("width", "height"), size, strict=True)}
    latitude, longitude = exif.get("Composite:GPSLatitude"), exif.get("Composite:GPSLongitude")
    if latitude is not None and longitude is not None:
        seen["position"] = Field("position", (latitude, longitude))
    if kind in {"video", "audio"} and reference.get("ffprobe"):
        seen |= _of_ffprobe(reference["ffprobe"])
    return list(seen.values())


_OF_EXIFTOOL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "photo": {
        "device.make": ("IFD0:Make",),
        "device.model": ("IFD0:Model",),
        "recorded_at": ("ExifIFD:DateTimeOriginal",),
        "modified_at": ("IFD0:ModifyDate",),
        "orientation": ("IFD0:Orientation",),
        "device.lens": ("ExifIFD:LensModel",),
    },
    "pdf": {
        "title": ("PDF:Title",),
        "author": ("PDF:Author",),
        "pages": ("PDF:PageCount",),
        "created_at": ("PDF:CreateDate",),
        "modified_at": ("PDF:ModifyDate",),
    },
    "office": {
        "title": ("XMP-dc:Title",),
        "author": ("XMP-dc:Creator", "XMP-meta:Initial-creator"),
        "last_modified_by": ("XML:LastModifiedBy",),
        "created_at": ("XML:CreateDate", "XMP-meta:Creation-date"),
        "modified_at": ("XML:ModifyDate", "XMP-dc:Date"),
        "pages": ("XML:Pages",),
        "words": ("XML:Words",),
    },
    "legacy": {
        "title": ("FlashPix:Title", "RTF:Title"),
        "author": ("FlashPix:Author", "RTF:Author"),
        "last_modified_by": ("FlashPix:LastModifiedBy", "RTF:LastModifiedBy"),
        "created_at": ("FlashPix:CreateDate", "RTF:CreateDate"),
        "modified_at": ("FlashPix:ModifyDate", "RTF:ModifyDate"),
    },
}


def _of_ffprobe(probed: Mapping[str, Any]) -> dict[str, Field]:
    values: dict[str, Any] = {}
    whole = probed.get("format", {})
    if float(whole.get("duration") or 0) > 0:
        values["duration"] = float(whole["duration"])
    values["recorded_at"] = whole.get("tags", {}).get("creation_time")
    streams = probed.get("streams", [])
    video = next((s for s in streams if s["codec_type"] == "video" and not s["disposition"]["attached_pic"]), None)
    audio = next((s for s in streams if s["codec_type"] == "audio"), None)
    if video is not None:
        above, below = (int(part) for part in video.get("avg_frame_rate", "0/0").split("/"))
        values |= {"video.codec": video.get("codec_name"), "width": video.get("width"), "height": video.get("height")}
        values["video.frame_rate"] = above / below if above and below else None
    if audio is not None:
        values |= {"audio.codec": audio.get("codec_name"), "audio.channels": audio.get("channels")}
        values["audio.sample_rate"] = int(audio.get("sample_rate") or 0)
    return {name: Field(name, value) for name, value in values.items() if value not in {None, 0, "unknown"}}


def same(field: Field, finding: Finding) -> bool:
    """Whether a finding holds the value of the reference, after normalising as docs/findings.md tells."""
    value, expected = finding.value, field.value
    if isinstance(value, Moment):
        return _same_time(value, str(expected))
    if isinstance(value, Place):
        latitude, longitude = (float(one) for one in expected)
        return abs(value.latitude - latitude) <= DEGREES and abs(value.longitude - longitude) <= DEGREES
    if isinstance(value, float):
        return abs(value - float(expected)) <= (RATE if field.name == "video.frame_rate" else SECONDS)
    if isinstance(value, int):
        return str(value) == str(expected).strip()
    listed = expected if isinstance(expected, list) else [expected]
    return any(_plain(str(value)) == _plain(str(one)) for one in (*listed, ", ".join(map(str, listed))))


def _plain(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())


def _same_time(value: Moment, expected: str) -> bool:
    match = _TIME.match(expected)
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    stated = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - compared with local readings
    if value.local.replace(microsecond=0) == stated:
        return True
    zone = match[7]
    if zone is None or value.at is None:
        return False
    sign = -1 if zone.startswith("-") else 1
    offset = timedelta(0) if zone == "Z" else sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return value.at.replace(microsecond=0) == (stated - offset).replace(tzinfo=UTC)
