"""Reading a stored version back and hashing it, under a lease that is renewed for as long as it takes."""

from datetime import timedelta

from dems.model.digests import Digest
from dems.model.evidence import Found
from dems.ports import Lease, Transactions
from storage.interface import ObjectInfo, ObjectStore, StoredVersion
from storage.reader import hash_version

TRY_AGAIN_AFTER = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)


def read_back(
    transaction: Transactions,
    store: ObjectStore,
    stored: StoredVersion,
    algorithms: tuple[str, ...],
    lease: Lease,
    duration: timedelta,
) -> tuple[Found, ObjectInfo]:
    """What the stored bytes are, and the store's headers of that reading.

    Raises `NoLongerDue` when the lease is lost meanwhile, and what `storage.reader.hash_version` raises.
    """

    def still_mine(_: int) -> None:
        with transaction() as tx:
            tx.jobs.renew(lease, duration)

    read = hash_version(store, stored, algorithms, keep_alive=still_mine)
    return Found(read.size, {a: Digest(a, v) for a, v in read.digests.items()}), read.info


def pause_after(lease: Lease) -> timedelta:
    """How long a reading that failed waits for its next try: longer each time, to a limit."""
    return min(TRY_AGAIN_AFTER * lease.attempts, LONGEST_PAUSE)
