"""Who reads the log and who proves entries with it; what was not signed is not shown."""

import pytest

from dems.bootstrap import Dems
from dems.errors import IntegrityBroken, NotFound, NotPermitted, NotYetLogged
from dems.ledger.bundles import from_bundle
from dems.ledger.policy import Policy
from dems.ledger.tlogproof import TlogProof
from dems.ports import Page
from tests.logbook import Logbook
from tests.world import World


def test_entries_are_proved_when_they_are_signed_and_not_before(book: Logbook) -> None:
    dems = Dems(book.settings, nudge=lambda _: None, engine=book.app)
    world = World(dems)
    manager, auditor = world.somebody("case_manager"), world.somebody("auditor")
    case = world.case(manager)
    [row] = dems.custody.read.case(manager.actor, case.id, Page(10))
    assert row.index is None
    with pytest.raises(NotYetLogged):
        dems.custody.prove(manager.actor, row.id)
    with pytest.raises(NotYetLogged):
        dems.ledger.read.checkpoint(auditor.actor)
    kept = book.sign()
    [row] = dems.custody.read.case(manager.actor, case.id, Page(10))
    proof = TlogProof.from_bytes(dems.custody.prove(manager.actor, row.id))
    proof.verify(row.leaf, Policy.from_bytes(dems.ledger.read.policy(auditor.actor)))
    assert (proof.index, dems.ledger.read.checkpoint(auditor.actor)) == (row.index, kept.note)
    about_a_person = dems.custody.read.person(auditor.actor, manager.person.id, Page(1))[0]
    with pytest.raises(NotFound):
        dems.custody.prove(manager.actor, about_a_person.id)
    later = world.case(manager)
    book.sequence()
    [unsigned] = dems.custody.read.case(manager.actor, later.id, Page(10))
    assert unsigned.index is not None
    with pytest.raises(NotYetLogged):
        dems.custody.prove(manager.actor, unsigned.id)
    book.behind_its_back("DELETE FROM custody_nodes")
    with pytest.raises(IntegrityBroken, match="dems ledger fsck"):
        dems.custody.prove(manager.actor, row.id)


def test_the_log_is_shown_to_auditors_and_by_a_setting_to_anyone(book: Logbook) -> None:
    dems = Dems(book.settings, nudge=lambda _: None, engine=book.app)
    world = World(dems)
    auditor, manager = world.somebody("auditor"), world.somebody("case_manager")
    book.write(260)
    kept = book.sign()
    size, read = kept.checkpoint.size, dems.ledger.read
    for asked in (read.checkpoint, read.policy):
        with pytest.raises(NotPermitted):
            asked(manager.actor)
        with pytest.raises(NotFound):
            asked(None)
    assert len(read.tile(auditor.actor, "tile/0/000")) == 256 * 32
    assert len(read.tile(auditor.actor, "tile/1/000.p/1")) == 32
    rest = read.bundle(auditor.actor, f"tile/entries/001.p/{size - 256}")
    assert from_bundle(rest, size - 256) == [leaf for _, leaf in book.leaves()[256:]]
    for path in (f"tile/0/001.p/{size - 255}", "tile/0/001", "tile/1/000", "tile/0/1"):
        with pytest.raises(NotFound):
            read.tile(auditor.actor, path)
    with pytest.raises(NotFound):
        read.bundle(auditor.actor, "tile/entries/009")
    shown = book.settings.ledger.model_copy(update={"public": True})
    public = book.acts(book.settings.model_copy(update={"ledger": shown}))
    assert public.read.checkpoint(None) == kept.note
