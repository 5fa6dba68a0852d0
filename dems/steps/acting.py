"""Who acts in disclosure: in which role that they hold on the case today, and with which clearances."""

from collections.abc import Collection
from datetime import datetime

from dems.model.actors import Actor
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.recording import refuse
from dems.model.ids import CaseId
from dems.model.life.events import words
from dems.model.people import CaseRole, Clearance, Person, Standing, standing_of
from dems.model.times import london_date
from dems.ports import Transaction


def acting(
    tx: Transaction,
    actor: Actor,
    case_id: CaseId,
    at: datetime,
    *,
    role: CaseRole | None = None,
    fitting: Collection[CaseRole] = frozenset(CaseRole),
    rule: str = "R03",
    done: str = "recorded",
) -> Acting:
    """Whoever is behind `actor`, in `role` or else in the first role held that is `fitting`, or in any that is held.

    That a role fits is not asked here: the rules of disclosure refuse, with their numbers. Raises `DisclosureRulesBroken`, naming
    `rule` and what was not `done`, for a role that is not held today.
    """
    person = actor.somebody
    held = _standing(tx, person, case_id, at).roles
    if role is None:
        in_order = [r for r in CaseRole if r in held]
        role = next((r for r in in_order if r in fitting), next(iter(in_order), None))
    said = "any role" if role is None else f"the role {words(role)}"
    message = (
        f"{person.name} does not hold {said} on this case: have somebody act who does, or name a role that is held."
    )
    refuse(() if role in held else (Broken(rule, Where.of(PlaceKind.PERSON, person.id), message),), done)
    assert role is not None, "a role that is not held was refused"
    return Acting(person.id, person.name, role, at)


def clearances(tx: Transaction, actor: Actor, case_id: CaseId, at: datetime) -> frozenset[Clearance]:
    """What everybody whose permission is needed holds today: a service sees no more than whom it acts for, and the other way round."""
    held = [_standing(tx, p, case_id, at).clearances for p in actor.people]
    return frozenset.intersection(*held) if held else frozenset()


def require_clearance(
    tx: Transaction, actor: Actor, case_id: CaseId, clearance: Clearance, at: datetime, *, done: str = "recorded"
) -> None:
    """Raises `DisclosureRulesBroken` unless everybody whose permission is needed holds it today."""
    if clearance not in clearances(tx, actor, case_id, at):
        person = actor.somebody
        message = (
            f"{person.name} does not hold the clearance {clearance.value} on this case: have somebody act who does."
        )
        refuse((Broken("R03", Where.of(PlaceKind.PERSON, person.id), message),), done)


def _standing(tx: Transaction, person: Person, case_id: CaseId, at: datetime) -> Standing:
    return standing_of(person, tx.cases.grants(case_id, [person.id]), [], london_date(at))
