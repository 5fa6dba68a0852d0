"""Definitions and calendars that come with the program, added beside what an installation has.

Each is added once, as its next version. Where the newest version is the installation's own, what the program brings is
offered: it is on record, and counts nothing until an administrator records the same as a version of the installation's.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select

from dems.db.known_holidays import shipped_as, shipped_calendars
from dems.db.tables import calendars, clock_definitions
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.definitions import ClockDefinition
from dems.model.clocks.records import calendar_record_of, record_of
from dems.model.clocks.table import CLOCKS


def add_shipped_rules(
    connection: Connection,
    *,
    definitions: Sequence[ClockDefinition] = CLOCKS,
    made_by: str | None = None,
    make_calendars: Callable[[], Sequence[Calendar]] = shipped_calendars,
) -> None:
    """Add what is not there yet, in the migrator's transaction: one migrator at a time does."""
    for definition in sorted(definitions, key=lambda d: (d.id, d.version)):
        _add_definition(connection, definition)
    made_by = made_by or shipped_as()
    if connection.execute(select(calendars.c.name).where(calendars.c.shipped == made_by).limit(1)).first() is None:
        for calendar in make_calendars():
            _add_calendar(connection, calendar, made_by)


def _add_definition(connection: Connection, definition: ClockDefinition) -> None:
    there = _versions(connection, clock_definitions, "clock", definition.id)
    if any(row.shipped == str(definition.version) for row in there):
        return
    numbered = replace(definition, version=_next(there))
    values = {"clock": definition.id, "version": numbered.version, "record": record_of(numbered)}
    _add(connection, clock_definitions, there, {**values, "shipped": str(definition.version)})


def _add_calendar(connection: Connection, calendar: Calendar, made_by: str) -> None:
    there = _versions(connection, calendars, "name", calendar.name)
    numbered = replace(calendar, version=_next(there))
    values = {"name": calendar.name, "version": numbered.version, "record": calendar_record_of(numbered)}
    _add(connection, calendars, there, {**values, "shipped": made_by})


def _versions(connection: Connection, table: Table, name: str, value: str) -> Sequence[Row[Any, Any]]:
    statement = select(table.c.version, table.c.shipped).where(table.c[name] == value)
    return connection.execute(statement.order_by(table.c.version)).all()


def _next(there: Sequence[Row[Any, Any]]) -> int:
    return there[-1].version + 1 if there else 1


def _add(connection: Connection, table: Table, there: Sequence[Row[Any, Any]], values: dict[str, Any]) -> None:
    own = any(row.shipped is None for row in there)
    connection.execute(insert(table).values(**values, offered=own, recorded_at=datetime.now(UTC)))
