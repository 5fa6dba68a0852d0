"""Answers of the prosecutor, and documents, by refused, answer lost, crash: recorded whole and once, no byte without its entry."""

import pytest
from sqlalchemy import Engine

from dems.bootstrap.answers import Answers
from dems.errors import WrongState
from dems.model.custody import of_proceeding, restricted_of
from dems.model.ids import StrandId
from dems.model.times import london_date
from dems.ports import Once, Page, Transactions
from dems.steps.answering import RowDecided
from dems.steps.documents_made import Made
from dems.usecases.schedules.endorse import EndorseSchedule
from dems.usecases.schedules.read_document import DocumentWanted, ReadDocument
from dems.usecases.schedules.report_service import ReportService
from dems.usecases.schedules.send_back import SendBack
from dems.usecases.schedules.take_workbook import TakeWorkbook
from tests.conftest import Team
from tests.faults.befalling import Act, befall
from tests.faults.faults import Fault
from tests.filled import put, read_here, worked_in
from tests.proceedings import proceeding_of
from tests.submitted import SubmittedSet, submitted_set
from tests.world import World


@pytest.fixture
def went(world: World, team: Team) -> SubmittedSet:
    return submitted_set(proceeding_of(world, team))


def kept(went: SubmittedSet) -> tuple[object, ...]:
    """All that came back of a proceeding, and how long its chains are."""
    proceeding: StrandId = went.proceeding.id
    with went.dems.transaction() as tx:
        return (
            dict(tx.schedules.states(proceeding)),
            tx.schedules.endorsements(proceeding),
            [a.kind for a in tx.schedules.answers(proceeding)],
            [len(tx.custody.chain(f(proceeding), Page(500))) for f in (of_proceeding, restricted_of)],
        )


def test_every_answer_is_recorded_whole_or_not_at_all_and_once(went: SubmittedSet, fallible: Engine) -> None:
    """One submission: a row endorsed, another by workbook, what was served, and the rest sent back."""
    dems, who, clock = went.dems, went.proceeding.lawyer.actor, went.dems.clock
    acts: Answers = dems.answers
    made: list[DocumentWanted] = []
    taken = worked_in(acts.hand_out_workbook(who, went.mg6c)[1], "MG6C", put(E16="CND", H16="It is of another week."))

    def endorse(tx: Transactions, once: Once) -> object:
        return EndorseSchedule(tx, clock)(who, went.mg6c, [RowDecided(1, "CND")], once=once)

    def take(tx: Transactions, _: Once) -> object:
        return TakeWorkbook(tx, clock, read_here)(who, went.mg6c, taken)

    def serve(tx: Transactions, once: Once) -> object:
        day = london_date(clock())
        return ReportService(tx, clock)(who, went.id, served_on=day, recipient="Moss", told_by="H. Bose", once=once)

    def send_back(tx: Transactions, once: Once) -> object:
        return SendBack(tx, clock)(who, went.mg6d, reason="Say why.", once=once)

    def write(wanted: DocumentWanted) -> Made:
        made.append(wanted)
        return Made("x", b"x")

    def read(tx: Transactions, _: Once) -> object:
        return ReadDocument(tx, clock, write)(who, went.mg6c, "json")

    way: list[tuple[str, Act, Fault]] = [
        ("TakeWorkbook", take, Fault.CRASH_BEFORE),
        ("EndorseSchedule", endorse, Fault.ANSWER_LOST),
        ("ReportService", serve, Fault.CRASH_AFTER),
        ("SendBack", send_back, Fault.ANSWER_LOST),
        ("ReadDocument", read, Fault.REFUSED),
        ("ReadDocument", read, Fault.CRASH_AFTER),
    ]
    for name, act, fault in way:
        befallen = befall(f"{name}.__call__", act, fault, fallible, clock, lambda: kept(went))
        assert made == [], "no byte leaves before the entry that says so is committed"
        act(dems.transaction, befallen.key)
        assert kept(went) != befallen.before
        made.clear()
    with pytest.raises(WrongState, match="is endorsed"):
        take(dems.transaction, Once(b"", b""))
    assert kept(went)[2] == ["submitted", "served", "returned"]
    assert len(kept(went)[1]) == 2  # type: ignore[arg-type]
