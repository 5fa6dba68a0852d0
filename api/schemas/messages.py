"""What the case system says of a case, on the wire."""

from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Day, Instant, Line, Prose
from api.schemas.cases import Theme
from api.schemas.contents import AnyContent, When, content_of, when_of
from dems.model.life.events import EventKind, Outcome
from dems.model.life.messages import CaseMessage, RoleSaid, SourceVersion
from dems.model.life.messages import PartySaid as Told
from dems.model.life.records import content_from
from dems.model.life.saying import FIELDS
from dems.model.life.vocabulary import DataSubjectCategory, Jurisdiction, Mode, PartyRole, Source


class PartyRoleSaid(Body):
    role: PartyRole
    category: DataSubjectCategory = Field(description="Data Protection Act 2018, section 38")
    holds: bool = True
    when: When


class PartySaid(Body):
    """A person, by the case system's reference for them."""

    reference: Line
    name: Line
    contact: Prose | None = None
    roles: list[PartyRoleSaid] = Field(default_factory=list, max_length=20)


class MilestoneSaid(Body):
    kind: EventKind
    when: When
    about: UUID | None = None
    outcome: Outcome | None = None
    decided_by: UUID | None = None


class DecisionSaid(Body):
    """A decision about the mode of investigation."""

    mode: Mode
    when: When
    decided_by: UUID
    reason: Prose


class CaseSaid(Body):
    """What the case system says of a case. What is left out stays as it is."""

    title: Line | None = Field(default=None, description="Needed where there is no such case yet")
    matter_type: Line | None = None
    jurisdiction: Jurisdiction | None = None
    force: Line | None = None
    appropriate_authority: Line | None = None
    source: Source | None = None
    themes: list[Theme] | None = Field(default=None, max_length=50)
    is_major: bool | None = None
    since: Day | None = Field(
        default=None,
        description="From when `themes` and `is_major` hold. Left out: of a new case since it was received; of another since "
        "the time that `source_version` is, or from today",
    )
    received_at: Instant | None = None
    milestones: list[MilestoneSaid] = Field(default_factory=list, max_length=200)
    decisions: list[DecisionSaid] = Field(default_factory=list, max_length=50)
    parties: list[PartySaid] = Field(default_factory=list, max_length=100)
    facts: list[AnyContent] = Field(default_factory=list, max_length=200, description="Anything else, of any kind")
    source_version: int | Line | None = Field(
        default=None, description="A whole number or a time, larger than that of the message before"
    )
    reason: Prose | None = Field(default=None, description="Why earlier facts are corrected")

    def message(self, reference: str) -> CaseMessage:
        said = self.model_dump(include=set(FIELDS), exclude_unset=True)
        never_null = {"themes", "is_major", "jurisdiction"}
        dates = [content_from("milestone", m.model_dump(mode="json", exclude_none=True)) for m in self.milestones]
        modes = [content_from("mode_decision", d.model_dump(mode="json")) for d in self.decisions]
        return CaseMessage(
            reference=reference,
            title=self.title,
            said={k: v for k, v in said.items() if v is not None or k not in never_null},
            contents=(*dates, *modes, *(content_of(c) for c in self.facts)),
            parties=tuple(_party(p) for p in self.parties),
            version=None if self.source_version is None else SourceVersion.parse(str(self.source_version)),
            reason=self.reason,
            since=self.since,
        )


def _party(said: PartySaid) -> Told:
    roles = tuple(RoleSaid(r.role, r.category, r.holds, when_of(r.when)) for r in said.roles)
    return Told(said.reference, said.name, said.contact, roles)
