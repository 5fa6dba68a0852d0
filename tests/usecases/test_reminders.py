"""Who is reminded of statutory dates, when, and how often; and the list of what is due."""

from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import NotFound
from dems.model.actors import system
from dems.model.clocks.reminders import Told
from dems.model.life.contents import Milestone
from dems.model.life.events import EventKind
from dems.model.life.saying import NewFact
from dems.model.life.when import When
from dems.model.people import CaseRole
from dems.model.times import LONDON, london_date
from dems.ports import DueAfter, DueFilter, Page
from dems.usecases.cases.put_member import Holding
from dems.usecases.timeliness.remind import Remind
from tests.casework import investigated, record
from tests.conftest import Owner, Sent, Team, Time
from tests.model.lives import on
from tests.world import Somebody, World


@pytest.fixture
def lead(world: World, team: Team) -> Somebody:
    who = world.somebody("lead_investigator")
    world.join(team.case, who, "lead_investigator", by=team.manager)
    return who


@pytest.fixture(autouse=True)
def nothing_of_others(as_owner: Owner) -> None:
    """Cases of other tests have dates too."""
    as_owner("UPDATE case_clocks SET known_until = now() WHERE known_until IS NULL AND known_from <= now()")


def complained_of(dems: Dems, team: Team, ago: int) -> date:
    """A complaint made so many days ago: its first report on timeliness is due when twelve months are over."""
    day = london_date(dems.clock()) - timedelta(days=ago)
    record(dems, team.case, team.manager, Milestone(EventKind.COMPLAINT_MADE, on(day.isoformat())))
    (due,) = dems.timeliness.due(team.manager.actor, DueFilter(), 50)[1]
    return due.due_on


def told(dems: Dems, who: Somebody) -> list[Told]:
    return [t for t in dems.invitations.announcements(who.actor, Page(50)) if isinstance(t, Told)]


def on_day(dems: Dems, time: Time, day: date) -> None:
    """As if it were noon of that day in London."""
    time.ahead = timedelta(0)
    time.ahead = datetime.combine(day, clock_time(12), LONDON) - dems.clock()


def test_each_step_is_told_once_to_whoever_leads_and_manages_the_case(
    dems: Dems, team: Team, lead: Somebody, time: Time
) -> None:
    due = complained_of(dems, team, 200)
    assert dems.timeliness.remind() == 0
    on_day(dems, time, due - timedelta(days=14))
    assert dems.timeliness.remind() == 2
    assert dems.timeliness.remind() == 0
    for who in (lead, team.manager):
        (one,) = told(dems, who)
        assert (one.case_id, one.clock, one.about, one.due_on, one.days_ahead) == (
            team.case.id, "timeliness-report", None, due, 14,
        )  # fmt: skip
        assert one.text == (
            f"Report on timeliness of an investigation, case {team.case.reference}: it is due on {due.day} {due:%B %Y}."
        )
    assert told(dems, team.investigator) == []


def test_a_run_that_was_missed_loses_nothing_and_repeats_nothing(
    dems: Dems, team: Team, lead: Somebody, time: Time
) -> None:
    due = complained_of(dems, team, 200)
    on_day(dems, time, due - timedelta(days=1))
    dems.timeliness.remind()
    assert [t.days_ahead for t in told(dems, lead)] == [2], "the latest step, and not those before it"
    on_day(dems, time, due + timedelta(days=7))
    dems.timeliness.remind()
    assert [t.days_ahead for t in told(dems, lead)] == [2, 0]
    assert told(dems, lead)[-1].text.endswith("and is overdue.")
    on_day(dems, time, due + timedelta(days=400))
    assert dems.timeliness.remind() == 0


def test_a_reminder_is_withdrawn_when_a_correction_moves_its_date_and_when_what_it_waits_for_is_recorded(
    dems: Dems, team: Team, lead: Somebody
) -> None:
    due = complained_of(dems, team, 355)
    dems.timeliness.remind()
    assert [(t.due_on, t.days_ahead, t.stands) for t in told(dems, lead)] == [(due, 14, True)]
    with dems.transaction() as tx:
        (made,) = tx.lives.of_case(team.case.id).standing(Milestone)
    earlier = Milestone(EventKind.COMPLAINT_MADE, When(made.content.when.on - timedelta(days=40)))
    dems.cases.record(team.manager.actor, team.case.id, [NewFact(earlier, made.id, "It was misread.")])
    dems.timeliness.remind()
    (before, after) = told(dems, lead)
    assert not before.stands
    assert before.text == (
        f"Report on timeliness of an investigation, case {team.case.reference}: the reminder of {due.day} {due:%B %Y} is "
        "withdrawn, since the date has moved or what it waits for is on record."
    )
    assert (after.stands, after.days_ahead) == (True, 0)
    today = london_date(dems.clock())
    record(dems, team.case, team.manager, Milestone(EventKind.TIMELINESS_REPORT_SENT, When(today)))
    assert [t.stands for t in told(dems, lead)] == [False, False]


