"""What every schema shares: unknown fields refused, text that can be stored and read, times that exist."""

import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from dems.model.times import rfc3339

__all__ = ["Body", "Day", "Hex256", "Instant", "Line", "Listed", "Prose", "SkipJsonSchema", "View"]

_MAY_BREAK = frozenset("\n\r\t")


def _one_line(text: str) -> str:
    # What is printable throughout, as almost every text is, has none of them: every answer asks this of each of its texts.
    if not text.isprintable() and any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in text):
        raise ValueError("control and invisible characters are not allowed here")
    return _not_blank(text)


def _prose(text: str) -> str:
    if not text.isprintable() and any(unicodedata.category(c) == "Cc" and c not in _MAY_BREAK for c in text):
        raise ValueError("control characters other than line breaks and tabs are not allowed here")
    return _not_blank(text)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("this is blank")
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_one_line)]
"""One line of text."""

Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_prose)]
"""Text of several lines."""

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _plausible(at: datetime) -> datetime:
    try:
        within = _EARLIEST <= at.astimezone(UTC) <= _LATEST
    except OverflowError:
        within = False
    if not within:
        raise ValueError("a time lies between the years 1900 and 2200")
    return at.astimezone(UTC)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_plausible),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    Field(description="RFC 3339 with a zone; answered in UTC", examples=["2026-03-01T09:30:00Z"]),
]

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1), description="A London date")]

Hex256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(
        description="SHA-256 in lower-case hexadecimal",
        examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ),
]


class Body(BaseModel):
    """What a caller sends."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False, defer_build=True)


class View(BaseModel):
    """What is answered."""

    model_config = ConfigDict(from_attributes=True, extra="forbid", defer_build=True)


Row = TypeVar("Row")


class Listed(View, Generic[Row]):
    """One page of a list; `next` goes into `after`, null on the last page."""

    items: list[Row]
    next: str | None
