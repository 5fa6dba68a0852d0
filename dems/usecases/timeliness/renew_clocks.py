"""Bring the rows of all clocks to what facts and rules say now: after a change of the rules, and every night as time passes."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from dems.model.clocks.rows import rows_of
from dems.model.clocks.rules import clocks_by
from dems.ports import Clock, Page, Transactions
from dems.steps.changing_rules import RENEWAL, have_clocks_renewed
from dems.steps.keeping_clocks import keep_clocks

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RenewClocks:
    transaction: Transactions
    clock: Clock
    lease: timedelta
    at_once: int = 100
    """Cases in one transaction: so long nobody else changes these."""

    def due(self) -> None:
        """Ask for it. What was asked for already is asked for once."""
        with self.transaction() as tx:
            have_clocks_renewed(tx)

    def __call__(self) -> int:
        """How many rows it took. Raises `NoLongerDue` where it was done meanwhile or somebody else is at it."""
        with self.transaction() as tx:
            lease = tx.jobs.claim(RENEWAL, self.lease)
            begun_by = tx.clocks.rules()
        after: UUID | None = None
        changed = 0
        while True:
            with self.transaction() as tx:
                # Held from before the rules are read: whoever records a fact of one of these meanwhile comes after this.
                held = tx.clocks.cases_after(after, self.at_once)
                changed += keep_clocks(tx, tx.lives.of_cases(held), self.clock())
                rules, last = tx.clocks.rules(), len(held) < self.at_once
                if last and rules == begun_by:
                    tx.jobs.finish(lease)
                    break
                tx.jobs.renew(lease, self.lease)
            # What came before the rules changed was counted by the old ones: once more from the beginning.
            begun_by, after = (rules, None) if last else (begun_by, held[-1])
        log.info("clocks_renewed", extra={"rows": changed})
        return changed


@dataclass(frozen=True, slots=True)
class VerifyClocks:
    """Compares rows with what facts and rules say, and changes nothing."""

    transaction: Transactions
    clock: Clock

    def __call__(self, page: Page) -> tuple[list[str], UUID | None]:
        """One sentence for each row of a page of cases that says otherwise, and where to go on; None at the end."""
        with self.transaction() as tx:
            lives, now = tx.lives.page(page), self.clock()
            found = [row for life in lives for row in rows_of(life, clocks_by(tx.clocks.rules(), life, now))]
            made = {(row.case_id, *row.key): row for row in found}
            kept = tx.clocks.of_cases([life.case_id for life in lives])
            held = {(k.row.case_id, *k.row.key): k.row for k in kept}
        wrong = sorted((k for k in made.keys() | held.keys() if made.get(k) != held.get(k)), key=str)
        said = [
            f"Clock {clock!r} of case {case_id}: its row is not what its facts and rules say."
            for case_id, clock, _ in wrong
        ]
        return said, lives[-1].case_id if len(lives) == page.limit else None
