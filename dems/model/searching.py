"""By what items are found again: the texts of an item that are searched, and which findings answer which question."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dems.model.findings import Entry, Finding, Moment, Place
from dems.model.ids import CaseId
from dems.model.times import rfc3339

MAX_FOUND_TEXT = 64_000
"""Characters of one item's findings that are searched; findings beyond are kept and shown, and not found by words."""
MAX_DEVICE_TEXT = 2_000

RECORDED = ("recorded_at", "sent_at")
"""Times at which what is in a file was recorded or sent, as the file says."""
PLACES = ("position",)
DURATION = "duration"
DEVICES = ("device.",)


def found_text(findings: Iterable[Finding]) -> str:
    """The texts and names of entries among findings, a line each, as far as there is room."""
    return _lines((_words(f) for f in findings), MAX_FOUND_TEXT)


def device_text(findings: Iterable[Finding]) -> str:
    """What the file says of the device that made it."""
    return _lines((_words(f) for f in findings if f.name.startswith(DEVICES)), MAX_DEVICE_TEXT)


def _words(finding: Finding) -> str:
    if isinstance(finding.value, str):
        return finding.value
    if isinstance(finding.value, Entry):
        return finding.value.name
    return ""


def _lines(texts: Iterable[str], most: int) -> str:
    kept: list[str] = []
    for each in dict.fromkeys(texts):
        if not each:
            continue
        most -= len(each) + 1
        if most < 0:
            break
        kept.append(each)
    return "\n".join(kept)


def declared_text(exhibit_ref: str, description: str, name: str | None) -> str:
    """What was declared of an item, as it is searched."""
    return "\n".join((exhibit_ref, description, name or ""))


ZONES = (timedelta(hours=-12), timedelta(hours=14))
"""The offsets from UTC that clocks on earth show: a time without one lies within these of what was shown."""

MOST_KILOMETRES = 20_040
"""No two places are further apart."""


@dataclass(frozen=True, slots=True)
class Near:
    """Around a place, as far as `kilometres`."""

    place: Place
    kilometres: float

    def __post_init__(self) -> None:
        if not 0 < self.kilometres <= MOST_KILOMETRES:
            raise ValueError(f"a distance is more than 0 and at most {MOST_KILOMETRES} km")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; every condition that is given must hold. Times are aware and, like durations, include their ends.

    `media_type` is exact or ends in ``/*``; durations are in seconds.
    """

    q: str | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    near: Near | None = None
    device: str | None = None
    media_type: str | None = None
    duration_from: float | None = None
    duration_to: float | None = None
    case_id: CaseId | None = None

    @property
    def timed(self) -> bool:
        return self.recorded_from is not None or self.recorded_to is not None

    @property
    def lasting(self) -> bool:
        return self.duration_from is not None or self.duration_to is not None

    @property
    def only_in_findings(self) -> bool:
        """Some condition is answered by findings alone: nothing is found where the caller may not read them."""
        return self.timed or self.lasting or self.near is not None or self.device is not None

    def asked(self) -> dict[str, str]:
        """The conditions that were given, as texts: what the record says was asked, and what a cursor belongs to."""
        near = self.near
        told = {
            "q": self.q,
            "recorded_from": None if self.recorded_from is None else rfc3339(self.recorded_from),
            "recorded_to": None if self.recorded_to is None else rfc3339(self.recorded_to),
            "near": None if near is None else f"{near.place.latitude!r},{near.place.longitude!r},{near.kilometres!r}",
            "device": self.device,
            "media_type": self.media_type,
            "duration_from": None if self.duration_from is None else repr(self.duration_from),
            "duration_to": None if self.duration_to is None else repr(self.duration_to),
            "case": None if self.case_id is None else str(self.case_id),
        }
        return {name: value for name, value in told.items() if value is not None}


def shown_between(search: Search) -> tuple[datetime | None, datetime | None]:
    """Between which readings of a clock of unknown zone some instant asked for may lie, both naive and included."""
    east, west = ZONES[1], ZONES[0]
    least, most = search.recorded_from, search.recorded_to
    return (
        None if least is None else _moved(least.astimezone(UTC), west).replace(tzinfo=None),
        None if most is None else _moved(most.astimezone(UTC), east).replace(tzinfo=None),
    )


def certainly_between(search: Search, moment: Moment) -> bool:
    """Whether a time lies within what was asked, wherever its clock stood."""
    at = moment.at
    if at is not None:
        earliest = latest = at
    else:
        shown = moment.local.replace(tzinfo=UTC)
        earliest, latest = _moved(shown, -ZONES[1]), _moved(shown, -ZONES[0])
    after = search.recorded_from is None or search.recorded_from <= earliest
    return after and (search.recorded_to is None or latest <= search.recorded_to)


_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def _moved(at: datetime, by: timedelta) -> datetime:
    """No further than times can be written: a file may say of itself that it is of the year 1, or of 9999."""
    try:
        return at + by
    except OverflowError:
        return _FIRST if by < timedelta(0) else _LAST


MOST_COUNTED = 1_000
"""Matches are counted so far and no further; a larger number helps nobody to find one of them."""
MOST_MATCHES = 3
"""Findings shown for each condition of one item that was found; the item has them all."""
MOST_EXCERPT = 200


class MatchedIn(StrEnum):
    """Where something of an item answered a search."""

    EXHIBIT_REF = "exhibit_ref"
    DESCRIPTION = "description"
    NAME = "name"
    MEDIA_TYPE = "media_type"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class Match:
    """One thing about an item that answered one condition. `position` is the finding's, within the last reading."""

    field: MatchedIn
    excerpt: str | None = None
    position: int | None = None
    finding: Finding | None = None
    certain: bool | None = None
    """Of a time: whether it lies within what was asked wherever its clock stood."""
    kilometres: float | None = None
    """Of a place: how far it is from the one asked for."""


def excerpt(text: str, words: Iterable[str]) -> str:
    """At most `MOST_EXCERPT` characters of a text, around the first of these words that it holds."""
    if len(text) <= MOST_EXCERPT:
        return text
    lower = text.lower()
    places = [place for word in words if (place := lower.find(word)) >= 0]
    # Lower case may be longer than the text itself; then a part of its end is as good.
    start = max(0, min(min(places, default=0) - MOST_EXCERPT // 4, len(text) - MOST_EXCERPT))
    return text[start : start + MOST_EXCERPT]
