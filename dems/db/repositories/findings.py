"""Readings, their findings and renditions, and where the findings of each item stand."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    Text,
    and_,
    any_,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories import review_queue
from dems.db.repositories.base import Rows, chunks, paged
from dems.db.repositories.evidence import to_evidence
from dems.db.repositories.found_values import to_finding, values_of
from dems.db.tables import evidence, findings, item_index, jobs, reader_reports, readings, renditions
from dems.errors import NotFound
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.findings import Finding, RenditionKind, ResultState
from dems.model.ids import CaseId, EvidenceId, ReadingId
from dems.model.readings import FindingsState, KeptReading, KeptRendition, Original
from dems.model.searching import device_text, found_text
from dems.ports import JobKind, Page
from dems.ports.findings import ItemFindings, ReaderReport
from dems.steps.result import toolset

_EXTRACTIONS = (JobKind.EXTRACT.value, JobKind.EXTRACT_LARGE.value)
_MOST_REPORTS = 200
_MALWARE = "'malware'"
"""Written into statements, not passed to them, so that the index of these findings is seen to fit."""
_FOUND = "found"
"""The flag of a scanner's verdict that says of the bytes that they are malware; others say that they are not, or not known."""


class FindingRows(Rows):
    def add(self, kept: KeptReading, found: Sequence[Finding], shown: Sequence[KeptRendition]) -> None:
        self._tx.execute(insert(readings).values(_values(kept)))
        of = {"reading_id": kept.id, "case_id": kept.original.case_id}
        rows = [{**of, "position": n, **values_of(f)} for n, f in enumerate(found)]
        for some in chunks(rows):
            self._tx.execute(insert(findings), list(some))
        if shown:
            self._tx.execute(insert(renditions), [{"reading_id": kept.id, **_rendition_values(r)} for r in shown])
        self._tx.execute(
            update(item_index)
            .where(item_index.c.evidence_id == kept.original.evidence_id)
            .values(
                state=FindingsState(kept.state.value).value,
                reading_id=kept.id,
                media_type=kept.media_type,
                disagrees=kept.disagrees,
                found_text=found_text(found),
                device_text=device_text(found),
            )
        )
        review_queue.changed(self._tx, [kept.original.evidence_id])

    def get(self, reading_id: ReadingId) -> KeptReading:
        row = self._tx.execute(select(readings).where(readings.c.id == reading_id)).first()
        if row is None:
            raise NotFound("reading")
        return _to_reading(row)

    def of_item(self, evidence_id: EvidenceId, page: Page) -> list[KeptReading]:
        statement = select(readings).where(readings.c.evidence_id == evidence_id)
        return [_to_reading(r) for r in self._tx.execute(paged(statement, readings.c.id, page))]

    def page(
        self, reading_id: ReadingId, limit: int, after: int | None = None, name: str | None = None
    ) -> list[tuple[int, Finding]]:
        statement = select(findings).where(findings.c.reading_id == reading_id)
        if after is not None:
            statement = statement.where(findings.c.position > after)
        if name is not None:
            statement = statement.where(findings.c.name == name)
        rows = self._tx.execute(statement.order_by(findings.c.position).limit(limit))
        return [(r.position, to_finding(r)) for r in rows]

    def renditions(self, reading_id: ReadingId) -> list[KeptRendition]:
        statement = select(renditions).where(renditions.c.reading_id == reading_id).order_by(renditions.c.number)
        return [_to_rendition(r) for r in self._tx.execute(statement)]

    def states(self, evidence_ids: Sequence[EvidenceId]) -> Mapping[EvidenceId, ItemFindings]:
        malware = exists().where(
            findings.c.reading_id == item_index.c.reading_id,
            findings.c.name == literal_column(_MALWARE),
            literal(_FOUND, Text) == any_(findings.c.flags),
        )
        statement = select(item_index, malware.label("malware"))
        # The index may be made anew: an item that is not in it has nothing found.
        found = dict.fromkeys(evidence_ids, ItemFindings(FindingsState.NONE))
        for some in chunks(evidence_ids):
            for r in self._tx.execute(statement.where(item_index.c.evidence_id.in_(some))):
                reading_id = None if r.reading_id is None else ReadingId(r.reading_id)
                found[EvidenceId(r.evidence_id)] = ItemFindings(
                    FindingsState(r.state), reading_id, r.media_type, bool(r.disagrees), r.malware
                )
        return found

    def waiting(self, evidence_ids: Sequence[EvidenceId]) -> None:
        for some in chunks(evidence_ids):
            self._tx.execute(
                update(item_index).where(item_index.c.evidence_id.in_(some)).values(state=FindingsState.WAITING.value)
            )

    def cancelled(self, evidence_id: EvidenceId) -> None:
        self._waits_no_more(evidence_id, FindingsState.CANCELLED)

    def unreadable(self, evidence_id: EvidenceId) -> None:
        self._waits_no_more(evidence_id, FindingsState.NONE)

    def _waits_no_more(self, evidence_id: EvidenceId, unread: FindingsState) -> None:
        last = select(readings.c.state).where(readings.c.id == item_index.c.reading_id).scalar_subquery()
        self._tx.execute(
            update(item_index)
            .where(item_index.c.evidence_id == evidence_id, item_index.c.state == FindingsState.WAITING.value)
            .values(state=func.coalesce(last, unread.value))
        )

    def progress(self, case_id: CaseId) -> Mapping[FindingsState, int]:
        statement = select(item_index.c.state, func.count().label("items")).where(item_index.c.case_id == case_id)
        rows = self._tx.execute(statement.group_by(item_index.c.state))
        return {FindingsState(r.state): int(r.items) for r in rows}

    def being_read(self, case_id: CaseId) -> int:
        held = and_(
            jobs.c.subject == item_index.c.evidence_id,
            jobs.c.kind.in_(_EXTRACTIONS),
            jobs.c.leased_until > func.clock_timestamp(),
        )
        waits = and_(item_index.c.case_id == case_id, item_index.c.state == FindingsState.WAITING.value)
        statement = select(func.count()).select_from(item_index).join(jobs, held).where(waits)
        return int(self._tx.execute(statement).scalar_one())

    def toolsets(self, limit: int, after: bytes | None = None) -> list[tuple[bytes, Mapping[str, str]]]:
        is_last = exists().where(item_index.c.reading_id == readings.c.id)
        statement = select(readings.c.toolset, func.min(readings.c.tools.cast(Text)).label("tools")).where(is_last)
        if after is not None:
            statement = statement.where(readings.c.toolset > after)
        rows = self._tx.execute(statement.group_by(readings.c.toolset).order_by(readings.c.toolset).limit(limit))
        return [(bytes(r.toolset), json.loads(r.tools)) for r in rows]

    def read_with(self, toolset: bytes, limit: int) -> list[Evidence]:
        waits = item_index.c.state == FindingsState.WAITING.value
        statement = (
            _sealed()
            .join(readings, readings.c.id == item_index.c.reading_id)
            .where(readings.c.toolset == toolset, ~waits)
            .order_by(readings.c.id)
            .limit(limit)
        )
        return [to_evidence(r) for r in self._tx.execute(statement)]

    def never_read(self, limit: int) -> list[Evidence]:
        due = exists().where(jobs.c.subject == item_index.c.evidence_id, jobs.c.kind.in_(_EXTRACTIONS))
        waits = item_index.c.state == FindingsState.WAITING.value
        # Its bytes could not be read when its turn came, and now they can.
        again = and_(
            item_index.c.state == FindingsState.NONE.value,
            evidence.c.integrity.in_((Integrity.INTACT.value, Integrity.UNCHECKED.value)),
        )
        statement = _sealed().where(or_(waits, again), ~due).order_by(evidence.c.id).limit(limit)
        return [to_evidence(r) for r in self._tx.execute(statement)]

    def report(self, report: ReaderReport) -> None:
        values = {
            "worker": report.worker,
            "at": report.at,
            "sandbox": report.sandbox,
            "missing": list(report.missing),
            "tools": dict(report.tools),
            "absent": dict(report.absent),
        }
        statement = upsert(reader_reports).values(values)
        self._tx.execute(statement.on_conflict_do_update(index_elements=["worker"], set_=values))

    def reports(self, since: datetime) -> list[ReaderReport]:
        statement = select(reader_reports).where(reader_reports.c.at >= since).order_by(reader_reports.c.worker)
        return [
            ReaderReport(r.worker, r.at, r.sandbox, tuple(r.missing), r.tools, r.absent)
            for r in self._tx.execute(statement.limit(_MOST_REPORTS))
        ]

    def forget_reports(self, before: datetime) -> None:
        self._tx.execute(delete(reader_reports).where(reader_reports.c.at < before))


