"""A file that counts as large, workers that read it, and what they leave behind."""

import hashlib
import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from dems.bootstrap import Dems
from dems.errors import NoLongerDue
from dems.model.evidence import Evidence
from dems.usecases.evidence.recheck import Recheck
from dems.usecases.evidence.seal import Seal
from tests.conftest import Owner
from tests.faults.counted_store import CountedStore
from tests.faults.faults import ProcessDied
from tests.waits import until

MIB = 1024 * 1024
ABOVE = 16 * MIB
DATA = random.Random(11).randbytes(40 * MIB + 4321)
SHA256 = hashlib.sha256(DATA).digest()
LEASE = timedelta(seconds=60)


def seal_by(dems: Dems, store: CountedStore, algorithms: tuple[str, ...] = ("sha256",)) -> Seal:
    return Seal(dems.transaction, store, dems.locks, dems.clock, LEASE, algorithms, ABOVE)


def recheck_by(dems: Dems, store: CountedStore) -> Recheck:
    return Recheck(dems.transaction, store, dems.clock, LEASE, ABOVE)


def saved_offsets(as_owner: Owner, item: Evidence) -> list[int]:
    rows = as_owner(f"SELECT read_bytes FROM hash_states WHERE subject = '{item.id}'")  # noqa: S608
    return [int(row.read_bytes) for row in rows]


def others_ask_when_the_lease_has_run_out(dems: Dems, as_owner: Owner, item: Evidence) -> None:
    """Three times, as if it had taken as long each time: whoever works has renewed it by itself, and they get nothing."""
    renewed = f"SELECT 1 FROM jobs WHERE subject = '{item.id}' AND leased_until > now() + interval '10 s'"  # noqa: S608
    for _ in range(3):
        lease_runs_out(as_owner, item)
        until(lambda: as_owner(renewed))
        with pytest.raises(NoLongerDue):
            dems.evidence.seal(item.id)


def lease_runs_out(as_owner: Owner, item: Evidence) -> None:
    as_owner(f"UPDATE jobs SET leased_until = now() WHERE subject = '{item.id}'")  # noqa: S608


def dies_at(offset: int, given: list[int], saved: Callable[[], object] = lambda: True) -> Callable[[int], None]:
    """Ends the process, as far as a thread can, once so many bytes were given out and a state was `saved` since."""

    def taken(count: int) -> None:
        given.append(count)
        if sum(given) >= offset:
            until(saved)
            raise ProcessDied

    return taken
