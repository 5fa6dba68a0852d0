"""Bad input: each is a clear refusal, and nothing of it is kept."""

from datetime import date

import pytest

from dems.errors import ImpossibleLife
from dems.model.clocks.table import CLOCKS
from dems.model.ids import PersonId
from dems.model.life.contents import Content, Designation, Extension, Milestone, Particulars, PauseEnded, ThemeStatus
from dems.model.life.events import EventKind, Outcome, PauseKind, Strand
from dems.model.life.strands import LocalDsiReview, OtherStrand, Review, ReviewKind
from dems.model.life.vocabulary import (
    THEMES,
    Jurisdiction,
    MatterType,
    Mode,
    Open,
    Theme,
    Vocabulary,
)
from tests.model.lives import (
    DECISION_MAKER,
    OTHER_DECISION_MAKER,
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
OLD_THEME = Theme("covid", "Use of powers in the pandemic", Open(date(2020, 4, 1), date(2022, 3, 31)), "A decision")
WORDS = Vocabulary(
    forces={"NP": "Northshire Police"}, themes=(*THEMES, OLD_THEME), clocks=frozenset(d.id for d in CLOCKS)
)


def refused(told: Told, *contents: Content) -> list[str]:
    """The rules that recording these together breaks; nothing of them was kept."""
    before = told.life
    with pytest.raises(ImpossibleLife) as no:
        told.put(*(told.fact(c) for c in contents))
    assert told.life is before
    assert all(p["message"].endswith(".") and p["source"] and p["facts"] for p in no.value.data["problems"])
    return [p["rule"] for p in no.value.data["problems"]]


def test_what_is_still_to_come_is_not_recorded() -> None:
    told = under_investigation()
    assert refused(told, milestone(E.CONDUCT_NOTICE_SERVED, "2026-11-23")) == ["in-the-future"]
    assert refused(told, suspended("2027-01-01")) == ["in-the-future"]
    later_today = Milestone(E.CONDUCT_NOTICE_SERVED, at("2026-11-22T12:00:01+00:00"))
    with pytest.raises(ImpossibleLife, match="What happens on 22 November 2026 is still to come"):
        told.tell(later_today)
    told.tell(milestone(E.CONDUCT_NOTICE_SERVED, "2026-11-22"))
    told.tell(Milestone(E.CONDUCT_NOTICE_SERVED, at("2026-11-22T12:00:00+00:00")))


def test_an_extension_ends_in_the_future_and_is_not_granted_there() -> None:
    told = under_investigation()
    told.tell(Extension("review-application", on("2026-11-01"), on("2026-11-02"), on("2026-12-31"), "DG", "Illness."))
    later = Extension("review-application", on("2026-11-01"), on("2026-11-23"), on("2026-12-31"), "DG", "Illness.")
    assert refused(told, later) == ["in-the-future"]


def test_a_case_is_described_once() -> None:
    assert refused(Told(POLICE_COMPLAINT), POLICE_COMPLAINT) == ["particulars-twice"]


def test_an_unknown_force_is_refused_where_there_is_a_list() -> None:
    elsewhere = Particulars(MatterType.DSI, Jurisdiction.POLICE, "XX", None, None)
    assert refused(Told(vocabulary=WORDS), elsewhere) == ["unknown-force"]
    Told(elsewhere)
    Told(POLICE_COMPLAINT, vocabulary=WORDS)
    Told(Particulars(MatterType.DSI, Jurisdiction.POLICE, None, None, None), vocabulary=WORDS)


@pytest.mark.parametrize(
    ("jurisdiction", "which", "day", "open_then"),
    [
        (Jurisdiction.POLICE, Mode.MANAGED, "2020-01-31", True),
        (Jurisdiction.POLICE, Mode.MANAGED, "2020-02-01", False),
        (Jurisdiction.POLICE, Mode.SUPERVISED, "2019-06-01", True),
        (Jurisdiction.POLICE, Mode.SUPERVISED, "2021-06-01", False),
        (Jurisdiction.POLICE, Mode.DIRECTED, "2020-02-01", True),
        (Jurisdiction.POLICE, Mode.DIRECTED, "2020-01-31", False),
        (Jurisdiction.POLICE, Mode.LOCAL, "2015-01-01", True),
        (Jurisdiction.HMRC, Mode.SUPERVISED, "2021-06-01", True),
        (Jurisdiction.OTHER, Mode.MANAGED, "2021-06-01", True),
        (Jurisdiction.OTHER, Mode.DIRECTED, "2021-06-01", False),
    ],
)
def test_a_mode_is_one_that_was_open_there_and_then(
    jurisdiction: Jurisdiction, which: Mode, day: str, open_then: bool
) -> None:
    told = Told(Particulars(MatterType.CONDUCT, jurisdiction, None, None, None))
    told.tell(milestone(E.REFERRAL_RECEIVED, "2014-01-01"))
    if open_then:
        told.tell(mode(which, day))
        assert told.life.mode_on(date.fromisoformat(day)) == mode(which, day)
    else:
        assert refused(told, mode(which, day)) == ["mode-not-open"]


def test_a_refused_mode_says_when_it_was_open() -> None:
    told = Told(POLICE_COMPLAINT, milestone(E.REFERRAL_RECEIVED, "2020-01-01"))
    with pytest.raises(
        ImpossibleLife, match=r"was not open on 2021-06-01: it was open until 2020-01-31\. Check the date"
    ):
        told.tell(mode(Mode.MANAGED, "2021-06-01"))
    with pytest.raises(ImpossibleLife, match="it was open from 2020-02-01"):
        told.tell(mode(Mode.DIRECTED, "2020-01-15"))
    other = Told(Particulars(MatterType.CONDUCT, Jurisdiction.OTHER, None, None, None))
    other.tell(milestone(E.REFERRAL_RECEIVED, "2020-01-01"))
    with pytest.raises(ImpossibleLife, match="it is not on the list"):
        other.tell(mode(Mode.DIRECTED, "2021-01-15"))


def test_the_mode_is_decided_of_a_case_that_is_described() -> None:
    told = Told(milestone(E.REFERRAL_RECEIVED, "2021-04-01"))
    assert refused(told, mode(Mode.LOCAL, "2021-04-02")) == ["no-particulars"]


def test_themes_are_those_of_their_time() -> None:
    told = Told(POLICE_COMPLAINT, vocabulary=WORDS)
    told.tell(ThemeStatus("covid", applies=True, when=on("2020-04-01")))
    with pytest.raises(
        ImpossibleLife, match="was not open on 2022-04-01: it was open from 2020-04-01 until 2022-03-31"
    ):
        told.tell(ThemeStatus("covid", applies=True, when=on("2022-04-01")))
    with pytest.raises(
        ImpossibleLife, match="There is no theme 'dogs': choose one of race_discrimination, mental_health"
    ):
        told.tell(ThemeStatus("dogs", applies=True, when=on("2022-04-01")))
    told.tell(ThemeStatus("covid", applies=False, when=on("2022-06-01")))


def test_a_date_of_a_strand_names_one_of_its_kind_that_the_case_has() -> None:
    told = under_investigation()
    papers = milestone(E.REVIEW_PAPERS_RECEIVED, "2021-10-01", strand(1))
    assert refused(told, papers) == ["no-such-strand"]
    assert refused(told, LocalDsiReview(strand(1)), papers) == ["no-such-strand"]
    told.tell(Review(strand(1), ReviewKind.HANDLING))
    told.tell(papers)


def test_no_two_strands_have_one_id() -> None:
    assert refused(under_investigation(LocalDsiReview(strand(1))), Review(strand(1), ReviewKind.HANDLING)) == [
        "strand-twice"
    ]
    under_investigation(LocalDsiReview(strand(1)), LocalDsiReview(strand(2)))


def test_what_happens_once_is_recorded_once() -> None:
    told = under_investigation()
    with pytest.raises(ImpossibleLife, match="is recorded already, on 1 April 2021: correct that fact"):
        told.tell(milestone(E.REFERRAL_RECEIVED, "2021-04-01"))
    told.tell(milestone(E.CONDUCT_NOTICE_SERVED, "2021-05-01"))
    told.tell(milestone(E.CONDUCT_NOTICE_SERVED, "2021-05-02"))


def test_a_pause_does_not_end_before_it_begins() -> None:
    told = under_investigation(suspended("2021-06-01"))
    with pytest.raises(ImpossibleLife, match="began on 1 June 2021 did not end on 31 May 2021"):
        told.tell(resumed("2021-05-31"))
    told.tell(resumed("2021-06-01"))
    assert refused(told, resumed("2021-07-01")) == ["ended-twice"]


def test_what_ends_has_begun() -> None:
    assert refused(under_investigation(), resumed("2021-06-01")) == ["no-such-pause"]


def test_pauses_of_one_kind_do_not_overlap() -> None:
    told = under_investigation(suspended("2021-06-01"))
    assert refused(told, suspended("2021-07-01", 92)) == ["pauses-overlap"]
    told.tell(resumed("2021-08-01"))
    assert refused(told, suspended("2021-07-31", 92)) == ["pauses-overlap"]
    told.tell(suspended("2021-08-01", 92))
    told.tell(paused(PauseKind.JUDICIAL_REVIEW, "2021-06-01", 93))


def test_pauses_of_different_strands_have_nothing_to_do_with_each_other() -> None:
    told = under_investigation(LocalDsiReview(strand(1)), LocalDsiReview(strand(2)))
    told.tell(paused(PauseKind.CLARIFICATION, "2021-06-01", 93, strand(1)))
    told.tell(paused(PauseKind.CLARIFICATION, "2021-06-01", 94, strand(2)))
    assert refused(told, paused(PauseKind.CLARIFICATION, "2021-06-03", 95, strand(2))) == ["pauses-overlap"]


def test_two_pauses_have_two_ids() -> None:
    told = under_investigation(suspended("2021-06-01"), resumed("2021-06-02"))
    assert refused(told, suspended("2021-07-01")) == ["pause-twice"]


def test_a_pause_is_of_something_the_case_has_and_after_its_referral() -> None:
    told = under_investigation()
    assert refused(told, paused(PauseKind.WRONG_BODY, "2021-06-01", 93, strand(5))) == ["no-such-strand"]
    assert refused(told, suspended("2021-03-31")) == ["pause-before-referral"]
    Told(POLICE_COMPLAINT, suspended("2021-03-31"))


def test_an_extension_is_of_a_clock_and_a_strand_that_there_are() -> None:
    told = Told(POLICE_COMPLAINT, vocabulary=WORDS)
    days = on("2021-06-01"), on("2021-06-02"), on("2021-07-01")
    assert refused(told, Extension("tea", *days, "DG", "Illness.")) == ["no-such-clock"]
    assert refused(told, Extension("review-application", *days, "DG", "x", strand(5))) == ["no-such-strand"]
    told.tell(LocalDsiReview(strand(5)))
    told.tell(Extension("review-application", *days, "DG", "x", strand(5)))


def test_a_letter_about_resuming_follows_a_suspension() -> None:
    letter = milestone(E.RESUMPTION_LETTER_SENT, "2021-09-01", strand(1))
    told = under_investigation(OtherStrand(strand(1), Strand.RESUMPTION, "After R v Moss"))
    assert refused(told, letter) == ["resumption-without-suspension"]
    told.tell(suspended("2021-09-02"))
    assert refused(told, letter) == ["resumption-without-suspension"]
    told.tell(milestone(E.RESUMPTION_LETTER_SENT, "2021-10-01", strand(1)))


def vrr(kind: EventKind, day: str, outcome: Outcome | None = None, by: PersonId | None = None) -> Milestone:
    return milestone(kind, day, None, outcome, by)


def test_only_a_case_designated_criminal_has_a_right_to_review() -> None:
    told = under_investigation(vrr(E.CPS_CONDITIONS_DECIDED, "2021-09-01", Outcome.NOT_MET, DECISION_MAKER))
    asked = milestone(E.VRR_REQUESTED, "2021-09-20")
    assert refused(told, asked) == ["review-right-not-criminal"]
    told.tell(Designation(criminal=True, when=on("2021-05-01"), decided_by=DECISION_MAKER, reason="An assault."))
    told.tell(asked)


def test_there_is_no_right_to_review_of_what_was_referred() -> None:
    told = under_investigation(
        Designation(criminal=True, when=on("2021-05-01"), decided_by=DECISION_MAKER, reason="An assault."),
        vrr(E.CPS_CONDITIONS_DECIDED, "2021-09-01", Outcome.MET, DECISION_MAKER),
    )
    assert refused(told, milestone(E.VRR_REQUESTED, "2021-09-20")) == ["review-right-referred"]


def test_whoever_decided_first_does_not_decide_the_review() -> None:
    told = under_investigation(
        Designation(criminal=True, when=on("2021-05-01"), decided_by=DECISION_MAKER, reason="An assault."),
        vrr(E.CPS_CONDITIONS_DECIDED, "2021-09-01", Outcome.NOT_MET, DECISION_MAKER),
        milestone(E.VRR_REQUESTED, "2021-09-20"),
    )
    same = vrr(E.VRR_DECIDED, "2021-10-01", Outcome.REFER, DECISION_MAKER)
    assert refused(told, same) == ["review-right-same-person"]
    told.tell(vrr(E.VRR_DECIDED, "2021-10-01", Outcome.REFER, OTHER_DECISION_MAKER))


def test_an_end_of_a_pause_names_the_pause_by_its_id() -> None:
    told = under_investigation(suspended("2021-06-01"))
    assert refused(told, PauseEnded(strand(4), on("2021-06-02"), "DM", "x")) == ["no-such-pause"]
