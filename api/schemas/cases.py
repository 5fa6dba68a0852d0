"""Cases, teams and walls on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.schemas.base import Body, Day, Instant, Line, View
from api.schemas.contents import (
    content_view,
)
from api.schemas.lives import FactView, PartyView, PauseView, Warned
from dems.model.cases import Case
from dems.model.life.contents import ModeDecision
from dems.model.life.events import PauseKind
from dems.model.life.facts import Fact
from dems.model.life.stages import Stage, WithCps, proceedings_on, with_cps_on
from dems.model.life.strands import ProceedingKind
from dems.model.life.vocabulary import Jurisdiction, MatterType, Mode, Source
from dems.model.people import CaseGrant, CaseRole, Clearance, Person, Wall
from dems.usecases.cases.look_up_life import WholeCase


def _trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError("a reference does not begin or end with white space")
    return text


Reference = Annotated[
    Line,
    Field(max_length=100, description="Unique; may hold `/`", examples=["2021/155555"]),
    AfterValidator(_trimmed),
]
Theme = Annotated[Line, Field(max_length=100, examples=["mental health"])]


class CaseFields(Body):
    title: Line
    matter_type: Line | None = Field(default=None, examples=["complaint"])
    jurisdiction: Jurisdiction | None = Field(default=None, description="`police`, if left out")
    force: Line | None = None
    appropriate_authority: Line | None = None
    source: Source | None = Field(default=None, description="How the matter came to the body")
    themes: list[Theme] = Field(default_factory=list, max_length=50)
    is_major: bool = False
    received_at: Instant | None = None


class NewCase(CaseFields):
    reference: Reference


class CaseChange(Body):
    """Fields that are left out stay as they are."""

    title: Line | None = None
    matter_type: Line | None = None
    jurisdiction: Jurisdiction | None = None
    force: Line | None = None
    appropriate_authority: Line | None = None
    source: Source | None = None
    themes: list[Theme] | None = Field(default=None, max_length=50)
    is_major: bool | None = None
    received_at: Instant | None = None
    state: Literal["open", "closed"] | None = Field(default=None, description="`closed` closes, `open` reopens")
    reason: Line | None = None


class CaseView(View):
    id: UUID
    reference: str
    title: str
    state: Literal["open", "closed"]
    matter_type: MatterType | None
    force: str | None
    themes: list[str]
    is_major: bool
    received_at: Instant | None = Field(description="Null where only the date of receipt is known")
    received_on: Day | None
    jurisdiction: Jurisdiction | None
    appropriate_authority: str | None
    source: Source | None
    mode: Mode | None
    stage: Stage
    criminal: bool = Field(description="Whether the investigation is designated criminal")
    facts: int = Field(description="How many there are, corrected ones included")
    source_version: str | None = Field(description="Of the last message of the case system that was taken")
    opened_by: UUID
    opened_at: Instant
    closed_at: Instant | None

    @classmethod
    def of(cls, case: Case) -> "CaseView":
        return cls.model_validate(case)


class CaseTakenView(CaseView):
    """The case since, the facts that were recorded of it, and what is odd about them."""

    changed: list[FactView]
    warnings: list[Warned]


class ModeView(View):
    """The decision in force today."""

    fact: UUID
    mode: Mode
    when: str
    decided_by: UUID
    reason: str


class LinkedCase(View):
    id: UUID
    reference: str


class WholeCaseView(CaseView):
    """A case with all that its life says today."""

    mode_decision: ModeView | None
    with_cps: WithCps
    suspension: PauseView | None = Field(description="For criminal proceedings, while it lasts")
    proceedings: list[ProceedingKind] = Field(description="The kinds that are open")
    linked_cases: list[LinkedCase] = Field(description="Those that you may know of")
    parties: list[PartyView] = Field(description="Who is what to the case today")

    @classmethod
    def whole(cls, found: WholeCase, today: date) -> "WholeCaseView":
        case, life, roles = found.case, found.life, found.life.roles_on(today)
        decided = [f for f in life.modes() if f.content.when.on <= today]
        suspended = (p for p in life.pauses() if p.kind is PauseKind.SUB_JUDICE and p.covers(today))
        pause = next(suspended, None)
        return cls(
            **CaseView.of(case).model_dump(),
            mode_decision=_decision(decided[-1]) if decided else None,
            with_cps=with_cps_on(life, today),
            suspension=None if pause is None else PauseView.of(pause),
            proceedings=sorted(set(proceedings_on(life, today))),
            linked_cases=[LinkedCase(id=c.id, reference=c.reference) for c in found.linked],
            parties=[PartyView.of(p, roles.get(p.id, ())) for p in found.parties],
        )


def _decision(fact: Fact[ModeDecision]) -> ModeView:
    shown = content_view(fact.content).model_dump()
    return ModeView(fact=fact.id, **{n: shown[n] for n in ("mode", "when", "decided_by", "reason")})


class Holding(Body):
    """One role or clearance with dates of its own."""

    name: CaseRole | Clearance
    from_: Day | None = Field(default=None, alias="from", description="Today, if left out")
    until: Day | None = Field(default=None, description="The last day; without one there is no end")


class MemberChange(Body):
    """Everything that the person is to hold on the case; what is not named ends.

    `from` and `until` are for all roles and clearances that do not bring dates of their own.
    """

    role: CaseRole | None = Field(default=None, description="Instead of `roles`, where there is one")
    roles: list[CaseRole | Holding] = Field(default_factory=list, max_length=40)
    clearances: list[Clearance | Holding] = Field(default_factory=list, max_length=10)
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    reason: Line | None = None


class HoldingView(View):
    name: CaseRole | Clearance
    from_: Day = Field(serialization_alias="from")
    until: Day | None


class MemberView(View):
    person_id: UUID
    name: str
    email: str
    roles: list[HoldingView]
    clearances: list[HoldingView]

    @classmethod
    def of(cls, person: Person, grants: list[CaseGrant]) -> "MemberView":
        held = [(g, HoldingView(name=g.name, from_=g.starts_on, until=g.ends_on)) for g in grants]
        return cls(
            person_id=person.id,
            name=person.name,
            email=person.email,
            roles=[v for g, v in held if isinstance(g.name, CaseRole)],
            clearances=[v for g, v in held if isinstance(g.name, Clearance)],
        )


class WallBody(Body):
    reason: Line | None = None


class WallView(View):
    person_id: UUID | None
    force: str | None
    reason: str | None
    raised_at: Instant

    @classmethod
    def of(cls, wall: Wall) -> "WallView":
        return cls(person_id=wall.person_id, force=wall.force, reason=wall.reason or None, raised_at=wall.raised_at)
