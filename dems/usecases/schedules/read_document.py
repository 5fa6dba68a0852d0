"""Read the document of a form: PDF, XLSX, CSV or JSON, made from what was certified."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.ids import ScheduleSetId
from dems.ports import Clock, Transactions
from dems.steps.documents_made import Made
from dems.steps.schedules_at_hand import at_hand, entered_by
from dems.steps.telling_of_documents import tell_of_document


class Profile(StrEnum):
    """What else an MG6E is written as."""

    STREAMLINED = "streamlined"
    """A streamlined disclosure certificate: the same data."""
    NOTE = "note"
    """The MG6: what the prosecutor is told about the schedules of its set."""


@dataclass(frozen=True, slots=True)
class DocumentWanted:
    """A form of a set, with the whole file of its proceeding; who asks may know of the form. `at` is what a draft says of itself."""

    file: ProceedingFile
    part: UUID
    of: ScheduleSetId
    form: Form
    case_reference: str
    at: datetime
    kind: str
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """`make` makes a document of a kind that is named. It may take a minute and much memory, in a process of its own."""

    transaction: Transactions
    clock: Clock
    make: Callable[[DocumentWanted], Made]

    def __call__(self, actor: Actor, schedule_id: UUID, kind: str, *, profile: Profile | None = None) -> Made:
        """Whoever asks is entered in the proceeding's chain before anything is made; a draft says that it is one.

        Raises `NotFound`, `WrongState` for a statement that nobody has signed and for what was given up before its set was whole,
        `Invalid` for a profile of anything but an MG6E and for a streamlined certificate that would not be true, `DocumentNotMade`,
        `Overloaded`.
        """
        with self.transaction() as tx:
            now = self.clock()
            entrance = entered_by(tx, actor, Act.SCHEDULE_DOCUMENT, schedule_id, now)
            file = at_hand(tx, entrance.proceeding, now).file
            case = tx.cases.get(entrance.case_id)
            listed = tell_of_document(tx, entrance, schedule_id, kind if profile is None else f"{profile.value} {kind}")
            if profile is not None and listed.form is not Form.MG6E:
                raise Invalid("A profile is another way to write an MG6E: name one.", field="profile")
        return self.make(DocumentWanted(file, listed.id, listed.of, listed.form, case.reference, now, kind, profile))
