"""What was recorded stays: a wrong fact is corrected by a new one that names it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dems.errors import AlreadyExists, Invalid, WrongState
from dems.model.ids import FactId
from dems.model.life.contents import Milestone, Particulars, Retracted, ThemeStatus
from dems.model.life.events import EventKind
from dems.model.life.facts import Correction, Fact, corrected_since, story_of
from dems.model.life.vocabulary import Jurisdiction, MatterType
from dems.model.life.when import When
from tests.model.lives import CASE_MANAGER, POLICE_COMPLAINT, RECORDED, Told, at, fact_id, milestone, on

RECEIVED = milestone(EventKind.REFERRAL_RECEIVED, "2021-04-01")
RECEIVED_LATER = milestone(EventKind.REFERRAL_RECEIVED, "2021-04-02")


def test_an_instant_late_in_the_evening_of_utc_is_on_the_next_date_in_london_in_summer() -> None:
    assert at("2021-06-30T23:30:00+00:00").on == date(2021, 7, 1)
    assert at("2021-12-30T23:30:00+00:00").on == date(2021, 12, 30)


def test_a_date_that_is_not_that_of_its_instant_is_refused() -> None:
    with pytest.raises(Invalid, match="on 2021-07-01 in London, not on 2021-06-30"):
        When(date(2021, 6, 30), datetime(2021, 6, 30, 23, 30, tzinfo=UTC))


def test_of_one_date_what_came_first_is_known_only_where_both_instants_are() -> None:
    morning, evening, some_time = at("2021-06-01T08:00:00+00:00"), at("2021-06-01T18:00:00+00:00"), on("2021-06-01")
    assert morning.before(evening)
    assert not evening.before(morning)
    assert not morning.before(some_time)
    assert not some_time.before(evening)
    assert some_time.before(on("2021-06-02"))
    assert sorted([evening, some_time, morning], key=lambda w: w.order) == [some_time, morning, evening]


def test_a_correction_takes_the_place_of_a_fact_and_both_stay() -> None:
    told = Told(POLICE_COMPLAINT)
    wrong = told.tell(RECEIVED)
    right = told.correct(wrong, RECEIVED_LATER)
    assert [f.content for f in told.life.standing(Milestone)] == [RECEIVED_LATER]
    assert [f.id for f in told.life.facts][1:] == [wrong, right]
    assert [f.content for f in story_of(told.life.facts, wrong)] == [RECEIVED, RECEIVED_LATER]


def test_a_story_is_the_same_from_whichever_of_its_facts_it_is_asked() -> None:
    told = Told(POLICE_COMPLAINT)
    first = told.tell(RECEIVED)
    second = told.correct(first, RECEIVED_LATER)
    third = told.retract(second)
    for fact in (first, second, third):
        assert [f.id for f in story_of(told.life.facts, fact)] == [first, second, third]
    with pytest.raises(Invalid, match="no such fact"):
        story_of(told.life.facts, fact_id(99))


def test_what_is_taken_back_no_longer_stands_and_is_not_lost() -> None:
    told = Told(POLICE_COMPLAINT)
    wrong = told.tell(RECEIVED)
    told.retract(wrong)
    assert told.life.standing(Milestone) == ()
    assert told.life.events() == ()
    assert wrong in {f.id for f in told.life.facts}


def test_a_correction_says_why() -> None:
    told = Told(RECEIVED)
    with pytest.raises(Invalid, match="Say why the earlier fact is corrected"):
        told.fact(RECEIVED_LATER, told.life.facts[0].id, " ")


def test_a_retraction_names_what_it_takes_back() -> None:
    with pytest.raises(Invalid, match="Name the fact"):
        Fact(fact_id(1), Retracted(), CASE_MANAGER, RECORDED)


def test_of_two_people_who_correct_one_fact_the_second_is_told_to_look_again() -> None:
    told = Told(POLICE_COMPLAINT)
    wrong = told.tell(RECEIVED)
    told.correct(wrong, RECEIVED_LATER)
    before = told.life
    with pytest.raises(WrongState, match="Read the case again"):
        told.correct(wrong, milestone(EventKind.REFERRAL_RECEIVED, "2021-04-03"))
    assert told.life is before


@pytest.mark.parametrize(
    ("corrects", "content", "why"),
    [
        (fact_id(77), RECEIVED_LATER, "names a fact that this case does not have"),
        (fact_id(2), ThemeStatus("taser", applies=True, when=on("2021-04-01")), "the same kind of thing"),
    ],
)
def test_a_correction_is_of_a_fact_of_the_case_and_of_its_kind(
    corrects: FactId, content: Milestone | ThemeStatus, why: str
) -> None:
    told = Told(POLICE_COMPLAINT, RECEIVED)
    with pytest.raises(Invalid, match=why):
        told.correct(corrects, content)


def test_a_retraction_is_not_corrected() -> None:
    told = Told(POLICE_COMPLAINT)
    gone = told.retract(told.tell(RECEIVED))
    with pytest.raises(Invalid, match="A retraction is not corrected"):
        told.correct(gone, RECEIVED)


def test_a_fact_is_recorded_once() -> None:
    told = Told(POLICE_COMPLAINT)
    with pytest.raises(AlreadyExists, match="recorded already"):
        told.put(replace(told.fact(RECEIVED), id=told.life.facts[0].id))


def test_a_past_answer_can_be_given_again_and_says_what_was_corrected_since() -> None:
    told = Told(POLICE_COMPLAINT)
    wrong = told.tell(RECEIVED)
    then = RECORDED + timedelta(minutes=told.numbers)
    first = told.life
    told.correct(wrong, RECEIVED_LATER)
    assert corrected_since(told.life.facts, told.life.facts[-1].recorded_at) == ()
    told.tell(milestone(EventKind.PAPERS_RECEIVED, "2021-04-06"))
    assert told.life.known_at(then) == first
    [changed] = corrected_since(told.life.facts, then)
    assert changed == Correction(told.life.facts[1], told.life.facts[2])
    assert corrected_since(told.life.facts, then + timedelta(days=1)) == ()


def test_what_a_case_is_can_be_corrected() -> None:
    told, death = Told(), Particulars(MatterType.DSI, Jurisdiction.POLICE, "NP", None, None)
    first = told.tell(POLICE_COMPLAINT)
    assert told.life.particulars == POLICE_COMPLAINT
    told.correct(first, death)
    assert told.life.particulars == death


def test_of_a_case_that_is_not_described_nothing_is_said() -> None:
    assert Told().life.particulars is None
