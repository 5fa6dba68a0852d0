"""Have items read that no work is due for: those whose work was lost, and those read by tools that have changed since."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from dems.model.actors import system
from dems.model.acts import Act
from dems.model.evidence import Evidence
from dems.model.ids import EvidenceId
from dems.ports import Clock, ReaderReport, Transaction, Transactions
from dems.steps.extraction import EXTRACTIONS, extractions_due
from dems.steps.recording import original_of

HEARD_WITHIN = timedelta(hours=3)
"""Reports of workers that are older say nothing of the tools of now."""

_PAGE = 100


@dataclass(frozen=True, slots=True)
class RenewOld:
    transaction: Transactions
    clock: Clock
    reread: bool
    """Whether items are read again when a tool's version has changed."""

    def __call__(self, *, at_most: int = 500) -> int:
        """How many were made due: so many that no more than `at_most` wait, and what is sealed now does not wait for long."""
        with self.transaction() as tx:
            tx.authorise(system(), Act.FINDINGS_RECORD)
            found = tx.findings.never_read(at_most)
            waiting = sum(count for kind, (count, _) in tx.jobs.backlog().items() if kind in EXTRACTIONS)
            if self.reread:
                found += self._old(tx, at_most - len(found) - waiting)
            items = tx.evidence.many(sorted({i.id for i in found}), for_update=True)
            due = [i for i in items.values() if original_of(i) is not None]
            extractions_due(tx, due)
            for item in items.values():
                if item not in due:
                    tx.findings.unreadable(EvidenceId(item.id))
        return len(due)

    def _old(self, tx: Transaction, room: int) -> list[Evidence]:
        now = _versions(tx.findings.reports(self.clock() - HEARD_WITHIN))
        found: list[Evidence] = []
        for digest, tools in _toolsets(tx):
            if len(found) >= room:
                break
            if any(name in now and version not in now[name] for name, version in tools.items()):
                found += tx.findings.read_with(digest, room - len(found))
        return found


def _toolsets(tx: Transaction) -> Iterator[tuple[bytes, Mapping[str, str]]]:
    last: bytes | None = None
    while page := tx.findings.toolsets(_PAGE, last):
        yield from page
        last = page[-1][0]


def _versions(reports: list[ReaderReport]) -> dict[str, set[str]]:
    """By tool, the versions that workers have: of several, none is old while workers differ, or they would take turns."""
    found: dict[str, set[str]] = {}
    for report in reports:
        for name, version in report.tools.items():
            found.setdefault(name, set()).add(version)
    return found
