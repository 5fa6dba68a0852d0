"""Definitions and calendars as plain records, the form in which a table or a file holds them, and back."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from dems.errors import Invalid
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.counting import DayOne
from dems.model.clocks.definitions import (
    Checked,
    ClockDefinition,
    Effect,
    Extendable,
    Nature,
    Population,
    Statistic,
    Unit,
    Which,
)
from dems.model.life.events import EventKind, Outcome, PauseKind, Strand
from dems.model.life.vocabulary import MatterType, Mode

Name = TypeVar("Name", bound=StrEnum)


def record_of(definition: ClockDefinition) -> dict[str, Any]:
    """A definition as JSON can hold it."""
    population = definition.population
    return {
        "id": definition.id,
        "version": definition.version,
        "title": definition.title,
        "source": definition.source,
        "checked": definition.checked.value,
        "checked_on": definition.checked_on.isoformat(),
        "nature": definition.nature.value,
        "strand": definition.strand.value,
        "starts": [e.value for e in definition.starts],
        "stops": [e.value for e in definition.stops],
        "which_start": definition.which_start.value,
        "unit": definition.unit.value,
        "limit": definition.limit,
        "day_one": definition.day_one.value,
        "then_every": definition.then_every,
        "each_period": None if definition.each_period is None else definition.each_period.value,
        "calendar": definition.calendar,
        "pauses": {kind.value: definition.effect_of(kind).value for kind in PauseKind},
        "extendable": definition.extendable.value,
        "population": {
            "matter_types": sorted(population.matter_types),
            "modes": sorted(population.modes),
            "kinds": sorted(population.kinds),
            "without_major": population.without_major,
            "only_criminal": population.only_criminal,
            "without": sorted(population.without),
            "without_withdrawn": population.without_withdrawn,
        },
        "statistic": definition.statistic.value,
        "target": definition.target,
        "in_force_from": None if definition.in_force_from is None else definition.in_force_from.isoformat(),
        "remarks": list(definition.remarks),
    }


def definition_from(record: Mapping[str, Any]) -> ClockDefinition:
    """The definition that a record holds. Raises `Invalid`, naming the field, for one that cannot be read or be true."""
    each = record.get("each_period")
    return ClockDefinition(
        id=_text(record, "id"),
        version=_number(record, "version"),
        title=_text(record, "title"),
        source=_text(record, "source"),
        checked=_name(Checked, record.get("checked"), "checked"),
        checked_on=_date(record, "checked_on"),
        nature=_name(Nature, record.get("nature"), "nature"),
        strand=_name(Strand, record.get("strand"), "strand"),
        starts=tuple(_name(EventKind, e, "starts") for e in record.get("starts", ())),
        stops=tuple(_name(EventKind, e, "stops") for e in record.get("stops", ())),
        which_start=_name(Which, record.get("which_start", Which.FIRST), "which_start"),
        unit=_name(Unit, record.get("unit"), "unit"),
        limit=None if record.get("limit") is None else _number(record, "limit"),
        day_one=_name(DayOne, record.get("day_one", DayOne.AFTER), "day_one"),
        then_every=None if record.get("then_every") is None else _number(record, "then_every"),
        each_period=None if each is None else _name(EventKind, each, "each_period"),
        calendar=None if record.get("calendar") is None else _text(record, "calendar"),
        pauses=_pauses(record.get("pauses", {})),
        extendable=_name(Extendable, record.get("extendable", Extendable.NO), "extendable"),
        population=_population(record.get("population", {})),
        statistic=_name(Statistic, record.get("statistic", Statistic.NONE), "statistic"),
        target=None if record.get("target") is None else _number(record, "target"),
        in_force_from=None if record.get("in_force_from") is None else _date(record, "in_force_from"),
        remarks=tuple(str(r) for r in record.get("remarks", ())),
    )


def _pauses(record: Mapping[str, Any]) -> dict[PauseKind, Effect]:
    found = {_name(PauseKind, k, "pauses"): _name(Effect, e, "pauses") for k, e in record.items()}
    return {kind: effect for kind, effect in found.items() if effect is not Effect.NONE}


def _population(record: Mapping[str, Any]) -> Population:
    return Population(
        matter_types=frozenset(_name(MatterType, m, "matter_types") for m in record.get("matter_types", ())),
        modes=frozenset(_name(Mode, m, "modes") for m in record.get("modes", ())),
        kinds=frozenset(str(k) for k in record.get("kinds", ())),
        without_major=record.get("without_major", False) is True,
        only_criminal=record.get("only_criminal", False) is True,
        without=frozenset(_name(Outcome, o, "without") for o in record.get("without", ())),
        without_withdrawn=record.get("without_withdrawn", False) is True,
    )


def calendar_record_of(calendar: Calendar) -> dict[str, Any]:
    """A calendar as JSON can hold it."""
    return {
        "name": calendar.name,
        "version": calendar.version,
        "source": calendar.source,
        "first": calendar.first.isoformat(),
        "last": calendar.last.isoformat(),
        "holidays": {day.isoformat(): calendar.holidays[day] for day in sorted(calendar.holidays)},
    }


def calendar_from(record: Mapping[str, Any]) -> Calendar:
    """The calendar that a record holds. Raises `Invalid`, naming the field, for one that cannot be read or be true."""
    holidays = record.get("holidays", {})
    return Calendar(
        _text(record, "name"),
        _number(record, "version"),
        _text(record, "source"),
        _date(record, "first"),
        _date(record, "last"),
        {_day(day, "holidays"): str(name) for day, name in holidays.items()},
    )


def _text(record: Mapping[str, Any], field: str) -> str:
    value = record.get(field)
    if not isinstance(value, str) or not value.strip():
        raise Invalid(f"The field {field!r} is a text that is not blank.")
    return value


def _number(record: Mapping[str, Any], field: str) -> int:
    value = record.get(field)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(f"The field {field!r} is a whole number.")
    return value


def _date(record: Mapping[str, Any], field: str) -> date:
    return _day(record.get(field), field)


def _day(value: object, field: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Invalid(f"The field {field!r} holds dates, each written as 2026-11-22.") from None


def _name(kind: type[Name], value: Any, field: str) -> Name:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(m.value for m in kind)
        raise Invalid(f"The field {field!r} does not know {value!r}: use one of {known}.") from None
