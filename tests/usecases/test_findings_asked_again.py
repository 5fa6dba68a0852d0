"""Readings that are cancelled and asked for again, by those who may."""

from uuid import uuid4

import pytest

from dems.errors import NotFound, NotPermitted, NotReadable, WrongState
from dems.model.ids import EvidenceId
from dems.model.readings import FindingsState
from dems.ports import Once
from dems.steps import extracting
from storage.interface import StoredVersion
from tests.usecases.extracting import Library, asked, cancelled
from tests.world import World


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases are renewed each time that a reader says that it lives, and not only after seconds."""
    monkeypatch.setattr(extracting, "RENEWED_EVERY_SECONDS", 0.0)


def test_what_waits_can_be_cancelled_and_asked_for_again(shelf: Library) -> None:
    item = shelf.sealed(b"not wanted")
    assert cancelled(shelf, item, reason="a mistake").state is FindingsState.CANCELLED
    assert (shelf.job(item), shelf.state(item)) == (None, FindingsState.CANCELLED)
    [entry] = shelf.entries(item, "findings.cancel")
    assert (entry["reason"], entry["facts"]) == ("a mistake", {"findings": "cancelled"})
    with pytest.raises(WrongState, match="Nothing of this item waits"):
        cancelled(shelf, item)
    assert asked(shelf, item, reason="after all").state is FindingsState.WAITING
    [entry] = shelf.entries(item, "findings.ask")
    assert (entry["reason"], entry["facts"]) == ("after all", {"last_reading": None})
    assert shelf.one(item) is not None


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("many", [False, True])
def test_what_is_being_read_can_be_cancelled_and_its_reader_ends(shelf: Library, many: bool) -> None:
    item = shelf.sealed(b"sleep")

    def cancels(_: StoredVersion) -> None:
        cancelled(shelf, item)

    shelf.reader.before = cancels
    assert not (shelf.dems.extraction.many() if many else shelf.one(item))
    assert (shelf.job(item), shelf.state(item), shelf.readings(item)) == (None, FindingsState.CANCELLED, [])


def test_an_item_that_is_cancelled_while_its_reader_dies_takes_no_other_reading_with_it(shelf: Library) -> None:
    read, dying = shelf.sealed(b"read before"), shelf.sealed(b"crash")
    after = shelf.sealed(b"read after")

    def cancels(stored: StoredVersion) -> None:
        if stored.version_id == dying.version_id:
            cancelled(shelf, dying)

    shelf.reader.before = cancels
    assert shelf.dems.extraction.many() == 2
    assert [shelf.state(i) for i in (read, dying, after)] == [
        FindingsState.COMPLETE,
        FindingsState.CANCELLED,
        FindingsState.COMPLETE,
    ]
    assert shelf.job(dying) is None


def test_after_a_cancelled_second_reading_the_first_counts_again(shelf: Library) -> None:
    item = shelf.sealed(b"read once")
    first = shelf.one(item)
    assert asked(shelf, item).state is FindingsState.WAITING
    stands = cancelled(shelf, item)
    assert (stands.state, stands.reading_id) == (FindingsState.COMPLETE, first)


def test_a_second_reading_stands_beside_the_first(shelf: Library) -> None:
    item = shelf.sealed(b"read twice")
    first = shelf.one(item)
    stands = asked(shelf, item)
    assert (stands.state, stands.reading_id) == (FindingsState.WAITING, first)
    second = shelf.one(item)
    assert [k.id for k in shelf.readings(item)] == [first, second]
    assert shelf.stands(item).reading_id == second
    assert [e["facts"]["last_reading"] for e in shelf.entries(item, "findings.ask")] == [str(first)]
    kept = shelf.readings(item)
    assert kept[0].result_sha256 == kept[1].result_sha256, "the same tools found the same"


def test_what_waits_is_asked_for_once(shelf: Library) -> None:
    item = shelf.sealed(b"waits")
    assert asked(shelf, item).state is FindingsState.WAITING
    assert shelf.entries(item, "findings.ask") == []
    assert shelf.job(item) is not None


def test_the_same_request_asks_once(shelf: Library) -> None:
    item = shelf.sealed(b"asked twice")
    shelf.one(item)
    once = Once(uuid4().bytes * 2, uuid4().bytes * 2)
    assert asked(shelf, item, once=once).state is FindingsState.WAITING
    shelf.one(item)
    assert asked(shelf, item, once=once).state is FindingsState.COMPLETE
    assert len(shelf.entries(item, "findings.ask")) == 1


def test_only_sealed_bytes_that_can_be_read_are_asked_for(shelf: Library, world: World) -> None:
    team = shelf.team
    declared = world.declare(team.investigator, team.case, b"never came").evidence
    with pytest.raises(NotReadable):
        asked(shelf, declared)
    item = shelf.sealed(b"cannot be read")
    shelf.owner(f"UPDATE evidence SET integrity = 'unreadable' WHERE id = '{item.id}'")  # noqa: S608
    with pytest.raises(WrongState, match="verified again"):
        asked(shelf, item)


def test_who_may_ask_and_who_may_cancel(shelf: Library, world: World) -> None:
    item, team = shelf.sealed(b"whose"), shelf.team
    lawyer = world.somebody("reviewing_lawyer")
    world.join(team.case, lawyer, "reviewing_lawyer", by=team.manager)
    acts = shelf.dems.findings
    for act in (acts.ask_again, acts.cancel):
        with pytest.raises(NotFound):
            act(team.outsider.actor, EvidenceId(item.id))
    assert acts.ask_again(lawyer.actor, EvidenceId(item.id)).state is FindingsState.WAITING
    with pytest.raises(NotPermitted):
        acts.cancel(lawyer.actor, EvidenceId(item.id))
