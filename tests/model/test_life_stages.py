"""How far a case has come, and what it was on a day: pure functions of its facts."""

from datetime import date
from uuid import UUID

import pytest

from dems.model.ids import CaseId, PartyId
from dems.model.life.beside import RecommendationStatus, ReviewStatus, recommendation_on, review_on
from dems.model.life.contents import CaseLink, Content, Designation, MajorStatus, PartyStatus, ThemeStatus
from dems.model.life.events import EventKind, Outcome, PauseKind
from dems.model.life.lives import Life, Traits
from dems.model.life.stages import Stage, WithCps, proceedings_on, stage_on, with_cps_on
from dems.model.life.strands import Proceeding, ProceedingKind, Recommendation, RecommendationKind, Review, ReviewKind
from dems.model.life.vocabulary import DataSubjectCategory, MatterType, Mode, PartyRole, Source
from tests.model.lives import (
    DECISION_MAKER,
    OTHER_DECISION_MAKER,
    POLICE_COMPLAINT,
    Told,
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
PARTY = PartyId(UUID(int=71))
OTHER_CASE = CaseId(UUID(int=72))


def day(text: str) -> date:
    return date.fromisoformat(text)


def through_to_retention() -> Life:
    """Every step of section 3.1, one after another."""
    return under_investigation(
        suspended("2021-05-01"),
        resumed("2021-06-01"),
        milestone(E.REPORT_DRAFTED, "2021-08-01"),
        suspended("2021-08-10", 95),
        resumed("2021-08-20", 95),
        milestone(E.REPORT_FINAL, "2021-09-01"),
        milestone(E.WITH_DECISION_MAKER, "2021-09-02"),
        milestone(E.AA_VIEWS_REQUESTED, "2021-09-10"),
        milestone(E.AA_VIEWS_RECEIVED, "2021-09-30"),
        milestone(E.FINAL_DETERMINATION, "2021-10-01", by=DECISION_MAKER),
        milestone(E.REPORT_SENT_TO_AA, "2021-10-02"),
        Proceeding(strand(1), ProceedingKind.MISCONDUCT, "Misconduct panel"),
        milestone(E.PROCEEDING_OPENED, "2021-11-01", strand(1)),
        milestone(E.PROCEEDING_CONCLUDED, "2022-02-01", strand(1)),
        milestone(E.CLOSED, "2022-03-01"),
        milestone(E.ARCHIVED, "2022-04-01"),
    ).life


@pytest.mark.parametrize(
    ("when", "stage"),
    [
        ("2021-03-31", Stage.BEFORE_REFERRAL),
        ("2021-04-01", Stage.REFERRAL_RECEIVED),
        ("2021-04-07", Stage.NOT_STARTED),
        ("2021-04-12", Stage.LIVE),
        ("2021-05-01", Stage.SUSPENDED),
        ("2021-05-31", Stage.SUSPENDED),
        ("2021-06-01", Stage.LIVE),
        ("2021-08-01", Stage.REPORT_DRAFT),
        ("2021-08-15", Stage.SUSPENDED),
        ("2021-08-20", Stage.REPORT_DRAFT),
        ("2021-09-01", Stage.REPORT_FINAL),
        ("2021-09-02", Stage.WITH_DECISION_MAKER),
        ("2021-09-10", Stage.AA_VIEWS_REQUESTED),
        ("2021-10-01", Stage.FINAL_DETERMINATION),
        ("2021-10-02", Stage.REPORT_WITH_AA),
        ("2021-11-01", Stage.PROCEEDINGS),
        ("2022-02-01", Stage.REPORT_WITH_AA),
        ("2022-03-01", Stage.CLOSED),
        ("2022-04-01", Stage.RETENTION),
    ],
)
def test_a_case_goes_through_its_stages(when: str, stage: Stage) -> None:
    assert stage_on(through_to_retention(), day(when)) is stage


@pytest.mark.parametrize(
    ("contents", "stage"),
    [
        ([], Stage.AWAITING_PAPERS),
        ([milestone(E.PAPERS_RECEIVED, "2021-04-02")], Stage.REFERRAL_RECEIVED),
        (
            [milestone(E.PAPERS_RECEIVED, "2021-04-02"), paused(PauseKind.FURTHER_INFORMATION, "2021-04-06")],
            Stage.AWAITING_PAPERS,
        ),
        ([mode(Mode.LOCAL, "2021-04-06")], Stage.WITH_FORCE),
        ([mode(Mode.RETURN_TO_FORCE, "2021-04-06")], Stage.RETURNED_TO_FORCE),
        ([mode(Mode.LOCAL, "2021-04-06"), mode(Mode.DIRECTED, "2021-04-08")], Stage.NOT_STARTED),
        ([mode(Mode.INDEPENDENT, "2021-04-06"), mode(Mode.LOCAL, "2021-04-08")], Stage.WITH_FORCE),
    ],
)
def test_before_an_investigation_the_mode_says_where_a_case_is(contents: list[Content], stage: Stage) -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"), *contents)
    assert stage_on(told.life, day("2021-05-01")) is stage


def test_every_decision_about_the_mode_stays_with_its_reason() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2021-04-01"))
    told.tell(mode(Mode.INDEPENDENT, "2021-06-08", "New evidence."))
    told.tell(mode(Mode.LOCAL, "2021-04-06", "Minor injury."))
    assert [(f.content.mode, f.content.reason) for f in told.life.modes()] == [
        (Mode.LOCAL, "Minor injury."),
        (Mode.INDEPENDENT, "New evidence."),
    ]
    assert told.life.mode_on(day("2021-06-07")) == mode(Mode.LOCAL, "2021-04-06", "Minor injury.")
    assert told.life.mode_on(day("2021-04-05")) is None


def test_what_was_reported_before_the_mode_changed_stays_reported() -> None:
    told = under_investigation(milestone(E.REPORT_DRAFTED, "2021-08-01"), milestone(E.REPORT_FINAL, "2021-09-01"))
    told.tell(mode(Mode.LOCAL, "2021-10-01", "Handed on."))
    assert stage_on(told.life, day("2021-10-02")) is Stage.REPORT_FINAL


def test_an_inquest_during_an_investigation_does_not_hide_how_far_that_is() -> None:
    told = under_investigation(
        Proceeding(strand(1), ProceedingKind.CORONIAL, "HM Coroner, Leeds"),
        milestone(E.PROCEEDING_OPENED, "2021-05-01", strand(1)),
    )
    assert proceedings_on(told.life, day("2021-05-02")) == (ProceedingKind.CORONIAL,)
    assert stage_on(told.life, day("2021-05-02")) is Stage.LIVE


def test_the_criminal_branch_runs_beside_the_investigation() -> None:
    told = under_investigation(
        milestone(E.CPS_CONDITIONS_DECIDED, "2021-06-01", outcome=Outcome.MET, by=DECISION_MAKER),
        milestone(E.CPS_REFERRED, "2021-06-02"),
        milestone(E.CPS_DECIDED, "2021-07-01", outcome=Outcome.CHARGE),
    )
    said = [with_cps_on(told.life, day(d)) for d in ("2021-05-31", "2021-06-01", "2021-06-02", "2021-07-01")]
    assert said == [WithCps.NOT_CONSIDERED, WithCps.CONDITIONS_MET, WithCps.REFERRED, WithCps.CHARGED]
    assert stage_on(told.life, day("2021-07-01")) is Stage.LIVE


def test_a_victims_review_may_open_the_criminal_branch_again() -> None:
    told = under_investigation(
        Designation(criminal=True, when=on("2021-05-01"), decided_by=DECISION_MAKER, reason="An assault."),
        milestone(E.CPS_CONDITIONS_DECIDED, "2021-06-01", outcome=Outcome.NOT_MET, by=DECISION_MAKER),
        milestone(E.DECISION_LETTER_SENT, "2021-06-02"),
        milestone(E.VRR_REQUESTED, "2021-06-10"),
        milestone(E.VRR_DECIDED, "2021-06-20", outcome=Outcome.REFER, by=OTHER_DECISION_MAKER),
        milestone(E.CPS_REFERRED, "2021-06-21"),
        milestone(E.CPS_DECIDED, "2021-07-01", outcome=Outcome.NO_CHARGE),
    )
    said = [with_cps_on(told.life, day(d)) for d in ("2021-06-19", "2021-06-20", "2021-07-01")]
    assert said == [WithCps.REVIEW_WINDOW, WithCps.CONDITIONS_MET, WithCps.NOT_CHARGED]


def test_a_case_is_on_a_day_what_was_last_said_of_it() -> None:
    told = under_investigation(
        MajorStatus(is_major=True, when=on("2021-05-01"), reason="Forty officers."),
        MajorStatus(is_major=False, when=on("2021-06-01"), reason="Two remain."),
        ThemeStatus("taser", applies=True, when=on("2021-05-01")),
        ThemeStatus("mental_health", applies=True, when=on("2021-05-01")),
        ThemeStatus("taser", applies=False, when=on("2021-06-01")),
        Designation(criminal=True, when=on("2021-05-15"), decided_by=DECISION_MAKER, reason="An assault."),
        Review(strand(1), ReviewKind.HANDLING),
    )
    before, then = told.life.traits_on(day("2021-04-30")), told.life.traits_on(day("2021-05-20"))
    assert (before.is_major, before.themes, before.criminal) == (False, frozenset(), False)
    assert then == Traits(
        matter_type=MatterType.COMPLAINT,
        source=Source.MANDATORY,
        force="NP",
        mode=Mode.INDEPENDENT,
        is_major=True,
        themes=frozenset({"taser", "mental_health"}),
        criminal=True,
    )
    later = told.life.traits_on(day("2021-06-01"), strand(1))
    assert (later.is_major, later.themes, later.strand_kind) == (False, frozenset({"mental_health"}), "handling")
    assert Told().life.traits_on(day("2021-06-01")) == Traits()


def test_what_a_strand_was_on_a_day_leaves_out_what_came_later() -> None:
    life = under_investigation(
        Review(strand(1), ReviewKind.HANDLING),
        milestone(E.REVIEW_APPLIED, "2021-10-01", strand(1)),
        milestone(E.REVIEW_VALIDITY_DECIDED, "2021-10-05", strand(1), Outcome.VALID, DECISION_MAKER),
        milestone(E.REVIEW_WITHDRAWN, "2021-11-01", strand(1)),
    ).life
    found = [life.traits_on(day(d), strand(1)) for d in ("2021-10-04", "2021-10-05", "2021-10-31", "2021-11-01")]
    assert [t.outcomes for t in found] == [frozenset(), *[frozenset({Outcome.VALID})] * 3]
    assert [t.withdrawn for t in found] == [False, False, False, True]


def test_a_persons_category_has_a_history() -> None:
    suspect = PartyStatus(PARTY, PartyRole.SUBJECT, DataSubjectCategory.SUSPECT, holds=True, when=on("2021-05-01"))
    convicted = PartyStatus(PARTY, PartyRole.SUBJECT, DataSubjectCategory.CONVICTED, holds=True, when=on("2022-05-01"))
    gone = PartyStatus(PARTY, PartyRole.SUBJECT, DataSubjectCategory.CONVICTED, holds=False, when=on("2023-05-01"))
    life = under_investigation(convicted, suspect, gone).life
    assert life.parties_on(day("2021-04-30")) == ()
    assert life.parties_on(day("2022-04-30")) == (suspect,)
    assert life.parties_on(day("2022-05-01")) == (convicted,)
    assert life.parties_on(day("2023-05-01")) == ()


def test_each_party_has_its_own_roles_and_may_have_several() -> None:
    def held(party: PartyId, role: PartyRole) -> PartyStatus:
        return PartyStatus(party, role, DataSubjectCategory.WITNESS, holds=True, when=on("2021-05-01"))

    other = PartyId(UUID(int=73))
    both, one = (held(PARTY, PartyRole.COMPLAINANT), held(PARTY, PartyRole.WITNESS)), held(other, PartyRole.WITNESS)
    life = under_investigation(both[0], one, both[1]).life
    assert life.roles_on(day("2021-04-30")) == {}
    assert life.roles_on(day("2021-05-01")) == {PARTY: [*both], other: [one]}


def test_pauses_of_a_strand_are_told_apart_from_those_of_the_case_and_each_list_is_by_date() -> None:
    of_strand = paused(PauseKind.CLARIFICATION, "2021-06-01", 2, about=strand(1))
    told = under_investigation(Review(strand(1), ReviewKind.HANDLING), suspended("2021-07-01", 1), of_strand)
    kinds = [[p.kind for p in found] for found in (told.life.pauses(), told.life.pauses_about(strand(1)))]
    assert kinds == [[PauseKind.SUB_JUDICE], [PauseKind.CLARIFICATION]]
    assert [p.kind for p in told.life.pauses(strand(1))] == [PauseKind.CLARIFICATION, PauseKind.SUB_JUDICE]
    assert told.life.pauses(strand(2)) == told.life.pauses()


def test_cases_belong_together_until_they_no_longer_do() -> None:
    life = under_investigation(
        CaseLink(OTHER_CASE, linked=True, when=on("2021-05-01"), reason="The same arrest."),
        CaseLink(OTHER_CASE, linked=False, when=on("2021-06-01"), reason="Another arrest."),
    ).life
    found = [life.links_on(day(d)) for d in ("2021-04-30", "2021-05-01", "2021-06-01")]
    assert found == [frozenset(), frozenset({OTHER_CASE}), frozenset()]


def test_a_review_says_where_it_is() -> None:
    told = under_investigation(
        Review(strand(1), ReviewKind.INVESTIGATION),
        milestone(E.REVIEW_APPLIED, "2021-10-01", strand(1)),
        milestone(E.REVIEW_VALIDITY_DECIDED, "2021-10-05", strand(1), Outcome.VALID, DECISION_MAKER),
        milestone(E.REVIEW_PAPERS_RECEIVED, "2021-10-20", strand(1)),
        milestone(E.REVIEW_DECIDED, "2021-12-01", strand(1), Outcome.NOT_UPHELD, DECISION_MAKER),
    )
    dates = ("2021-09-30", "2021-10-01", "2021-10-05", "2021-10-20", "2021-12-01")
    assert [review_on(told.life, strand(1), day(d)) for d in dates] == [
        ReviewStatus.NOT_APPLIED,
        ReviewStatus.APPLIED,
        ReviewStatus.AWAITING_PAPERS,
        ReviewStatus.WITH_REVIEWER,
        ReviewStatus.NOT_UPHELD,
    ]


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (milestone(E.REVIEW_DECIDED, "2021-12-01", strand(1), Outcome.UPHELD, DECISION_MAKER), ReviewStatus.UPHELD),
        (milestone(E.REVIEW_WITHDRAWN, "2021-12-01", strand(1)), ReviewStatus.WITHDRAWN),
        (
            milestone(E.REVIEW_VALIDITY_DECIDED, "2021-12-01", strand(1), Outcome.INVALID, DECISION_MAKER),
            ReviewStatus.INVALID,
        ),
    ],
)
def test_a_review_ends_in_one_of_these_ways(last: Content, status: ReviewStatus) -> None:
    applied = milestone(E.REVIEW_APPLIED, "2021-10-01", strand(1))
    told = under_investigation(Review(strand(1), ReviewKind.INVESTIGATION), applied, last)
    assert review_on(told.life, strand(1), day("2021-12-01")) is status


def test_a_recommendation_says_where_it_is() -> None:
    told = under_investigation(
        Recommendation(strand(1), RecommendationKind.PARA_28A, "NP", "Record every search."),
        milestone(E.RECOMMENDATION_MADE, "2022-01-10", strand(1)),
        milestone(E.RECOMMENDATION_ANSWERED, "2022-03-10", strand(1), Outcome.PARTIALLY_ACCEPTED),
        milestone(E.RESPONSE_PUBLISHED, "2022-03-20", strand(1)),
    )
    due = day("2022-03-06")
    dates = ("2022-01-09", "2022-01-10", "2022-03-06", "2022-03-07", "2022-03-10", "2022-03-20")
    assert [recommendation_on(told.life, strand(1), day(d), due) for d in dates] == [
        RecommendationStatus.DRAFT,
        RecommendationStatus.RESPONSE_DUE,
        RecommendationStatus.RESPONSE_DUE,
        RecommendationStatus.OVERDUE,
        RecommendationStatus.PARTIALLY_ACCEPTED,
        RecommendationStatus.PUBLISHED,
    ]
    assert recommendation_on(told.life, strand(1), day("2022-02-01"), None) is RecommendationStatus.ISSUED
