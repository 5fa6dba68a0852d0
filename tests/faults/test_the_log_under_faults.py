"""Every effect of signing and publishing by refused, answer lost, crash: a signer that is started afterwards goes on with one log."""

import pytest

from dems.errors import DemsError
from storage.errors import StorageError
from tests.faults.faults import Fault, Faults, ProcessDied
from tests.faults.faulty_store import FaultyStore
from tests.logbook import Chain, Logbook


def turn(book: Logbook, plan: dict[str, Fault]) -> Faults:
    """A signer that was just started looks, signs and publishes to the last entry, and perhaps dies of it."""
    faults = Faults(plan)
    signing = book.signing(store=FaultyStore(book.store, faults, by_version_only=False))
    try:
        kept = signing.sign()
        assert kept is not None
        assert signing.publish(kept) == []
    except (ProcessDied, StorageError, DemsError):
        pass
    assert faults.broken == []
    return faults


@pytest.mark.timeout(300)
def test_a_signer_that_fails_at_any_effect_leaves_one_log_that_the_next_goes_on_with(book: Logbook) -> None:
    """Each time a full tile and what fills none is to be published, with the bundles of both."""
    chain = Chain()
    book.write(255, chain)
    book.sign()
    book.write(2, chain)
    book.sequence()
    seen = list(dict.fromkeys(turn(book, {}).seen))
    assert {name.split(" #")[0] for name in seen} == {"versions", "open", "read", "put", "settle"}
    # What changes something fails in every way, what only looks in one.
    plans = [(effect, fault) for effect in seen if effect.startswith("put") for fault in Fault]
    plans += [(effect, Fault.CRASH_BEFORE) for effect in ("versions", "open", "read", "settle", "settle #2")]
    struck: set[str] = set()
    for effect, fault in plans:
        book.write(257, chain)
        book.sequence()
        struck.update(turn(book, {effect: fault}).fired)
        assert turn(book, {}).fired == []
        with book.transactions()() as tx:
            signed, head = tx.ledger.latest_checkpoint(), tx.ledger.head()
        assert signed is not None
        assert head is not None
        assert (signed.size, signed.root) == (head.size, head.root), (effect, fault)
    assert struck == {effect for effect, _ in plans}
    database, bucket = book.checks()
    assert (database.held, bucket.held) == (True, True), (database.words(), bucket.words())
    assert (database.entries, bucket.entries, bucket.beyond) == (chain.seq, chain.seq, 0)
