"""Which decision is awaited next, who reviews, until when, and what chains are told of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dems.errors import DisclosureRulesBroken, WrongState
from dems.model.disclosure.awaiting import REVIEWERS, awaited, only_for_the_cleared, reviewed_by, under_review
from dems.model.disclosure.contents import AgainstTest, Described, Level, Relevant, Result, Used
from dems.model.disclosure.coverage import Viewing
from dems.model.disclosure.entries_of_review import of_block, of_sample, of_search, of_viewings
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.material import Holding
from dems.model.disclosure.parties import Happening, HappeningKind
from dems.model.disclosure.reviewing import Awaiting, ReviewFilter
from dems.model.disclosure.searches import Hits, Sample, SearchStrategy
from dems.model.ids import SampleId, SearchId, new_id
from dems.model.people import CaseRole
from tests.model.disclosing import (
    COUNSEL,
    INVESTIGATOR,
    LAWYER,
    MOSS,
    NOT_SENSITIVE,
    SENSITIVE,
    TODAY,
    Desk,
    evidence_id,
    item,
    material,
)

A = Awaiting
REST = {A.DESCRIPTION, A.SENSITIVITY, A.TEST}


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.add(material(1), material(2))
    return made


def test_first_relevance_then_use_then_all_the_rest_together(desk: Desk) -> None:
    assert awaited(desk.file, item(1)) == {A.RELEVANCE}
    desk.decide(item(1), Relevant(relevant=True))
    assert awaited(desk.file, item(1)) == {A.USE}
    desk.decide(item(1), Used(used=False))
    assert awaited(desk.file, item(1)) == REST
    desk.decide(item(1), Described("The custody desk on the night", "Store A"))
    assert awaited(desk.file, item(1)) == {A.SENSITIVITY, A.TEST}
    desk.decide(item(1), NOT_SENSITIVE, AgainstTest(Result.DOES_NOT_MEET))
    assert awaited(desk.file, item(1)) == set()


def test_what_is_not_relevant_or_is_used_awaits_nothing(desk: Desk) -> None:
    desk.decide(item(1), Relevant(relevant=False))
    desk.decide(item(2), Relevant(relevant=True), Used(used=True))
    assert awaited(desk.file, item(1)) == awaited(desk.file, item(2)) == set()


def test_what_is_held_elsewhere_awaits_relevance_and_use_alone(desk: Desk) -> None:
    desk.add(material(3, holding=Holding.OFF_SYSTEM, sealed=False, digest=None, custody_position=None))
    assert awaited(desk.file, item(3)) == {A.RELEVANCE}
    desk.decide(item(3), Relevant(relevant=True))
    assert awaited(desk.file, item(3)) == {A.USE}
    desk.decide(item(3), Used(used=False))
    assert awaited(desk.file, item(3)) == set()


def test_what_a_block_lists_awaits_no_more_unless_it_needs_a_row_of_its_own(desk: Desk) -> None:
    desk.block(1, 1, 2, 3)
    assert [awaited(desk.file, item(n)) for n in (1, 2, 3)] == [set(), set(), set()]
    desk.decide(item(1), AgainstTest(Result.MAY_MEET))
    assert awaited(desk.file, item(1)) == {A.DESCRIPTION, A.SENSITIVITY}
    assert not only_for_the_cleared(desk.file, item(1))
    desk.decide(item(2), SENSITIVE)
    assert awaited(desk.file, item(2)) == {A.DESCRIPTION, A.TEST}
    assert only_for_the_cleared(desk.file, item(2)), "it would await nothing if it were not sensitive"
    assert not only_for_the_cleared(desk.file, item(3))


@pytest.mark.parametrize("level", [Level.SENSITIVE, Level.IN_PART, Level.HIGHLY, Level.NOT_SENSITIVE])
def test_how_sensitive_something_is_makes_no_difference(desk: Desk, level: Level) -> None:
    desk.decide(item(1), Relevant(relevant=True), Used(used=False), replace(SENSITIVE, level=level))
    assert awaited(desk.file, item(1)) == {A.DESCRIPTION, A.TEST}
    assert not only_for_the_cleared(desk.file, item(1))


def test_whoever_decides_about_relevance_reviews_and_nobody_else(desk: Desk) -> None:
    for person in (INVESTIGATOR, COUNSEL):
        reviewed_by(desk.acting(person))
    with pytest.raises(DisclosureRulesBroken) as refused:
        reviewed_by(desk.acting(LAWYER))
    [problem] = refused.value.data["problems"]
    assert (problem["rule"], problem["place"]) == ("R03", {"kind": "person", "key": str(LAWYER)})
    assert "reviewing lawyer does not review" in problem["message"]
    assert CaseRole.CASE_MANAGER not in REVIEWERS


def test_review_goes_on_until_it_has_ended_for_everybody(desk: Desk) -> None:
    under_review(desk.file)
    desk.change(happenings=(Happening(HappeningKind.CONVICTED, TODAY, MOSS),))
    under_review(desk.file)
    desk.change(happenings=(*desk.file.happenings, Happening(HappeningKind.REVIEW_ENDED, TODAY)))
    with pytest.raises(WrongState, match="take back that it ended") as refused:
        under_review(desk.file)
    assert refused.value.data["state"] == "review_ended"


def test_chains_are_told_ids_numbers_and_digests_and_no_word(desk: Desk) -> None:
    by, at = desk.acting(), datetime(2026, 3, 2, 9, tzinfo=UTC)
    search = SearchStrategy(
        SearchId(new_id()), "Phone ABC/90", "Whether Moss wrote", (Hits("Moss", 3), Hits("knife", 0)), 900, by,
        date(2026, 1, 1), date(2026, 2, 1),
    )  # fmt: skip
    sample = Sample((evidence_id(1), evidence_id(2)), "Every tenth, by Moss", by, (evidence_id(2),))
    desk.block(1, 1, 2)
    block = next(iter(desk.file.blocks.values()))
    viewing = Viewing(evidence_id(1), by.person, at, at + timedelta(minutes=2), timedelta(0), timedelta(seconds=90))
    told = (
        of_search(search),
        of_sample(SampleId(new_id()), sample, search.id),
        of_block(block, ReviewFilter(term="Moss"), by),
        of_viewings([viewing, replace(viewing, first=None, last=None)], by),
    )
    assert all(b"Moss" not in frozen(facts).data for facts in told)
    assert all(len(facts["sha256"]) == 64 and facts["by"]["role"] == "disclosure_officer" for facts in told)
    assert [(told[0]["terms"], told[0]["examined"]), (told[1]["items"], told[1]["found"])] == [(2, 900), (2, 1)]
    assert told[2]["annex_sha256"] == block.frozen_annex.digest.hex
    assert (told[2]["quantity"], told[3]["viewings"]) == (2, 2)
    plain = of_search(replace(search, first=None, last=None))
    unasked = of_block(replace(block, first=date(2026, 1, 1), last=date(2026, 2, 1)), None, by)
    assert plain["sha256"] != told[0]["sha256"], "dates are in what is digested"
    assert unasked["sha256"] != told[2]["sha256"]
