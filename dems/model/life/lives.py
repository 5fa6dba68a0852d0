"""The life of one case: its facts, and what they say together on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar, cast

from dems.model.ids import CaseId, FactId, PartyId, StrandId
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
    ThemeStatus,
)
from dems.model.life.events import EventKind, Outcome, PauseKind
from dems.model.life.facts import Fact, known_at, standing
from dems.model.life.strands import (
    LocalDsiReview,
    OtherStrand,
    Proceeding,
    Recommendation,
    Review,
    StrandRecord,
    kind_of,
)
from dems.model.life.vocabulary import INVESTIGATED_BY_THE_BODY, MatterType, Mode, Source
from dems.model.life.when import When

C = TypeVar("C", bound=Content)
Dated = TypeVar("Dated", ModeDecision, MajorStatus, ThemeStatus, PartyStatus, Designation, Prejudice, CaseLink)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as clocks and the order of things read it."""

    kind: EventKind
    when: When
    fact: FactId
    about: StrandId | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that may not count: the day it ends counts again. `ends` is None while it lasts."""

    kind: PauseKind
    begins: When
    ends: When | None
    authority: str
    reason: str
    fact: FactId
    about: StrandId | None = None

    def covers(self, day: date) -> bool:
        return self.begins.on <= day and (self.ends is None or day < self.ends.on)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a case (and one strand of it) was on a day: what decides whether a figure counts it."""

    matter_type: MatterType | None = None
    source: Source | None = None
    force: str | None = None
    mode: Mode | None = None
    is_major: bool = False
    themes: frozenset[str] = field(default_factory=frozenset)
    criminal: bool = False
    outcomes: frozenset[Outcome] = field(default_factory=frozenset)
    """Of the strand, or of the case itself."""
    withdrawn: bool = False
    strand_kind: str | None = None
    """Which kind of review, recommendation or proceeding the strand is."""


