"""Rules about time, and how each clock of each case stands and stood."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, Table, Uuid, and_, any_, bindparam, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, chunks
from dems.db.repositories.known_cases import known_to
from dems.db.tables import calendars, case_clocks, cases, clock_definitions
from dems.errors import AlreadyExists
from dems.model.clocks.answers import ClockState
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.definitions import ClockDefinition, Nature
from dems.model.clocks.records import calendar_from, calendar_record_of, definition_from, record_of
from dems.model.clocks.rows import ClockRow
from dems.model.clocks.rules import Recorded, Rules
from dems.model.ids import CaseId, PersonId, StrandId, new_id
from dems.model.life.events import Outcome
from dems.model.life.lives import Traits
from dems.model.life.vocabulary import MatterType, Mode, Source
from dems.model.people import Person
from dems.model.times import london_date
from dems.ports.clocks import Due, DueAfter, DueFilter, KeptRow

_READ: dict[tuple[str, str, int, datetime], Recorded[Any]] = {}
"""Versions that were read before, by table, name, version and when they were recorded: nobody rewrites one."""


class ClockRows(Rows):
    _rules: Rules | None = None

    def rules(self) -> Rules:
        if self._rules is None:
            self._rules = Rules(
                tuple(self._versions(clock_definitions, "clock", definition_from)),
                tuple(self._versions(calendars, "name", calendar_from)),
            )
        return self._rules

    def _versions(self, table: Table, name: str, read: Any) -> list[Recorded[Any]]:
        named = table.c[name].label("of")
        keys = select(named, table.c.version, table.c.recorded_at).order_by(named, table.c.version)
        wanted = [(table.name, r.of, r.version, r.recorded_at) for r in self._tx.execute(keys)]
        missing = [(of, version) for _, of, version, at in wanted if (table.name, of, version, at) not in _READ]
        if missing:
            whole = select(table, named).where(tuple_(named, table.c.version).in_(missing))
            for row in self._tx.execute(whole):
                _READ[table.name, row.of, row.version, row.recorded_at] = _to_recorded(row, read)
        return [_READ[key] for key in wanted]

    def add_definition(self, recorded: Recorded[ClockDefinition]) -> None:
        rule = recorded.rule
        values = {"clock": rule.id, "version": rule.version, "record": record_of(rule)}
        self._add_rule(clock_definitions, values, recorded)

    def add_calendar(self, recorded: Recorded[Calendar]) -> None:
        rule = recorded.rule
        values = {"name": rule.name, "version": rule.version, "record": calendar_record_of(rule)}
        self._add_rule(calendars, values, recorded)

    def _add_rule(self, table: Table, values: Mapping[str, Any], recorded: Recorded[Any]) -> None:
        statement = upsert(table).values(
            **values,
            recorded_by=recorded.recorded_by,
            recorded_at=recorded.recorded_at,
            reason=recorded.reason,
            shipped=recorded.shipped,
            offered=recorded.offered,
        )
        if self._tx.execute(statement.on_conflict_do_nothing().returning(table.c.version)).first() is None:
            raise AlreadyExists(
                "Somebody has recorded this version meanwhile: read what holds now, and send yours as the one after it.",
                field="version",
            )
        self._rules = None

    def of_cases(self, case_ids: Sequence[CaseId]) -> list[KeptRow]:
        wanted = literal(list(case_ids), ARRAY(Uuid))
        statement = select(case_clocks).where(
            case_clocks.c.case_id == any_(wanted), case_clocks.c.known_until.is_(None)
        )
        return [KeptRow(r.id, to_row(r), r.known_from) for r in self._tx.execute(statement)]

    def close(self, ids: Sequence[UUID], at: datetime) -> None:
        for some in chunks(ids):
            self._tx.execute(update(case_clocks).where(case_clocks.c.id.in_(some)).values(known_until=at))

    def add(self, rows: Sequence[ClockRow], at: datetime) -> None:
        if rows:
            self._tx.execute(insert(case_clocks), [{"id": new_id(), "known_from": at, **_values(r)} for r in rows])

    def add_history(self, rows: Sequence[tuple[ClockRow, datetime, datetime | None]]) -> None:
        """Rows with from when and until when each was known, of cases that have none yet."""
        for some in chunks(rows):
            known = [{"id": new_id(), "known_from": at, "known_until": until, **_values(r)} for r, at, until in some]
            self._tx.execute(insert(case_clocks), known)

    def due(self, viewers: Sequence[Person], wanted: DueFilter, limit: int, after: DueAfter | None) -> list[Due]:
        statement = open_clocks(limit, after)
        if wanted.by is not None:
            statement = statement.where(case_clocks.c.due_on <= wanted.by)
        if wanted.case_id is not None:
            statement = statement.where(case_clocks.c.case_id == wanted.case_id)
        if wanted.statutory_only:
            statement = statement.where(case_clocks.c.nature == Nature.STATUTORY.value)
        for viewer in viewers:
            statement = known_to(viewer, statement, london_date(self._tx.clock()))
        return [to_due(r) for r in self._tx.execute(statement)]

    def cases_after(self, after: UUID | None, limit: int) -> list[CaseId]:
        statement = select(cases.c.id).order_by(cases.c.id).limit(limit)
        if after is not None:
            statement = statement.where(cases.c.id > after)
        return [CaseId(r.id) for r in self._tx.execute(statement.with_for_update())]


def open_clocks(limit: int, after: DueAfter | None) -> Select[Any]:
    """Clocks that are open and have a date, earliest first, each with its case's reference and its title."""
    held = and_(
        clock_definitions.c.clock == case_clocks.c.clock,
        clock_definitions.c.version == case_clocks.c.definition_version,
    )
    title = clock_definitions.c.record["title"].astext.label("title")
    statement = (
        select(case_clocks, cases.c.reference, title)
        .join(cases, cases.c.id == case_clocks.c.case_id)
        .join(clock_definitions, held)
        .where(
            case_clocks.c.known_until.is_(None), case_clocks.c.stopped_on.is_(None), case_clocks.c.due_on.is_not(None)
        )
    )
    if after is not None:
        statement = statement.where(
            tuple_(case_clocks.c.due_on, case_clocks.c.id)
            > tuple_(bindparam("after_due_on", after.due_on), bindparam("after_id", after.id))
        )
    return statement.order_by(case_clocks.c.due_on, case_clocks.c.id).limit(limit)


