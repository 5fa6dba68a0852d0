"""Tags of recordings as FFmpeg gives them, under the names of our findings: times, place, device, program, title."""

import re
from collections.abc import Mapping

from dems.model.findings import Moment, Place, ZoneStatus
from workers.extractors.report import Reporter
from workers.extractors.times import assumed_utc, iso_time

MAX_TAGS = 200
_MAX_KEY = 60
_TEXTS = {
    "title": "title",
    "artist": "author",
    "author": "author",
    "album": "album",
    "comment": "comment",
    "description": "description",
    "copyright": "copyright",
    "encoder": "software",
    "encoded_by": "software",
    "make": "device.make",
    "model": "device.model",
    "software": "software",
    "keywords": "keywords",
    "major_brand": "container.brand",
    "com.apple.quicktime.make": "device.make",
    "com.apple.quicktime.model": "device.model",
    "com.apple.quicktime.software": "device.software",
    "com.apple.quicktime.author": "author",
    "com.apple.quicktime.description": "description",
    "com.apple.quicktime.title": "title",
    "com.android.manufacturer": "device.make",
    "com.android.model": "device.model",
    "com.android.version": "device.software",
}
_PLACES = {"location", "location-eng", "com.apple.quicktime.location.iso6709"}
_WITH_ZONE = {"com.apple.quicktime.creationdate"}
_TIMES = {"creation_time": "recorded_at", "modification_time": "modified_at"}
_DATES = {"date", "date_recorded", "date_released", "com.apple.quicktime.year"}
_ERROR = "com.apple.quicktime.location.accuracy.horizontal"
_IN_UTC = ("mov", "mp4", "matroska", "webm", "asf", "mxf", "flv")
"""Containers whose standard puts the time of creation in UTC."""
_ISO_6709 = re.compile(r"([+-])(\d{2,6}(?:\.\d+)?)([+-])(\d{3,7}(?:\.\d+)?)(?:([+-]\d+(?:\.\d+)?))?.*")
_CLOCK = re.compile(r"\d\d:\d\d:\d\d")


def tell_tags(tags: Mapping[str, str], container: str, by: Reporter) -> None:
    """Findings of a container's tags. What has no name of ours is told as `tag`, so that it can be searched."""
    for number, (key, value) in enumerate(tags.items()):
        if number >= MAX_TAGS:
            by.report.partial(f"Of {len(tags):,} tags only the first {MAX_TAGS} were read.")
            return
        source, low = f"format.tags.{key[:_MAX_KEY]}", key.lower()
        if low in _PLACES:
            _tell_place(value, source, by)
        elif low in _TIMES:
            raw, moment = _created(value, tags.get("date", ""), container)
            _tell_time(_TIMES[low], raw, source, moment, by)
        elif low in _WITH_ZONE:
            _tell_time("recorded_at", value, source, iso_time(value), by)
        elif low == _ERROR:
            _tell_error(value, source, by)
        else:
            by.found("date" if low in _DATES else _TEXTS.get(low, "tag"), value, source, raw=value)


def _created(value: str, day: str, container: str) -> tuple[str, Moment | None]:
    if _CLOCK.fullmatch(value.strip()) and day:
        # The broadcast extension of WAV keeps the day and the time of day apart, in local time.
        raw = f"{day}T{value.strip()}"
        return raw, iso_time(raw)
    moment = iso_time(value)
    if moment is None or moment.offset is None:
        return value, moment
    # FFmpeg writes a Z that the file does not have: the standard of some containers says so, others say nothing.
    return value, assumed_utc(moment) if container.startswith(_IN_UTC) else Moment(moment.local, ZoneStatus.UNKNOWN)


def _tell_time(name: str, raw: str, source: str, moment: Moment | None, by: Reporter) -> None:
    if moment is None:
        by.report.warn(f"{source} is there but is no time: {raw[:40]}")
    else:
        by.found(name, moment, source, raw=raw)


def _tell_error(value: str, source: str, by: Reporter) -> None:
    try:
        metres = float(value)
    except ValueError:
        return
    if 0 <= metres < 1e7:  # noqa: PLR2004 - a quarter of the way around the earth
        by.found("position.error", metres, source, raw=value, unit="m")


def _tell_place(value: str, source: str, by: Reporter) -> None:
    match = _ISO_6709.fullmatch(value.strip())
    if match is None:
        by.report.warn(f"{source} is there but is no place: {value[:60]}")
        return
    latitude = _degrees(match[2], 2) * (-1 if match[1] == "-" else 1)
    longitude = _degrees(match[4], 3) * (-1 if match[3] == "-" else 1)
    try:
        place = Place(latitude, longitude)
    except ValueError:
        by.report.warn(f"{source} is no place on earth: {value[:60]}")
        return
    by.found("position", place, source, raw=value, unit="deg")
    if match[5] is not None:
        by.found("position.altitude", float(match[5]), source, raw=value, unit="m")


def _degrees(text: str, width: int) -> float:
    """Degrees, or degrees with minutes, or with minutes and seconds, as the count of digits before the point tells."""
    whole, _, fraction = text.partition(".")
    parts = [whole[:width], *(whole[at : at + 2] for at in range(width, len(whole), 2))]
    last = float(f"{parts[-1]}.{fraction or 0}")
    whole_parts: float = sum(float(part) / 60.0**at for at, part in enumerate(parts[:-1]))
    return whole_parts + last / 60.0 ** (len(parts) - 1)
