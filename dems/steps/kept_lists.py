"""Lists of material: read back from the bytes that were frozen, written once they are certified, and who may know of which."""

from dataclasses import replace
from uuid import UUID

from dems.errors import NotFound
from dems.model.custody import of_proceeding, restricted_of
from dems.model.disclosure.entries import Told, told_of_list
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.lists import KIND_OF, MaterialList, list_from
from dems.model.ids import ScheduleSetId
from dems.model.people import Clearance
from dems.ports import Transaction
from dems.ports.schedules import KeptDocument
from dems.steps.schedules_at_hand import Entrance


def with_lists(tx: Transaction, file: ProceedingFile) -> ProceedingFile:
    """The file with every version of every list that was certified in its proceeding."""
    documents = tx.schedules.documents(file.record.proceeding)
    return replace(file, lists=tuple(list_from(d.snapshot) for d in documents if d.form in KIND_OF))


def keep_list(tx: Transaction, entrance: Entrance, made: MaterialList) -> None:
    """Write a certified list, and enter it. It is of no set: where one is named, it names itself."""
    assert made.snapshot is not None, "what is certified is frozen"
    assert made.signed is not None, "whatever is certified was signed"
    document = KeptDocument(made.id, ScheduleSetId(made.id), made.form, made.snapshot, made.signed)
    tx.schedules.add_document(entrance.proceeding, document)
    enter(tx, entrance, told_of_list(made))


def enter(tx: Transaction, entrance: Entrance, told: Told) -> None:
    if told.restricted:
        # Without the case: its lists of entries are for everybody on it.
        tx.custody.append(entrance.authority, restricted_of(entrance.proceeding), facts=told.facts)
    else:
        chain = of_proceeding(entrance.proceeding)
        tx.custody.append(entrance.authority, chain, case_id=entrance.case_id, facts=told.facts)


def may_know_of(entrance: Entrance, form: Form) -> bool:
    """The exhibit list is for everybody on the case; the others say what is kept back."""
    return form is Form.MG12 or Clearance.SENSITIVE in entrance.clearances


def lists_known(tx: Transaction, entrance: Entrance) -> list[MaterialList]:
    """Every certified version that its reader may know of, in the order of their ids."""
    documents = tx.schedules.documents(entrance.proceeding)
    found = (list_from(d.snapshot) for d in documents if d.form in KIND_OF and may_know_of(entrance, d.form))
    return sorted(found, key=lambda one: one.id)


def one_known(tx: Transaction, entrance: Entrance, list_id: UUID) -> MaterialList:
    """Raises `NotFound` alike for what is no list and for one that the reader may not know of."""
    found = next((one for one in lists_known(tx, entrance) if one.id == list_id), None)
    if found is None:
        raise NotFound("list of material")
    return found
