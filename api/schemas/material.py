"""What disclosure is about beside the items of a case, and what it asks of those, on the wire."""

from uuid import UUID

from pydantic import Field

from api.schemas.base import Body, Line, Prose, View
from api.schemas.deciding import Truth
from api.schemas.disclosure import ActingView, InRole
from api.schemas.evidence import Ref
from dems.model.disclosure.material import Marking, NeverStored
from dems.model.exhibits import ExhibitRef
from dems.model.people import CaseRole
from dems.ports.disclosure import Elsewhere, Particulars
from dems.usecases.disclosure.record_particulars import Particular
from dems.usecases.disclosure.record_placeholder import Placeholder


class PlaceholderBody(Body):
    """Something that is elsewhere and not to be here."""

    exhibit_ref: Ref
    description: Prose
    holder: Line = Field(description="Who has it")
    place: Line = Field(description="Where it is")
    marking: Marking
    never_stored: NeverStored | None = Field(default=None, description="Why no ordinary system holds what it says")
    restricted: Truth = Field(description="Whether that it exists is only for whoever has the clearance `sensitive`")
    role: CaseRole | None = InRole

    def told(self) -> Placeholder:
        return Placeholder(
            ExhibitRef(self.exhibit_ref),
            self.description,
            self.holder,
            self.place,
            self.marking,
            self.never_stored,
            self.restricted,
        )


class PlaceholderView(View):
    """A placeholder. It is decided about like an item, under its id."""

    id: UUID
    proceeding: UUID = Field(description="In which it was recorded; it is of the whole case")
    exhibit_ref: str
    description: str
    holder: str
    place: str
    marking: Marking
    never_stored: NeverStored | None
    restricted: bool
    by: ActingView

    @classmethod
    def of(cls, kept: Elsewhere) -> "PlaceholderView":
        return cls(
            id=kept.id,
            proceeding=kept.proceeding,
            exhibit_ref=kept.exhibit_ref,
            description=kept.description,
            holder=kept.holder,
            place=kept.place,
            marking=kept.marking,
            never_stored=kept.never_stored,
            restricted=kept.restricted,
            by=ActingView.of(kept.by),
        )


class ParticularsBody(Body):
    """What disclosure asks of an item beyond what was declared of it. What is left out is so no more."""

    marking: Marking = Marking.OFFICIAL
    unexamined: Truth = Field(default=False, description="Seized in bulk and not looked into")
    edited: Truth = Field(default=False, description="An edited version of what it derives from")
    redaction_set: Line | None = None
    place: Line | None = Field(default=None, description="Of a thing or a paper document: where it is")
    holder: Line | None = None
    reason: Prose
    role: CaseRole | None = InRole

    def told(self) -> Particular:
        return Particular(self.marking, self.unexamined, self.edited, self.redaction_set, self.place, self.holder)


class ParticularsView(View):
    item: UUID
    marking: Marking
    unexamined: bool
    edited: bool
    redaction_set: str | None
    place: str | None
    holder: str | None
    reason: str
    by: ActingView

    @classmethod
    def of(cls, kept: Particulars) -> "ParticularsView":
        return cls(
            item=kept.item,
            marking=kept.marking,
            unexamined=kept.unexamined,
            edited=kept.edited,
            redaction_set=kept.redaction_set,
            place=kept.place,
            holder=kept.holder,
            reason=kept.reason,
            by=ActingView.of(kept.by),
        )
