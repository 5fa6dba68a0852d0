"""What has come into a case since something was decided: items, and readings of what is in them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from dems.db.repositories.base import Rows, chunks
from dems.db.tables import evidence, findings, readings
from dems.model.evidence import Kind
from dems.model.ids import CaseId, EvidenceId, ReadingId
from dems.ports.reopening import Reread

_f = findings.c


class ReopeningRows(Rows):
    def came_in(self, case_id: CaseId, since: datetime) -> Mapping[EvidenceId, datetime]:
        came = func.coalesce(evidence.c.sealed_at, evidence.c.declared_at).label("came")
        there = evidence.c.sealed_at.is_not(None) | (evidence.c.kind != Kind.DIGITAL.value)
        statement = select(evidence.c.id, came).where(evidence.c.case_id == case_id, there, came > since)
        return {EvidenceId(r.id): r.came for r in self._tx.execute(statement.order_by(evidence.c.id))}

    def read_again(self, case_id: CaseId, since: datetime) -> list[Reread]:
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
            .order_by(readings.c.id)
        )
        return [
            Reread(
                EvidenceId(r.evidence_id),
                ReadingId(r.id),
                None if r.before is None else ReadingId(r.before),
                r.ended_at,
            )
            for r in self._tx.execute(statement)
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
