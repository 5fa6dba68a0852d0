"""The entry that says who was given which document of a schedule: committed before the first byte of it leaves."""

from uuid import UUID

from dems.errors import NotFound
from dems.model.custody import of_proceeding, restricted_of
from dems.model.disclosure.forms import Form
from dems.ports import Transaction
from dems.steps.schedules_at_hand import Entrance
from dems.steps.shown_schedules import FormListed, forms_listed


def tell_of_document(tx: Transaction, entrance: Entrance, part: UUID, kind: str) -> FormListed:
    """The form that the document is of; `kind` is the format. What goes with an MG6C is told in the restricted chain alone.

    Raises `NotFound` for a set, which has no document of its own.
    """
    listed = next((form for form in forms_listed(tx, entrance) if form.id == part), None)
    if listed is None:
        raise NotFound("schedule")
    facts = {
        "document": kind,
        "schedule": str(listed.id),
        "name": listed.name,
        "state": listed.state.value,
        "sha256": listed.sha256,
    }
    if listed.form is Form.MG6C:
        chain = of_proceeding(entrance.proceeding)
        tx.custody.append(entrance.authority, chain, case_id=entrance.case_id, facts=facts)
    else:
        tx.custody.append(entrance.authority, restricted_of(entrance.proceeding), facts=facts)
    return listed
