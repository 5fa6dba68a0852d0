"""What has come into a case since something was decided: items, and readings of what is in them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ARRAY, ColumnElement, Text, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from dems.db.repositories.base import Rows, among, chunks
from dems.db.tables import evidence, findings, readings
from dems.model.disclosure.material import Material
from dems.model.evidence import Kind
from dems.model.ids import CaseId, EvidenceId, ReadingId
from dems.ports.reopening import Reread

_f = findings.c
came_at = func.coalesce(evidence.c.sealed_at, evidence.c.declared_at)
"""When an item came in, once it is there."""


class ReopeningRows(Rows):
    def came_in(
        self, case_id: CaseId, since: datetime, touching: Collection[Material] | None = None
    ) -> Mapping[EvidenceId, datetime]:
        there = evidence.c.sealed_at.is_not(None) | (evidence.c.kind != Kind.DIGITAL.value)
        statement = select(evidence.c.id, came_at.label("came")).where(
            evidence.c.case_id == case_id, there, came_at > since
        )
        found = [statement] if touching is None else [statement.where(c) for c in _touching(touching)]
        return {EvidenceId(r.id): r.came for s in found for r in self._tx.execute(s.order_by(evidence.c.id))}

    def read_again(self, case_id: CaseId, since: datetime, items: Collection[EvidenceId] | None = None) -> list[Reread]:
        earlier = readings.alias("earlier").c
        before = (
            select(earlier.id)
            .where(earlier.evidence_id == readings.c.evidence_id, earlier.id < readings.c.id)
            .order_by(earlier.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        statement = (
            select(readings.c.evidence_id, readings.c.id, readings.c.ended_at, before.label("before"))
            .join(evidence, evidence.c.id == readings.c.evidence_id)
            .where(evidence.c.case_id == case_id, readings.c.ended_at > since)
        )
        of = [statement]
        if items is not None:
            of = [statement.where(among(readings.c.evidence_id, some)) for some in chunks(sorted(items))]
        rows = (r for s in of for r in self._tx.execute(s))
        return [
            Reread(
                EvidenceId(r.evidence_id),
                ReadingId(r.id),
                None if r.before is None else ReadingId(r.before),
                r.ended_at,
            )
            for r in sorted(rows, key=lambda r: r.id)
        ]

    def found(self, readings: Collection[ReadingId]) -> Mapping[ReadingId, Mapping[str, str]]:
        values = (_f.type, _f.text_value, _f.integer_value, _f.number_value, _f.boolean_value, _f.local_at, _f.at)
        places = (_f.latitude, _f.longitude, _f.entry, _f.unit)
        # Each apart from the next whatever it holds: two findings that say otherwise are never one text.
        said = cast(func.jsonb_build_array(*values, *places), Text)
        all_of_it = func.md5(func.array_to_string(func.array_agg(aggregate_order_by(said, said)), "\n")).label("said")
        found: dict[ReadingId, dict[str, str]] = defaultdict(dict)
        for some in chunks(sorted(readings)):
            statement = select(_f.reading_id, _f.name, all_of_it).where(_f.reading_id.in_(some))
            for row in self._tx.execute(statement.group_by(_f.reading_id, _f.name)):
                found[ReadingId(row.reading_id)][row.name] = row.said
        return found


def _touching(items: Collection[Material]) -> list[ColumnElement[bool]]:
    """Each answered by an index of its own, which together they would not be."""
    digests = sorted({m.digest.hex for m in items if m.digest is not None})
    return [
        evidence.c.digests.op("->>")("sha256") == any_(literal(digests, ARRAY(Text))),
        among(evidence.c.derived_from, [m.id for m in items]),
        among(evidence.c.id, {m.derived_from for m in items if m.derived_from is not None}),
    ]
