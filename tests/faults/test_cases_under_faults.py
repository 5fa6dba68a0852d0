"""What is done with cases and their dates by refused, answer lost, crash: all of it is there or nothing, and asking again ends it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from dems.bootstrap import Dems
from dems.errors import DatabaseUnavailable, DemsError, NotFound, PreconditionFailed
from dems.model.cases import Case
from dems.model.clocks.calendars import EW
from dems.model.clocks.letters import Wanted
from dems.model.clocks.reminders import AHEAD
from dems.model.clocks.rows import rows_of
from dems.model.clocks.rules import clocks_by
from dems.model.clocks.table import CLOCKS
from dems.model.life.contents import Milestone
from dems.model.life.events import EventKind
from dems.model.life.messages import CaseMessage, PartySaid, SourceVersion
from dems.model.life.saying import NewFact
from dems.model.life.vocabulary import Vocabulary
from dems.model.life.when import When
from dems.model.people import CaseRole
from dems.model.times import london_date
from dems.ports import Once, Page, Transaction, Transactions
from dems.usecases.cases.change_case import ChangeCase
from dems.usecases.cases.end_member import EndMember
from dems.usecases.cases.load_history import Line, LoadHistory
from dems.usecases.cases.lower_wall import LowerWall
from dems.usecases.cases.open_case import OpenCase
from dems.usecases.cases.put_member import Holding, PutMember
from dems.usecases.cases.put_party import PutParty
from dems.usecases.cases.raise_wall import RaiseWall
from dems.usecases.cases.record_facts import RecordFacts
from dems.usecases.cases.take_message import TakeMessage
from dems.usecases.timeliness.change_calendar import ChangeCalendar
from dems.usecases.timeliness.define_clock import DefineClock
from dems.usecases.timeliness.draft_letter import DraftLetter
from dems.usecases.timeliness.remind import Remind
from tests.casework import investigated
from tests.conftest import Owner, Team
from tests.faults.befalling import Act, befall
from tests.faults.faults import Fault, Faults, ProcessDied
from tests.faults.faulty_transactions import FaultyTransactions
from tests.faults.verifier import Verifier
from tests.world import World

ALL = Page(1_000)
WORDS = Vocabulary()


@dataclass(frozen=True)
class Step:
    """One act, by the name of its transaction, with one fault at its commit.

    `again` is what asking again is answered where the deed was done and nobody heard of it; None is the first answer.
    """

    name: str
    act: Act
    fault: Fault
    again: type[DemsError] | None = None


def kept(tx: Transaction, case: Case, opened: str, clock: str) -> tuple[Any, ...]:
    """All that there is of a case and of the one that is opened, and the rules that are changed."""
    other = tx.cases.by_reference(opened)
    rules = tx.clocks.rules()
    return (
        tx.cases.get(case.id),
        other,
        None if other is None else tx.lives.of_case(other.id),
        tx.lives.of_case(case.id),
        sorted(map(str, tx.clocks.of_cases([case.id]))),
        tx.parties.page(case.id, ALL),
        tx.cases.grants(case.id),
        tx.cases.walls(case.id),
        tx.letters.page(case.id, ALL),
        len(tx.custody.of_case(case.id, ALL)),
        [d.rule.version for d in rules.definitions if d.rule.id == clock],
        rules.newest[EW].version,
    )


def befalls(step: Step, dems: Dems, fallible: Engine, look: Callable[[Transaction], object]) -> None:
    """The fault, and asking again: the deed is there or it is not, and after that it was done once."""

    def there() -> object:
        with dems.transaction() as tx:
            return look(tx)

    befallen = befall(step.name, step.act, step.fault, fallible, dems.clock, there)
    if step.again is None:
        step.act(dems.transaction, befallen.key)
    else:
        with pytest.raises(step.again):
            step.act(dems.transaction, befallen.key)
    done = there()
    assert done != befallen.before
    assert step.fault.before or done == befallen.after, f"{step}: what had been done was done again"


def test_every_act_is_done_whole_or_not_at_all_and_once(
    dems: Dems, world: World, team: Team, fallible: Engine, as_owner: Owner
) -> None:
    """One case on its way, each step with another of the four faults first; rows of clocks never differ from its facts."""
    case, who, boss = team.case, team.manager.actor, world.somebody("administrator").actor
    joins, clock = world.somebody("investigator").person.id, dems.clock
    opened, own, today = f"F/{uuid4()}", f"faults-{uuid4().hex[:8]}", london_date(dems.clock())
    investigated(dems, case, team.manager)
    defined = replace(next(d for d in CLOCKS if d.id == "service-complaint"), id=own, in_force_from=date(2099, 1, 1))
    told = [
        CaseMessage(opened, contents=(Milestone(EventKind.PAPERS_RECEIVED, When(today)),), version=SourceVersion(n))
        for n in (2, 3)
    ]
    version, scope, calendar = dems.cases.look_up.one(who, case.id).version, uuid4().bytes, 0
    with dems.transaction() as tx:
        calendar = tx.clocks.rules().newest[EW].version

    def loaded(tx: Transactions, _: Once) -> None:
        """As whoever loads: begins, or goes on after the last line that was recorded."""
        load = LoadHistory(tx, clock, WORDS)
        at = load.begin(who, scope)
        if at.lines < len(told):
            at = load.batch(who, at, [Line(n, m, bytes([n]) * 32) for n, m in enumerate(told, 1)][at.lines :])
        load.finish(who, at)

    def opens(tx: Transactions, once: Once) -> object:
        return OpenCase(tx, clock, WORDS)(who, reference=opened, title="t", once=once)

    def changes(tx: Transactions, _: Once) -> object:
        return ChangeCase(tx, clock, WORDS)(
            who, case.id, {"title": "Another", "themes": ("taser",)}, if_version=version
        )

    def records(tx: Transactions, once: Once) -> object:
        sent = Milestone(EventKind.TIMELINESS_REPORT_SENT, When(today))
        return RecordFacts(tx, clock, WORDS)(who, case.id, [NewFact(sent)], once=once)

    def takes(tx: Transactions, _: Once) -> object:
        message = CaseMessage(opened, None, {"is_major": True}, (), (PartySaid("P1", "Ann Example"),), SourceVersion(1))
        return TakeMessage(tx, clock, WORDS)(who, message)

    def letter(tx: Transactions, once: Once) -> object:
        wanted = Wanted("timeliness-report", None, {}, authority_is_chief_officer=True, chief_officer_is_subject=False)
        return DraftLetter(tx, clock)(who, case.id, wanted, once=once)

    def proclaims(tx: Transactions, once: Once) -> object:
        """Twice the same day would be refused: a day that only this test knows of."""
        day = {date(2003, 7, 1) + timedelta(days=calendar): "A day of mourning"}
        return ChangeCalendar(tx, clock)(boss, EW, replaces=calendar, add=day, remove=[], reason="x", once=once)

    way = [
        Step("OpenCase.__call__", opens, Fault.ANSWER_LOST),
        Step("TakeMessage._taken", takes, Fault.CRASH_AFTER),
        Step("LoadHistory._batch", loaded, Fault.ANSWER_LOST),
        Step("ChangeCase.__call__", changes, Fault.CRASH_AFTER, PreconditionFailed),
        Step("RecordFacts.__call__", records, Fault.CRASH_BEFORE),
        Step("RecordFacts.__call__", records, Fault.ANSWER_LOST),
        Step(
            "PutParty.add",
            lambda tx, once: PutParty(tx, clock).add(who, case.id, name="Bob", once=once),
            Fault.CRASH_AFTER,
        ),
        Step(
            "PutMember.__call__",
            lambda tx, _: PutMember(tx, clock)(who, case.id, joins, [Holding(CaseRole.INVESTIGATOR, None, None)]),
            Fault.ANSWER_LOST,
        ),
        Step(
            "RaiseWall.__call__",
            lambda tx, _: RaiseWall(tx, clock)(who, case.id, force="Kent", reason="x"),
            Fault.REFUSED,
        ),
        Step(
            "LowerWall.__call__",
            lambda tx, _: LowerWall(tx, clock)(who, case.id, force="Kent"),
            Fault.CRASH_AFTER,
            NotFound,
        ),
        Step(
            "EndMember.__call__", lambda tx, _: EndMember(tx, clock)(who, case.id, joins), Fault.ANSWER_LOST, NotFound
        ),
        Step("DraftLetter.__call__", letter, Fault.CRASH_AFTER),
        Step(
            "DefineClock.__call__",
            lambda tx, once: DefineClock(tx, clock)(boss, defined, replaces=0, reason="Ours.", once=once),
            Fault.ANSWER_LOST,
        ),
        Step("ChangeCalendar.__call__", proclaims, Fault.CRASH_BEFORE),
    ]
    for step in way:
        befalls(step, dems, fallible, lambda tx: kept(tx, case, opened, own))
        with dems.transaction() as tx:
            life = tx.lives.of_case(case.id)
            rows = {k.row for k in tx.clocks.of_cases([case.id])}
            assert rows == set(rows_of(life, clocks_by(tx.clocks.rules(), life, clock()))), step
    assert Verifier(dems, as_owner).chains(case.id)


@pytest.mark.parametrize("fault", Fault)
def test_each_step_of_a_date_is_told_once_whatever_befalls_who_tells(
    dems: Dems, team: Team, fallible: Engine, fault: Fault
) -> None:
    made = london_date(dems.clock()) - timedelta(days=355)
    complaint = Milestone(EventKind.COMPLAINT_MADE, When(made))
    dems.cases.record(team.manager.actor, team.case.id, [NewFact(complaint)])

    def told() -> list[int]:
        found = dems.invitations.announcements(team.manager.actor, ALL)
        return [t.days_ahead for t in found if t.case_id == team.case.id and hasattr(t, "days_ahead")]

    faults = Faults({"commit Remind.__call__": fault})
    struck = FaultyTransactions(fallible, dems.clock, lambda _: None, faults)
    with pytest.raises((ProcessDied, DatabaseUnavailable)):
        # All dates of this installation at once: the commit that fails is that of ours.
        Remind(struck, dems.clock, AHEAD, at_once=100_000)()
    struck.gone()
    assert told() == ([] if fault.before else [14])
    dems.timeliness.remind()
    assert told() == [14]
