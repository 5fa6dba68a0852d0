"""Times as formats write them, read into a `Moment` without guessing: no offset in the file means that the zone is unknown."""

import email.utils
import re
from datetime import datetime, timedelta

from dems.model.findings import Moment, ZoneStatus
from workers.extractors.report import Reporter
from workers.extractors.times import FARTHEST, day_only, iso_time

_PDF = re.compile(
    r"(?:D:)?(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?\s?(?:(Z)(?:00'?00'?)?|([+-])(\d\d)'?(\d\d)?'?)?",
    re.ASCII,
)
_FILETIME_BEGINS = datetime(1601, 1, 1)  # noqa: DTZ001 - a Moment's reading is naive
_UNIX_BEGINS = datetime(1970, 1, 1)  # noqa: DTZ001
_NEVER = 0x7FFF_FFFF_FFFF_FFFF


def known(local: datetime, offset: timedelta | None) -> Moment | None:
    """With its offset where the file states one. None for an offset that no place on earth has."""
    if offset is None:
        return Moment(local, ZoneStatus.UNKNOWN)
    if abs(offset) > FARTHEST:
        return None
    return Moment(local, ZoneStatus.KNOWN, offset)


def iso(text: str) -> Moment | None:
    """ISO 8601 with date and time, as XMP, OOXML and ODF write it. None for anything else; a date alone is no time."""
    return None if day_only(text) else iso_time(text)


def pdf(text: str) -> Moment | None:
    """``D:YYYYMMDDHHmmSS+HH'mm'`` with at least hours and minutes."""
    match = _PDF.fullmatch(text.strip().rstrip("\x00"))
    if match is None:
        return None
    *parts, second, zulu, sign, hours, minutes = match.groups()
    return _moment([int(part) for part in parts] + [int(second or 0), 0], zulu, sign, hours, minutes)


def _moment(
    parts: list[int], zulu: str | None, sign: str | None, hours: str | None, minutes: str | None
) -> Moment | None:
    try:
        local = datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - seven numbers, and naive on purpose
    except ValueError:
        return None
    if zulu:
        return known(local, timedelta())
    if sign is None:
        return known(local, None)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return known(local, offset if sign == "+" else -offset)


def rfc_5322(text: str) -> Moment | None:
    """A date of mail. ``-0000`` and a missing or unknown zone are unknown."""
    try:
        read = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return known(read.replace(tzinfo=None), read.utcoffset())


def filetime(ticks: int) -> Moment | None:
    """100 nanoseconds since 1601: UTC by definition of the format. None for zero, ``never`` and beyond year 9999."""
    if not 0 < ticks < _NEVER:
        return None
    return _assumed(_FILETIME_BEGINS, timedelta(microseconds=ticks // 10))


def unix(seconds: float) -> Moment | None:
    """Seconds since 1970: UTC by definition of the format. None for zero, which means unset."""
    if not seconds:
        return None
    try:
        return _assumed(_UNIX_BEGINS, timedelta(seconds=seconds))
    except (OverflowError, ValueError):
        return None


def utc(local: datetime) -> Moment:
    """What a library read from a format whose times are in UTC."""
    return Moment(local.replace(tzinfo=None), ZoneStatus.ASSUMED, timedelta())


def _assumed(begin: datetime, since: timedelta) -> Moment | None:
    try:
        return Moment(begin + since, ZoneStatus.ASSUMED, timedelta())
    except OverflowError:
        return None


def dos(day: int, time: int) -> Moment | None:
    """The two words of FAT and ZIP: local time of a computer nobody knows, to two seconds."""
    try:
        return Moment(
            datetime(  # noqa: DTZ001
                1980 + (day >> 9), day >> 5 & 15, day & 31, time >> 11, time >> 5 & 63, min((time & 31) * 2, 59)
            ),
            ZoneStatus.UNKNOWN,
        )
    except ValueError:
        return None


def tell(reporter: Reporter, name: str, raw: str, moment: Moment | None, source: str) -> None:
    """A time, or where nothing can read it the text itself, flagged ``no_time``."""
    if moment is not None:
        reporter.found(name, moment, source, raw=raw)
    else:
        reporter.found(name, raw, source, raw=raw, flags=("no_time",))
