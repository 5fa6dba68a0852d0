"""The feed of events: complete, in order, and to be read again from any cursor."""

import base64
from uuid import UUID

import pytest

from dems.errors import BadRequest
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import INSTALLATION, of_case, of_item, of_person
from dems.model.ids import EntryId, new_id
from dems.ports import Page
from dems.steps.places import opened, sealed
from tests.usecases.following import Feed, acts


def test_a_member_follows_a_case_act_by_act_in_order_in_pages_of_any_size(feed: Feed) -> None:
    manager, colleague = feed.world.somebody("case_manager", "investigator"), feed.world.somebody("investigator")
    case = feed.world.case(manager)
    feed.world.join(case, colleague, "investigator", by=manager)
    item = feed.registered(manager, case)
    feed.dems.cases.change(manager.actor, case.id, {"force": "kent"}, if_version=None)
    told = feed.all(manager)
    assert acts(told) == ["case.open", "team.grant", "evidence.declare", "life.record", "case.change"]
    assert {e.case_reference for e in told} == {case.reference}
    assert {e.case_id for e in told} == {str(case.id)}
    assert [e.address for e in told][:3] == [f"cases/{case.id}", f"cases/{case.id}", f"evidence/{item}"]
    assert (told[2].evidence_id, told[2].actor and told[2].actor["name"]) == (str(item), manager.person.name)
    assert [e.place for e in told] == sorted(e.place for e in told)
    chain = feed.dems.custody.read.case(manager.actor, case.id, Page(50))
    assert [e.id for e in told] == [str(row.id) for row in chain], "each is the entry of that act"
    for limit in (1, 2, 3):
        assert feed.all(manager, limit=limit) == told
    # What comes later comes after the cursor, and what was read can be read again.
    end = feed.end()
    assert feed.all(manager, end) == []
    feed.dems.cases.change(manager.actor, case.id, {"force": "devon"}, if_version=None)
    new = feed.all(manager, end)
    assert acts(new) == ["life.correct", "case.change"]
    assert feed.all(manager) == told + new


def test_an_act_that_fills_several_entries_or_stands_in_two_chains_is_one_event(feed: Feed) -> None:
    manager = feed.world.somebody("case_manager", "investigator")
    case = feed.world.case(manager)
    item = feed.registered(manager, case)
    end = feed.end()
    with feed.dems.transaction() as tx:
        authority = tx.authorise(manager.actor, Act.EVIDENCE_DESCRIBE, case_id=case.id)
        facts = {"upload": str(new_id()), "n": 1}
        first = tx.custody.append(authority, of_item(item), case_id=case.id, evidence_id=item, facts=facts)
        for chain in (of_case(case.id), of_item(item)):
            tx.custody.append(authority, chain, case_id=case.id, evidence_id=item)
        tx.custody.append(authority, of_person(manager.person.id))
    [told] = feed.all(manager, end)
    assert (told.id, told.evidence_id, set(told.concerns)) == (str(first), str(item), {"upload"})
    auditor = feed.world.somebody("auditor")
    with_it = [e for e in feed.all(auditor, end) if e.act == "evidence.describe"]
    assert [e.address for e in with_it] == [f"evidence/{item}", f"people/{manager.person.id}"]


def test_what_only_looks_stands_in_no_entry(feed: Feed) -> None:
    with pytest.raises(ValueError, match="only looks"), feed.dems.transaction() as tx:
        tx.custody.append(tx.authorise(system(), Act.SEARCH), INSTALLATION)


def test_of_a_destroyed_detail_the_event_stays_and_says_no_more(feed: Feed) -> None:
    manager, auditor = feed.world.somebody("case_manager", "investigator"), feed.world.somebody("auditor")
    case = feed.world.case(manager)
    item = feed.registered(manager, case)
    before = feed.all(manager)
    approval = feed.dems.approvals.ask(
        auditor.actor, Act.DETAIL_DESTROY, EntryId(UUID(before[-1].id)), reason="an order"
    )
    feed.dems.approvals.confirm(manager.actor, approval.id)
    after = feed.all(manager)
    gone = before[-1]._replace(act=None, actor=None)
    assert after[: len(before)] == [*before[:-1], gone]
    assert (gone.evidence_id, gone.case_id, gone.destroyed) == (str(item), str(case.id), True)
    assert acts(after[len(before) :]) == ["approval.ask", "custody.destroy_detail"]
    assert after[-1].concerns == {"approval": str(approval.id)}
    # The same where the feed takes it in only afterwards.
    feed.book.behind_its_back("DELETE FROM events")
    assert feed.all(manager) == after