@dataclass(frozen=True)
class Life:
    """All facts of one case, in the order in which they were recorded."""

    case_id: CaseId
    facts: tuple[Fact[Content], ...] = ()

    @cached_property
    def _by_kind(self) -> Mapping[type, tuple[Fact[Content], ...]]:
        """What stands, by what it says. Every question asks for it, and a case page asks hundreds."""
        found: dict[type, list[Fact[Content]]] = {}
        for fact in standing(self.facts):
            found.setdefault(type(fact.content), []).append(fact)
        return {kind: tuple(facts) for kind, facts in found.items()}

    @cached_property
    def _by_about(self) -> Mapping[StrandId | None, tuple[Event, ...]]:
        """What happened to the case itself and to each strand, by date."""
        found: dict[StrandId | None, list[Event]] = {}
        for f in self.standing(Milestone):
            happened = Event(f.content.kind, f.content.when, f.id, f.content.about, f.content.outcome)
            found.setdefault(f.content.about, []).append(happened)
        for d in self.standing(ModeDecision):
            of_case = found.setdefault(None, [])
            of_case.append(Event(EventKind.MODE_DECIDED, d.content.when, d.id))
            if d.content.mode in INVESTIGATED_BY_THE_BODY:
                of_case.append(Event(EventKind.DECIDED_TO_INVESTIGATE, d.content.when, d.id))
        return {about: tuple(sorted(events, key=lambda e: e.when.order)) for about, events in found.items()}

    @cached_property
    def _pauses_by_about(self) -> Mapping[StrandId | None, tuple[Pause, ...]]:
        ends = {f.content.pause: f.content.when for f in self.standing(PauseEnded)}
        found: dict[StrandId | None, list[Pause]] = {}
        for f in self.standing(PauseBegun):
            begun = f.content
            until = ends.get(begun.pause)
            pause = Pause(begun.kind, begun.when, until, begun.authority, begun.reason, f.id, begun.about)
            found.setdefault(begun.about, []).append(pause)
        return {about: tuple(sorted(pauses, key=lambda p: p.begins.order)) for about, pauses in found.items()}

    @cached_property
    def _strand_kinds(self) -> Mapping[StrandId, str | None]:
        # Of two records with one id, which problems are refused for, the first one says it.
        return {f.content.id: kind_of(f.content) for f in reversed(self.strands)}

    @cached_property
    def _traits(self) -> dict[date, Traits]:
        """By day, what the case was whatever happened to one strand: each strand of a page asks for the same day."""
        return {}

    def known_at(self, at: datetime) -> "Life":
        """The life as the record had it at an instant: a report of a past period asked again gives the same answer."""
        return replace(self, facts=known_at(self.facts, at))

    def standing(self, kind: type[C]) -> tuple[Fact[C], ...]:
        """The facts of one kind that nothing has corrected."""
        return cast("tuple[Fact[C], ...]", self._by_kind.get(kind, ()))

    @property
    def particulars(self) -> Particulars | None:
        found = self.standing(Particulars)
        return found[-1].content if found else None

    @cached_property
    def strands(self) -> tuple[Fact[StrandRecord], ...]:
        """What runs beside the investigation, in the order in which it was recorded."""
        kinds = (Review, LocalDsiReview, Recommendation, Proceeding, OtherStrand)
        return tuple(cast("Fact[StrandRecord]", f) for f in standing(self.facts) if isinstance(f.content, kinds))

    def events(self, about: StrandId | None = None) -> tuple[Event, ...]:
        """What happened to the case itself, or to one strand, by date. Decisions about the mode give events too."""
        return self._by_about.get(about, ())

    def first(self, kind: EventKind, about: StrandId | None = None) -> Event | None:
        return next((e for e in self.events(about) if e.kind is kind), None)

    def pauses(self, about: StrandId | None = None) -> tuple[Pause, ...]:
        """Pauses of the case itself, and those of one strand where it is named, by date."""
        of_case = self.pauses_about(None)
        own = () if about is None else self.pauses_about(about)
        return tuple(sorted((*of_case, *own), key=lambda p: p.begins.order)) if own else of_case

    def pauses_about(self, about: StrandId | None) -> tuple[Pause, ...]:
        """Pauses of the case itself, or those of one strand without them, by date."""
        return self._pauses_by_about.get(about, ())

    def extensions(self, clock: str, about: StrandId | None = None) -> tuple[Fact[Extension], ...]:
        """Extensions of one clock, by when they were granted."""
        found = [f for f in self.standing(Extension) if (f.content.clock, f.content.about) == (clock, about)]
        return tuple(sorted(found, key=lambda f: f.content.granted.order))

    def mode_on(self, day: date) -> ModeDecision | None:
        """The decision in force on a London date."""
        return _last(_until(self.standing(ModeDecision), day))

    def modes(self) -> tuple[Fact[ModeDecision], ...]:
        """Every decision about the mode that stands, by date."""
        return tuple(sorted(self.standing(ModeDecision), key=lambda f: f.content.when.order))

    def major_on(self, day: date) -> bool:
        found = _last(_until(self.standing(MajorStatus), day))
        return found is not None and found.is_major

    def criminal_on(self, day: date) -> bool:
        """Whether the investigation is designated criminal."""
        found = _last(_until(self.standing(Designation), day))
        return found is not None and found.criminal

    def prejudiced_on(self, day: date) -> bool:
        """Whether a report on timeliness would prejudice the investigation."""
        found = _last(_until(self.standing(Prejudice), day))
        return found is not None and found.would_prejudice

    def themes_on(self, day: date) -> frozenset[str]:
        last = {t.theme: t for t in _until(self.standing(ThemeStatus), day)}
        return frozenset(theme for theme, status in last.items() if status.applies)

    def parties_on(self, day: date) -> tuple[PartyStatus, ...]:
        """Who is what to the case, each with the data-subject category of that day."""
        last = {(p.party, p.role): p for p in _until(self.standing(PartyStatus), day)}
        return tuple(p for p in last.values() if p.holds)

    def roles_on(self, day: date) -> Mapping[PartyId, Sequence[PartyStatus]]:
        """As `parties_on`, by party."""
        found: dict[PartyId, list[PartyStatus]] = {}
        for status in self.parties_on(day):
            found.setdefault(status.party, []).append(status)
        return found

    def links_on(self, day: date) -> frozenset[CaseId]:
        """The cases that belong with this one."""
        last = {link.other: link for link in _until(self.standing(CaseLink), day)}
        return frozenset(other for other, link in last.items() if link.linked)

    def traits_on(self, day: date, about: StrandId | None = None) -> Traits:
        """What the case, and the named strand of it, was on a London date."""
        whole = self._traits.get(day)
        if whole is None:
            whole = self._traits[day] = self._case_on(day)
        happened = [e for e in self.events(about) if e.when.on <= day]
        return Traits(
            *(whole.matter_type, whole.source, whole.force, whole.mode, whole.is_major, whole.themes, whole.criminal),
            outcomes=frozenset(e.outcome for e in happened if e.outcome is not None),
            withdrawn=any(e.kind is EventKind.REVIEW_WITHDRAWN for e in happened),
            strand_kind=None if about is None else self._strand_kinds.get(about),
        )

    def _case_on(self, day: date) -> Traits:
        what, mode = self.particulars, self.mode_on(day)
        return Traits(
            matter_type=None if what is None else what.matter_type,
            source=None if what is None else what.source,
            force=None if what is None else what.force,
            mode=None if mode is None else mode.mode,
            is_major=self.major_on(day),
            themes=self.themes_on(day),
            criminal=self.criminal_on(day),
        )


def _until(facts: Iterable[Fact[Dated]], day: date) -> list[Dated]:
    """What had begun to hold by a day, by date; of one date, in the order in which it was recorded."""
    return sorted((f.content for f in facts if f.content.when.on <= day), key=lambda c: c.when.order)


def _last(found: list[Dated]) -> Dated | None:
    return found[-1] if found else None
