"""Whatever is recorded, corrected or taken back, in whatever order: no fact is lost, and every past answer can be given again."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dems.errors import ImpossibleLife, Invalid, WrongState
from dems.model.clocks.explanation import explain
from dems.model.clocks.listing import clocks_of
from dems.model.clocks.table import CLOCKS
from dems.model.life.checks import problems
from dems.model.life.contents import Content, MajorStatus, Milestone, PauseBegun, PauseEnded
from dems.model.life.events import EVENTS, EventKind, Strand
from dems.model.life.facts import Fact, corrected_since, standing, story_of
from dems.model.life.lives import Life
from dems.model.life.problems import Severity
from dems.model.life.recording import WORDS
from dems.model.life.stages import stage_on, with_cps_on
from dems.model.life.vocabulary import Mode
from dems.model.life.when import When
from tests.model.calendars import CALENDARS
from tests.model.lives import DECISION_MAKER, POLICE_COMPLAINT, RECORDED, Told, mode, resumed, suspended

pytestmark = pytest.mark.no_cover

FIRST = date(2021, 1, 1)
OF_THE_CASE = sorted(k for k, r in EVENTS.items() if r.strand is Strand.CASE and not r.derived)
days = st.integers(0, 700).map(lambda n: FIRST + n * timedelta(days=1))


def happened(kind: EventKind, day: date) -> Milestone:
    outcome = min(EVENTS[kind].outcomes, default=None)
    return Milestone(kind, When(day), None, outcome, DECISION_MAKER if EVENTS[kind].decided else None)


contents: st.SearchStrategy[Content] = st.one_of(
    st.builds(happened, st.sampled_from(OF_THE_CASE), days),
    st.builds(lambda m, d: mode(m, d.isoformat()), st.sampled_from(Mode), days),
    st.builds(lambda b, d: MajorStatus(b, When(d), "So it was decided."), st.booleans(), days),
    st.builds(lambda d, n: suspended(d.isoformat(), n), days, st.integers(90, 92)),
    st.builds(lambda d, n: resumed(d.isoformat(), n), days, st.integers(90, 92)),
)


class LifeOfACase(RuleBasedStateMachine):
    """One case, with every state in which it ever was."""

    told: Told
    past: list[tuple[datetime, Life]]

    @initialize()
    def refer(self) -> None:
        self.told = Told(POLICE_COMPLAINT, happened(EventKind.REFERRAL_RECEIVED, FIRST))
        self.past = []
        self.remember()

    def remember(self) -> None:
        self.past.append((RECORDED + timedelta(minutes=self.told.numbers), self.told.life))

    @rule(content=contents)
    def record(self, content: Content) -> None:
        before = self.told.life
        try:
            self.told.tell(content)
        except ImpossibleLife:
            assert self.told.life is before
        else:
            assert self.told.life.facts[:-1] == before.facts
        self.remember()

    @rule(content=contents, which=st.integers(0, 40))
    def correct(self, content: Content, which: int) -> None:
        before = self.told.life
        old = before.facts[which % len(before.facts)]
        try:
            self.told.correct(old.id, content)
        except (ImpossibleLife, Invalid, WrongState):
            assert self.told.life is before
        else:
            assert [f.content for f in story_of(self.told.life.facts, old.id)][-1] == content
        self.remember()

    @precondition(lambda self: len(self.told.life.facts) > 3)
    @rule(which=st.integers(0, 40))
    def take_back(self, which: int) -> None:
        before = self.told.life
        old = before.facts[which % len(before.facts)]
        try:
            self.told.retract(old.id)
        except (ImpossibleLife, Invalid, WrongState):
            assert self.told.life is before
        self.remember()

    @invariant()
    def every_fact_stands_or_is_named_by_exactly_one_that_followed_it(self) -> None:
        facts = self.told.life.facts
        stands = {f.id for f in standing(facts)}
        for place, fact in enumerate(facts):
            later = [f for f in facts[place + 1 :] if f.corrects == fact.id]
            assert len(later) <= 1
            assert not (fact.id in stands and later)
            assert fact in story_of(facts, fact.id)

    @invariant()
    def every_past_state_can_be_read_again(self) -> None:
        for at, life in self.past:
            assert self.told.life.known_at(at) == life
            changed: list[Fact[Content]] = [c.old for c in corrected_since(self.told.life.facts, at)]
            assert all(f in life.facts for f in changed)

    @invariant()
    def what_stands_can_be_true(self) -> None:
        found = problems(self.told.life, self.told.now, WORDS)
        assert not [p for p in found if p.severity is Severity.REFUSE]

    @invariant()
    def pauses_of_one_kind_do_not_overlap(self) -> None:
        pauses = self.told.life.pauses()
        ended = {f.content.pause: f.content.when for f in self.told.life.standing(PauseEnded)}
        assert len(pauses) == len(self.told.life.standing(PauseBegun)) >= len(ended)
        for one, other in pairwise(pauses):
            assert one.ends is not None
            assert one.begins.on <= one.ends.on <= other.begins.on

    @invariant()
    def every_clock_has_an_answer_that_can_be_read_and_no_stage_is_missing(self) -> None:
        now = datetime(2022, 6, 1, 12, tzinfo=UTC)
        for kept in clocks_of(self.told.life, CLOCKS, CALENDARS, now):
            said = explain(kept.answer)
            assert all(s.endswith(".") for s in said)
            assert kept.answer.counted >= 0
        assert stage_on(self.told.life, now.date())
        assert with_cps_on(self.told.life, now.date())


TestLifeOfACase = LifeOfACase.TestCase
TestLifeOfACase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
