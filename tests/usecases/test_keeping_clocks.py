"""The rows of a case's clocks follow its facts, and what was known before stays a query."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import ImpossibleLife
from dems.model.clocks.answers import ClockState
from dems.model.clocks.rows import rows_of
from dems.model.clocks.rules import clocks_by
from dems.model.life.events import EventKind
from dems.model.life.lives import Life
from dems.steps.keeping_clocks import keep_clocks
from tests.casework import investigated, record
from tests.conftest import Owner, Team, Time
from tests.model.lives import Told, milestone, suspended, under_investigation


def of(team: Team, told: Told) -> Life:
    return replace(told.life, case_id=team.case.id)


def keep(dems: Dems, life: Life, at: Time) -> int:
    with dems.transaction() as tx:
        return keep_clocks(tx, [life], at())


def rows(as_owner: Owner, team: Team, clock: str) -> Sequence[Any]:
    columns = "state, stopped_on, due_on, counted, known_from, known_until"
    where = f"case_id = '{team.case.id}' AND clock = '{clock}'"
    return as_owner(f"SELECT {columns} FROM case_clocks WHERE {where} ORDER BY known_from, id")  # noqa: S608


def test_the_rows_are_what_facts_and_rules_say(dems: Dems, team: Team, time: Time) -> None:
    told = under_investigation(suspended("2021-06-01"))
    told.tell(milestone(EventKind.REPORT_DRAFTED, "2021-10-01"))
    told.tell(milestone(EventKind.REPORT_FINAL, "2021-10-20"))
    life, now = of(team, told), time()
    with dems.transaction() as tx:
        keep_clocks(tx, [life], now)
    with dems.transaction() as tx:
        kept = {k.row.key: k.row for k in tx.clocks.of_cases([team.case.id])}
        assert kept == {r.key: r for r in rows_of(life, clocks_by(tx.clocks.rules(), life, now))}
    assert len(kept) == 5


def test_keeping_them_again_changes_nothing(dems: Dems, team: Team, time: Time) -> None:
    life = of(team, under_investigation())
    assert keep(dems, life, time) > 0
    time.ahead = timedelta(days=1)
    assert keep(dems, life, time) == 0


def test_a_fact_closes_the_old_row_and_the_new_one_holds_from_then_on(
    dems: Dems, team: Team, time: Time, as_owner: Owner
) -> None:
    told = under_investigation()
    keep(dems, of(team, told), time)
    time.ahead = timedelta(days=1)
    final = told.tell(milestone(EventKind.REPORT_FINAL, "2021-10-20"))
    keep(dems, of(team, told), time)
    time.ahead = timedelta(days=2)
    told.correct(final, milestone(EventKind.REPORT_FINAL, "2021-10-06"))
    keep(dems, of(team, told), time)
    first, second, third = rows(as_owner, team, "investigation-6-months")
    assert (first.state, second.state, third.state) == (ClockState.RUNNING, ClockState.MISSED, ClockState.MET)
    assert (first.counted, second.counted, third.counted) == (None, 196, 182)
    assert first.known_until == second.known_from
    assert second.known_until == third.known_from
    assert third.known_until is None
    assert len(rows(as_owner, team, "mode-decision")) == 1


def test_a_start_that_is_taken_back_leaves_no_row_that_holds(
    dems: Dems, team: Team, time: Time, as_owner: Owner
) -> None:
    told = under_investigation()
    clear = told.tell(milestone(EventKind.REFERRAL_DUTY_CLEAR, "2021-03-31"))
    keep(dems, of(team, told), time)
    told.retract(clear)
    keep(dems, of(team, told), time)
    (row,) = rows(as_owner, team, "mandatory-referral")
    assert (row.due_on, row.known_until is None) == (date(2021, 4, 1), False)


def test_a_host_whose_clock_is_behind_closes_no_row_before_it_began(
    dems: Dems, team: Team, time: Time, as_owner: Owner
) -> None:
    told = under_investigation()
    keep(dems, of(team, told), time)
    time.ahead = -timedelta(seconds=30)
    told.tell(milestone(EventKind.REPORT_FINAL, "2021-10-20"))
    keep(dems, of(team, told), time)
    first, second = rows(as_owner, team, "investigation-6-months")
    assert first.known_from == first.known_until == second.known_from


@pytest.mark.parametrize("change", ["state = 'met'", "due_on = due_on + 30", "known_from = now()"])
def test_the_application_may_only_end_a_row(
    dems: Dems, team: Team, time: Time, as_application: Owner, change: str
) -> None:
    keep(dems, of(team, under_investigation()), time)
    with pytest.raises(Exception, match="permission denied"):
        as_application(f"UPDATE case_clocks SET {change}")  # noqa: S608
    with pytest.raises(Exception, match="permission denied"):
        as_application("DELETE FROM case_clocks")


def test_recording_a_fact_keeps_the_clocks_in_the_same_transaction(dems: Dems, team: Team, as_owner: Owner) -> None:
    investigated(dems, team.case, team.manager)
    (row,) = rows(as_owner, team, "mode-decision")
    assert (row.state, row.due_on, row.counted) == (ClockState.MET, date(2021, 4, 8), 2)
    with pytest.raises(ImpossibleLife):
        record(dems, team.case, team.manager, milestone(EventKind.REPORT_FINAL, "2021-01-01"))
    (running,) = rows(as_owner, team, "investigation-6-months")
    assert (running.state, running.due_on) == (ClockState.RUNNING, date(2021, 10, 7))
