"""Read the document of a list of material, or of what its recipient may pass on: PDF, XLSX, CSV or JSON, as it was certified."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.entries import told_of_list
from dems.model.disclosure.files import ProceedingFile
from dems.model.ids import ListId
from dems.ports import Clock, Transactions
from dems.steps.documents_made import Made
from dems.steps.kept_lists import enter, one_known, with_lists
from dems.steps.proceeding_files import whole
from dems.steps.schedules_at_hand import entered


@dataclass(frozen=True, slots=True)
class ListWanted:
    """A list with the file that it is in. `passed_on` wants the form that its recipient passes on."""

    file: ProceedingFile
    list_id: ListId
    case_reference: str
    at: datetime
    kind: str
    passed_on: bool


@dataclass(frozen=True, slots=True)
class ReadList:
    """`make` makes a document of a kind that is named. It may take a minute and much memory, in a process of its own."""

    transaction: Transactions
    clock: Clock
    make: Callable[[ListWanted], Made]

    def __call__(self, actor: Actor, list_id: ListId, kind: str, *, passed_on: bool = False) -> Made:
        """Whoever asks is entered in the proceeding's chain before anything is made.

        Raises `NotFound`, also for a list of which nothing is passed on as a form of its own, `DocumentNotMade`, `Overloaded`.
        """
        with self.transaction() as tx:
            now = self.clock()
            entrance = entered(tx, actor, Act.SCHEDULE_DOCUMENT, tx.schedules.proceeding_of(list_id), now)
            found = one_known(tx, entrance, list_id)
            if passed_on and found.copy_template is None:
                raise NotFound("form that is passed on")
            file = with_lists(tx, whole(tx, entrance.proceeding, now))
            case = tx.cases.get(entrance.case_id)
            told = told_of_list(found)
            which = {"document": kind, "passed_on": passed_on}
            enter(tx, entrance, replace(told, facts={**which, **told.facts}))
        return self.make(ListWanted(file, list_id, case.reference, now, kind, passed_on))
