"""Impossible orders are refused and unlikely ones warned about; the list is written by hand from the steps of section 3.1."""

from dataclasses import replace

import pytest

from dems.errors import ImpossibleLife
from dems.model.life.contents import Designation
from dems.model.life.events import EVENTS, EventKind, Strand
from dems.model.life.problems import Severity
from dems.model.life.vocabulary import Mode
from tests.model.lives import (
    DECISION_MAKER,
    POLICE_COMPLAINT,
    Told,
    happening,
    milestone,
    mode,
    on,
    record_of,
    suspended,
    under_investigation,
)

E = EventKind


def told_up_to(kind: EventKind) -> Told:
    """A life in which nothing but the named event is still missing before what follows it."""
    told = under_investigation(Designation(criminal=True, when=on("2021-04-12"), decided_by=DECISION_MAKER, reason="x"))
    which = EVENTS[kind].strand
    if which is not Strand.CASE:
        told.tell(record_of(which))
    if which is Strand.RESUMPTION:
        told.tell(suspended("2021-04-20"))
    return told


# Each: what comes first, what follows it, and what is made of the second without the first.
IMPOSSIBLE = [
    (E.REPORT_DRAFTED, E.REPORT_FINAL, Severity.WARN),
    (E.REPORT_FINAL, E.WITH_DECISION_MAKER, Severity.REFUSE),
    (E.REPORT_FINAL, E.AA_VIEWS_REQUESTED, Severity.REFUSE),
    (E.AA_VIEWS_REQUESTED, E.AA_VIEWS_RECEIVED, Severity.REFUSE),
    (E.REPORT_FINAL, E.FINAL_DETERMINATION, Severity.REFUSE),
    (E.REPORT_FINAL, E.REPORT_SENT_TO_AA, Severity.REFUSE),
    (E.CPS_REFERRED, E.CPS_DECIDED, Severity.REFUSE),
    (E.CPS_CONDITIONS_DECIDED, E.DECISION_LETTER_SENT, Severity.REFUSE),
    (E.CPS_CONDITIONS_DECIDED, E.VRR_REQUESTED, Severity.REFUSE),
    (E.VRR_REQUESTED, E.VRR_DECIDED, Severity.REFUSE),
    (E.CLOSED, E.ARCHIVED, Severity.REFUSE),
    (E.REVIEW_APPLIED, E.REVIEW_VALIDITY_DECIDED, Severity.REFUSE),
    (E.REVIEW_APPLIED, E.REVIEW_WITHDRAWN, Severity.REFUSE),
    (E.REVIEW_APPLIED, E.REVIEW_DECIDED, Severity.REFUSE),
    (E.REVIEW_PAPERS_RECEIVED, E.REVIEW_DECIDED, Severity.WARN),
    (E.DSI_REVIEW_PAPERS_RECEIVED, E.DSI_REVIEW_DECIDED, Severity.WARN),
    (E.RECOMMENDATION_MADE, E.RECOMMENDATION_ANSWERED, Severity.REFUSE),
    (E.RECOMMENDATION_ANSWERED, E.RESPONSE_PUBLISHED, Severity.REFUSE),
    (E.PROCEEDING_OPENED, E.PROCEEDING_CONCLUDED, Severity.REFUSE),
    (E.PACKAGE_COMPLETE, E.DOCUMENTS_SUPPLIED, Severity.REFUSE),
    (E.DOCUMENTS_SUPPLIED, E.OFFICER_RESPONDED, Severity.REFUSE),
    (E.WITHDRAWAL_NOTIFIED, E.WITHDRAWAL_RECORDED, Severity.REFUSE),
    (E.WITHDRAWAL_NOTIFIED, E.DIRECTOR_GENERAL_TOLD, Severity.REFUSE),
    (E.RESUMPTION_LETTER_SENT, E.COMPLAINANT_REPLIED, Severity.REFUSE),
    (E.RESUMPTION_LETTER_SENT, E.PUBLIC_INTEREST_DECIDED, Severity.REFUSE),
    (E.SERVICE_COMPLAINT_RECEIVED, E.SERVICE_COMPLAINT_ANSWERED, Severity.REFUSE),
    (E.INFORMATION_REQUESTED, E.REQUEST_CLARIFIED, Severity.REFUSE),
    (E.INFORMATION_REQUESTED, E.INFORMATION_ANSWERED, Severity.REFUSE),
    (E.ACCESS_REQUESTED, E.ACCESS_CLARIFIED, Severity.REFUSE),
    (E.ACCESS_REQUESTED, E.ACCESS_ANSWERED, Severity.REFUSE),
    (E.BREACH_KNOWN, E.COMMISSIONER_TOLD, Severity.REFUSE),
]


@pytest.mark.parametrize(("first", "then", "without"), IMPOSSIBLE)
def test_what_follows_is_not_dated_before_what_it_follows(first: EventKind, then: EventKind, without: Severity) -> None:
    told = told_up_to(then)
    with pytest.raises(ImpossibleLife) as refused:
        told.put(told.fact(happening(first, "2021-06-02")), told.fact(happening(then, "2021-06-01")))
    rules = {p["rule"] for p in refused.value.data["problems"]}
    assert f"{then.value}-before-{first.value}".replace("_", "-") in rules
    assert refused.value.source
    missing = f"{then.value}-without-{first.value}".replace("_", "-")
    if without is Severity.WARN:
        if then is E.REVIEW_DECIDED:
            told.tell(happening(E.REVIEW_APPLIED, "2021-05-01"))
        told.tell(happening(then, "2021-06-01"))
        assert missing in told.rules_warned
    else:
        with pytest.raises(ImpossibleLife, match="to be recorded first") as alone:
            told.tell(happening(then, "2021-06-01"))
        assert missing in {p["rule"] for p in alone.value.data["problems"]}


