"""Reading a stored version back and hashing it, under a lease that is renewed for as long as it takes."""

from collections.abc import Callable
from datetime import timedelta

from dems.model.digests import Digest
from dems.model.evidence import Found
from dems.ports import Lease, Transactions
from storage.interface import ObjectStore, StoredVersion
from storage.reader import HashedRead, hash_latest, hash_version

TRY_AGAIN_AFTER = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)


def reading_under(
    transaction: Transactions,
    store: ObjectStore,
    key: str,
    algorithms: tuple[str, ...],
    lease: Lease,
    duration: timedelta,
) -> Callable[[StoredVersion | None], HashedRead]:
    """A way to read back what lies at `key`: that version, or the newest where none is named.

    It raises `NoLongerDue` when the lease is lost meanwhile, and what `storage.reader.hash_version` raises.
    """

    def still_mine(_: int) -> None:
        with transaction() as tx:
            tx.jobs.renew(lease, duration)

    def read(stored: StoredVersion | None) -> HashedRead:
        if stored is None:
            return hash_latest(store, key, algorithms, keep_alive=still_mine)
        return hash_version(store, stored, algorithms, keep_alive=still_mine)

    return read


def found_by(read: HashedRead) -> Found:
    """What a reading says of the bytes."""
    return Found(read.size, {a: Digest(a, v) for a, v in read.digests.items()})


def pause_after(lease: Lease) -> timedelta:
    """How long a reading that failed waits for its next try: longer each time, to a limit."""
    return min(TRY_AGAIN_AFTER * lease.attempts, LONGEST_PAUSE)
