"""Numbers of rows that stay: corrections, continuations, and what may follow what in the life of a schedule."""

from dataclasses import replace
from datetime import date

import pytest

from dems.errors import AlreadyExists, Invalid, WrongState
from dems.model.disclosure.contents import (
    Described,
    Level,
    Privilege,
    PrivilegeState,
    Relevant,
    Used,
)
from dems.model.disclosure.differences import difference
from dems.model.disclosure.drafting import draft
from dems.model.disclosure.forms import Series
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.material import Subject
from dems.model.disclosure.recording import drafted, voided
from dems.model.disclosure.reports import (
    Alert,
    ScheduleSet,
)
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import NEXT, Note, Schedule, ScheduleState
from tests.model.disclosing import (
    LAWYER,
    NOT_SENSITIVE,
    SENSITIVE,
    Desk,
    item,
    schedule_id,
    set_id,
)
from tests.model.disclosure_steps import newest, sent_back

S = ScheduleState


def listed(schedule: Schedule) -> list[tuple[int, Subject, Note | None]]:
    return [(row.number, row.subject, row.note) for row in schedule.rows]


def test_a_correction_keeps_every_number_and_adds_at_the_end() -> None:
    desk = Desk()
    for number in (1, 2, 3):
        desk.item(number)
    desk.draft(1)
    sent_back(desk, 1)
    desk.decide(item(2), Used(used=True))
    desk.item(4, added_on=date(2026, 1, 1))
    desk.decide(item(3), Described("Photograph of the cell corridor, empty", "Store B"))
    desk.draft(2)
    assert listed(newest(desk)) == [
        (1, item(1), None),
        (2, item(2), Note.NOW_USED),
        (3, item(3), None),
        (4, item(4), None),
    ]
    assert check(desk.file) == ()
    what = difference(*[s for s in desk.file.schedules if s.series is Series.MG6C])
    assert what.words == "1 added, 1 re-described, 1 removed"
    assert [r.fields for r in what.redescribed] == [("description", "location")]
    assert [r.number for r in (*what.added, *what.removed)] == [4, 2]


def test_what_comes_back_gets_a_new_number() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    sent_back(desk, 1)
    desk.decide(item(1), SENSITIVE)
    desk.draft(2)
    desk.change(alerts=(Alert(item(1), LAWYER, desk.acting().at),))
    desk.decide(item(1), Described("Photograph 1 of the custody desk on the night", "Store A"))
    desk.draft(2)
    assert listed(newest(desk)) == [(1, item(1), Note.MOVED), (2, item(2), None)]
    assert listed(newest(desk, Series.MG6D)) == [(1, item(1), None)]
    desk.change(schedules=tuple(s for s in desk.file.schedules if s.series is Series.MG6C))
    corrected = newest(desk)
    certified = replace(corrected.certified(frozen({})).into(S.SUBMITTED).into(S.RETURNED))
    desk.change(schedules=(*desk.file.schedules[:-1], certified))
    desk.decide(item(1), NOT_SENSITIVE)
    third = draft(desk.file, Series.MG6C, schedule_id(3, 1))
    assert listed(third) == [(1, item(1), Note.MOVED), (2, item(2), None), (3, item(1), None)]


def test_what_cannot_be_listed_any_more_leaves_its_number_set_aside() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft(1)
    sent_back(desk, 1)
    desk.decide(item(1), Privilege(PrivilegeState.SUSPECTED))
    desk.draft(2)
    assert listed(newest(desk)) == [(1, item(1), Note.SET_ASIDE)]


def test_a_continuation_annotates_what_ended_and_goes_on_with_the_numbers() -> None:
    desk = Desk()
    for number in range(1, 7):
        desk.item(number)
    desk.through(1)
    first = newest(desk)
    desk.decide(item(1), Used(used=True))
    desk.decide(item(2), Relevant(relevant=False))
    desk.decide(item(3), SENSITIVE)
    desk.decide(item(4), replace(SENSITIVE, level=Level.HIGHLY))
    desk.decide(item(5), Privilege(PrivilegeState.SUSPECTED))
    block = desk.block(1, 6, 8)
    desk.item(7)
    desk.draft(2)
    second = newest(desk)
    assert second.name == "MG6C 2.0"
    assert listed(second) == [(7, item(7), None), (8, block, None)]
    assert [(a.number, a.note) for a in second.annotations] == [
        (1, Note.NOW_USED),
        (2, Note.NOT_RELEVANT),
        (3, Note.MOVED),
        (4, Note.MOVED),
        (6, Note.LISTED_OTHERWISE),
    ]
    assert difference(first, second).words == "2 added, 0 re-described, 5 removed"
    assert list(desk.file.live[Series.MG6C]) == [item(5), item(7), block]
    with pytest.raises(ValueError, match="two series"):
        difference(first, newest(desk, Series.MG6D))


