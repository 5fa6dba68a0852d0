"""Searches, samples and blocks: what is recorded, shown and refused."""

from datetime import date

import pytest

from dems.bootstrap import Dems
from dems.errors import DisclosureRulesBroken, Invalid, NotFound
from dems.model.disclosure.contents import Described, Privilege, PrivilegeState, Relevant, Used
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.ids import EvidenceId, SearchId, new_id
from dems.model.people import CaseRole
from dems.ports import Page
from dems.usecases.disclosure.record_particulars import Particular
from tests.conftest import Team
from tests.model.disclosing import SENSITIVE
from tests.proceedings import OpenProceeding, proceeding_of
from tests.usecases.reviewing import TERMS, asked, describe, details, item, once, photographs, searched
from tests.world import World

# --- searches and samples ---


def test_a_search_is_kept_with_its_hits_and_samples_and_told_without_words(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    key, one = once(), proceeding.thing("QRS/1")
    first = searched(dems, proceeding, once=key)
    assert searched(dems, proceeding, once=key) == first
    second = searched(dems, proceeding, source="Laptop", first=date(2026, 1, 1), last=date(2026, 2, 1))
    sampling, drawn = once(), "Every tenth, by hand"
    samples = [
        dems.reviewing.sample(
            proceeding.officer.actor,
            proceeding.id,
            items=[item(one)],
            drawn=drawn,
            found=[item(one)],
            search=first,
            once=sampling,
        )
        for _ in range(2)
    ]
    assert samples[0] == samples[1]
    [kept, _] = dems.reviewing.look_up.searches(proceeding.team.investigator.actor, proceeding.id, Page(5))
    assert (kept.id, kept.without_hits, kept.examined, kept.by.role) == (first, ("zebra",), 3, "disclosure_officer")
    assert [(s.items, s.found, s.drawn) for s in kept.samples] == [((item(one),), (item(one),), drawn)]
    assert [s.id for s in dems.reviewing.look_up.searches(proceeding.officer.actor, proceeding.id, Page(5, first))] == [
        second
    ]
    told = details(dems, proceeding)[-3:]
    assert [b'"act":"strategy.record"' in d for d in told] == [True, True, False]
    assert all(b"knife" not in d and b"Phone" not in d and b"tenth" not in d for d in told)


def test_what_cannot_be_of_a_search_or_a_sample_is_refused(
    dems: Dems, proceeding: OpenProceeding, world: World
) -> None:
    with pytest.raises(Invalid, match="more items than were searched"):
        searched(dems, proceeding, examined=1)
    search, strange = searched(dems, proceeding), proceeding.thing("QRS/1")
    elsewhere = proceeding_of(
        world, Team(world.case(proceeding.team.manager), proceeding.team.manager, proceeding.officer, world)
    )
    sample = dems.reviewing.sample
    for items, words in (([EvidenceId(new_id())], "no items of this case"), ([], "at least one item")):
        with pytest.raises(Invalid, match=words):
            sample(proceeding.officer.actor, proceeding.id, items=items, drawn="So", search=search)
    with pytest.raises(NotFound):
        sample(elsewhere.officer.actor, elsewhere.id, items=[item(strange)], drawn="So", search=search)
    for who, role in ((proceeding.lawyer, None), (proceeding.officer, CaseRole.REVIEWING_LAWYER)):
        with pytest.raises(DisclosureRulesBroken) as refused:
            dems.reviewing.search(who.actor, proceeding.id, source="S", purpose="P", hits=TERMS, examined=3, role=role)
        assert refused.value.data["problems"][0]["rule"] == "R03"


# --- blocks ---


def test_a_block_freezes_what_its_question_finds_but_for_what_was_decided_by_itself(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    plain, secret, described, unused, privileged, unexamined, rejected = photographs(dems, proceeding, 7)
    proceeding.decide(secret, SENSITIVE)
    proceeding.decide(described, Described("The desk, by itself", "Store A"))
    proceeding.decide(unused, Relevant(relevant=True), Used(used=False))
    proceeding.decide(privileged, Privilege(PrivilegeState.SUSPECTED))
    proceeding.decide(rejected, Relevant(relevant=False))
    dems.disclosure.particulars(
        proceeding.officer.actor, item(unexamined), Particular(unexamined=True), reason="Seized in bulk"
    )
    proceeding.thing("QRS/77")
    key, search = once(), searched(dems, proceeding)
    new = asked(searches=(search,), first=date(2026, 1, 1), last=date(2026, 2, 1))
    made = dems.reviewing.block(proceeding.uncleared.actor, proceeding.id, new, once=key)
    assert dems.reviewing.block(proceeding.uncleared.actor, proceeding.id, new, once=key) == made
    assert made.block.items == {item(plain), item(secret), item(unused)}, (
        "what is kept from anybody makes no difference"
    )
    same = dems.reviewing.block(proceeding.officer.actor, proceeding.id, new)
    assert same.block.items == made.block.items, "whoever asks"
    [listed, _] = dems.reviewing.look_up.blocks(proceeding.officer.actor, proceeding.id, Page(5))
    assert (listed.block.quantity, listed.block.annex, listed.asks) == (3, (), ReviewFilter(term="photograph"))
    assert listed.annex_sha256 == made.block.frozen_annex.digest.hex
    annex = dems.reviewing.look_up.annex(proceeding.officer.actor, made.block.id, Page(2))
    rest = dems.reviewing.look_up.annex(proceeding.officer.actor, made.block.id, Page(2, annex[-1].item))
    assert (*annex, *rest) == made.block.annex
    assert listed.annex_sha256.encode() in details(dems, proceeding)[-2]


def test_a_block_stays_as_it_is_and_says_what_came_and_what_went(dems: Dems, proceeding: OpenProceeding) -> None:
    first, second = photographs(dems, proceeding, 2)
    made = dems.reviewing.block(proceeding.officer.actor, proceeding.id, asked())
    again = dems.reviewing.look_up.block(proceeding.officer.actor, made.block.id).again
    assert again is not None
    assert again.same
    manager = proceeding.team.manager.actor
    assert dems.reviewing.look_up.block(manager, made.block.id).again is None, (
        "words are in findings that they may not read"
    )
    sized = dems.reviewing.block(proceeding.officer.actor, proceeding.id, asked(asks=ReviewFilter(min_size=1)))
    assert dems.reviewing.look_up.block(manager, sized.block.id).again is not None
    [third] = photographs(dems, proceeding, 1)
    proceeding.decide(second, Described("The desk, by itself", "Store A"))
    describe(dems, proceeding, first, "A drawing")
    again = dems.reviewing.look_up.block(proceeding.officer.actor, made.block.id).again
    assert again is not None
    assert (again.come, again.gone, again.altered) == (frozenset({item(third)}), frozenset({item(first)}), frozenset())


def test_things_that_are_not_here_are_counted_by_hand(dems: Dems, proceeding: OpenProceeding) -> None:
    made = dems.reviewing.block(proceeding.officer.actor, proceeding.id, asked(asks=None, quantity=40))
    shown = dems.reviewing.look_up.block(proceeding.officer.actor, made.block.id)
    assert (shown.block.block.quantity, shown.block.asks, shown.again) == (40, None, None)
    assert dems.reviewing.look_up.annex(proceeding.officer.actor, made.block.id, Page(5)) == []


def test_what_no_block_can_be_is_refused(
    dems: Dems, proceeding: OpenProceeding, monkeypatch: pytest.MonkeyPatch
) -> None:
    [one, two] = photographs(dems, proceeding, 2)
    whole = dems.reviewing.block(proceeding.officer.actor, proceeding.id, asked())
    wrong = [
        (asked(asks=ReviewFilter()), "at least one thing"),
        (asked(quantity=3), "leave the quantity out"),
        (asked(asks=None), "how many there are"),
        (asked(searches=(SearchId(new_id()),)), "no searches of this proceeding"),
        (asked("zebra"), "finds 0 sealed items"),
        (asked("-"), "names no word"),
    ]
    for new, words in wrong:
        with pytest.raises(Invalid, match=words):
            dems.reviewing.block(proceeding.officer.actor, proceeding.id, new)
    with pytest.raises(DisclosureRulesBroken, match="does not review"):
        dems.reviewing.block(proceeding.lawyer.actor, proceeding.id, asked())
    proceeding.decide(one, Described("The desk, by itself", "Store A"))
    proceeding.decide(two, Described("The yard, by itself", "Store A"))
    with pytest.raises(Invalid, match="nothing is left"):
        dems.reviewing.block(proceeding.officer.actor, proceeding.id, asked())
    for module in ("make_block", "look_up_review"):
        monkeypatch.setattr(f"dems.usecases.disclosure.{module}.MOST_LISTED", 1)
    with pytest.raises(Invalid, match="finds more than 1 items: narrow it"):
        dems.reviewing.block(proceeding.officer.actor, proceeding.id, asked())
    assert dems.reviewing.look_up.block(proceeding.officer.actor, whole.block.id).again is None


def test_a_sample_of_a_block_is_of_what_is_in_it(dems: Dems, proceeding: OpenProceeding, world: World) -> None:
    [one, _] = photographs(dems, proceeding, 2)
    outside, block = (
        proceeding.thing("QRS/1"),
        dems.reviewing.block(proceeding.officer.actor, proceeding.id, asked()).block.id,
    )
    made = dems.reviewing.sample(
        proceeding.officer.actor, proceeding.id, items=[item(one)], drawn="By chance", block=block
    )
    [listed] = dems.reviewing.look_up.blocks(proceeding.officer.actor, proceeding.id, Page(5))
    assert listed.block.samples == (made.sample,)
    with pytest.raises(Invalid, match="not in the block"):
        dems.reviewing.sample(proceeding.officer.actor, proceeding.id, items=[item(outside)], drawn="So", block=block)
    other = proceeding_of(world, proceeding.team)
    with pytest.raises(NotFound):
        dems.reviewing.sample(other.officer.actor, other.id, items=[item(one)], drawn="So", block=block)
