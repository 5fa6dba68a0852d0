"""What a fact can say: each is complete in itself, or refused in a sentence."""

from collections.abc import Callable
from uuid import UUID

import pytest

from dems.errors import Invalid
from dems.model.ids import CaseId
from dems.model.life.contents import (
    CaseLink,
    Designation,
    Extension,
    MajorStatus,
    Milestone,
    ModeDecision,
    PauseBegun,
    PauseEnded,
    Prejudice,
)
from dems.model.life.events import EVENTS, EventKind, Outcome, PauseKind, Strand, sentence_start, words
from dems.model.life.strands import (
    LocalDsiReview,
    OtherStrand,
    Proceeding,
    ProceedingKind,
    Recommendation,
    RecommendationKind,
    Review,
    ReviewKind,
    StrandRecord,
    kind_of,
    strand_of,
)
from dems.model.life.vocabulary import Mode
from tests.model.lives import DECISION_MAKER, on, strand

DAY = on("2021-04-01")
OTHER_CASE = CaseId(UUID(int=9))


def test_every_event_has_its_rule_and_every_strand_its_events() -> None:
    assert set(EVENTS) == set(EventKind)
    assert {rule.strand for rule in EVENTS.values()} == set(Strand)


def test_names_are_read_as_words() -> None:
    assert words(EventKind.AA_VIEWS_REQUESTED) == "AA views requested"
    assert sentence_start(words(EventKind.REPORT_FINAL)) == "Report final"
    assert sentence_start(words(EventKind.CPS_REFERRED)) == "CPS referred"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Milestone(EventKind.MODE_DECIDED, DAY), "record the decision about the mode"),
        (lambda: Milestone(EventKind.DECIDED_TO_INVESTIGATE, DAY), "record the decision about the mode"),
        (lambda: Milestone(EventKind.REVIEW_APPLIED, DAY), "a date of one review: name it"),
        (lambda: Milestone(EventKind.REPORT_FINAL, DAY, strand(1)), "a date of the case itself"),
        (lambda: Milestone(EventKind.REPORT_FINAL, DAY, outcome=Outcome.MET), "Report final has no outcome"),
        (lambda: Milestone(EventKind.CPS_DECIDED, DAY), "needs one of these outcomes: charge, no_charge"),
        (lambda: Milestone(EventKind.CPS_DECIDED, DAY, outcome=Outcome.UPHELD), "needs one of these outcomes"),
        (lambda: Milestone(EventKind.FINAL_DETERMINATION, DAY), "say who decided"),
        (lambda: ModeDecision(Mode.LOCAL, DAY, DECISION_MAKER, " "), "Say why this mode was decided"),
        (lambda: MajorStatus(is_major=True, when=DAY, reason=""), "Say why the case is or is no longer major"),
        (lambda: Designation(criminal=True, when=DAY, decided_by=DECISION_MAKER, reason=""), "designated criminal"),
        (
            lambda: PauseBegun(strand(1), PauseKind.SUB_JUDICE, DAY, "", "x", None, "R v A"),
            "on whose authority time stops",
        ),
        (lambda: PauseBegun(strand(1), PauseKind.SUB_JUDICE, DAY, "DM", "", None, "R v A"), "Say why time stops"),
        (lambda: PauseBegun(strand(1), PauseKind.SUB_JUDICE, DAY, "DM", "x"), "which criminal proceedings"),
        (lambda: PauseEnded(strand(1), DAY, "", "x"), "on whose authority time goes on"),
        (lambda: PauseEnded(strand(1), DAY, "DM", ""), "Say why time goes on"),
        (lambda: Extension("review", DAY, DAY, DAY, "", "x"), "on whose authority there is more time"),
        (lambda: Extension("review", DAY, DAY, DAY, "DG", ""), "Say why there is more time"),
        (lambda: Extension("review", DAY, on("2021-03-31"), DAY, "DG", "x"), "not granted before it was asked for"),
        (lambda: Recommendation(strand(1), RecommendationKind.PARA_28A, "", "x"), "to whom the recommendation is made"),
        (lambda: Recommendation(strand(1), RecommendationKind.PARA_28A, "NP", ""), "what is recommended"),
        (lambda: Proceeding(strand(1), ProceedingKind.CRIMINAL, ""), "before whom the proceeding is"),
        (lambda: OtherStrand(strand(1), Strand.BREACH, ""), "what tells this from others"),
        (lambda: OtherStrand(strand(1), Strand.REVIEW, "x"), "A review has a record of its own kind"),
        (lambda: Prejudice(would_prejudice=True, when=DAY, decided_by=DECISION_MAKER, reason=""), "why a report would"),
        (lambda: CaseLink(OTHER_CASE, linked=True, when=DAY, reason=""), "why the cases belong together"),
    ],
)
def test_what_is_incomplete_or_contradicts_itself_is_refused_in_a_sentence(
    make: Callable[[], object], why: str
) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        make()
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    ("record", "strand_kind", "kind"),
    [
        (Review(strand(1), ReviewKind.HANDLING), Strand.REVIEW, "handling"),
        (LocalDsiReview(strand(1)), Strand.DSI_REVIEW, None),
        (Recommendation(strand(1), RecommendationKind.SECTION_10, "NP", "x"), Strand.RECOMMENDATION, "section10"),
        (Proceeding(strand(1), ProceedingKind.CORONIAL, "The coroner"), Strand.PROCEEDING, "coronial"),
        (OtherStrand(strand(1), Strand.BREACH, "A lost stick"), Strand.BREACH, None),
    ],
)
def test_a_record_says_which_strand_it_is_and_of_which_kind(
    record: StrandRecord, strand_kind: Strand, kind: str | None
) -> None:
    assert (strand_of(record), kind_of(record)) == (strand_kind, kind)