def test_a_voided_certificate_keeps_its_numbers() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    desk.certify(1)
    desk.decide(item(1), Relevant(relevant=False))
    desk.file = voided(desk.file, set_id(1))
    desk.draft(2)
    assert listed(newest(desk)) == [(1, item(1), Note.NOT_RELEVANT), (2, item(2), None)]
    assert newest(desk).name == "MG6C 1.1"


def test_a_draft_is_made_anew_as_often_as_wanted_and_takes_no_number() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    desk.decide(item(1), Relevant(relevant=False))
    desk.draft(1)
    assert listed(newest(desk)) == [(1, item(2), None)]
    assert len(desk.file.schedules) == len(desk.file.sets) == 1


def test_one_schedule_of_a_series_is_under_way_at_a_time() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft(1)
    for act in (desk.certify, desk.submit):
        act()
        with pytest.raises(WrongState, match="under way at a time"):
            draft(desk.file, Series.MG6C, schedule_id(2, 1))
    desk.endorse()
    draft(desk.file, Series.MG6C, schedule_id(2, 1))


def test_certifying_the_next_continues_the_one_before_and_leaves_the_other_series() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.through(1)
    desk.item(3)
    desk.draft(2)
    desk.certify(2)
    assert [(s.name, s.state) for s in desk.file.schedules] == [
        ("MG6C 1.0", S.CONTINUED),
        ("MG6D 1.0", S.ENDORSED),
        ("MG6C 2.0", S.CERTIFIED),
    ]
    desk.submit(2)
    desk.endorse(2)
    desk.item(4, SENSITIVE)
    desk.draft(3)
    desk.certify(3)
    assert [s.state for s in desk.file.schedules] == [S.CONTINUED, S.CONTINUED, S.CONTINUED, S.CERTIFIED, S.CERTIFIED]


def test_drafts_have_ids_of_their_own_and_belong_to_their_set() -> None:
    desk = Desk()
    desk.item(1)
    desk.through(1)
    with pytest.raises(AlreadyExists):
        desk.draft(1)
    again = draft(desk.file, Series.MG6C, schedule_id(2, 1))
    with pytest.raises(AlreadyExists):
        drafted(desk.file, [again], replace(desk.set(1), mg6c=again.id))
    with pytest.raises(Invalid, match="drafted with it"):
        drafted(desk.file, [again], ScheduleSet(set_id(2), schedule_id(3, 1), None))


def test_no_state_follows_another_that_is_not_in_the_life_of_a_schedule() -> None:
    life = {
        S.DRAFT: {S.CERTIFIED},
        S.CERTIFIED: {S.SUBMITTED, S.VOID},
        S.SUBMITTED: {S.RETURNED, S.ENDORSED},
        S.ENDORSED: {S.CONTINUED},
        S.VOID: set(),
        S.RETURNED: set(),
        S.CONTINUED: set(),
    }
    assert life == NEXT
    bare = Schedule(schedule_id(1, 1), Desk().file.record.proceeding, Series.MG6C, 1, 0, "MG6C 1")
    for state in S:
        for then in S:
            schedule = replace(bare, state=state)
            if then in life[state]:
                assert schedule.into(then).state is then
            else:
                with pytest.raises(WrongState, match=f"MG6C 1.0 is {state.value}"):
                    schedule.into(then)
    assert [s for s in S if replace(bare, state=s).open] == [S.DRAFT, S.CERTIFIED]


def test_a_row_of_another_series_is_on_no_schedule() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.draft()
    with pytest.raises(Invalid, match="cannot be on this MG6C"):
        replace(newest(desk), rows=newest(desk, Series.MG6D).rows)
