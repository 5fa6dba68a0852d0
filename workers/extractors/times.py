"""Times as files write them, with what they say of the zone: never more."""

import re
from datetime import UTC, datetime, timedelta

from dems.model.findings import Moment, ZoneStatus

_EXIF = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)([.,]\d+)?)?\s*([Zz]|[+-]\d\d:?(?:\d\d)?)?)?", re.ASCII
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)
FARTHEST = timedelta(hours=15)
"""No clock on earth is farther from UTC than 14 hours."""


def offset(text: str | None) -> timedelta | None:
    """``+01:00``, ``-0330``, ``Z``; None where it is no offset that a clock on earth has."""
    if text is None:
        return None
    text = text.strip()
    if text in {"Z", "z"}:
        return timedelta(0)
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    minutes = int(match[3] or 0)
    found = timedelta(hours=int(match[2]), minutes=minutes)
    if found > FARTHEST or minutes > 59:  # noqa: PLR2004
        return None
    return -found if match[1] == "-" else found


def exif_time(text: str | None, part: str | None = None, zone: str | None = None) -> Moment | None:
    """A time of EXIF with the digits of its sub-second and offset fields. None: it is no time, as when the clock was not set."""
    match = _EXIF.fullmatch((text or "").strip())
    if match is None:
        return None
    fraction = (match[7] or "").lstrip(".") or re.sub(r"\D.*", "", (part or "").strip())
    return _moment(match.groups()[:6], fraction, offset(match[8] or zone))


def iso_time(text: str | None) -> Moment | None:
    """A time of ISO 8601, of a day at least; a day alone is its first moment."""
    match = _ISO.fullmatch((text or "").strip())
    if match is None:
        return None
    return _moment(match.groups()[:6], (match[7] or "").lstrip(".,"), offset(match[8]))


def assumed_utc(moment: Moment | None) -> Moment | None:
    """The same reading where the format's standard says that it is in UTC, though the file does not."""
    return None if moment is None else Moment(moment.local, ZoneStatus.ASSUMED, timedelta(0))


def day_only(text: str) -> bool:
    """Whether a text of ISO 8601 names a day and no time of day."""
    match = _ISO.fullmatch(text.strip())
    return match is not None and match[4] is None


def utc(at: datetime) -> Moment:
    """A time that its field defines as UTC."""
    return Moment(at.astimezone(UTC).replace(tzinfo=None), ZoneStatus.KNOWN, timedelta(0))


def _moment(parts: tuple[str | None, ...], fraction: str, zone: timedelta | None) -> Moment | None:
    micro = int((fraction + "000000")[:6]) if fraction else 0
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        local = datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - local by its meaning
    except ValueError:
        return None
    return Moment(local, ZoneStatus.UNKNOWN if zone is None else ZoneStatus.KNOWN, zone)
