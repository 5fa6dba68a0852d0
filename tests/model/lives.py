"""Lives of cases for tests: facts recorded one after another, each a minute after the last."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from dems.model.ids import FactId, PersonId, StrandId
from dems.model.life.contents import Content, Milestone, ModeDecision, Particulars, PauseBegun, PauseEnded, Retracted
from dems.model.life.events import EVENTS, EventKind, Outcome, PauseKind, Strand
from dems.model.life.facts import Fact
from dems.model.life.lives import Life
from dems.model.life.problems import Problem
from dems.model.life.recording import WORDS, record
from dems.model.life.strands import (
    LocalDsiReview,
    OtherStrand,
    Proceeding,
    ProceedingKind,
    Recommendation,
    RecommendationKind,
    Review,
    ReviewKind,
)
from dems.model.life.vocabulary import Jurisdiction, MatterType, Mode, Source, Vocabulary
from dems.model.life.when import When
from tests.model.people import CASE_ID, NOON, person_id

RECORDED = datetime(2026, 11, 1, 9, tzinfo=UTC)
CASE_MANAGER, DECISION_MAKER, OTHER_DECISION_MAKER = person_id(1), person_id(2), person_id(3)
POLICE_COMPLAINT = Particulars(MatterType.COMPLAINT, Jurisdiction.POLICE, "NP", "Chief Constable", Source.MANDATORY)


def on(day: str) -> When:
    return When(date.fromisoformat(day))


def at(moment: str) -> When:
    return When.of(datetime.fromisoformat(moment))


def strand(number: int) -> StrandId:
    return StrandId(UUID(int=0x57_0000 + number))


def fact_id(number: int) -> FactId:
    return FactId(UUID(int=0xFAC7_0000 + number))


class Told:
    """A life that is being told: what is recorded, and what was odd about it."""

    def __init__(self, *contents: Content, vocabulary: Vocabulary = WORDS, now: datetime = NOON) -> None:
        self.life, self.vocabulary, self.now = Life(CASE_ID), vocabulary, now
        self.warnings: tuple[Problem, ...] = ()
        self.numbers = 0
        for content in contents:
            self.tell(content)

    def fact(self, content: Content, corrects: FactId | None = None, reason: str | None = None) -> Fact[Content]:
        self.numbers += 1
        recorded_at = RECORDED + timedelta(minutes=self.numbers)
        return Fact(fact_id(self.numbers), content, CASE_MANAGER, recorded_at, corrects, reason)

    def tell(self, content: Content) -> FactId:
        return self.put(self.fact(content))

    def correct(self, old: FactId, content: Content, reason: str = "It was mistyped.") -> FactId:
        return self.put(self.fact(content, old, reason))

    def retract(self, old: FactId, reason: str = "It was of another case.") -> FactId:
        return self.correct(old, Retracted(), reason)

    def put(self, *facts: Fact[Content]) -> FactId:
        done = record(self.life, facts, self.now, self.vocabulary)
        self.life, self.warnings = done.life, done.warnings
        return facts[-1].id

    @property
    def rules_warned(self) -> list[str]:
        return [w.rule for w in self.warnings]


def milestone(
    kind: EventKind,
    day: str,
    about: StrandId | None = None,
    outcome: Outcome | None = None,
    by: PersonId | None = None,
) -> Milestone:
    return Milestone(kind, on(day), about, outcome, by)


def mode(which: Mode, day: str, reason: str = "Article 2 is engaged.") -> ModeDecision:
    return ModeDecision(which, on(day), DECISION_MAKER, reason)


def suspended(day: str, number: int = 90) -> PauseBegun:
    return PauseBegun(
        strand(number), PauseKind.SUB_JUDICE, on(day), "Decision maker", "A trial is near.", None, "R v Moss, Leeds"
    )


def paused(kind: PauseKind, day: str, number: int = 91, about: StrandId | None = None) -> PauseBegun:
    return PauseBegun(strand(number), kind, on(day), "Decision maker", "Something is missing.", about)


def resumed(day: str, number: int = 90) -> PauseEnded:
    return PauseEnded(strand(number), on(day), "Decision maker", "The trial is over.")


def under_investigation(*more: Content) -> Told:
    """A complaint, referred on 1 April 2021 with its papers, independent from the 7th and started on the 12th."""
    return Told(
        POLICE_COMPLAINT,
        milestone(EventKind.COMPLAINT_MADE, "2021-03-30"),
        milestone(EventKind.REFERRAL_RECEIVED, "2021-04-01"),
        milestone(EventKind.PAPERS_RECEIVED, "2021-04-01"),
        mode(Mode.INDEPENDENT, "2021-04-07"),
        milestone(EventKind.INVESTIGATION_STARTED, "2021-04-12"),
        *more,
    )


OUTCOME = {
    EventKind.CPS_CONDITIONS_DECIDED: Outcome.NOT_MET,
    EventKind.CPS_DECIDED: Outcome.CHARGE,
    EventKind.VRR_DECIDED: Outcome.REFER,
    EventKind.REVIEW_VALIDITY_DECIDED: Outcome.VALID,
    EventKind.REVIEW_DECIDED: Outcome.UPHELD,
    EventKind.DSI_REVIEW_DECIDED: Outcome.APPROPRIATE,
    EventKind.RECOMMENDATION_ANSWERED: Outcome.ACCEPTED,
    EventKind.PUBLIC_INTEREST_DECIDED: Outcome.RESUME,
}
"""Of events that need one, one of those they may have."""

RECORDS: dict[Strand, Content] = {
    Strand.REVIEW: Review(strand(1), ReviewKind.INVESTIGATION),
    Strand.DSI_REVIEW: LocalDsiReview(strand(1)),
    Strand.RECOMMENDATION: Recommendation(strand(1), RecommendationKind.PARA_28A, "NP", "Record every search."),
    Strand.PROCEEDING: Proceeding(strand(1), ProceedingKind.MISCONDUCT, "Misconduct panel", "M/1"),
}


def record_of(which: Strand) -> Content:
    """A record of some strand, with the first id."""
    return RECORDS.get(which) or OtherStrand(strand(1), which, "The first")


def happening(kind: EventKind, day: str) -> Milestone:
    """Some event on a day, of the case or of the strand with the first id, with whatever else it needs."""
    about = None if EVENTS[kind].strand is Strand.CASE else strand(1)
    by = OTHER_DECISION_MAKER if kind is EventKind.VRR_DECIDED else DECISION_MAKER
    return Milestone(kind, on(day), about, OUTCOME.get(kind), by if EVENTS[kind].decided else None)
