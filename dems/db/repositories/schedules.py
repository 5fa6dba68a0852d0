"""Schedules: frozen bytes as rows, the states they went through, and the set that is being put together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, chunks
from dems.db.repositories.disclosure import signature, signed
from dems.db.tables import (
    schedule_answers,
    schedule_documents,
    schedule_drafts,
    schedule_endorsements,
    schedule_numbers,
    schedule_sets,
    schedule_states,
)
from dems.errors import AlreadyExists, NotFound
from dems.model.digests import Digest
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.preparing import Preparation, preparation_from, preparation_record
from dems.model.disclosure.reports import Endorsement, Inspection
from dems.model.disclosure.schedules import STEP, Schedule, ScheduleState
from dems.model.ids import AnswerId, ScheduleId, ScheduleSetId, StrandId
from dems.ports.schedules import Answer, AnswerKind, KeptDocument, KeptForm, KeptSet

_d = schedule_documents.c


class ScheduleRows(Rows):
    def proceeding_of(self, part: UUID) -> StrandId:
        of_any = union_all(
            select(_d.proceeding_id).where(_d.id == part),
            select(schedule_sets.c.proceeding_id).where(schedule_sets.c.id == part),
            select(schedule_drafts.c.proceeding_id).where(schedule_drafts.c.parts.contains([part])),
        ).subquery()
        found = self._tx.execute(select(of_any.c.proceeding_id).limit(1)).scalar()
        if found is None:
            raise NotFound("schedule")
        return StrandId(found)

    def preparation(self, proceeding_id: StrandId) -> tuple[Preparation, int] | None:
        statement = select(schedule_drafts).where(schedule_drafts.c.proceeding_id == proceeding_id)
        row = self._tx.execute(statement).first()
        return None if row is None else (preparation_from(row.content), row.version)

    def prepare(self, proceeding_id: StrandId, made: Preparation) -> int:
        values = {"parts": list(made.parts), "content": preparation_record(made)}
        first = upsert(schedule_drafts).values(proceeding_id=proceeding_id, version=1, **values)
        statement = first.on_conflict_do_update(
            index_elements=["proceeding_id"], set_={**values, "version": schedule_drafts.c.version + 1}
        )
        return int(self._tx.execute(statement.returning(schedule_drafts.c.version)).scalar_one())

    def end_preparation(self, proceeding_id: StrandId) -> None:
        self._tx.execute(delete(schedule_drafts).where(schedule_drafts.c.proceeding_id == proceeding_id))

    def documents(self, proceeding_id: StrandId) -> list[KeptDocument]:
        rows = self._tx.execute(select(schedule_documents).where(_d.proceeding_id == proceeding_id).order_by(_d.id))
        return [_to_document(r) for r in rows]

    def document(self, part: UUID) -> KeptDocument:
        row = self._tx.execute(select(schedule_documents).where(_d.id == part)).first()
        if row is None:
            raise NotFound("schedule")
        return _to_document(row)

    def forms(self, proceeding_id: StrandId) -> list[KeptForm]:
        columns = [c for c in schedule_documents.c if c is not _d.data]
        rows = self._tx.execute(select(*columns).where(_d.proceeding_id == proceeding_id).order_by(_d.id))
        return [_to_form(r) for r in rows]

    def add_document(self, proceeding_id: StrandId, document: KeptDocument) -> None:
        schedule = document.schedule
        values = {
            "id": document.id,
            "proceeding_id": proceeding_id,
            "set_id": document.of,
            "form": document.form.value,
            "series": None if schedule is None else schedule.series.value,
            "ordinal": None if schedule is None else schedule.ordinal,
            "version": None if schedule is None else schedule.version,
            **_bytes(document.snapshot),
            **signature(document.by),
        }
        statement = upsert(schedule_documents).values(**values).on_conflict_do_nothing().returning(_d.id)
        if self._tx.execute(statement).first() is None:
            raise AlreadyExists("Somebody certified this in this moment: read what there is now.")
        if schedule is not None:
            self._give_numbers(proceeding_id, schedule)

    def _give_numbers(self, proceeding_id: StrandId, schedule: Schedule) -> None:
        """Numbers that an earlier version gave are there already, and have the same subject."""
        rows = [
            {
                "proceeding_id": proceeding_id,
                "series": schedule.series.value,
                "number": row.number,
                "subject_kind": row.subject.kind.value,
                "subject_id": row.subject.id,
                "document_id": schedule.id,
            }
            for row in schedule.rows
        ]
        n = schedule_numbers.c
        for some in chunks(rows):
            self._tx.execute(upsert(schedule_numbers).on_conflict_do_nothing(), list(some))
            wanted = [row["number"] for row in some]
            of_these = select(n.number, n.subject_kind, n.subject_id).where(
                n.proceeding_id == proceeding_id, n.series == schedule.series.value, n.number.in_(wanted)
            )
            given = {r.number: (r.subject_kind, r.subject_id) for r in self._tx.execute(of_these)}
            if any(given[row["number"]] != (row["subject_kind"], row["subject_id"]) for row in some):
                raise AlreadyExists("One of these numbers was given to something else: draft the schedule anew.")

    def set(self, set_id: ScheduleSetId) -> KeptSet:
        row = self._tx.execute(select(schedule_sets).where(schedule_sets.c.id == set_id)).first()
        if row is None:
            raise NotFound("set of schedules")
        return _to_set(row)

    def sets(self, proceeding_id: StrandId) -> list[KeptSet]:
        s = schedule_sets.c
        rows = self._tx.execute(select(schedule_sets).where(s.proceeding_id == proceeding_id).order_by(s.id))
        return [_to_set(r) for r in rows]

    def set_digests(self, proceeding_id: StrandId) -> Mapping[ScheduleSetId, Digest]:
        s = schedule_sets.c
        rows = self._tx.execute(select(s.id, s.sha256).where(s.proceeding_id == proceeding_id))
        return {ScheduleSetId(r.id): Digest.sha256(bytes(r.sha256)) for r in rows}

    def add_set(self, proceeding_id: StrandId, kept: KeptSet) -> None:
        values = {"id": kept.id, "proceeding_id": proceeding_id, "schedules": list(kept.schedules)}
        self._tx.execute(insert(schedule_sets).values(**values, **_bytes(kept.snapshot), **signature(kept.by)))

    def states(self, proceeding_id: StrandId) -> Mapping[ScheduleId, ScheduleState]:
        s = schedule_states.c
        joined = select(s.schedule_id, s.state).join(schedule_documents, _d.id == s.schedule_id)
        rows = self._tx.execute(joined.where(_d.proceeding_id == proceeding_id).order_by(s.schedule_id, s.step))
        return {ScheduleId(r.schedule_id): ScheduleState(r.state) for r in rows}

    def enter(self, schedules: Sequence[ScheduleId], state: ScheduleState, at: datetime) -> None:
        rows = [{"schedule_id": s, "step": STEP[state], "state": state.value, "at": at} for s in schedules]
        if rows:
            done = upsert(schedule_states).on_conflict_do_nothing().returning(schedule_states.c.schedule_id)
            if len(list(self._tx.execute(done, rows))) != len(rows):
                raise AlreadyExists("Somebody else did something with this in this moment: read how it stands now.")

    def endorsements(self, proceeding_id: StrandId) -> list[Endorsement]:
        e = schedule_endorsements.c
        joined = select(schedule_endorsements, _d.series).join(schedule_documents, _d.id == e.schedule_id)
        rows = self._tx.execute(joined.where(_d.proceeding_id == proceeding_id).order_by(e.schedule_id, e.number))
        return [_to_endorsement(r) for r in rows]

    def add_endorsements(self, given: Sequence[Endorsement]) -> None:
        rows = [
            {
                "schedule_id": e.schedule,
                "number": e.number,
                "code": e.code,
                "reason": e.reason,
                "inspected_by": None if e.inspected is None else e.inspected.by,
                "inspected_at": None if e.inspected is None else e.inspected.at,
                **signature(e.by),
            }
            for e in given
        ]
        for some in chunks(rows):
            done = upsert(schedule_endorsements).on_conflict_do_nothing().returning(schedule_endorsements.c.number)
            if len(list(self._tx.execute(done, list(some)))) != len(some):
                raise AlreadyExists("One of these rows was endorsed in this moment: read how they stand now.")

    def answers(self, proceeding_id: StrandId) -> list[Answer]:
        a = schedule_answers.c
        rows = self._tx.execute(select(schedule_answers).where(a.proceeding_id == proceeding_id).order_by(a.id))
        return [
            Answer(
                AnswerId(r.id),
                AnswerKind(r.kind),
                None if r.set_id is None else ScheduleSetId(r.set_id),
                r.content,
                signed(r),
            )
            for r in rows
        ]

    def add_answer(self, proceeding_id: StrandId, answer: Answer) -> None:
        values = {
            "id": answer.id,
            "proceeding_id": proceeding_id,
            "set_id": answer.of,
            "kind": answer.kind.value,
            "content": dict(answer.content),
        }
        self._tx.execute(insert(schedule_answers).values(**values, **signature(answer.by)))


def _bytes(snapshot: Snapshot) -> dict[str, Any]:
    return {"data": snapshot.data, "sha256": snapshot.digest.value}


def _frozen(row: Row[Any]) -> Snapshot:
    return Snapshot(bytes(row.data), Digest.sha256(bytes(row.sha256)))


def _to_document(row: Row[Any]) -> KeptDocument:
    return KeptDocument(row.id, ScheduleSetId(row.set_id), Form(row.form), _frozen(row), signed(row))


def _to_set(row: Row[Any]) -> KeptSet:
    schedules = tuple(ScheduleId(i) for i in row.schedules)
    return KeptSet(ScheduleSetId(row.id), schedules, _frozen(row), signed(row))


def _to_form(row: Row[Any]) -> KeptForm:
    place = None if row.series is None else (Series(row.series), row.ordinal, row.version)
    digest = Digest.sha256(bytes(row.sha256))
    return KeptForm(row.id, ScheduleSetId(row.set_id), Form(row.form), digest, signed(row), place)


def _to_endorsement(row: Row[Any]) -> Endorsement:
    seen = None if row.inspected_by is None else Inspection(row.inspected_by, row.inspected_at)
    return Endorsement(
        ScheduleId(row.schedule_id), Series(row.series), row.number, row.code, signed(row), seen, row.reason
    )
