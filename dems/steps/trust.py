"""Whether the store may take new evidence: what its last self-check found, and the room that is left."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from dems.errors import NoSpace, StoreNotTrusted
from dems.ports import Clock, StoreCheck, Transaction


@dataclass(frozen=True, slots=True)
class StoreTrust:
    """`disk` is a folder on the store's own file system where that is on this machine, else None."""

    clock: Clock
    max_age: timedelta
    accept_untrusted: bool
    disk: Path | None
    min_free_bytes: int

    def problem(self, check: StoreCheck | None) -> str | None:
        """Why the store is not trusted, in a sentence; None when it is."""
        if check is None:
            return "The store's self-check has not run yet. Run `dems doctor`."
        if not check.held:
            names = ", ".join(sorted({str(r["name"]) for r in check.rows if not r["held"]}))
            return f"The store's Object Lock does not hold ({names}). Run `dems doctor` and mend the store."
        if self.clock() - check.at > self.max_age:
            return "The store's self-check is too old. See that the worker and its schedule run, or run `dems doctor`."
        return None

    def require(self, tx: Transaction, size: int) -> None:
        """Raise `StoreNotTrusted` or `NoSpace` (with `size` bytes still to come) unless evidence may be taken in."""
        problem = self.problem(tx.upkeep.last_store_check())
        if problem is not None and not self.accept_untrusted:
            raise StoreNotTrusted(
                f"{problem} Until then no evidence is taken in; DEMS_EVIDENCE__ACCEPT_UNTRUSTED_STORE names the risk of going on."
            )
        free = self.free_bytes()
        if free is not None and free - size < self.min_free_bytes:
            raise NoSpace(
                "There is not enough room in the store for this file. Make room and try again; nothing was taken in."
            )

    def free_bytes(self) -> int | None:
        """Room on the store's disk, None where it is not ours to measure."""
        if self.disk is None:
            return None
        try:
            found = os.statvfs(self.disk)
        except OSError:
            return None
        return found.f_bavail * found.f_frsize
