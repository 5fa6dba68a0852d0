"""Administrators change the rules by which dates are counted; what was answered for keeps the rules it had.

Rules are for good, and all tests share one database: these are of clocks of their own, and of days in 2003.
"""

import json
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import DemsError, Invalid, NoLongerDue, NotPermitted, WrongState
from dems.model.actors import system
from dems.model.clocks.answers import ClockAnswer
from dems.model.clocks.calendars import EW, Calendar
from dems.model.clocks.definitions import ClockDefinition
from dems.model.clocks.rules import Recorded
from dems.model.clocks.table import CLOCKS
from dems.model.ids import StrandId, new_id
from dems.model.life.contents import Milestone
from dems.model.life.events import EventKind, Strand
from dems.model.life.strands import OtherStrand
from dems.ports import Once, Page
from dems.steps.changing_rules import RENEWAL
from dems.usecases.timeliness.renew_clocks import RenewClocks
from tests.casework import record
from tests.conftest import Owner, Sent, Team
from tests.model.lives import on
from tests.world import Somebody, World

SERVICE = next(d for d in CLOCKS if d.id == "service-complaint")
"""20 working days of England and Wales."""


@pytest.fixture
def boss(world: World) -> Somebody:
    return world.somebody("administrator")


@pytest.fixture
def complaint(dems: Dems, team: Team) -> StrandId:
    """Received on Tuesday, 1 April 2003. Between it and 1 May lie Good Friday and Easter Monday: 20 working days."""
    about = StrandId(new_id())
    received = Milestone(EventKind.SERVICE_COMPLAINT_RECEIVED, on("2003-04-01"), about)
    record(dems, team.case, team.manager, OtherStrand(about, Strand.SERVICE_COMPLAINT, "A letter"), received)
    return about


def answered(dems: Dems, team: Team, about: StrandId, day: str) -> None:
    record(dems, team.case, team.manager, Milestone(EventKind.SERVICE_COMPLAINT_ANSWERED, on(day), about))


def definitions(dems: Dems) -> tuple[Recorded[ClockDefinition], ...]:
    with dems.transaction() as tx:
        return tx.clocks.rules().definitions


def calendar(dems: Dems) -> Calendar:
    with dems.transaction() as tx:
        return tx.clocks.rules().newest[EW]


def proclaim(dems: Dems, boss: Somebody, day: date, **more: Any) -> Recorded[Calendar]:
    said = {"replaces": calendar(dems).version, "remove": [], "reason": "Proclaimed at short notice.", **more}
    return dems.timeliness.change_calendar(boss.actor, EW, add={day: "A day of mourning"}, **said)


def clock(dems: Dems, team: Team, name: str = SERVICE.id) -> ClockAnswer:
    found = dems.timeliness.clocks(team.manager.actor, team.case.id)
    return next(k.answer for k in found if k.answer.definition.id == name)


def due_rows(as_owner: Owner, team: Team) -> list[Any]:
    columns = "due_on, calendar_version, known_until IS NULL AS now"
    where = f"case_id = '{team.case.id}' AND clock = '{SERVICE.id}'"
    return as_owner(f"SELECT {columns} FROM case_clocks WHERE {where} ORDER BY known_from, id")  # noqa: S608


def test_an_open_clock_is_counted_with_a_day_that_was_proclaimed(
    dems: Dems, team: Team, boss: Somebody, complaint: StrandId, as_owner: Owner, sent: Sent
) -> None:
    before = calendar(dems).version
    assert clock(dems, team).due_on == date(2003, 5, 1)
    recorded = proclaim(dems, boss, date(2003, 4, 2))
    assert (recorded.rule.version, recorded.recorded_by) == (before + 1, boss.person.id)
    found = clock(dems, team)
    assert (found.due_on, found.calendar_version) == (date(2003, 5, 2), before + 1)
    assert sent.jobs[-1] == RENEWAL
    assert dems.timeliness.renew() >= 1
    old, new = due_rows(as_owner, team)
    assert (old.due_on, old.calendar_version, old.now) == (date(2003, 5, 1), before, False)
    assert (new.due_on, new.calendar_version, new.now) == (date(2003, 5, 2), before + 1, True)
    undone = dems.timeliness.change_calendar(
        boss.actor, EW, replaces=before + 1, add={}, remove=[date(2003, 4, 2)], reason="It was a rumour."
    )
    assert undone.rule.version == before + 2
    assert clock(dems, team).due_on == date(2003, 5, 1)
    del complaint


