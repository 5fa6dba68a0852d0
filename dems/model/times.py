"""Instants are aware UTC; dates are London dates, since the rules of this field count days where its offices are."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_date(at: datetime) -> date:
    """The calendar date in London at an instant. Raises `ValueError` for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone has no date")
    return at.astimezone(LONDON).date()


def rfc3339(at: datetime) -> str:
    """Write an instant as RFC 3339 in UTC with exactly six digits of fraction, so that equal times are equal bytes."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be written down")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
