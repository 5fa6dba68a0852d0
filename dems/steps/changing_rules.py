"""What it takes to record another version of a rule about time."""

from dems.errors import WrongState
from dems.model.custody import INSTALLATION_ID
from dems.ports import Job, JobKind, Transaction

RENEWAL = Job(JobKind.RENEW_CLOCKS, INSTALLATION_ID)
"""That the rows of all clocks are brought to what facts and rules say now."""


def newest_is(newest: int, replaces: int, what: str) -> int:
    """The number of the next version. Raises `WrongState` where somebody has read another one than the newest."""
    if newest != replaces:
        there = f"version {newest} is the newest" if newest else "there is none"
        raise WrongState(
            f"Of {what} {there}: read it, and send what is to follow it with `replaces` {newest}.", state=str(newest)
        )
    return newest + 1


def have_clocks_renewed(tx: Transaction) -> None:
    """Open clocks are counted anew by the new rule: not in this transaction, since there may be many."""
    tx.jobs.due(RENEWAL)