def test_it_goes_on_behind_a_leaf_whose_entry_somebody_removed(feed: Feed) -> None:
    manager = feed.world.somebody("case_manager")
    case = feed.world.case(manager)
    feed.book.sequence()
    entry = "(SELECT id FROM custody_entries ORDER BY id DESC LIMIT 1)"
    feed.book.behind_its_back(
        f"DELETE FROM custody_details WHERE entry_id = {entry}",  # noqa: S608
        f"DELETE FROM custody_entries WHERE id = {entry}",  # noqa: S608
    )
    assert feed.all(manager) == []
    feed.registered(feed.world.somebody("integration"), case)
    assert acts(feed.all(manager)) == ["evidence.declare"]


def test_the_feed_takes_in_what_the_log_took_in_and_one_at_a_time(feed: Feed) -> None:
    manager = feed.world.somebody("case_manager")
    feed.world.case(manager)
    assert (feed.dems.events.place(), feed.dems.events.follow(manager.actor, None, 5).events) == (0, [])
    feed.book.sequence()
    with feed.dems.transaction() as first:
        before = first.events.taken_in()[0]
        assert first.events.place(2) == 2
        with feed.dems.transaction() as second:
            assert second.events.place(2) == 0, "somebody else is at it"
            assert second.events.taken_in()[0] == before
    assert [feed.dems.events.place(at_most=2) for _ in range(2)] == [1, 0]
    assert acts(feed.dems.events.follow(manager.actor, None, 5).events) == ["case.open"]


def test_that_somebody_read_the_feed_is_noted_and_reading_the_note_is_not(feed: Feed) -> None:
    auditor = feed.world.somebody("auditor")
    read = feed.all(auditor)
    end = feed.end()
    assert feed.dems.custody.write_consultations() == 1
    [note] = feed.all(auditor, end)
    row = feed.dems.custody.read.person(auditor.actor, auditor.person.id, Page(50))[-1]
    assert f'"events":{len(read)},"first":"{read[0].id}","last":"{read[-1].id}"'.encode() in (row.detail or b"")
    assert (str(row.id), note.act) == (note.id, "records.consulted")
    with feed.dems.transaction() as tx:
        noted = [fact["act"] for _, _, fact in tx.upkeep.consultations(50)]
    assert noted == ["person.custody"]


# --- cursors ---


def test_a_cursor_of_another_place_key_or_making_is_refused_in_words(feed: Feed) -> None:
    auditor = feed.world.somebody("auditor")
    good = feed.end()
    other = base64.urlsafe_b64encode(bytes(40)).decode().rstrip("=")
    flipped = good[:20] + ("A" if good[20] != "A" else "B") + good[21:]
    for bad in ("", "1", "0" * 54, other, flipped, good[:-1], good + "A", good + "=", "é" * 54, good + "\n"):
        with pytest.raises(BadRequest, match="is not a cursor of this feed: use the `next` of an answer before"):
            feed.dems.events.follow(auditor.actor, bad, 5)
    with feed.dems.transaction() as tx:
        key = tx.events.key()
    assert len(key) == 64
    assert opened(key, good) == opened(key, sealed(key, opened(key, good)))
    with pytest.raises(BadRequest):
        opened(bytes(64), good)


def test_a_cursor_of_a_longer_log_says_that_the_database_was_set_back(feed: Feed) -> None:
    auditor = feed.world.somebody("auditor")
    end = feed.end()
    with feed.dems.transaction() as tx:
        ahead = sealed(tx.events.key(), opened(tx.events.key(), end) + 1)
    with pytest.raises(BadRequest, match="the database was set back"):
        feed.dems.events.follow(auditor.actor, ahead, 5)
    # The feed made again from the log meets cursors that it has not come to yet: they wait for it.
    feed.world.case(feed.world.somebody("case_manager"))
    end = feed.end()
    feed.book.behind_its_back("DELETE FROM events")
    with feed.dems.transaction() as other:
        assert other.events.place(1) == 1
        page = feed.dems.events.follow(auditor.actor, end, 5)
        assert (page.events, opened(other.events.key(), page.next)) == ([], opened(other.events.key(), end))
