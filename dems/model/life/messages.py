"""What another system says of a case, and what of it is news: a pure merge, so that saying it again changes nothing."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import total_ordering
from operator import attrgetter
from typing import Any

from dems.errors import Invalid
from dems.model.ids import PartyId
from dems.model.life.contents import (
    CaseLink,
    Content,
    Designation,
    Extension,
    MajorStatus,
    Milestone,
    ModeDecision,
    Particulars,
    PartyStatus,
    PauseBegun,
    PauseEnded,
    Prejudice,
    Retracted,
    ThemeStatus,
)
from dems.model.life.events import EVENTS
from dems.model.life.facts import Fact, standing
from dems.model.life.lives import Life
from dems.model.life.records import kind_of_content
from dems.model.life.saying import NO_REASON, NewFact
from dems.model.life.strands import LocalDsiReview, OtherStrand, Proceeding, Recommendation, Review
from dems.model.life.vocabulary import DataSubjectCategory, PartyRole
from dems.model.life.when import When
from dems.model.times import london_date, rfc3339


@total_ordering
@dataclass(frozen=True, slots=True)
class SourceVersion:
    """How new a message is: a whole number or an instant, as the other system counts. The two are not compared."""

    value: int | datetime

    @classmethod
    def parse(cls, text: str) -> "SourceVersion":
        """Raises `Invalid` for anything but up to 18 digits or an instant with a zone."""
        if text.isascii() and text.isdigit() and len(text) <= 18:  # noqa: PLR2004 every database's integers hold that
            return cls(int(text))
        try:
            at = datetime.fromisoformat(text)
            if at.tzinfo is not None:
                return cls(at.astimezone(UTC))
        except (ValueError, OverflowError):
            pass
        raise Invalid(
            "A source version is a whole number of up to 18 digits, or a time as in 2026-03-01T09:30:00Z.",
            field="source_version",
        )

    def __lt__(self, other: "SourceVersion") -> bool:
        if isinstance(self.value, int) and isinstance(other.value, int):
            return self.value < other.value
        if isinstance(self.value, datetime) and isinstance(other.value, datetime):
            return self.value < other.value
        raise Invalid(
            f"The last message had the source version {other}, and this one has {self}: count on in the same way.",
            field="source_version",
        )

    @property
    def said_on(self) -> date | None:
        """The London date on which the other system said it, where it counts by time."""
        return london_date(self.value) if isinstance(self.value, datetime) else None

    def __str__(self) -> str:
        return str(self.value) if isinstance(self.value, int) else rfc3339(self.value)


@dataclass(frozen=True, slots=True)
class RoleSaid:
    """What somebody is to the case, or no longer is, from a date on."""

    role: PartyRole
    category: DataSubjectCategory
    holds: bool
    when: When


@dataclass(frozen=True, slots=True)
class PartySaid:
    """A person, by the other system's own reference for them."""

    reference: str
    name: str
    contact: str | None = None
    roles: tuple[RoleSaid, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """What is not said stays as it is. `title` is needed where the case is new; `said` has some of `saying.FIELDS`.

    `since` says from when themes, and being major, hold.

    Raises `Invalid` where it names one party twice: of two names nobody could tell which holds.
    """

    reference: str
    title: str | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    contents: tuple[Content, ...] = ()
    parties: tuple[PartySaid, ...] = ()
    version: SourceVersion | None = None
    reason: str | None = None
    since: date | None = None

    def __post_init__(self) -> None:
        if len({p.reference for p in self.parties}) != len(self.parties):
            raise Invalid("One message names the same party twice: say all of it in one place.", field="parties")


def roles_of(parties: Sequence[PartySaid], ids: Mapping[str, PartyId]) -> Iterator[PartyStatus]:
    """What a message says of its parties, whose ids are known by their references."""
    for party in parties:
        for said in party.roles:
            yield PartyStatus(ids[party.reference], said.role, said.category, said.holds, said.when)


def news(life: Life, contents: Sequence[Content], reason: str | None = None) -> tuple[NewFact, ...]:
    """The facts that a life lacks of what is said: new ones, and corrections where it says otherwise of the same thing.

    Raises `Invalid` where one message says two things of the same.
    """
    known = {key_of(f.content): f for f in standing(life.facts)}
    found: dict[Hashable, tuple[Content, NewFact | None]] = {}
    for content in contents:
        key = key_of(content)
        if key in found and found[key][0] != content:
            raise Invalid(
                f"Two things are said of the same {kind_of_content(content).replace('_', ' ')}: say which holds."
            )
        found[key] = (content, _news(known.get(key), content, reason))
    return tuple(new for _, new in found.values() if new is not None)


def _news(known: Fact[Content] | None, content: Content, reason: str | None) -> NewFact | None:
    if known is None:
        return NewFact(content)
    return None if known.content == content else NewFact(content, known.id, reason or NO_REASON)


_SAME: Mapping[type[Any], Callable[[Any], Hashable]] = {
    Particulars: lambda _: None,
    **dict.fromkeys((ModeDecision, MajorStatus, Designation, Prejudice), attrgetter("when.on")),
    ThemeStatus: attrgetter("theme", "when.on"),
    PartyStatus: attrgetter("party", "role", "when.on"),
    CaseLink: attrgetter("other", "when.on"),
    **dict.fromkeys((PauseBegun, PauseEnded), attrgetter("pause")),
    Extension: attrgetter("clock", "about", "granted.on"),
    **dict.fromkeys((Review, LocalDsiReview, Recommendation, Proceeding, OtherStrand), attrgetter("id")),
}


def key_of(content: Content) -> Hashable:
    """What a content is about: two contents with one key say the same thing of the same, or contradict each other."""
    if isinstance(content, Retracted):
        raise Invalid("A message says what is so: to take a fact back, name it at the facts of its case.")
    if isinstance(content, Milestone):
        day = content.when.on if EVENTS[content.kind].repeatable else None
        return content.kind, content.about, day
    return kind_of_content(content), _SAME[type(content)](content)
