"""The synthetic history: the same for one seed everywhere, possible in every life, and in the shape that the seeds say."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

import pytest

from dems.cli.seed.history import History
from dems.cli.seed.shape import on_curve
from dems.cli.seed.telling import SyntheticCase
from dems.errors import Invalid
from dems.model.clocks.listing import clocks_of
from dems.model.clocks.table import CLOCKS
from dems.model.life.events import EventKind, Outcome
from dems.model.life.lives import Event, Life
from dems.model.life.recording import record
from dems.model.measures.periods import Period
from tests.model.calendars import CALENDARS, EW_CALENDAR
from tests.model.clock_by_clock import measure, sample_of

E = EventKind
YEAR = Period(date(2021, 4, 1), date(2022, 3, 31))
NIGHT = datetime(2022, 3, 31, 23, 30, tzinfo=UTC)
SEED_7 = "d629b046911562c8461026c55423442c679ddf57c26356c78d1f5619e960d678"
"""SHA-256 over what the smallest history of seed 7 says: another machine, and another year, must tell the same."""


def digest(cases: Iterable[SyntheticCase]) -> str:
    """Sets of names are sorted by nobody on the way, so none may be among what is told."""
    return hashlib.sha256("\n".join(map(repr, cases)).encode()).hexdigest()


@pytest.fixture(scope="module")
def year() -> list[Life]:
    """A year at a tenth of the body's size."""
    return [Life(c.id, c.facts) for c in History(1, 1, 0.1, EW_CALENDAR).cases()]


def events(year: list[Life]) -> list[Event]:
    found = [e for life in year for about in (None, *(f.content.id for f in life.strands)) for e in life.events(about)]
    return [e for e in found if YEAR.has(e.when.on)]


def test_one_seed_tells_one_history_and_another_seed_another() -> None:
    told = digest(History(7, 1, 0.004, EW_CALENDAR).cases())
    assert told == SEED_7
    assert digest(History(8, 1, 0.004, EW_CALENDAR).cases()) != told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_life_can_be_recorded_fact_by_fact(seed: int) -> None:
    told = 0
    for case in History(seed, 1, 0.006, EW_CALENDAR).cases():
        life = Life(case.id)
        for fact in case.facts:
            life = record(life, [fact], fact.recorded_at).life
        told += len(case.facts)
    assert told > 200


def test_every_life_of_a_larger_history_can_be_recorded_at_once(year: list[Life]) -> None:
    for life in year:
        assert record(Life(life.case_id), life.facts, NIGHT).life == life


def test_everything_is_marked_as_synthetic_and_recorded_within_the_history() -> None:
    cases = list(History(1, 1, 0.004, EW_CALENDAR).cases())
    assert len({c.reference for c in cases}) == len({c.id for c in cases}) == len(cases)
    assert all(c.reference.startswith("SYNTHETIC/") and c.title.startswith("SYNTHETIC") for c in cases)
    last = datetime.combine(date(2022, 4, 1), time(), UTC)
    assert all(f.recorded_at < last for c in cases for f in c.facts)
    assert all(any(f.recorded_at.date() >= YEAR.first for f in c.facts) for c in cases)


def test_a_year_has_what_the_seeds_say_of_one(year: list[Life]) -> None:
    counts = Counter(e.kind for e in events(year))
    assert counts[E.REFERRAL_RECEIVED] == pytest.approx(450, rel=0.02)
    assert counts[E.REVIEW_PAPERS_RECEIVED] == pytest.approx(250, rel=0.02)
    assert counts[E.DSI_REVIEW_PAPERS_RECEIVED] == pytest.approx(150, rel=0.02)
    assert counts[E.RECOMMENDATION_MADE] == pytest.approx(18, abs=6)
    assert counts[E.DECIDED_TO_INVESTIGATE] == pytest.approx(49, abs=6)


def test_the_measures_of_a_year_are_near_those_that_the_body_published(year: list[Life]) -> None:
    kept = [(life, k) for life in year for k in clocks_of(life, CLOCKS, CALENDARS, NIGHT)]

    def value(clock: str) -> float:
        definition = next(d for d in CLOCKS if d.id == clock)
        found = measure(definition, [sample_of(x, k) for x, k in kept if k.answer.definition.id == clock], YEAR)
        assert found.gross.value is not None
        return float(found.gross.value)

    assert value("mode-decision") == pytest.approx(80, abs=3)
    assert value("investigation-6-months") == pytest.approx(36, abs=12)
    assert value("investigation-9-months") == pytest.approx(67, abs=12)
    assert value("investigation-12-months") == pytest.approx(90, abs=6)
    assert value("review") == pytest.approx(48, abs=2)
    assert value("dsi-review") == pytest.approx(28, abs=2)


def test_outcomes_are_shared_out_as_the_body_published(year: list[Life]) -> None:
    outcomes = Counter(e.outcome for e in events(year) if e.outcome is not None)
    reviews = outcomes[Outcome.UPHELD] + outcomes[Outcome.NOT_UPHELD]
    assert outcomes[Outcome.UPHELD] / reviews == pytest.approx(1 / 3, abs=0.05)
    answered = outcomes[Outcome.ACCEPTED] + outcomes[Outcome.PARTIALLY_ACCEPTED] + outcomes[Outcome.NOT_ACCEPTED]
    assert outcomes[Outcome.ACCEPTED] / answered == pytest.approx(0.93, abs=0.08)
    begun = [life for life in year if (first := life.first(E.DECIDED_TO_INVESTIGATE)) and YEAR.has(first.when.on)]
    thematic = [life for life in begun if life.traits_on(YEAR.last).themes]
    assert len(thematic) / len(begun) == pytest.approx(0.53, abs=0.1)


def test_a_year_has_majors_suspensions_and_corrections(year: list[Life]) -> None:
    facts = [f for life in year for f in life.facts]
    assert any(life.major_on(YEAR.last) for life in year)
    assert any(f.corrects is not None for f in facts)
    assert {p.kind.value for life in year for p in life.pauses()} == {"sub_judice", "further_information"}


def test_a_history_that_cannot_be_told_is_refused() -> None:
    for years, scale, last in ((0, 1.0, YEAR.last), (1, 0.0, YEAR.last), (1, 21.0, YEAR.last)):
        with pytest.raises(Invalid, match="1 to 20 years"):
            History(1, years, scale, EW_CALENDAR, last)
    with pytest.raises(Invalid, match="31 March"):
        History(1, 1, 1.0, EW_CALENDAR, date(2022, 1, 1))


def test_a_curve_is_straight_between_its_points() -> None:
    curve = ((0.0, 10.0), (0.5, 20.0), (1.0, 40.0))
    assert [on_curve(curve, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)] == [10.0, 15.0, 20.0, 30.0, 40.0]
