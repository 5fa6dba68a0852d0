"""Which lock an object gets, and when it is time to extend it.

The retention date rolls: it lies `lock_for` ahead and is extended daily while the item is kept, since a
COMPLIANCE date cannot be shortened by anyone and so must never be set to the whole retention period.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.interface import Lock

EXTEND_BEFORE = timedelta(days=30)
"""A sealed item's lock is extended once it has lost so much of its length; so each is extended about monthly."""

QUARANTINE_LEFT = timedelta(days=10)
"""An unsealed object's quarantine is extended when less than this is left of it."""


@dataclass(frozen=True, slots=True)
class Locks:
    """The lock that sealed evidence gets, and the one that a larger object has until it is sealed."""

    lock_for: timedelta
    quarantine_for: timedelta
    legal_hold: bool

    def policy(self, now: datetime) -> Lock:
        return Lock(now + self.lock_for, self.legal_hold)

    def quarantine(self, now: datetime) -> Lock:
        return Lock(now + self.quarantine_for, legal_hold=False)

    def policy_enough(self, now: datetime) -> Lock:
        """What satisfies the policy at sealing: a lock set with the upload may be as old as an upload may take."""
        return Lock(now + self.lock_for - min(EXTEND_BEFORE, self.lock_for / 10), self.legal_hold)

    def sealed_due_before(self, now: datetime) -> datetime:
        """Sealed items whose lock ends before this are to be extended."""
        return now + self.lock_for - min(EXTEND_BEFORE, self.lock_for / 10)

    def unsealed_due_before(self, now: datetime) -> datetime:
        """Unsealed items whose quarantine ends before this are to be extended."""
        return now + min(QUARANTINE_LEFT, self.quarantine_for / 3)
