"""Cases, teams and walls on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.schemas.base import Body, Day, Instant, Line, View
from dems.model.cases import Case
from dems.model.people import CaseGrant, CaseRole, Clearance, Person, Wall


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
    force: Line | None = None
    themes: list[Theme] = Field(default_factory=list, max_length=50)
    is_major: bool = False
    received_at: Instant | None = None


class NewCase(CaseFields):
    reference: Reference


class CaseChange(Body):
    """Fields that are left out stay as they are."""

    title: Line | None = None
    matter_type: Line | None = None
    force: Line | None = None
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
    matter_type: str | None
    force: str | None
    themes: list[str]
    is_major: bool
    received_at: Instant | None
    opened_by: UUID
    opened_at: Instant
    closed_at: Instant | None

    @classmethod
    def of(cls, case: Case) -> "CaseView":
        return cls.model_validate(case)


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
