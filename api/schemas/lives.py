"""Facts, milestones, parties, what runs beside the investigation, and the timeline, on the wire."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from api.schemas.base import Day, Instant, View
from api.schemas.contents import AnyContent, content_data, content_view
from api.schemas.custody import EntryView, entry_data
from dems.model.ids import StrandId
from dems.model.life.beside import RecommendationStatus, ReviewStatus, recommendation_on, review_on
from dems.model.life.contents import Content, PartyStatus
from dems.model.life.events import EventKind, Outcome, PauseKind
from dems.model.life.facts import Fact
from dems.model.life.lives import Event, Life, Pause
from dems.model.life.parties import Party
from dems.model.life.problems import Problem
from dems.model.life.strands import Recommendation, Review, StrandRecord
from dems.model.life.vocabulary import DataSubjectCategory, PartyRole
from dems.model.times import rfc3339
from dems.ports import CustodyRow, KeptFact


class Warned(View):
    """Something odd about what was recorded, which may be true all the same."""

    rule: str
    message: str
    source: str = Field(description="Where the rule comes from")
    facts: list[UUID]

    @classmethod
    def of(cls, problem: Problem) -> "Warned":
        return cls.model_validate(problem.as_data())


class FactView(View):
    id: UUID
    number: int | None = Field(
        default=None, description="Among the facts of the case, from 1, by when they were recorded"
    )
    content: AnyContent
    recorded_by: UUID
    recorded_at: Instant
    corrects: UUID | None
    reason: str | None
    corrected_by: UUID | None = Field(default=None, description="The fact that took its place")

    @classmethod
    def of_fact(cls, fact: Fact[Content], **more: Any) -> "FactView":
        return cls(
            id=fact.id,
            content=content_view(fact.content),
            recorded_by=fact.recorded_by,
            recorded_at=fact.recorded_at,
            corrects=fact.corrects,
            reason=fact.reason,
            **more,
        )


class FactsRecorded(View):
    items: list[FactView]
    warnings: list[Warned]


class MilestoneView(View):
    id: UUID
    kind: EventKind
    when: str = Field(description="A London date, or an instant where the time is known")
    on: Day
    at: Instant | None
    about: UUID | None
    outcome: Outcome | None
    decided_by: UUID | None
    recorded_by: UUID
    recorded_at: Instant
    corrects: UUID | None
    reason: str | None
    corrected_by: UUID | None = None

    @classmethod
    def of(cls, kept: KeptFact) -> "MilestoneView":
        return cls.of_fact(kept.fact, corrected_by=kept.corrected_by)

    @classmethod
    def of_fact(cls, fact: Fact[Any], **more: Any) -> "MilestoneView":
        said = fact.content
        shown = content_view(said).model_dump()
        return cls(
            id=fact.id,
            kind=said.kind,
            on=said.when.on,
            at=said.when.at,
            **{name: shown[name] for name in ("when", "about", "outcome", "decided_by")},
            recorded_by=fact.recorded_by,
            recorded_at=fact.recorded_at,
            corrects=fact.corrects,
            reason=fact.reason,
            **more,
        )


class MilestoneRecorded(MilestoneView):
    warnings: list[Warned]


class EventView(View):
    fact: UUID
    kind: EventKind
    on: Day
    at: Instant | None
    outcome: Outcome | None

    @classmethod
    def of(cls, event: Event) -> "EventView":
        return cls(fact=event.fact, kind=event.kind, on=event.when.on, at=event.when.at, outcome=event.outcome)


class PauseView(View):
    fact: UUID
    kind: PauseKind
    begins: Day
    ends: Day | None = Field(description="The first day that counts again; null while it lasts")
    authority: str
    reason: str

    @classmethod
    def of(cls, pause: Pause) -> "PauseView":
        ends = None if pause.ends is None else pause.ends.on
        said = {"authority": pause.authority, "reason": pause.reason}
        return cls(fact=pause.fact, kind=pause.kind, begins=pause.begins.on, ends=ends, **said)


class StrandView(View):
    """What runs beside the investigation, with its own dates."""

    id: UUID
    fact: UUID
    content: AnyContent
    status: ReviewStatus | RecommendationStatus | None = Field(description="Of reviews and recommendations, today")
    events: list[EventView]
    pauses: list[PauseView]

    @classmethod
    def of(
        cls, life: Life, fact: Fact[StrandRecord], today: date, due: Mapping[StrandId, date] | None = None
    ) -> "StrandView":
        """`due` is when recommendations are to be answered."""
        record = fact.content
        status: ReviewStatus | RecommendationStatus | None = None
        if isinstance(record, Review):
            status = review_on(life, record.id, today)
        elif isinstance(record, Recommendation):
            status = recommendation_on(life, record.id, today, (due or {}).get(record.id))
        return cls(
            id=record.id,
            fact=fact.id,
            content=content_view(record),
            status=status,
            events=[EventView.of(e) for e in life.events(record.id)],
            pauses=[PauseView.of(p) for p in life.pauses_about(record.id)],
        )


class StrandRecorded(StrandView):
    warnings: list[Warned]


class RoleView(View):
    role: PartyRole
    category: DataSubjectCategory
    since: Day


class PartyView(View):
    id: UUID
    name: str
    contact: str | None
    reference: str | None
    roles: list[RoleView] = Field(description="What they are to the case today")

    @classmethod
    def of(cls, party: Party, held: Sequence[PartyStatus]) -> "PartyView":
        """`held` is what they are to the case today."""
        roles = [RoleView(role=p.role, category=p.category, since=p.when.on) for p in held]
        return cls(id=party.id, name=party.name, contact=party.contact, reference=party.reference, roles=roles)


class TimelineRow(View):
    """A fact or a custody entry; `at` is when it was recorded."""

    id: UUID
    at: Instant
    fact: FactView | None = None
    entry: EntryView | None = None


def fact_data(kept: KeptFact) -> dict[str, Any]:
    """A fact as `FactView` says, of what JSON is written from: a page has hundreds, so they go through no model."""
    fact = kept.fact
    return {
        "id": fact.id,
        "number": kept.number,
        "content": content_data(fact.content),
        "recorded_by": fact.recorded_by,
        "recorded_at": rfc3339(fact.recorded_at),
        "corrects": fact.corrects,
        "reason": fact.reason,
        "corrected_by": kept.corrected_by,
    }


def timeline_data(row: KeptFact | CustodyRow) -> dict[str, Any]:
    """As `TimelineRow` says, likewise."""
    if isinstance(row, KeptFact):
        fact = fact_data(row)
        return {"id": fact["id"], "at": fact["recorded_at"], "fact": fact, "entry": None}
    entry = entry_data(row)
    return {"id": entry["id"], "at": entry["at"], "fact": None, "entry": entry}


def warned(problems: Sequence[Problem]) -> list[Warned]:
    return [Warned.of(p) for p in problems]
