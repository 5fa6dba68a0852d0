"""The clocks that are shipped, held against the table of section 3.2, written by hand; and what a definition may not say."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dems.errors import Invalid
from dems.model.clocks.calendars import EW, UK
from dems.model.clocks.counting import DayOne
from dems.model.clocks.definitions import (
    ClockDefinition,
    Effect,
    Extendable,
    Membership,
    Nature,
    Population,
    Statistic,
    Unit,
    in_force,
)
from dems.model.clocks.records import calendar_from, calendar_record_of, definition_from, record_of
from dems.model.clocks.rounds import periods_of
from dems.model.clocks.table import CLOCKS
from dems.model.life.events import EventKind, Outcome, PauseKind
from dems.model.life.lives import Traits
from dems.model.life.vocabulary import MatterType, Mode
from tests.model.calendars import EW_CALENDAR

TODAY = date(2026, 11, 22)
E = EventKind

# id: nature, limit, unit, calendar, how day one is counted
RULES = {
    "mandatory-referral": (Nature.STATUTORY, 1, Unit.DAYS, None, DayOne.AFTER),
    "mode-decision": (Nature.TARGET, 3, Unit.WORKING_DAYS, EW, DayOne.AFTER),
    "investigation-6-months": (Nature.TARGET, 6, Unit.MONTHS, None, DayOne.AFTER),
    "investigation-9-months": (Nature.TARGET, 9, Unit.MONTHS, None, DayOne.AFTER),
    "investigation-12-months": (Nature.TARGET, 12, Unit.MONTHS, None, DayOne.AFTER),
    "timeliness-report": (Nature.STATUTORY, 12, Unit.MONTHS, None, DayOne.WITH),
    "force-timeliness-report": (Nature.STATUTORY, 12, Unit.MONTHS, None, DayOne.WITH),
    "review-application": (Nature.STATUTORY, 28, Unit.DAYS, None, DayOne.AFTER),
    "review": (Nature.TARGET, None, Unit.WORKING_DAYS, EW, DayOne.AFTER),
    "dsi-review": (Nature.TARGET, None, Unit.WORKING_DAYS, EW, DayOne.AFTER),
    "recommendation-response": (Nature.STATUTORY, 56, Unit.DAYS, None, DayOne.WITH),
    "response-publication": (Nature.STATUTORY, 21, Unit.DAYS, None, DayOne.WITH),
    "section-10-response": (Nature.MONITOR, None, Unit.DAYS, None, DayOne.AFTER),
    "officer-response": (Nature.STATUTORY, 15, Unit.WORKING_DAYS, EW, DayOne.AFTER),
    "witness-lists": (Nature.STATUTORY, 3, Unit.WORKING_DAYS, EW, DayOne.AFTER),
    "resumption-reply": (Nature.STATUTORY, 28, Unit.DAYS, None, DayOne.AFTER),
    "withdrawal": (Nature.MONITOR, None, Unit.DAYS, None, DayOne.AFTER),
    "appropriate-authority-views": (Nature.STATUTORY, 28, Unit.DAYS, None, DayOne.AFTER),
    "right-to-review-request": (Nature.POLICY, None, Unit.DAYS, None, DayOne.AFTER),
    "right-to-review-decision": (Nature.POLICY, None, Unit.DAYS, None, DayOne.AFTER),
    "service-complaint": (Nature.TARGET, 20, Unit.WORKING_DAYS, EW, DayOne.AFTER),
    "freedom-of-information": (Nature.STATUTORY, 20, Unit.WORKING_DAYS, UK, DayOne.AFTER),
    "subject-access": (Nature.STATUTORY, 1, Unit.MONTHS, None, DayOne.WITH),
    "data-breach": (Nature.STATUTORY, 72, Unit.HOURS, None, DayOne.AFTER),
}
TARGETS = {
    "mode-decision": (Statistic.SHARE, 80),
    "investigation-6-months": (Statistic.SHARE, 35),
    "investigation-9-months": (Statistic.SHARE, 66),
    "investigation-12-months": (Statistic.SHARE, 85),
    "review": (Statistic.MEAN, 50),
    "dsi-review": (Statistic.MEAN, 30),
}
FROM_TO = {
    "mandatory-referral": ("referral_duty_clear", "referral_received"),
    "mode-decision": ("referral_received", "mode_decided"),
    "investigation-6-months": ("decided_to_investigate", "report_final"),
    "investigation-9-months": ("decided_to_investigate", "report_final"),
    "investigation-12-months": ("decided_to_investigate", "report_final"),
    "timeliness-report": ("complaint_made came_to_attention", "report_final force_investigation_complete"),
    "force-timeliness-report": ("came_to_attention", "force_investigation_complete"),
    "review-application": ("review_information_provided", "review_applied"),
    "review": ("review_papers_received", "review_decided"),
    "dsi-review": ("dsi_review_papers_received", "dsi_review_decided"),
    "recommendation-response": ("recommendation_made", "recommendation_answered"),
    "response-publication": ("recommendation_answered", "response_published"),
    "section-10-response": ("recommendation_made", "recommendation_answered"),
    "officer-response": ("documents_supplied", "officer_responded"),
    "witness-lists": ("officer_responded", "witnesses_listed"),
    "resumption-reply": ("resumption_letter_sent", "complainant_replied"),
    "withdrawal": ("withdrawal_notified", "withdrawal_recorded"),
    "appropriate-authority-views": ("aa_views_requested", "aa_views_received"),
    "right-to-review-request": ("decision_letter_sent", "vrr_requested"),
    "right-to-review-decision": ("vrr_requested", "vrr_decided"),
    "service-complaint": ("service_complaint_received", "service_complaint_answered"),
    "freedom-of-information": ("information_requested request_clarified", "information_answered"),
    "subject-access": ("access_requested identity_confirmed access_clarified", "access_answered"),
    "data-breach": ("breach_known", "commissioner_told"),
}
PAUSED_BY = {
    "mode-decision": {PauseKind.FURTHER_INFORMATION: Effect.NET},
    "investigation-6-months": {PauseKind.SUB_JUDICE: Effect.NET},
    "investigation-9-months": {PauseKind.SUB_JUDICE: Effect.NET},
    "investigation-12-months": {PauseKind.SUB_JUDICE: Effect.NET},
    "review-application": {PauseKind.WRONG_BODY: Effect.STOPS},
    "recommendation-response": {PauseKind.JUDICIAL_REVIEW: Effect.STOPS},
    "freedom-of-information": {PauseKind.CLARIFICATION: Effect.STOPS},
    "subject-access": {PauseKind.CLARIFICATION: Effect.STOPS},
}
EXTENDABLE = {
    "review-application": Extendable.YES,
    "recommendation-response": Extendable.IF_ASKED_IN_TIME,
    "officer-response": Extendable.YES,
    "witness-lists": Extendable.YES,
    "freedom-of-information": Extendable.YES,
    "subject-access": Extendable.YES,
}


def test_every_clock_of_the_table_is_there_once() -> None:
    assert set(RULES) == {d.id for d in CLOCKS}
    assert len(CLOCKS) == len(RULES)


@pytest.mark.parametrize("definition", CLOCKS, ids=lambda d: d.id)
def test_each_clock_says_what_the_table_says(definition: ClockDefinition) -> None:
    d = definition
    assert (d.nature, d.limit, d.unit, d.calendar, d.day_one) == RULES[d.id]
    assert (d.statistic, d.target) == TARGETS.get(d.id, (Statistic.NONE, None))
    assert (" ".join(d.starts), " ".join(d.stops)) == FROM_TO[d.id]
    assert dict(d.pauses) == PAUSED_BY.get(d.id, {})
    assert d.extendable is EXTENDABLE.get(d.id, Extendable.NO)
    assert d.source
    assert d.title


@pytest.mark.parametrize("definition", [d for d in CLOCKS if d.nature is Nature.STATUTORY], ids=lambda d: d.id)
def test_no_suspension_stops_a_statutory_clock(definition: ClockDefinition) -> None:
    assert definition.effect_of(PauseKind.SUB_JUDICE) is Effect.NONE


def named(clock: str) -> ClockDefinition:
    return in_force(CLOCKS, clock, TODAY)


@pytest.mark.parametrize(
    ("clock", "changes", "why"),
    [
        ("review", {"id": " "}, "it needs an id"),
        ("review", {"version": 0}, "a version of at least 1"),
        ("review", {"starts": ()}, "an event that starts it"),
        ("review", {"stops": ()}, "one that stops it"),
        ("review", {"starts": (E.REFERRAL_RECEIVED,)}, "referral_received is no event of a review"),
        ("review", {"stops": (E.REVIEW_PAPERS_RECEIVED,)}, "one event cannot both start and stop it"),
        ("mode-decision", {"limit": 0}, "a limit is at least 1"),
        ("timeliness-report", {"then_every": 0}, "a limit is at least 1"),
        ("review", {"calendar": None}, "need a calendar"),
        ("review-application", {"calendar": EW}, "need a calendar"),
        ("review-application", {"limit": None}, "a statutory clock has a limit"),
        ("mode-decision", {"then_every": 6, "each_period": E.TIMELINESS_REPORT_SENT}, "only a clock in months"),
        ("timeliness-report", {"day_one": DayOne.AFTER}, "begins with the day of its event comes round"),
        ("timeliness-report", {"limit": None, "nature": Nature.MONITOR}, "only a clock in months"),
        ("timeliness-report", {"each_period": None}, "names what answers for a round"),
        ("timeliness-report", {"each_period": E.REVIEW_DECIDED}, "review_decided is no event of a case"),
        ("mode-decision", {"each_period": E.TIMELINESS_REPORT_SENT}, "names what answers for a round"),
        ("timeliness-report", {"pauses": {PauseKind.WRONG_BODY: Effect.STOPS}}, "comes round is not paused"),
        ("data-breach", {"pauses": {PauseKind.WRONG_BODY: Effect.STOPS}}, "hours are neither paused nor extended"),
        ("data-breach", {"extendable": Extendable.YES}, "hours are neither paused nor extended"),
        (
            "review-application",
            {"pauses": {PauseKind.SUB_JUDICE: Effect.STOPS}},
            "a suspension never stops a statutory",
        ),
        ("review-application", {"pauses": {PauseKind.SUB_JUDICE: Effect.NET}}, "a suspension never stops a statutory"),
        ("review", {"target": None}, "a statistic, and only that, has a target"),
        ("section-10-response", {"target": 5}, "a statistic, and only that, has a target"),
        ("review", {"statistic": Statistic.SHARE}, "a share of those in time needs a limit"),
    ],
)
def test_a_clock_that_contradicts_itself_is_refused(clock: str, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        replace(named(clock), **changes)


def test_a_change_of_law_is_a_new_version_for_what_begins_after_it() -> None:
    longer = replace(named("review-application"), version=2, limit=42, in_force_from=date(2027, 1, 1))
    both = (*CLOCKS, longer)
    assert in_force(both, "review-application", date(2026, 12, 31)).limit == 28
    assert in_force(both, "review-application", date(2027, 1, 1)).limit == 42
    with pytest.raises(Invalid, match="No version of the clock 'tea' was in force on 2026-11-22"):
        in_force(both, "tea", TODAY)


@pytest.mark.parametrize(
    ("population", "traits", "why"),
    [
        (Population(), Traits(), None),
        (Population(matter_types=frozenset({MatterType.DSI})), Traits(), "it is of another matter type"),
        (Population(matter_types=frozenset({MatterType.DSI})), Traits(matter_type=MatterType.DSI), None),
        (Population(modes=frozenset({Mode.LOCAL})), Traits(mode=Mode.DIRECTED), "it was investigated in another mode"),
        (Population(kinds=frozenset({"para28A"})), Traits(strand_kind="section10"), "it is of another kind"),
        (Population(without_major=True), Traits(is_major=True), "it was a major investigation"),
        (Population(without_major=True), Traits(), None),
        (Population(only_criminal=True), Traits(), "it was not designated criminal"),
        (Population(only_criminal=True), Traits(criminal=True), None),
        (
            Population(without=frozenset({Outcome.INVALID})),
            Traits(outcomes=frozenset({Outcome.INVALID})),
            "it was found invalid",
        ),
        (Population(without_withdrawn=True), Traits(withdrawn=True), "it was withdrawn"),
    ],
)
def test_a_population_says_why_it_leaves_a_case_out(population: Population, traits: Traits, why: str | None) -> None:
    assert population.takes(traits) == Membership(why is None, why)


def test_a_population_is_read_as_words() -> None:
    assert Population().words == "all"
    assert named("investigation-6-months").population.words == (
        "directed investigations or independent investigations or managed investigations, without major investigations"
    )
    assert named("review").population.words == "without those found invalid, without those withdrawn"
    assert named("right-to-review-request").population.words == "designated criminal"
    assert Population(frozenset({MatterType.DSI}), kinds=frozenset({"para28A"})).words == "dsi, para28A"


def test_only_a_clock_that_comes_round_has_periods() -> None:
    with pytest.raises(ValueError, match="'review' does not come round again"):
        next(periods_of(named("review"), TODAY))


# --- records ---


@pytest.mark.parametrize("definition", CLOCKS, ids=lambda d: d.id)
def test_a_definition_is_read_back_from_its_record_as_it_was(definition: ClockDefinition) -> None:
    assert definition_from(record_of(definition)) == definition


def test_a_record_may_leave_out_what_a_clock_does_not_need() -> None:
    short = {
        k: v
        for k, v in record_of(named("mandatory-referral")).items()
        if k
        in {
            "id",
            "version",
            "title",
            "source",
            "checked",
            "checked_on",
            "nature",
            "strand",
            "starts",
            "stops",
            "unit",
            "limit",
        }
    }
    assert definition_from(short) == named("mandatory-referral")


def test_a_record_keeps_when_a_version_came_into_force() -> None:
    later = replace(named("review"), version=2, in_force_from=date(2027, 1, 1))
    assert definition_from(record_of(later)) == later


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": ""}, "'id' is a text that is not blank"),
        ({"title": 3}, "'title' is a text"),
        ({"version": "1"}, "'version' is a whole number"),
        ({"limit": True}, "'limit' is a whole number"),
        ({"checked_on": "yesterday"}, "'checked_on' holds dates"),
        ({"unit": "fortnights"}, "'unit' does not know 'fortnights': use one of working_days, days, months, hours"),
        ({"starts": ["tea"]}, "'starts' does not know 'tea'"),
        ({"starts": ["review_applied"]}, "review_applied is no event of a case"),
        ({"pauses": {"tea": "stops"}}, "'pauses' does not know 'tea'"),
        ({"population": {"modes": ["tea"]}}, "'modes' does not know 'tea'"),
        ({"nature": None}, "'nature' does not know None"),
    ],
)
def test_a_record_that_cannot_be_read_names_the_field(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        definition_from(record_of(named("mode-decision")) | changes)


def test_a_calendar_is_read_back_from_its_record_as_it_was() -> None:
    record = calendar_record_of(EW_CALENDAR)
    assert record["holidays"]["2022-09-19"] == "Bank holiday"
    assert calendar_from(record) == EW_CALENDAR
    assert calendar_from({k: v for k, v in record.items() if k != "holidays"}).works(date(2022, 9, 19))
    with pytest.raises(Invalid, match="'holidays' holds dates"):
        calendar_from(record | {"holidays": {"soon": "x"}})
    with pytest.raises(Invalid, match="'first' holds dates"):
        calendar_from({k: v for k, v in record.items() if k != "first"})
