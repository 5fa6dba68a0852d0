"""A detail that two people destroyed is gone from the database and was never in the log, which proves its entry as before."""

from sqlalchemy import text

from dems.bootstrap import Dems
from dems.ledger.tlogproof import TlogProof
from dems.model.acts import Act
from dems.ports import Page
from dems.steps.log_objects import versions_of
from tests.logbook import Logbook
from tests.usecases.attacked import policy
from tests.world import World

ORDER = "Order of the court of 3 March 2026, C/17: the name is to be removed"
NAME = "The witness Agnes Beaumont"


def in_the_bucket(book: Logbook) -> bytes:
    keys = dict.fromkeys(entry.key for entry in book.store.versions(""))
    return b"\n".join(data for key in keys for data, _ in versions_of(book.store, key))


def test_what_was_destroyed_is_gone_and_the_log_proves_its_entry_as_before(book: Logbook) -> None:
    dems = Dems(book.settings, nudge=lambda _: None, engine=book.app)
    world = World(dems)
    manager, auditor = world.somebody("case_manager"), world.somebody("auditor")
    case = dems.cases.open(manager.actor, reference="T/1", title=NAME)
    [entry, *_] = dems.custody.read.case(manager.actor, case.id, Page(50))
    assert entry.detail is not None
    assert entry.nonce is not None
    assert NAME.encode() in entry.detail
    before = book.sign()
    early = TlogProof.from_bytes(dems.custody.prove(manager.actor, entry.id))

    approval = dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, entry.id, reason=ORDER)
    dems.approvals.confirm(manager.actor, approval.id)
    after = book.sign()
    assert after.checkpoint.size > before.checkpoint.size, "what two people did is in the log, too"

    late = TlogProof.from_bytes(dems.custody.prove(manager.actor, entry.id))
    for proof in (early, late):
        proof.verify(entry.leaf, policy(book))
    assert (late.index, late.checkpoint) == (early.index, after.note)
    assert [(check.held, check.entries) for check in book.checks()] == [(True, after.checkpoint.size)] * 2

    [gone] = [row for row in dems.custody.read.case(manager.actor, case.id, Page(50)) if row.id == entry.id]
    assert (gone.leaf, gone.detail, gone.nonce) == (entry.leaf, None, None)
    with book.superuser.connect() as connection:
        left = "SELECT count(*) FROM custody_details WHERE nonce = :nonce OR position(:name IN detail) > 0"
        told = connection.execute(text(left), {"nonce": entry.nonce, "name": NAME.encode()}).scalar_one()
    assert told == 0
    stone = in_the_bucket(book)
    assert entry.leaf in stone
    for secret in (NAME.encode(), ORDER.encode(), entry.nonce, manager.person.name.encode(), str(case.id).encode()):
        assert secret not in stone
