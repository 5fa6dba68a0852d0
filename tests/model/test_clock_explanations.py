"""A clock answers why, in sentences; and the report on timeliness goes to whom it must, complete."""

from datetime import date

import pytest

from dems.errors import Invalid
from dems.model.clocks.definitions import in_force
from dems.model.clocks.explanation import explain, many, rule_words, target_words
from dems.model.clocks.table import CLOCKS
from dems.model.clocks.timeliness import Recipient, ReportField, draft, recipients
from dems.model.life.contents import Extension, Milestone
from dems.model.life.events import EventKind, PauseKind, Strand
from dems.model.life.problems import day_words
from dems.model.life.strands import OtherStrand, Recommendation, RecommendationKind
from dems.model.life.vocabulary import Mode
from tests.model.asking import ask
from tests.model.lives import (
    POLICE_COMPLAINT,
    Told,
    at,
    milestone,
    mode,
    on,
    paused,
    resumed,
    strand,
    suspended,
    under_investigation,
)

E = EventKind
ONE = strand(1)
RECOMMENDED = Recommendation(ONE, RecommendationKind.PARA_28A, "NP", "Record every search.")


def test_an_answer_tells_its_rule_its_events_its_calendar_and_what_is_not_settled() -> None:
    told = Told(POLICE_COMPLAINT, Milestone(E.REFERRAL_RECEIVED, at("2021-04-01T09:30:00+01:00")))
    told.tell(paused(PauseKind.FURTHER_INFORMATION, "2021-04-06"))
    told.tell(resumed("2021-04-07", 91))
    told.tell(mode(Mode.INDEPENDENT, "2021-04-08"))
    told.tell(mode(Mode.LOCAL, "2021-06-01"))
    assert explain(ask("mode-decision", told, "2021-07-01")) == (
        (
            "Decision about the mode of investigation (target, version 1). "
            "Source: IOPC Business plan 2021/22, how we will measure our progress."
        ),
        "Rule: 3 working days after referral received, until mode decided, calendar EW.",
        "Counted with calendar EW, version 1.",
        "It started: Referral received on 1 April 2021 at 08:30 UTC.",
        "Mode decided on 1 June 2021 was passed over: it had stopped already.",
        (
            "Pause for further information, from 6 April 2021, until 7 April 2021, on the authority of Decision maker: "
            "its days are left out of the net figure only (1 left out)."
        ),
        "The last day in time is 8 April 2021.",
        "It stopped: Mode decided on 8 April 2021.",
        "3 working days counted; it is met.",
        "Net of time for further information: 2 working days, last day in time 9 April 2021, in time.",
        "Whether it starts with the referral or with its papers is a choice: another version of this clock changes it.",
        "Whether time for further information is left out is not settled: it is, in the net figure only.",
    )


def test_a_clock_that_has_not_started_says_no_more_than_its_rule() -> None:
    assert explain(ask("mandatory-referral", Told(), "2021-07-01")) == (
        (
            "Mandatory referral by the force (statutory, version 1). Source: Police (Complaints and Misconduct) "
            "Regulations 2020, the duty to refer by the end of the next day."
        ),
        "Rule: 1 day after referral duty clear, until referral received.",
        "It has not started.",
    )


def test_extensions_that_count_and_those_that_do_not_are_told_apart() -> None:
    told = under_investigation(
        RECOMMENDED,
        milestone(E.RECOMMENDATION_MADE, "2022-01-10", ONE),
        Extension("recommendation-response", on("2022-03-01"), on("2022-03-02"), on("2022-04-01"), "DG", "x", ONE),
        Extension("recommendation-response", on("2022-04-02"), on("2022-04-03"), on("2022-05-01"), "DG", "x", ONE),
    )
    said = explain(ask("recommendation-response", told, "2022-04-04", ONE))
    assert "Extension until 1 April 2022, asked for on 1 March 2022, by DG: counts, since it moves the date." in said
    assert (
        "Extension until 1 May 2022, asked for on 2 April 2022, by DG: does not count, since it was asked for after the "
        "time was over on 2022-04-01."
    ) in said
    assert said[-3:] == (
        "It has not stopped.",
        "85 days counted; it is overdue.",
        "Days of a judicial review are added.",
    )


def test_a_paused_clock_says_that_it_has_no_date() -> None:
    told = under_investigation(RECOMMENDED, milestone(E.RECOMMENDATION_MADE, "2022-01-10", ONE))
    told.tell(paused(PauseKind.JUDICIAL_REVIEW, "2022-02-01", about=ONE))
    said = explain(ask("recommendation-response", told, "2022-02-04", ONE))
    assert "No date can be given while it is paused." in said
    assert (
        "Pause for judicial review, from 1 February 2022, still lasting, on the authority of Decision maker: its days are "
        "not counted (4 left out)."
    ) in said


def test_rounds_are_told_one_by_one() -> None:
    told = under_investigation(milestone(E.TIMELINESS_REPORT_SENT, "2022-10-03"), suspended("2021-06-01"))
    said = explain(ask("timeliness-report", told, "2022-10-04"))
    assert said[4:9] == (
        "Period 1: 30 March 2021 to 29 March 2022, over and not answered.",
        "Period 2: 30 March 2022 to 29 September 2022, answered: Timeliness report sent on 3 October 2022.",
        "Period 3: 30 September 2022 to 29 March 2023, not over.",
        "The last day in time is 29 March 2022.",
        "It has not stopped.",
    )
    assert said[3].startswith("Pause for sub judice, from 1 June 2021, still lasting")
    assert said[3].endswith("sub judice time does not stop this clock.")
    assert said[1] == (
        "Rule: 12 months beginning with the day of complaint made or came to attention, then every 6 months, until report "
        "final or force investigation complete."
    )


