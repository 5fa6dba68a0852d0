"""What can be wrong with chains and records, each found by one look through all that an installation holds.

On engines of its own: what is spoilt here is not in others' way, and what others spoil is not found here.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from dems.ledger.entry import Leaf, leaf_hash
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence, EvidenceState
from dems.usecases.upkeep import verify_all
from dems.usecases.upkeep.verify_all import Looked
from tests.usecases.spoilt import Spoilt, spoilt_installation


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    with spoilt_installation(tmp_path_factory.mktemp("engines to spoil")) as installation:
        yield installation


def test_an_installation_in_order_is_found_so_whatever_the_pages_are(
    spoilt: Spoilt, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [spoilt.sealed() for _ in range(3)]
    spoilt.mismatched()
    spoilt.world.declare(spoilt.team.investigator, spoilt.team.case, b"never came")
    looked = spoilt.look()
    assert (spoilt.wrong, spoilt.known) == ([], [])
    [(entries, chains)] = spoilt.sql("SELECT count(*), count(DISTINCT chain_id) FROM custody_entries")
    assert looked == Looked(entries, chains, items=5, sealed=3, read=300, uploads=4)
    monkeypatch.setattr(verify_all, "PAGE", 2)
    monkeypatch.setattr(verify_all, "BATCH", 2)
    assert spoilt.look() == looked
    assert spoilt.look(read_bytes=False) == replace(looked, read=0)
    assert {i.state for i in items} == {EvidenceState.SEALED}


def test_nothing_is_changed_by_looking(spoilt: Spoilt) -> None:
    tables = "SELECT (SELECT count(*) FROM custody_entries), (SELECT count(*) FROM verifications), (SELECT count(*) FROM jobs)"
    before = spoilt.sql(tables)
    spoilt.look()
    assert spoilt.sql(tables) == before


# --- chains ---


def test_what_two_people_destroyed_is_counted_and_all_the_rest_still_holds(spoilt: Spoilt) -> None:
    item = spoilt.sealed()
    before = spoilt.look()
    counted = "SELECT count(*) FROM custody_entries e JOIN custody_chains c ON c.id = e.chain_id WHERE c.subject = :id"
    [(entries,)] = spoilt.sql(counted, id=item.id)
    for seq in range(1, entries + 1):  # the entry of the sealing among them
        spoilt.destroy(item, seq)
    after = spoilt.look()
    assert (spoilt.wrong, spoilt.known) == ([], [])
    assert (after.destroyed, after.wrong) == (before.destroyed + entries, 0)
    assert spoilt.sql(counted, id=item.id) == [(3 * entries,)], "one for asking, one for agreeing"


def test_a_detail_is_not_taken_away_under_cover_of_an_approval(spoilt: Spoilt) -> None:
    """Somebody with all rights on the database makes it look as if two people had agreed: no entry says so."""
    item = spoilt.sealed()
    entry, _ = spoilt.second_entry(item)
    asked = spoilt.dems.approvals.ask(
        spoilt.world.somebody("auditor").actor, Act.DETAIL_DESTROY, entry, reason="no order at all"
    )
    spoilt.change(
        "UPDATE approvals SET confirmed_by = :by, confirmed_name = 'x', confirmed_at = now() WHERE id = :id",
        by=spoilt.team.manager.person.id,
        id=asked.id,
    )
    spoilt.change(
        "INSERT INTO custody_destroyed VALUES (:entry, :approval, :case)",
        entry=entry,
        approval=asked.id,
        case=spoilt.team.case.id,
    )
    spoilt.change("DELETE FROM custody_details WHERE entry_id = :id", id=entry)
    spoilt.look()
    assert spoilt.wrong == [
        f"the detail of entry 2 of the chain of item {item.id} is gone, and no entry says that two people destroyed it"
    ]


def other_detail(spoilt: Spoilt, item: Evidence) -> None:
    entry, _ = spoilt.second_entry(item)
    spoilt.change(
        "UPDATE custody_details SET detail = convert_to(replace(convert_from(detail, 'UTF8'), 'Person', 'Nobody'), 'UTF8') "
        "WHERE entry_id = :id",
        id=entry,
    )


def no_detail(spoilt: Spoilt, item: Evidence) -> None:
    spoilt.change("DELETE FROM custody_details WHERE entry_id = :id", id=spoilt.second_entry(item)[0])


def no_entry(spoilt: Spoilt, item: Evidence) -> None:
    entry, _ = spoilt.second_entry(item)
    no_detail(spoilt, item)
    spoilt.change("DELETE FROM custody_entries WHERE id = :id", id=entry)


def other_leaf(spoilt: Spoilt, item: Evidence) -> None:
    entry, leaf = spoilt.second_entry(item)
    forged = replace(Leaf.from_bytes(leaf), previous=bytes(32)).to_bytes()
    spoilt.change(
        "UPDATE custody_entries SET leaf = :leaf, leaf_hash = :hash WHERE id = :id",
        leaf=forged,
        hash=leaf_hash(forged),
        id=entry,
    )


def no_leaf(spoilt: Spoilt, item: Evidence) -> None:
    spoilt.change("UPDATE custody_entries SET leaf = 'x' WHERE id = :id", id=spoilt.second_entry(item)[0])


def other_hash(spoilt: Spoilt, item: Evidence) -> None:
    entry, _ = spoilt.second_entry(item)
    spoilt.change("UPDATE custody_entries SET leaf_hash = :hash WHERE id = :id", hash=bytes(32), id=entry)


def other_time(spoilt: Spoilt, item: Evidence) -> None:
    entry, _ = spoilt.second_entry(item)
    spoilt.change("UPDATE custody_entries SET at = at + interval '1 second' WHERE id = :id", id=entry)


def destroyed_and_other_leaf(spoilt: Spoilt, item: Evidence) -> None:
    spoilt.destroy(item, 2)
    other_leaf(spoilt, item)


def hidden_from_its_case(spoilt: Spoilt, item: Evidence) -> None:
    spoilt.change("UPDATE custody_details SET case_id = NULL WHERE entry_id = :id", id=spoilt.second_entry(item)[0])


CHAINS: dict[Callable[[Spoilt, Evidence], None], str] = {
    other_detail: "entry 2: the leaf does not commit to this detail",
    no_detail: "entry 2: its detail is not here",
    no_entry: "entry 2: what stands in its place says that it is number 3 and is kept as number 3",
    other_leaf: "entry 2: it does not follow from the one before it",
    destroyed_and_other_leaf: "entry 2: it does not follow from the one before it",
    no_leaf: "entry 2: a leaf is canonical JSON in UTF-8",
    other_hash: "entry 2: the hash or the time kept beside its leaf is another",
    other_time: "entry 2: the hash or the time kept beside its leaf is another",
    hidden_from_its_case: "entry 2: what is kept beside its detail, to find it by, is not what the detail says",
}


def test_every_way_in_which_a_chain_does_not_hold_is_named_once(spoilt: Spoilt) -> None:
    items = {act: spoilt.sealed() for act in CHAINS}
    for act, item in items.items():
        act(spoilt, item)
    spoilt.look()
    for act, item in items.items():
        told = [w for w in spoilt.wrong if str(item.id) in w and "chain of item" in w]
        assert told == [f"the chain of item {item.id} does not hold: {CHAINS[act]}"], act.__name__


def test_a_chain_of_another_thing_or_of_none_is_named(spoilt: Spoilt) -> None:
    item, stranger = spoilt.sealed(), uuid4()
    spoilt.change("UPDATE custody_chains SET subject = :new WHERE subject = :id", new=stranger, id=item.id)
    empty = uuid4()
    spoilt.change("INSERT INTO custody_chains VALUES (:id, 'case', :id, now())", id=empty)
    case = spoilt.world.case(spoilt.team.manager)
    other = uuid4()
    spoilt.change("UPDATE custody_chains SET subject = :new WHERE subject = :id", new=other, id=case.id)
    spoilt.look()
    assert f"the chain of item {stranger} does not hold: entry 1: it is about another item" in spoilt.wrong
    assert f"item {stranger} is not there, and has a chain of custody" in spoilt.wrong
    assert f"item {item.id} has no chain of custody" in spoilt.wrong
    assert f"the chain of case {empty} has no entry" in spoilt.wrong
    assert f"the chain of case {other} does not hold: entry 1: it is about another case" in spoilt.wrong


# --- records against chains ---


def test_a_record_that_is_not_what_its_chain_says_is_named(spoilt: Spoilt) -> None:
    content = os.urandom(64)
    swapped, undone, unreadable = spoilt.sealed(content), spoilt.sealed(), spoilt.sealed()
    before = spoilt.world.verifying(spoilt.team.investigator, spoilt.team.case, b"not yet read")
    spoilt.change("UPDATE evidence SET digests = '{}' WHERE id = :id", id=swapped.id)
    spoilt.change("UPDATE evidence SET state = 'verifying', sealed_at = NULL WHERE id = :id", id=undone.id)
    spoilt.change('UPDATE evidence SET digests = \'{"sha256": "00"}\' WHERE id = :id', id=unreadable.id)
    spoilt.change(
        "UPDATE evidence SET state = 'sealed', sealed_at = now(), integrity = 'intact', digests = :d WHERE id = :id",
        id=before.id,
        d="{}",
    )
    spoilt.look()
    assert f"item {swapped.id} is not on record as its chain says it was sealed" in spoilt.wrong
    assert any(w.startswith(f"item {swapped.id} (") and "not what was sealed" in w for w in spoilt.wrong)
    assert f"item {before.id} is not on record as its chain says it was sealed" in spoilt.wrong
    assert f"item {undone.id} is verifying, and its chain says that it was sealed" in spoilt.wrong
    assert any(w.startswith(f"the record of item {unreadable.id} cannot be read") for w in spoilt.wrong)


def test_a_seal_of_other_bytes_than_were_received_is_named(spoilt: Spoilt) -> None:
    item = spoilt.sealed()
    with spoilt.dems.transaction() as tx:
        authority = tx.authorise(system(), Act.EVIDENCE_SEAL)
        facts = {"upload": str(item.upload_id), "digests": {"sha256": "00" * 32}}
        tx.custody.append(authority, of_item(item.id), case_id=item.case_id, evidence_id=item.id, facts=facts)
    spoilt.look(read_bytes=False)
    [wrong] = [w for w in spoilt.wrong if str(item.id) in w and "received" in w]
    assert "it seals other bytes than an earlier entry says were received" in wrong
