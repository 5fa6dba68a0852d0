"""The calendars as they are shipped, from the `holidays` library. Asked when the database is migrated, and at no other time."""

from datetime import date
from importlib.metadata import version

from dems.model.clocks.calendars import EW, UK, Calendar

FIRST, LAST = date(2000, 1, 1), date(2050, 12, 31)
"""Between which days holidays are taken from the library. Days that will be proclaimed are not among them."""

_PARTS = {EW: ("ENG",), UK: ("ENG", "WLS", "SCT", "NIR")}
"""Each with its subdivisions: without one, the library leaves out Easter Monday and the bank holiday of late August."""


def shipped_as() -> str:
    """What the shipped calendars were made by. Loads nothing, so that it can be asked at every start."""
    return f"holidays {version('holidays')}"


def shipped_calendars() -> tuple[Calendar, ...]:
    """England and Wales (one set of days), and the days off in any part of the United Kingdom (FOI Act 2000, s.10(6))."""
    return tuple(_calendar(name, parts) for name, parts in _PARTS.items())


def _calendar(name: str, parts: tuple[str, ...]) -> Calendar:
    import holidays  # noqa: PLC0415  (it takes a while, and only a new installation or a new version of it asks)

    found: dict[date, str] = {}
    for part in parts:
        days = holidays.country_holidays("GB", subdiv=part, years=range(FIRST.year, LAST.year + 1))
        for day, said in days.items():
            found.setdefault(day, said)
    return Calendar(name, 1, f"{shipped_as()}, {', '.join(parts)}", FIRST, LAST, found)