def test_a_clock_that_has_stopped_keeps_the_calendar_it_was_answered_for_by(
    dems: Dems, team: Team, boss: Somebody, complaint: StrandId, as_owner: Owner
) -> None:
    version = calendar(dems).version
    answered(dems, team, complaint, "2003-05-01")
    proclaim(dems, boss, date(2003, 4, 3))
    dems.timeliness.renew()
    found = clock(dems, team)
    assert (found.counted, found.due_on, found.calendar_version) == (20, date(2003, 5, 1), version)
    assert [r.now for r in due_rows(as_owner, team)] == [False, True]
    proclaim_back = [date(2003, 4, 3)]
    dems.timeliness.change_calendar(
        boss.actor, EW, replaces=version + 1, add={}, remove=proclaim_back, reason="It was a rumour."
    )


def test_a_new_version_of_a_clock_holds_for_what_starts_from_its_date(
    dems: Dems, team: Team, boss: Somebody, complaint: StrandId
) -> None:
    name = f"answer-{uuid4().hex}"
    first = replace(SERVICE, id=name, in_force_from=date(2000, 1, 1))
    assert dems.timeliness.define(boss.actor, first, replaces=0, reason="Ours.").rule.version == 1
    later = replace(first, limit=10, in_force_from=date(2003, 4, 2))
    assert dems.timeliness.define(boss.actor, later, replaces=1, reason="Faster.").rule.version == 2
    assert (clock(dems, team, name).definition.version, clock(dems, team, name).due_on) == (1, date(2003, 5, 1))
    from_the_day = replace(first, limit=10, in_force_from=date(2003, 4, 1))
    dems.timeliness.define(boss.actor, from_the_day, replaces=2, reason="From the day before.")
    assert (clock(dems, team, name).definition.version, clock(dems, team, name).due_on) == (3, date(2003, 4, 15))
    chain = dems.custody.read.installation(boss.actor, Page(500))
    told = [json.loads(r.detail) for r in chain if r.detail is not None and name.encode() in r.detail]
    assert [(t["act"], t["facts"]["version"], t["reason"]) for t in told] == [
        ("clock_rules.record", 1, "Ours."),
        ("clock_rules.record", 2, "Faster."),
        ("clock_rules.record", 3, "From the day before."),
    ]
    del complaint


def test_a_definition_that_cannot_be_kept_is_refused(dems: Dems, team: Team, boss: Somebody) -> None:
    name = f"answer-{uuid4().hex}"
    define = dems.timeliness.define
    with pytest.raises(Invalid, match="from which date this version holds"):
        define(boss.actor, replace(SERVICE, id=name), replaces=0, reason="x")
    ours = replace(SERVICE, id=name, in_force_from=date(2020, 1, 1))
    with pytest.raises(Invalid, match="There is no calendar 'FR': use one of EW, UK"):
        define(boss.actor, replace(ours, calendar="FR"), replaces=0, reason="x")
    with pytest.raises(WrongState, match="there is none"):
        define(boss.actor, ours, replaces=1, reason="x")
    with pytest.raises(NotPermitted):
        define(team.manager.actor, ours, replaces=0, reason="x")
    with pytest.raises(RuntimeError, match="by somebody"):
        define(system(), ours, replaces=0, reason="x")
    assert name not in {d.rule.id for d in definitions(dems)}


def test_a_calendar_that_cannot_be_kept_is_refused(dems: Dems, team: Team, boss: Somebody) -> None:
    change = dems.timeliness.change_calendar
    version, christmas = calendar(dems).version, date(2003, 12, 25)
    with pytest.raises(Invalid, match="There is no calendar 'FR'"):
        change(boss.actor, "FR", replaces=0, add={}, remove=[], reason="x")
    with pytest.raises(WrongState, match=f"version {version} is the newest"):
        change(boss.actor, EW, replaces=version - 1, add={}, remove=[christmas], reason="x")
    with pytest.raises(Invalid, match="changes no day"):
        change(boss.actor, EW, replaces=version, add={}, remove=[], reason="x")
    with pytest.raises(Invalid, match="is no holiday"):
        change(boss.actor, EW, replaces=version, add={}, remove=[date(2003, 12, 24)], reason="x")
    with pytest.raises(NotPermitted):
        change(team.manager.actor, EW, replaces=version, add={}, remove=[christmas], reason="x")
    with pytest.raises(RuntimeError, match="by somebody"):
        change(system(), EW, replaces=version, add={}, remove=[christmas], reason="x")
    assert calendar(dems).version == version