def test_hours_are_told_with_their_time() -> None:
    told = under_investigation(
        OtherStrand(ONE, Strand.BREACH, "A lost stick"),
        Milestone(E.BREACH_KNOWN, at("2021-03-26T12:00:00+00:00"), ONE),
    )
    said = explain(ask("data-breach", told, "2021-03-27", ONE))
    assert said[1] == "Rule: 72 hours from breach known, until commissioner told."
    assert "It is due on 29 March 2021 at 12:00 UTC." in said
    assert "24 hours counted; it is running." in said


def test_a_net_figure_that_is_not_in_time_or_still_open_says_so() -> None:
    told = under_investigation(suspended("2021-06-01"))
    said = explain(ask("investigation-6-months", told, "2021-06-02"))
    assert "Net of time for sub judice: 54 days." in said
    told.tell(resumed("2021-06-11"))
    said = explain(ask("investigation-6-months", told, "2021-12-01"))
    assert "Net of time for sub judice: 228 days, last day in time 17 October 2021, not in time." in said


def test_a_clock_without_a_limit_says_only_how_long_it_has_taken() -> None:
    told = under_investigation(Recommendation(ONE, RecommendationKind.SECTION_10, "NP", "Record every search."))
    told.tell(milestone(E.RECOMMENDATION_MADE, "2022-01-10", ONE))
    assert explain(ask("section-10-response", told, "2022-02-09", ONE))[1:] == (
        "Rule: How many days it takes after recommendation made, until recommendation answered.",
        "It started: Recommendation made on 10 January 2022.",
        "It has not stopped.",
        "30 days counted; it is running.",
    )


def test_targets_are_read_as_words() -> None:
    found = {d.id: target_words(d) for d in CLOCKS if d.target is not None}
    assert found["mode-decision"] == "80 % in time"
    assert found["dsi-review"] == "mean 30 working days"
    assert target_words(in_force(CLOCKS, "data-breach", date(2026, 1, 1))) == ""
    assert rule_words(in_force(CLOCKS, "review", date(2026, 1, 1))) == (
        "How many working days it takes after review papers received, until review decided, calendar EW."
    )
    assert (many(1, "day"), many(0, "day"), many(-1, "day")) == ("1 day", "0 days", "-1 day")


# --- the report on timeliness ---

PB, CO, DG = Recipient.POLICING_BODY, Recipient.CHIEF_OFFICER, Recipient.DIRECTOR_GENERAL


@pytest.mark.parametrize(
    ("mode_of", "prejudice", "chief_officer_is_authority", "is_subject", "told"),
    [
        (Mode.LOCAL, False, True, False, {PB, DG}),
        (Mode.LOCAL, False, False, False, {DG}),
        (Mode.LOCAL, True, True, False, {DG}),
        (Mode.INDEPENDENT, False, True, False, {PB, CO}),
        (Mode.DIRECTED, False, True, False, {PB, CO}),
        (Mode.DIRECTED, False, True, True, {PB}),
        (Mode.INDEPENDENT, True, True, False, set()),
    ],
)
def test_a_report_on_timeliness_goes_to_whom_the_mode_says(
    mode_of: Mode, prejudice: bool, chief_officer_is_authority: bool, is_subject: bool, told: set[Recipient]
) -> None:
    found = recipients(
        mode_of,
        would_prejudice=prejudice,
        authority_is_chief_officer=chief_officer_is_authority,
        chief_officer_is_subject=is_subject,
    )
    assert found == told


WRITTEN = {
    ReportField.PROGRESS: "All witnesses are interviewed.",
    ReportField.ESTIMATE: "March 2023.",
    ReportField.REASON: "Two reports of experts.",
    ReportField.PLANNED_STEPS: "The last expert.",
}


def test_a_report_on_timeliness_has_six_things_two_of_them_from_the_record() -> None:
    told = under_investigation(milestone(E.CONDUCT_NOTICE_SERVED, "2021-05-01"))
    told.tell(milestone(E.CONDUCT_NOTICE_SERVED, "2022-05-01"))
    report = draft(told.life, date(2022, 3, 29), WRITTEN)
    assert len(report.content) == 6
    assert report.missing == ()
    assert report.content[ReportField.DATE_OF_MATTER] == "Complaint made on 30 March 2021."
    assert report.content[ReportField.DATE_OF_NOTICE] == "Conduct notice served on 1 May 2021."
    same_day = draft(told.life, date(2021, 5, 1), WRITTEN)
    assert same_day.content[ReportField.DATE_OF_NOTICE] == "Conduct notice served on 1 May 2021."


def test_a_report_says_what_is_still_to_be_written() -> None:
    report = draft(Told().life, date(2022, 3, 29), {ReportField.PROGRESS: "x", ReportField.REASON: " "})
    assert report.content[ReportField.DATE_OF_NOTICE] == "No notice has been served."
    assert report.missing == (
        ReportField.DATE_OF_MATTER,
        ReportField.ESTIMATE,
        ReportField.REASON,
        ReportField.PLANNED_STEPS,
    )


def test_the_dates_of_a_report_come_from_the_record() -> None:
    with pytest.raises(Invalid, match="leave out date_of_matter, or correct the record"):
        draft(Told().life, date(2022, 3, 29), WRITTEN | {ReportField.DATE_OF_MATTER: "March"})


def test_a_day_is_written_with_the_name_of_its_month() -> None:
    assert [day_words(date(2021, month, 9)) for month in range(1, 13)] == [
        *("9 January 2021", "9 February 2021", "9 March 2021", "9 April 2021", "9 May 2021", "9 June 2021"),
        *("9 July 2021", "9 August 2021", "9 September 2021", "9 October 2021", "9 November 2021", "9 December 2021"),
    ]
