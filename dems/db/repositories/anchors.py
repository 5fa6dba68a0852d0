"""What witnesses and timestamp authorities gave for signed checkpoints."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows
from dems.db.tables import custody_anchors
from dems.ports.anchors import Anchor, AnchorKind


class AnchorRows(Rows):
    """See `dems.ports.anchors.Anchors`."""

    def add(self, anchor: Anchor) -> None:
        row = asdict(anchor) | {"kind": anchor.kind.value}
        self._tx.execute(upsert(custody_anchors).values(row).on_conflict_do_nothing())

    def of(self, size: int, kind: AnchorKind) -> list[Anchor]:
        statement = select(custody_anchors).where(custody_anchors.c.size == size, custody_anchors.c.kind == kind.value)
        return [_to_anchor(r) for r in self._tx.execute(statement.order_by(custody_anchors.c.by))]

    def each_after(self, last: Anchor | None, limit: int) -> list[Anchor]:
        key = tuple_(custody_anchors.c.size, custody_anchors.c.kind, custody_anchors.c.by)
        statement = select(custody_anchors).order_by(*key.clauses).limit(limit)
        if last is not None:
            statement = statement.where(key > tuple_(literal(last.size), literal(last.kind.value), literal(last.by)))
        return [_to_anchor(r) for r in self._tx.execute(statement)]

    def largest_by(self, kind: AnchorKind, by: Collection[str]) -> Mapping[str, int]:
        largest = func.max(custody_anchors.c.size).label("largest")
        statement = select(custody_anchors.c.by, largest).where(
            custody_anchors.c.kind == kind.value, custody_anchors.c.by.in_(list(by))
        )
        return {r.by: r.largest for r in self._tx.execute(statement.group_by(custody_anchors.c.by))}

    def newest(self, kind: AnchorKind, limit: int) -> list[Anchor]:
        statement = select(custody_anchors).where(custody_anchors.c.kind == kind.value)
        newest = statement.order_by(custody_anchors.c.size.desc(), custody_anchors.c.by).limit(limit)
        return [_to_anchor(r) for r in self._tx.execute(newest)]


def _to_anchor(row: Row[Any]) -> Anchor:
    return Anchor(row.size, AnchorKind(row.kind), row.by, bytes(row.data), row.at)