def test_nothing_of_the_body_is_dated_before_the_referral() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"))
    with pytest.raises(
        ImpossibleLife, match="Mode decided on 31 March 2021 is before referral received on 1 April 2021"
    ):
        told.tell(mode(Mode.INDEPENDENT, "2021-03-31"))


def test_an_investigation_starts_after_the_decision_to_investigate() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"), mode(Mode.LOCAL, "2021-04-07"))
    with pytest.raises(ImpossibleLife, match="needs decided to investigate to be recorded first"):
        told.tell(milestone(E.INVESTIGATION_STARTED, "2021-04-12"))
    told.tell(mode(Mode.INDEPENDENT, "2021-04-20", "The injury is more serious than was known."))
    told.tell(milestone(E.INVESTIGATION_STARTED, "2021-04-20"))


def test_a_case_may_go_to_the_cps_before_the_final_report_and_somebody_is_told() -> None:
    told = under_investigation(happening(E.CPS_CONDITIONS_DECIDED, "2021-06-01"))
    told.tell(milestone(E.CPS_REFERRED, "2021-06-02"))
    assert told.rules_warned == ["cps-referred-without-report-final"]
    told.tell(milestone(E.REPORT_DRAFTED, "2021-08-01"))
    told.tell(milestone(E.REPORT_FINAL, "2021-09-01"))
    assert told.rules_warned == ["cps-referred-before-report-final"]


def test_a_case_does_not_go_to_the_cps_before_it_is_investigated() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"), mode(Mode.INDEPENDENT, "2021-04-07"))
    with pytest.raises(ImpossibleLife, match="needs investigation started"):
        told.tell(milestone(E.CPS_REFERRED, "2021-04-08"))


@pytest.mark.parametrize(
    ("kind", "day", "rule"),
    [
        (E.FORCE_INVESTIGATION_COMPLETE, "2021-04-06", "force-investigation-complete-before-mode-decided"),
        (E.CONDUCT_NOTICE_SERVED, "2021-04-11", "conduct-notice-served-before-investigation-started"),
    ],
)
def test_unlikely_orders_are_taken_and_warned_about(kind: EventKind, day: str, rule: str) -> None:
    told = under_investigation()
    told.tell(milestone(kind, day))
    assert told.rules_warned == [rule]
    assert [w.severity for w in told.warnings] == [Severity.WARN]


def test_papers_before_the_referral_are_unlikely() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.PAPERS_RECEIVED, "2021-03-31"))
    assert told.rules_warned == ["papers-received-without-referral-received"]
    told.tell(milestone(E.REFERRAL_RECEIVED, "2021-04-01"))
    assert told.rules_warned == ["papers-received-before-referral-received"]


def test_a_determination_without_the_views_of_the_authority_is_unlikely() -> None:
    told = under_investigation(milestone(E.REPORT_DRAFTED, "2021-08-01"), milestone(E.REPORT_FINAL, "2021-09-01"))
    told.tell(happening(E.FINAL_DETERMINATION, "2021-09-03"))
    assert told.rules_warned == ["final-determination-without-aa-views-requested"]


def test_what_happens_after_closing_is_looked_at_unless_it_may() -> None:
    told = under_investigation(milestone(E.CLOSED, "2021-09-01"))
    told.tell(milestone(E.ARCHIVED, "2021-09-02"))
    assert told.rules_warned == []
    told.tell(milestone(E.CONDUCT_NOTICE_SERVED, "2021-09-03"))
    assert told.rules_warned == ["after-closing"]
    assert told.warnings[0].message == (
        "Conduct notice served on 3 September 2021 comes after the case was closed on 1 September 2021: check both dates."
    )


def test_on_one_date_any_order_may_be_true_where_times_are_not_known() -> None:
    told = under_investigation(milestone(E.REPORT_DRAFTED, "2021-08-01"))
    told.tell(milestone(E.REPORT_FINAL, "2021-08-01"))
    assert told.rules_warned == []


def test_the_order_holds_for_corrections_too() -> None:
    told = under_investigation(milestone(E.REPORT_DRAFTED, "2021-08-01"))
    final = told.tell(milestone(E.REPORT_FINAL, "2021-09-01"))
    before = told.life
    with pytest.raises(ImpossibleLife, match="Report final on 1 July 2021 is before report drafted on 1 August 2021"):
        told.correct(final, milestone(E.REPORT_FINAL, "2021-07-01"))
    assert told.life is before


def test_facts_recorded_together_are_taken_together_or_not_at_all() -> None:
    told = under_investigation()
    before = told.life
    with pytest.raises(ImpossibleLife) as refused:
        told.put(
            told.fact(milestone(E.REPORT_DRAFTED, "2021-08-01")),
            told.fact(milestone(E.REPORT_FINAL, "2021-07-01")),
            told.fact(milestone(E.ARCHIVED, "2021-07-02")),
        )
    assert [p["rule"] for p in refused.value.data["problems"]] == [
        "report-final-before-report-drafted",
        "archived-without-closed",
    ]
    assert told.life is before


def test_what_was_wrong_before_does_not_keep_anybody_from_mending_part_of_it() -> None:
    told = under_investigation()
    old = told.fact(milestone(E.REPORT_FINAL, "2021-04-02"))
    older = told.fact(milestone(E.ARCHIVED, "2021-04-03"))
    told.life = replace(told.life, facts=(*told.life.facts, old, older))
    told.correct(old.id, milestone(E.REPORT_FINAL, "2021-09-01"))
    assert [e.when.on.isoformat() for e in told.life.events() if e.kind is E.REPORT_FINAL] == ["2021-09-01"]
