"""Cases filled with many items, the pages that are asked of them, and what such a page costs in statements."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Column, Table, select

from benchmarks.counting import Counted
from benchmarks.fill import fill
from benchmarks.items import sealed_item
from dems.bootstrap import Dems
from dems.db.tables import custody_details, evidence
from dems.ledger.entry import Entry, verify_chain
from dems.model.actors import Actor
from dems.model.cases import Case
from dems.model.ids import CaseId, EvidenceId
from dems.ports import Page

LIMIT = 50
_GROWING = (
    "evidence",
    "uploads",
    "exhibit_refs",
    "item_index",
    "findings",
    "custody_chains",
    "custody_entries",
    "custody_details",
)


@dataclass(frozen=True, slots=True)
class PageAsked:
    """One page, and which item or entry comes first on it."""

    path: str
    parameters: dict[str, str | int]
    first: UUID

    def check(self, answer: httpx.Response) -> None:
        """Raise unless the answer is this page, and full."""
        items = answer.json()["items"] if answer.is_success else []
        if len(items) != LIMIT or items[0]["id"] != str(self.first):
            raise RuntimeError(f"{self.path}: {answer.status_code}, {len(items)} items")


@dataclass(frozen=True, slots=True)
class PageCost:
    statements: int
    transactions: int
    rows_read: int
    """Rows of growing tables that the database looked at, those passed over included."""


def filled_case(dems: Dems, owner_url: str, actor: Actor, case: Case, count: int) -> dict[str, PageAsked]:
    """Fill a case; returns the pages that are asked of it: the first, and one that begins in the middle."""
    template = sealed_item(dems, actor, case)
    fill(owner_url, template, count - 1)
    items = _ids(dems, case.id, evidence, evidence.c.id)
    entries = _ids(dems, case.id, custody_details, custody_details.c.entry_id)
    if len(items) != count or len(entries) < count:
        raise RuntimeError(f"the case was filled with {len(items)} items and {len(entries)} entries, not {count}")
    for number in (0, count // 2, -1):
        _verify(dems, actor, EvidenceId(items[number]))
    asked = {}
    for name, ids in (("evidence", items), ("custody", entries)):
        path, middle = f"/v1/cases/{case.id}/{name}", count // 2 - 1
        after = base64.urlsafe_b64encode(ids[middle].bytes).rstrip(b"=").decode()
        asked[f"{name}, first page"] = PageAsked(path, {"limit": LIMIT}, ids[0])
        asked[f"{name}, middle page"] = PageAsked(path, {"limit": LIMIT, "after": after}, ids[middle + 1])
    return asked


async def costs(counted: Counted, pages: Sequence[PageAsked], headers: Mapping[str, str]) -> list[PageCost]:
    """Ask for each page in this process, and count."""
    found = []
    async with counted.http() as http:
        for page in pages:
            with counted.counting() as counts:
                page.check(await http.get(page.path, params=page.parameters, headers=headers))
            read = sum(_rows(node) for node in counted.plan_nodes(counts.sql) if node.get("Relation Name") in _GROWING)
            found.append(PageCost(len(counts.sql), counts.transactions, read))
    return found


def _rows(node: dict[str, Any]) -> int:
    passed = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    each, loops = (float(v) for v in (sum(node.get(name, 0) for name in passed), node["Actual Loops"]))
    return round(each * loops)


def _ids(dems: Dems, case_id: CaseId, table: Table, key: Column[Any]) -> list[UUID]:
    with dems.engine.connect() as connection:
        return list(connection.execute(select(key).where(table.c.case_id == case_id).order_by(key)).scalars())


def _verify(dems: Dems, actor: Actor, item: EvidenceId) -> None:
    """What was copied is what would have been written."""
    rows = dems.custody.read.item(actor, item, Page(LIMIT))
    verify_chain([Entry(r.leaf, r.nonce, r.detail) for r in rows])
    if not rows:
        raise RuntimeError("a copied item has no chain")
