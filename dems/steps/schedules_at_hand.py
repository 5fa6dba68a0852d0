"""What an act about schedules begins with: who acts and what they may see, and the proceeding with the set that is put together."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority
from dems.model.disclosure.acting import DISCLOSURE_OFFICERS, Acting
from dems.model.disclosure.broken import PlaceKind, Where
from dems.model.disclosure.certifying import require_signatory
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.preparing import Preparation, as_still_signed, prepared
from dems.model.ids import CaseId, StrandId
from dems.model.people import CaseRole, Clearance
from dems.ports import Transaction
from dems.steps.acting import acting, clearances
from dems.steps.kept_schedules import with_schedules
from dems.steps.proceeding_files import known_to, whole


@dataclass(frozen=True, slots=True)
class Entrance:
    """Somebody who may do an act in a proceeding, and the clearances that they hold today."""

    proceeding: StrandId
    case_id: CaseId
    authority: Authority
    clearances: frozenset[Clearance]

    @property
    def sees_all(self) -> bool:
        """Whether nothing of the proceeding is kept from them."""
        return self.clearances >= frozenset(Clearance)

    def may_know_of(self, form: Form) -> bool:
        """What goes with an MG6C is for whoever may know what is sensitive."""
        return form is Form.MG6C or Clearance.SENSITIVE in self.clearances


@dataclass(frozen=True, slots=True)
class AtHand:
    """The whole file with all that was certified and, drafted as of now, the set that is put together, if one is."""

    file: ProceedingFile
    made: Preparation | None


def entered(tx: Transaction, actor: Actor, act: Act, proceeding: StrandId, now: datetime) -> Entrance:
    """Raises `NotFound` for a proceeding that the actor may not know of, `NotPermitted`."""
    case_id = tx.disclosure.case_of(proceeding)
    authority = tx.authorise(actor, act, case_id=case_id)
    return Entrance(proceeding, case_id, authority, clearances(tx, actor, case_id, now))


def entered_by(tx: Transaction, actor: Actor, act: Act, part: UUID, now: datetime) -> Entrance:
    """As `entered`, for a form or a set. One that is for the cleared alone is not there for anybody else: raises `NotFound`."""
    found = entered(tx, actor, act, tx.schedules.proceeding_of(part), now)
    if not found.may_know_of(Form.MG6C if part in _served(tx, found.proceeding) else Form.MG6D):
        raise NotFound("schedule")
    return found


def _served(tx: Transaction, proceeding: StrandId) -> set[UUID]:
    """The MG6Cs of a proceeding, and the sets that have one."""
    ids: set[UUID] = set()
    for form in tx.schedules.forms(proceeding):
        if form.form is Form.MG6C:
            ids |= {form.id, form.of}
    under_way = tx.schedules.preparation(proceeding)
    if under_way is not None and under_way[0].mg6c is not None:
        ids.add(under_way[0].mg6c)
    return ids


def officer(
    tx: Transaction, actor: Actor, entrance: Entrance, now: datetime, role: CaseRole | None, done: str
) -> Acting:
    """Who acts, as a disclosure officer if they are one. Raises `DisclosureRulesBroken` for a role that is not held."""
    return acting(tx, actor, entrance.case_id, now, role=role, fitting=DISCLOSURE_OFFICERS, rule="R17", done=done)


def require_signs(
    tx: Transaction, actor: Actor, entrance: Entrance, file: ProceedingFile, by: Acting, done: str
) -> None:
    """Refuse whoever may not certify, of whom nothing else is then asked; a service brings no clearance that it does not hold itself.

    Raises `DisclosureRulesBroken` with R17 alone.
    """
    known = known_to(tx, file, actor, entrance.clearances)
    require_signatory(known, by, Where.of(PlaceKind.PERSON, by.person), done)


def at_hand(tx: Transaction, proceeding: StrandId, now: datetime) -> AtHand:
    """Raises `NotFound` where disclosure is not open."""
    file = certified(tx, proceeding, now)
    under_way = tx.schedules.preparation(proceeding)
    return AtHand(file, None) if under_way is None else drafted(file, under_way[0])


def drafted(file: ProceedingFile, made: Preparation) -> AtHand:
    """The set that is put together, drafted in a file that has only what was certified."""
    with_drafts = prepared(file, made)
    return AtHand(with_drafts, as_still_signed(with_drafts, made))


def certified(tx: Transaction, proceeding: StrandId, now: datetime) -> ProceedingFile:
    """The whole file with what was certified, and nothing of what is still being put together."""
    return with_schedules(tx, whole(tx, proceeding, now))


def keep_made(tx: Transaction, proceeding: StrandId, made: Preparation | None) -> None:
    """What is put together from now on."""
    if made is None:
        tx.schedules.end_preparation(proceeding)
    else:
        tx.schedules.prepare(proceeding, made)
