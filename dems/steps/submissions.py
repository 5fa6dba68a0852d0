"""What went to the prosecutor together, and what is known of what became of it."""

from dataclasses import dataclass
from datetime import date

from dems.model.disclosure.acting import Acting
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import ScheduleSetId, StrandId
from dems.model.people import Clearance
from dems.ports import Transaction
from dems.ports.schedules import AnswerKind
from dems.steps.schedules_at_hand import Entrance
from dems.steps.shown_schedules import FormListed, forms_listed


@dataclass(frozen=True, slots=True)
class SentBack:
    """That the prosecutor returned it, and what has to be put right."""

    reason: str
    recorded: Acting


@dataclass(frozen=True, slots=True)
class Served:
    """That the prosecutor said they served one of its schedules."""

    schedule: str
    served_on: date
    recipient: str
    told_by: str
    recorded: Acting


@dataclass(frozen=True, slots=True)
class Submission:
    """A set that was sent, as its reader may know of it; `sha256` is of all of it, for whoever may know of all of it."""

    id: ScheduleSetId
    proceeding: StrandId
    sent: Acting
    state: ScheduleState
    sha256: str | None
    forms: tuple[FormListed, ...]
    returned: tuple[SentBack, ...]
    served: tuple[Served, ...]


def submissions(tx: Transaction, entrance: Entrance) -> list[Submission]:
    """All of a proceeding, in the order of their ids; one of which its reader may know nothing is not there."""
    proceeding, cleared = entrance.proceeding, Clearance.SENSITIVE in entrance.clearances
    answers, forms = tx.schedules.answers(proceeding), forms_listed(tx, entrance)
    digests = tx.schedules.set_digests(proceeding) if cleared else {}
    found = []
    for answer in answers:
        of = answer.of
        own = tuple(f for f in forms if f.of == of)
        if answer.kind is not AnswerKind.SUBMITTED or of is None or not own:
            continue
        since = [a for a in answers if a.of == of]
        found.append(
            Submission(
                of,
                proceeding,
                answer.by,
                _state(own),
                digests[of].hex if cleared else None,
                own,
                tuple(SentBack(a.content["reason"], a.by) for a in since if cleared and a.kind is AnswerKind.RETURNED),
                tuple(
                    Served(
                        a.content["schedule"],
                        date.fromisoformat(a.content["served_on"]),
                        a.content["recipient"],
                        a.content["told_by"],
                        a.by,
                    )
                    for a in since
                    if a.kind is AnswerKind.SERVED
                ),
            )
        )
    return sorted(found, key=lambda s: s.id)


def submission(tx: Transaction, entrance: Entrance, wanted: ScheduleSetId) -> Submission | None:
    return next((s for s in submissions(tx, entrance) if s.id == wanted), None)


def _state(forms: tuple[FormListed, ...]) -> ScheduleState:
    """With the prosecutor while any of it is; else how its first schedule stands."""
    states = [f.state for f in forms]
    return ScheduleState.SUBMITTED if ScheduleState.SUBMITTED in states else states[0]
