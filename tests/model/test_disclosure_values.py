"""Blocks, searches, parties and coverage: what each says, and what it refuses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from dems.errors import Invalid
from dems.model.disclosure.blocks import AnnexLine, Block, FrozenQuery, asked_again
from dems.model.disclosure.coverage import Viewing, coverage
from dems.model.disclosure.parties import POSITIONS, Opened, PartyTo, Position
from dems.model.disclosure.searches import Hits, Sample, SearchStrategy
from dems.model.ids import PartyId, PersonId, SearchId
from dems.model.life.strands import Proceeding, ProceedingKind
from tests.model.disclosing import BEGAN, DEPUTY, MOSS, OFFICER, Desk, block_id, digest, evidence_id, opened
from tests.model.people import CASE_ID

MINUTE = timedelta(minutes=1)


def block(*numbers: int) -> Block:
    lines = tuple(AnnexLine(evidence_id(n), digest(n)) for n in numbers)
    return Block(
        block_id(1), "Photographs of meals", len(lines), "Phone ABC/90", "Too many.", FrozenQuery("q", BEGAN), lines
    )


# --- blocks ---


def test_an_annex_is_frozen_whatever_the_order_and_changes_with_any_digest() -> None:
    annex = block(1, 2, 3).frozen_annex
    assert annex == block(3, 1, 2).frozen_annex
    assert annex.intact
    assert annex.digest.hex == block(1, 2, 3).binding.sha256
    other = replace(block(1, 2, 3), annex=(*block(1, 2).annex, AnnexLine(evidence_id(3), digest(4))))
    assert other.frozen_annex.digest != annex.digest
    assert replace(block(1, 2, 3), query=FrozenQuery("another", BEGAN)).frozen_annex.digest != annex.digest


def test_a_block_and_its_annex_agree() -> None:
    with pytest.raises(Invalid, match="says 4 and its annex names 2"):
        replace(block(1, 2), quantity=4)
    with pytest.raises(Invalid, match="in a block once"):
        block(1, 1)
    outside = replace(block(), quantity=400)
    assert (outside.quantity, outside.items) == (400, frozenset())


def test_a_question_asked_again_says_what_came_went_and_changed_and_the_block_stays() -> None:
    frozen = block(1, 2, 3)
    again = asked_again(frozen, {evidence_id(1): digest(1), evidence_id(2): digest(9), evidence_id(4): digest(4)})
    assert (again.come, again.gone, again.altered) == (
        frozenset({evidence_id(4)}),
        frozenset({evidence_id(3)}),
        frozenset({evidence_id(2)}),
    )
    assert not again.same
    assert asked_again(frozen, {evidence_id(n): digest(n) for n in (3, 2, 1)}).same


# --- searches ---


def strategy(**changes: object) -> SearchStrategy:
    plain = SearchStrategy(
        SearchId(UUID(int=1)),
        "Phone ABC/90",
        "Who called whom that night",
        (Hits("knife", 0), Hits("sergeant", 12)),
        4000,
        Desk().acting(),
        date(2026, 1, 1),
        date(2026, 1, 2),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_search_keeps_the_terms_that_found_nothing() -> None:
    assert strategy().without_hits == ("knife",)
    assert strategy(first=None).last == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": " "}, "which device"),
        ({"purpose": ""}, "line of enquiry"),
        ({"last": date(2025, 12, 31)}, "ends before it begins"),
        ({"hits": (Hits("a", 1), Hits("a", 2))}, "told once"),
        ({"hits": (Hits("a", 4001),)}, "more items than were searched"),
    ],
)
def test_a_search_that_cannot_be_true_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        strategy(**changes)


def test_hits_have_a_term_and_a_number() -> None:
    with pytest.raises(Invalid, match="for which term"):
        Hits(" ", 1)
    with pytest.raises(Invalid, match="no fewer"):
        Hits("knife", -1)


def test_a_sample_is_of_items_each_once_and_finds_some_of_them() -> None:
    by = Desk().acting()
    sample = Sample((evidence_id(1), evidence_id(2)), "Every hundredth by date", by, (evidence_id(2),))
    assert strategy(samples=(sample,)).samples == (sample,)
    for items, drawn, found, said in (
        ((), "Every tenth", (), "at least one"),
        ((evidence_id(1),), " ", (), "how the sample was drawn"),
        ((evidence_id(1), evidence_id(1)), "Every tenth", (), "in a sample once"),
        ((evidence_id(1),), "Every tenth", (evidence_id(2),), "part of the sample"),
    ):
        with pytest.raises(Invalid, match=said):
            Sample(items, drawn, by, found)


# --- parties ---


def test_headings_name_whoever_is_charged_and_the_reference() -> None:
    assert (opened().title, opened().urn) == ("R v Moss", "13AB1234526")
    suspect = opened(position=Position.SUSPECT)
    assert suspect.title == "Moss"
    assert replace(suspect, proceeding=replace(suspect.proceeding, reference=None)).urn == ""


def test_every_kind_of_proceeding_has_parties_of_its_own() -> None:
    assert POSITIONS.keys() == set(ProceedingKind)
    for kind in ProceedingKind:
        for position in Position:
            if position in POSITIONS[kind]:
                assert opened(kind, position).parties[0].position is position
            else:
                with pytest.raises(Invalid, match=f"in {kind.value} proceedings"):
                    opened(kind, position)


def test_a_proceeding_has_parties_that_it_names() -> None:
    strand = Proceeding(opened().proceeding.id, ProceedingKind.CORONIAL, "Coroner", None, (MOSS,))
    with pytest.raises(Invalid, match="at least one party"):
        Opened(CASE_ID, strand, date(2026, 1, 1), ())
    stranger = PartyTo(PartyId(UUID(int=7)), Position.INTERESTED_PERSON, "Lane")
    with pytest.raises(Invalid, match="Lane is no party"):
        Opened(CASE_ID, strand, date(2026, 1, 1), (stranger,))
    with pytest.raises(Invalid, match="called in headings"):
        PartyTo(MOSS, Position.INTERESTED_PERSON, "")


# --- coverage ---


def viewing(number: int, person: PersonId, first: int, last: int, played: tuple[int, int] | None = None) -> Viewing:
    parts = (None, None) if played is None else (played[0] * MINUTE, played[1] * MINUTE)
    return Viewing(evidence_id(number), person, BEGAN + first * MINUTE, BEGAN + last * MINUTE, *parts)


def test_time_that_overlaps_counts_once_of_a_person_and_twice_of_two() -> None:
    found = coverage(
        [
            viewing(1, OFFICER, 0, 10, (0, 10)),
            viewing(1, OFFICER, 5, 20, (5, 12)),
            viewing(1, DEPUTY, 0, 4, (30, 34)),
            viewing(2, OFFICER, 8, 30),
            viewing(9, OFFICER, 0, 500),
        ],
        [(evidence_id(1), 60 * MINUTE), (evidence_id(2), None), (evidence_id(3), 90 * MINUTE)],
    )
    one, two, three = found.items
    assert (one.people, one.looked) == ((OFFICER, DEPUTY), 24 * MINUTE)
    assert one.played == Fraction(16, 60)
    assert (two.people, two.looked, two.played) == ((OFFICER,), 22 * MINUTE, None)
    assert (three.people, three.looked, three.played) == ((), timedelta(0), Fraction(0))
    assert found.by_person == ((OFFICER, 30 * MINUTE), (DEPUTY, 4 * MINUTE))
    assert (found.asked, found.seen, found.unseen) == (3, 2, (evidence_id(3),))


def test_what_was_played_beyond_the_end_does_not_count_and_no_length_has_no_share() -> None:
    [item] = coverage([viewing(1, OFFICER, 0, 90, (0, 90))], [(evidence_id(1), 60 * MINUTE)]).items
    assert item.played == 1
    [empty] = coverage([viewing(1, OFFICER, 0, 1)], [(evidence_id(1), timedelta(0))]).items
    assert empty.played is None


def test_a_viewing_has_an_order_and_a_zone() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    with pytest.raises(Invalid, match="does not end before it begins"):
        Viewing(evidence_id(1), OFFICER, at, at - MINUTE)
    with pytest.raises(Invalid, match="or neither"):
        Viewing(evidence_id(1), OFFICER, at, at, MINUTE, None)
    for first, last in ((2 * MINUTE, MINUTE), (-MINUTE, MINUTE)):
        with pytest.raises(Invalid, match="part of a recording"):
            Viewing(evidence_id(1), OFFICER, at, at, first, last)
    with pytest.raises(ValueError, match="zone"):
        Viewing(evidence_id(1), OFFICER, at.replace(tzinfo=None), at)