def test_of_two_at_once_one_wins_and_the_other_is_told(dems: Dems, boss: Somebody) -> None:
    ours = replace(SERVICE, id=f"answer-{uuid4().hex}", in_force_from=date(2020, 1, 1))
    outcomes: list[int | type[DemsError]] = []

    def define(limit: int) -> None:
        try:
            done = dems.timeliness.define(boss.actor, replace(ours, limit=limit), replaces=0, reason="Mine.")
            outcomes.append(done.rule.version)
        except DemsError as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=define, args=(limit,)) for limit in (5, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 in outcomes
    assert len([d for d in definitions(dems) if d.rule.id == ours.id]) == 1
    assert len(outcomes) == 2


def test_a_repeated_request_records_nothing_again(dems: Dems, boss: Somebody) -> None:
    ours = replace(SERVICE, id=f"answer-{uuid4().hex}", in_force_from=date(2020, 1, 1))
    keys = [Once(uuid4().bytes, b"a"), Once(uuid4().bytes, b"b")]
    first, again = (dems.timeliness.define(boss.actor, ours, replaces=0, reason="x", once=keys[0]) for _ in range(2))
    assert first == again
    version, day = calendar(dems).version, date(2003, 6, 2)
    one, other = (proclaim(dems, boss, day, replaces=version, once=keys[1]) for _ in range(2))
    assert one == other
    assert calendar(dems).version == version + 1


def test_rules_are_listed_by_name_and_version(dems: Dems, team: Team) -> None:
    rules = dems.timeliness.rules
    whole = rules.definitions(team.manager.actor, 500)
    keys = [(d.rule.id, d.rule.version) for d in whole]
    assert keys == sorted(keys)
    assert set(keys) >= {(d.id, 1) for d in CLOCKS}
    assert rules.definitions(team.manager.actor, 2, keys[1]) == whole[2:4]
    assert [d.rule.id for d in rules.definitions(team.manager.actor, 9, clock="review")] == ["review"]
    assert {c.rule.name for c in rules.calendars(team.manager.actor, 500, name="UK")} == {"UK"}


def test_renewing_is_done_once_for_all_who_ask_and_goes_through_every_case(
    dems: Dems, team: Team, complaint: StrandId, as_owner: Owner
) -> None:
    dems.timeliness.renew.due()
    dems.timeliness.renew.due()
    as_owner(f"UPDATE case_clocks SET due_on = due_on + 1 WHERE case_id = '{team.case.id}'")  # noqa: S608
    assert RenewClocks(dems.transaction, dems.clock, timedelta(seconds=30), at_once=3)() >= 2
    with pytest.raises(NoLongerDue):
        dems.timeliness.renew()
    assert clock(dems, team).due_on in {r.due_on for r in due_rows(as_owner, team) if r.now}
    del complaint


def test_rules_that_change_while_clocks_are_renewed_are_applied_to_all(
    dems: Dems, team: Team, boss: Somebody, complaint: StrandId, as_owner: Owner
) -> None:
    """The day is proclaimed while the first cases are gone through, and counts for them too."""
    dems.timeliness.renew.due()
    others: list[threading.Thread] = []

    def clock_now() -> datetime:
        if not others:
            others.append(threading.Thread(target=proclaim, args=(dems, boss, date(2003, 4, 4))))
            others[0].start()
            others[0].join()
        return dems.clock()

    RenewClocks(dems.transaction, clock_now, timedelta(seconds=30))()
    (now,) = [r for r in due_rows(as_owner, team) if r.now]
    version = calendar(dems).version
    assert (now.due_on, now.calendar_version) == (date(2003, 5, 2), version)
    dems.timeliness.change_calendar(
        boss.actor, EW, replaces=version, add={}, remove=[date(2003, 4, 4)], reason="It was a rumour."
    )
    del complaint


def test_rows_that_say_otherwise_than_the_facts_are_named(
    dems: Dems, team: Team, complaint: StrandId, as_owner: Owner
) -> None:
    def wrong() -> list[str]:
        after, found = None, []
        while True:
            said, after = dems.timeliness.verify(Page(100, after))
            found += [s for s in said if str(team.case.id) in s]
            if after is None:
                return found

    assert wrong() == []
    as_owner(f"UPDATE case_clocks SET due_on = due_on + 1 WHERE case_id = '{team.case.id}' AND clock = '{SERVICE.id}'")  # noqa: S608
    assert wrong() == [
        f"Clock 'service-complaint' of case {team.case.id}: its row is not what its facts and rules say."
    ]
    del complaint