def _sealed() -> Select[Any]:
    """Items that are sealed, with their places in the index."""
    return (
        select(evidence)
        .join(item_index, item_index.c.evidence_id == evidence.c.id)
        .where(evidence.c.state == EvidenceState.SEALED.value)
    )


def _values(kept: KeptReading) -> dict[str, Any]:
    return {
        "id": kept.id,
        "evidence_id": kept.original.evidence_id,
        "case_id": kept.original.case_id,
        "version_id": kept.original.version_id,
        "sha256": kept.original.sha256.value,
        "size": kept.original.size,
        "state": kept.state.value,
        "reason": kept.reason,
        "media_type": kept.media_type,
        "disagrees": kept.disagrees,
        "sandbox": kept.sandbox,
        "tools": dict(kept.tools),
        "toolset": toolset(kept.tools),
        "warnings": list(kept.warnings),
        "bytes_read": kept.bytes_read,
        "requests": kept.requests,
        "seconds": kept.seconds,
        "begun_at": kept.begun_at,
        "ended_at": kept.ended_at,
        "findings": kept.findings,
        "result_sha256": kept.result_sha256,
    }


def _to_reading(row: Row[Any]) -> KeptReading:
    original = Original(
        EvidenceId(row.evidence_id),
        CaseId(row.case_id),
        row.version_id,
        Digest("sha256", bytes(row.sha256)),
        row.size,
    )
    return KeptReading(
        id=ReadingId(row.id),
        original=original,
        state=ResultState(row.state),
        reason=row.reason,
        media_type=row.media_type,
        disagrees=row.disagrees,
        sandbox=row.sandbox,
        tools=row.tools,
        warnings=tuple(row.warnings),
        bytes_read=row.bytes_read,
        requests=row.requests,
        seconds=row.seconds,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        findings=row.findings,
        result_sha256=bytes(row.result_sha256),
    )


def _rendition_values(shown: KeptRendition) -> dict[str, Any]:
    return {
        "number": shown.number,
        "kind": shown.kind.value,
        "media_type": shown.media_type,
        "width": shown.width,
        "height": shown.height,
        "at_seconds": shown.at_seconds,
        "sha256": shown.sha256,
        "size": shown.size,
        "key": shown.key,
        "version_id": shown.version_id,
    }


def _to_rendition(row: Row[Any]) -> KeptRendition:
    return KeptRendition(
        row.number,
        RenditionKind(row.kind),
        row.media_type,
        row.width,
        row.height,
        row.at_seconds,
        bytes(row.sha256),
        row.size,
        row.key,
        row.version_id,
    )
