"""Disclosure in a proceeding, on the wire."""

from datetime import date
from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Day, Instant, Line, Prose, View
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.parties import Happening, HappeningKind, PartyTo, Position
from dems.model.ids import PartyId
from dems.model.life.strands import ProceedingKind
from dems.model.people import CaseRole
from dems.ports.disclosure import KeptHappening
from dems.steps.proceeding_files import Disclosed

InRole = Field(
    default=None, description="The role in which you act: one that you hold on the case; left out, the one that fits"
)


class PartyToBody(Body):
    """One party of the proceeding, under the name that headings use."""

    party: UUID = Field(description="A party that the proceeding names")
    position: Position
    name: Line

    def told(self) -> PartyTo:
        return PartyTo(PartyId(self.party), self.position, self.name)


class OpeningBody(Body):
    """What disclosure asks of a proceeding."""

    investigation_began: Day = Field(description="It decides which Code of Practice the investigation is under")
    parties: list[PartyToBody] = Field(min_length=1, max_length=200)
    reason: Prose
    role: CaseRole | None = InRole


class ActingView(View):
    """Who did it: as they were called, and in which role, at that moment."""

    person: UUID
    name: str
    role: CaseRole
    at: Instant

    @classmethod
    def of(cls, by: Acting) -> "ActingView":
        return cls(person=by.person, name=by.name, role=by.role, at=by.at)


class PartyToView(View):
    party: UUID
    position: Position
    name: str


class DisclosureView(View):
    """Disclosure in a proceeding, as it was opened or said anew last."""

    proceeding: UUID
    case_id: UUID
    kind: ProceedingKind
    forum: str = Field(description="The court, the panel or the coroner")
    reference: str | None = Field(description="Theirs")
    title: str = Field(description="What headings say")
    investigation_began: date
    parties: list[PartyToView]
    reason: str
    by: ActingView

    @classmethod
    def of(cls, found: Disclosed) -> "DisclosureView":
        opened, opening = found.opened, found.opening
        return cls(
            proceeding=opened.proceeding.id,
            case_id=opened.case_id,
            kind=opened.proceeding.kind,
            forum=opened.proceeding.forum,
            reference=opened.proceeding.reference,
            title=opened.title,
            investigation_began=opened.investigation_began,
            parties=[PartyToView.model_validate(p) for p in opened.parties],
            reason=opening.reason,
            by=ActingView.of(opening.by),
        )


class HappeningBody(Body):
    """Something that happened in the proceeding."""

    kind: HappeningKind
    on: Day
    party: UUID | None = Field(default=None, description="Whose it is; null where it is everybody's")
    role: CaseRole | None = InRole

    def told(self) -> Happening:
        return Happening(self.kind, self.on, None if self.party is None else PartyId(self.party))


class TakenBackBody(Body):
    reason: Prose
    role: CaseRole | None = InRole


class HappeningView(View):
    """What happened or, where it takes another back, what did not."""

    id: UUID
    kind: HappeningKind
    on: date
    party: UUID | None
    takes_back: UUID | None = Field(description="What did not happen after all")
    reason: str | None = Field(description="Why it is taken back")
    by: ActingView

    @classmethod
    def of(cls, kept: KeptHappening) -> "HappeningView":
        said = kept.happening
        return cls(
            id=kept.id,
            kind=said.kind,
            on=said.on,
            party=said.party,
            takes_back=kept.takes_back,
            reason=kept.reason,
            by=ActingView.of(kept.by),
        )