def to_due(row: Row[Any]) -> Due:
    return Due(row.id, row.due_on, row.reference, row.title, to_row(row))


def _to_recorded(row: Row[Any], read: Any) -> Recorded[Any]:
    by = None if row.recorded_by is None else PersonId(row.recorded_by)
    return Recorded(read(row.record), row.recorded_at, by, row.reason, row.shipped, row.offered)


def _values(row: ClockRow) -> dict[str, Any]:
    traits = row.traits
    return {
        "case_id": row.case_id,
        "about": row.about,
        "clock": row.clock,
        "definition_version": row.definition_version,
        "calendar_version": row.calendar_version,
        "nature": row.nature.value,
        "state": row.state.value,
        "started_on": row.started_on,
        "stopped_on": row.stopped_on,
        "due_on": row.due_on,
        "due_at": row.due_at,
        "counted": row.counted,
        "net_counted": row.net_counted,
        "net_due_on": row.net_due_on,
        "net_met": row.net_met,
        "member": row.member,
        "left_out": row.left_out,
        "matter_type": traits.matter_type,
        "source": traits.source,
        "force": traits.force,
        "mode": traits.mode,
        "is_major": traits.is_major,
        "themes": sorted(traits.themes),
        "criminal": traits.criminal,
        "outcomes": sorted(traits.outcomes),
        "withdrawn": traits.withdrawn,
        "strand_kind": traits.strand_kind,
    }


def to_row(row: Row[Any]) -> ClockRow:
    """The row of a clock, from what was read of the table."""
    return ClockRow(
        CaseId(row.case_id),
        None if row.about is None else StrandId(row.about),
        row.clock,
        row.definition_version,
        row.calendar_version,
        Nature(row.nature),
        ClockState(row.state),
        row.started_on,
        row.stopped_on,
        row.due_on,
        row.due_at,
        row.counted,
        row.net_counted,
        row.net_due_on,
        row.net_met,
        row.member,
        row.left_out,
        Traits(
            None if row.matter_type is None else MatterType(row.matter_type),
            None if row.source is None else Source(row.source),
            row.force,
            None if row.mode is None else Mode(row.mode),
            row.is_major,
            frozenset(row.themes),
            row.criminal,
            frozenset(Outcome(o) for o in row.outcomes),
            row.withdrawn,
            row.strand_kind,
        ),
    )
