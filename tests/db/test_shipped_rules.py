"""What comes with the program is added beside what an installation has, once, and never takes its place."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError

from dems.bootstrap import Dems
from dems.db.known_holidays import FIRST, LAST, shipped_as, shipped_calendars
from dems.db.shipped_rules import add_shipped_rules
from dems.db.tables import calendars, clock_definitions
from dems.engines import Connections
from dems.model.clocks.calendars import EW, UK, Calendar
from dems.model.clocks.records import calendar_record_of, record_of
from dems.model.clocks.table import CLOCKS
from tests.model.calendars import EW_CALENDAR, UK_CALENDAR

MODE_DECISION = next(d for d in CLOCKS if d.id == "mode-decision")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def shipped() -> dict[str, Calendar]:
    return {c.name: c for c in shipped_calendars()}


def weekdays(calendar: Calendar, first: date, last: date) -> set[date]:
    return {d for d in calendar.holidays if first <= d <= last and d.isoweekday() <= 5}


def test_the_library_knows_the_days_that_were_announced(shipped: dict[str, Calendar]) -> None:
    for announced in (EW_CALENDAR, UK_CALENDAR):
        known = weekdays(shipped[announced.name], announced.first, announced.last)
        assert known == weekdays(announced, announced.first, announced.last)


@pytest.mark.parametrize(
    ("day", "what"),
    [
        ("2021-04-05", "Easter Monday, which the library leaves out without a subdivision"),
        ("2021-08-30", "the last Monday of August, likewise"),
        ("2020-05-08", "May Day, moved for the anniversary of VE Day"),
        ("2022-06-03", "the Platinum Jubilee"),
        ("2022-09-19", "the funeral of the Queen"),
        ("2023-05-08", "the Coronation, which another library does not have"),
        ("2022-01-03", "a substitute day"),
    ],
)
def test_england_and_wales_do_not_work_on(shipped: dict[str, Calendar], day: str, what: str) -> None:
    assert not shipped[EW].works(date.fromisoformat(day)), what


@pytest.mark.parametrize("day", ["2020-05-04", "2024-01-02", "2026-03-17", "2026-07-13", "2026-08-03", "2026-11-30"])
def test_what_is_a_holiday_elsewhere_only_counts_but_for_information_requests(
    shipped: dict[str, Calendar], day: str
) -> None:
    when = date.fromisoformat(day)
    assert shipped[EW].works(when)
    assert shipped[UK].works(when) == (day == "2020-05-04")


def test_a_calendar_says_where_it_is_from_and_how_far_it_knows(shipped: dict[str, Calendar]) -> None:
    assert (date(2000, 1, 1), date(2050, 12, 31)) == (FIRST, LAST)
    assert shipped[EW].source == f"{shipped_as()}, ENG"
    assert shipped[UK].source == f"{shipped_as()}, ENG, WLS, SCT, NIR"
    assert shipped[UK].knows(FIRST, LAST)


def test_an_installation_counts_by_what_came_with_it(dems: Dems) -> None:
    with dems.transaction() as tx:
        rules = tx.clocks.rules()
    assert {d.id for d in rules.in_use} == {d.id for d in CLOCKS}
    assert set(rules.newest) == {EW, UK}
    first = [d.rule for d in rules.definitions if d.rule.version == 1]
    assert sorted(map(record_of, first), key=str) == sorted(map(record_of, CLOCKS), key=str)


@pytest.fixture
def undone(engines: Connections, dems: Dems) -> Iterator[Connection]:
    """As the owner; nothing of it stays."""
    engine = create_engine(engines.database_owner_url)
    with engine.connect() as connection, connection.begin() as attempt:
        yield connection
        attempt.rollback()
    engine.dispose()
    del dems


def versions(connection: Connection, clock: str) -> list[tuple[int, str | None, bool]]:
    table = clock_definitions
    rows = connection.execute(select(table).where(table.c.clock == clock).order_by(table.c.version))
    return [(r.version, r.shipped, r.offered) for r in rows]


def refuse_calendars() -> list[Calendar]:
    raise AssertionError("the library was asked again for what it had given")


def test_what_is_there_is_not_added_again(undone: Connection) -> None:
    before = undone.execute(select(clock_definitions)).all(), undone.execute(select(calendars)).all()
    add_shipped_rules(undone, make_calendars=refuse_calendars)
    assert (undone.execute(select(clock_definitions)).all(), undone.execute(select(calendars)).all()) == before


def test_a_newer_definition_of_the_program_is_the_next_version(undone: Connection) -> None:
    newer = replace(MODE_DECISION, id=f"try-{uuid4().hex}", version=1)
    for version in (1, 2):
        add_shipped_rules(undone, definitions=[replace(newer, version=version)])
    assert versions(undone, newer.id) == [(1, "1", False), (2, "2", False)]


def test_a_version_of_the_installation_stays_and_what_comes_after_it_is_only_offered(undone: Connection) -> None:
    clock = f"try-{uuid4().hex}"
    own = replace(MODE_DECISION, id=clock, version=2, limit=4)
    add_shipped_rules(undone, definitions=[replace(own, version=1)])
    undone.execute(
        insert(clock_definitions).values(
            clock=clock, version=2, record=record_of(own), recorded_at=NOW, reason="Four days here.", offered=False
        )
    )
    add_shipped_rules(undone, definitions=[replace(own, version=2, limit=5)])
    assert versions(undone, clock) == [(1, "1", False), (2, None, False), (3, "2", True)]


def test_another_version_of_the_library_is_another_version_of_each_calendar(undone: Connection) -> None:
    add_shipped_rules(undone, made_by="holidays 9.9", make_calendars=lambda: [replace(EW_CALENDAR, version=1)])
    rows = undone.execute(select(calendars).where(calendars.c.name == EW).order_by(calendars.c.version)).all()
    assert rows[-1].shipped == "holidays 9.9"
    assert rows[-1].record == calendar_record_of(replace(EW_CALENDAR, version=rows[-1].version))
    assert rows[-1].version == rows[-2].version + 1


@pytest.mark.parametrize("table", ["calendars", "clock_definitions"])
@pytest.mark.parametrize("change", ["UPDATE {} SET version = version + 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_rewrites_a_rule_that_dates_were_counted_by(undone: Connection, table: str, change: str) -> None:
    with pytest.raises(IntegrityError, match="insert-only"):
        undone.execute(text(change.format(table)))
