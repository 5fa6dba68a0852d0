"""A core that reads files with the tests' reader, and what the tests of findings look at."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from dems.bootstrap import Dems
from dems.model.evidence import Evidence
from dems.model.findings import Finding
from dems.model.ids import EvidenceId
from dems.model.readings import FindingsState, KeptReading, KeptRendition
from dems.ports import Page
from dems.ports.findings import ItemFindings
from storage.interface import ObjectStore
from tests.conftest import Owner, Sent, Team, Time
from tests.reader import Reader
from tests.world import World


@dataclass
class Library:
    """Items of one case that wait to be read, a core that reads them, and the clock of its jobs."""

    dems: Dems
    reader: Reader
    team: Team
    owner: Owner
    sent: Sent
    time: Time
    items: list[Evidence] = field(default_factory=list)

    def sealed(self, content: bytes) -> Evidence:
        item = World(self.dems).sealed(self.team.investigator, self.team.case, content)
        self.items.append(item)
        return item

    def one(self, item: Evidence) -> Any:
        return self.dems.extraction.one(EvidenceId(item.id), large=self.job(item).kind == "extract_large")

    def job(self, item: Evidence) -> Any:
        """The one that waits to be read by; None where there is none."""
        found = self.owner(f"SELECT * FROM jobs WHERE subject = '{item.id}' AND kind LIKE 'extract%'")  # noqa: S608
        assert len(found) <= 1
        return found[0] if found else None

    def due_again(self) -> None:
        """Leases have run out and pauses are over, of the items of this test."""
        ids = ", ".join(f"'{i.id}'" for i in self.items)
        self.owner(
            f"UPDATE jobs SET leased_until = now() - interval '1 s', due_at = now() - interval '1 h', nudged_at = NULL WHERE subject IN ({ids})"  # noqa: S608, E501
        )

    def state(self, item: Evidence) -> FindingsState:
        return self.stands(item).state

    def stands(self, item: Evidence) -> ItemFindings:
        with self.dems.transaction() as tx:
            return tx.findings.states([EvidenceId(item.id)])[EvidenceId(item.id)]

    def readings(self, item: Evidence) -> list[KeptReading]:
        with self.dems.transaction() as tx:
            return tx.findings.of_item(EvidenceId(item.id), Page(100))

    def found(self, kept: KeptReading) -> tuple[list[Finding], list[KeptRendition]]:
        with self.dems.transaction() as tx:
            return [f for _, f in tx.findings.page(kept.id, 6_000)], tx.findings.renditions(kept.id)

    def entries(self, item: Evidence | UUID, act: str) -> list[dict[str, Any]]:
        """The details of the item's entries of one act, in their order."""
        subject = item.id if isinstance(item, Evidence) else item
        rows = self.owner(
            "SELECT detail FROM custody_details JOIN custody_entries ON id = entry_id "  # noqa: S608
            f"WHERE evidence_id = '{subject}' AND act = '{act}' ORDER BY seq"
        )
        return [json.loads(bytes(r.detail)) for r in rows]


def library(
    dems: Dems, team: Team, owner: Owner, sent: Sent, time: Time, exports: ObjectStore | None = None
) -> Library:
    reader = Reader(dems.store)
    core = Dems(
        dems.settings,
        nudge=sent,
        clock=time,
        engine=dems.engine,
        store=dems.store,
        exports=exports,
        reads=lambda _: reader,
    )
    # What other tests left undone is put off.
    owner("UPDATE jobs SET due_at = now() + interval '1 d'")
    return Library(core, reader, team, owner, sent, time)


def asked(shelf: Library, item: Evidence, **more: Any) -> Any:
    return shelf.dems.findings.ask_again(shelf.team.investigator.actor, EvidenceId(item.id), **more)


def cancelled(shelf: Library, item: Evidence, **more: Any) -> Any:
    return shelf.dems.findings.cancel(shelf.team.investigator.actor, EvidenceId(item.id), **more)
