"""Whether somebody may say something of a case: open it, or change what is there."""

from dems.errors import AlreadyExists, NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority
from dems.ports import Transaction
from dems.steps.taking import Known


def authority_for(tx: Transaction, actor: Actor, known: Known) -> Authority:
    """Opening a case, or changing one that the actor may know of. Raises `AlreadyExists` for any other."""
    if known.case is None:
        return tx.authorise(actor, Act.CASE_OPEN)
    try:
        tx.authorise(actor, Act.CASE_READ, case_id=known.case.id)
    except NotFound:
        tx.authorise(actor, Act.CASE_OPEN)
        raise AlreadyExists("This reference cannot be used: it is taken.", field="reference") from None
    return tx.authorise(actor, Act.CASE_CHANGE, case_id=known.case.id)