def test_where_nobody_leads_or_manages_it_the_next_run_asks_again(
    dems: Dems, world: World, team: Team, time: Time
) -> None:
    due = complained_of(dems, team, 200)
    boss = world.somebody("administrator")
    dems.cases.end_member(boss.actor, team.case.id, team.manager.person.id)
    on_day(dems, time, due - timedelta(days=7))
    assert dems.timeliness.remind() == 0
    dems.cases.put_member(boss.actor, team.case.id, team.manager.person.id, [Holding(CaseRole.CASE_MANAGER)])
    assert dems.timeliness.remind() == 1


def test_who_is_kept_from_the_case_counts_as_nobody_so_that_whoever_takes_over_is_told(
    dems: Dems, world: World, team: Team, lead: Somebody
) -> None:
    record(dems, team.case, team.manager, Milestone(EventKind.COMPLAINT_MADE, on("2021-03-30")))
    boss = world.somebody("administrator")
    for who in (team.manager, lead):
        dems.cases.raise_wall(boss.actor, team.case.id, person_id=who.person.id, reason="kin")
    assert dems.timeliness.remind() == 0
    after = world.somebody("lead_investigator")
    world.join(team.case, after, "lead_investigator", by=boss)
    assert dems.timeliness.remind() == 1
    assert [t.case_id for t in told(dems, after)] == [team.case.id]


def test_what_is_no_statutory_date_reminds_nobody(dems: Dems, team: Team, lead: Somebody, time: Time) -> None:
    record(dems, team.case, team.manager, Milestone(EventKind.REFERRAL_RECEIVED, on("2021-04-01")))
    (due,) = dems.timeliness.due(lead.actor, DueFilter(), 50)[1]
    assert (due.row.clock, due.due_on) == ("mode-decision", date(2021, 4, 8))
    assert dems.timeliness.remind() == 0
    del time


def test_many_dates_are_gone_through_page_by_page(dems: Dems, world: World, team: Team, lead: Somebody) -> None:
    other = world.case(team.manager)
    for case in (team.case, other):
        record(dems, case, team.manager, Milestone(EventKind.COMPLAINT_MADE, on("2021-03-30")))
    assert Remind(dems.transaction, dems.clock, (), at_once=1)() == 3
    assert [t.case_id for t in told(dems, team.manager)] == [team.case.id, other.id]
    assert [t.case_id for t in told(dems, lead)] == [team.case.id]


def test_a_reminder_and_files_that_arrived_are_one_list(dems: Dems, team: Team, lead: Somebody) -> None:
    record(dems, team.case, team.manager, Milestone(EventKind.COMPLAINT_MADE, on("2021-03-30")))
    dems.timeliness.remind()
    (first,) = dems.invitations.announcements(lead.actor, Page(1))
    assert dems.invitations.announcements(lead.actor, Page(1, first.id)) == []


def test_nobody_is_reminded_of_a_case_that_is_kept_from_them(dems: Dems, team: Team, lead: Somebody) -> None:
    record(dems, team.case, team.manager, Milestone(EventKind.COMPLAINT_MADE, on("2021-03-30")))
    dems.timeliness.remind()
    dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=lead.person.id, reason="kin")
    assert told(dems, lead) == []
    assert dems.timeliness.due(lead.actor, DueFilter(), 50)[1] == []


def test_what_is_due_is_listed_earliest_first_over_all_cases_that_one_may_know_of(
    dems: Dems, world: World, team: Team
) -> None:
    other = world.case(team.manager)
    investigated(dems, team.case, team.manager)
    record(dems, other, team.manager, Milestone(EventKind.COMPLAINT_MADE, on("2020-02-29")))
    read = dems.timeliness.due

    def listed(who: Somebody, *, limit: int = 50, after: Any = None, **wanted: Any) -> list[tuple[Any, Any]]:
        return [(d.row.clock, d.due_on) for d in read(who.actor, DueFilter(**wanted), limit, after)[1]]

    whole = listed(team.manager)
    assert whole == [
        ("timeliness-report", date(2021, 2, 28)),
        ("investigation-6-months", date(2021, 10, 7)),
        ("investigation-9-months", date(2022, 1, 7)),
        ("timeliness-report", date(2022, 3, 29)),
        ("investigation-12-months", date(2022, 4, 7)),
    ]
    assert listed(team.manager, by=date(2021, 10, 7)) == whole[:2]
    assert listed(team.manager, case_id=other.id) == whole[:1]
    assert listed(team.manager, statutory_only=True) == [whole[0], whole[3]]
    assert listed(team.investigator) == whole[1:]
    assert listed(team.outsider) == []
    last = read(team.manager.actor, DueFilter(), 2)[1][-1]
    assert listed(team.manager, after=DueAfter(last.due_on, last.id)) == whole[2:]
    with pytest.raises(NotFound):
        read(team.outsider.actor, DueFilter(case_id=team.case.id), 50)
    assert len(read(system(), DueFilter(case_id=other.id), 50)[1]) == 1
    assert len(read(system(), DueFilter(), 50)[1]) == 5


def test_a_date_that_is_answered_is_due_no_more(dems: Dems, team: Team, sent: Sent) -> None:
    investigated(dems, team.case, team.manager)
    record(dems, team.case, team.manager, Milestone(EventKind.REPORT_FINAL, on("2021-10-20")))
    assert dems.timeliness.due(team.manager.actor, DueFilter(), 50)[1] == []
    del sent
