"""What the header of an MP4 or MOV states that FFmpeg leaves out or rounds: the header's own times, and the fields of phones.

Only the boxes `moov`, `mvhd` and `udta` are looked at, within caps.
"""

import struct
from datetime import datetime, timedelta

from dems.model.findings import Moment, Place, ZoneStatus
from workers.extractors.boxes import Box, boxes, first
from workers.extractors.report import Reporter
from workers.extractors.times import iso_time
from workers.extractors.window import Window

_BEGINS = datetime(1904, 1, 1)  # noqa: DTZ001 - in UTC by the standard
_SINCE_1970 = 2_082_844_800
"""Writers that count from 1970 by mistake give a time before this one: it is told as it stands and flagged."""
_MAX_TEXT = 1_024
_DEGREES = 65_536
_TEXTS = {
    b"\xa9mak": ("device.make", "udta.mak"),
    b"\xa9mod": ("device.model", "udta.mod"),
    b"\xa9swr": ("device.software", "udta.swr"),
}
_DAY = b"\xa9day"


def tell_movie(data: Window, by: Reporter) -> None:
    """Findings of the header of a movie; nothing where there is none."""
    movie = first(data, (b"moov",))
    if movie is None:
        return
    for box in boxes(data, movie.at, movie.at + movie.size):
        if box.kind == b"mvhd":
            _tell_header(data, box, by)
        elif box.kind == b"udta":
            for inner in boxes(data, box.at, box.at + box.size):
                _tell_user_data(data, inner, by)


def _tell_header(data: Window, box: Box, by: Reporter) -> None:
    form = ">4xQQIQ" if data.at(box.at, 1) == b"\x01" else ">4xIIII"
    head = data.at(box.at, struct.calcsize(form))
    if len(head) < struct.calcsize(form):
        return
    _, changed, ticks, length = struct.unpack(form, head)
    if ticks and length and not any(finding.name == "duration" for finding in by.report.findings):
        by.found("duration", length / ticks, "QuickTime:Duration", raw=f"{length}/{ticks}", unit="s")
    if not changed:
        return
    try:
        moment = Moment(_BEGINS + timedelta(seconds=changed), ZoneStatus.ASSUMED, timedelta(0))
    except OverflowError:
        by.report.warn("QuickTime:ModifyDate is beyond all years.")
        return
    flags = () if changed >= _SINCE_1970 else ("other_epoch",)
    by.found("modified_at", moment, "QuickTime:ModifyDate", raw=str(changed), flags=flags)


def _tell_user_data(data: Window, box: Box, by: Reporter) -> None:
    if box.kind == b"loci":
        _tell_place(data.at(box.at, min(box.size, _MAX_TEXT)), by)
    elif box.kind == _DAY or box.kind in _TEXTS:
        text = _text(data.at(box.at, min(box.size, _MAX_TEXT)))
        if box.kind == _DAY:
            moment = iso_time(text)
            if moment is not None and len(text) > len("2024-01-01"):
                by.found("recorded_at", moment, "udta.day", raw=text)
        else:
            name, label = _TEXTS[box.kind]
            by.found(name, text, label, raw=text)


def _text(data: bytes) -> str:
    """QuickTime puts a length and a language before the text, some phones do not."""
    length = int.from_bytes(data[:2], "big")
    body = data[4 : 4 + length] if 0 < length <= len(data) - 4 else data
    return body.split(b"\x00", 1)[0].decode("utf-8", "replace").strip()


def _tell_place(data: bytes, by: Reporter) -> None:
    """The location box of 3GPP: a name, a role, then three numbers in sixteen and sixteen bits."""
    name_end = data.find(b"\x00", 6)
    if name_end < 0 or len(data) < name_end + 14:
        return
    longitude, latitude, altitude = (number / _DEGREES for number in struct.unpack_from(">iii", data, name_end + 2))
    raw = data[name_end + 2 : name_end + 14].hex()
    try:
        place = Place(latitude, longitude)
    except ValueError:
        by.report.warn("The location box holds no place on earth.")
        return
    by.found("position", place, "udta.loci", raw=raw, unit="deg")
    by.found("position.altitude", altitude, "udta.loci", raw=raw, unit="m")
