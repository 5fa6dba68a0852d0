"""What changed between two schedules of a series: rows by their numbers, which never change hands."""

from dataclasses import dataclass

from dems.model.disclosure.schedules import Row, Schedule


@dataclass(frozen=True, slots=True)
class Redescribed:
    """One row before and after. `fields` are what differs, by name."""

    old: Row
    new: Row
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows that were added, that say something else, and that count no more."""

    added: tuple[Row, ...]
    redescribed: tuple[Redescribed, ...]
    removed: tuple[Row, ...]

    @property
    def words(self) -> str:
        """As people read it: "3 added, 1 re-described, 0 removed"."""
        return f"{len(self.added)} added, {len(self.redescribed)} re-described, {len(self.removed)} removed"


_COMPARED = ("description", "location", "quantity", "schedule_reason", "binding")


def difference(old: Schedule, new: Schedule) -> Difference:
    """From one schedule to another of its series: a correction, whose rows are compared, or a continuation, which adds and ends rows.

    Raises `ValueError` for schedules of two series or two proceedings.
    """
    if (old.series, old.proceeding) != (new.series, new.proceeding):
        raise ValueError("schedules of two series have no rows in common")
    before = {row.number: row for row in old.rows if row.live}
    after = {row.number: row for row in new.rows if row.live}
    ended = {a.number for a in new.annotations}
    gone = ended if new.ordinal != old.ordinal else before.keys() - after.keys()
    changed = [
        Redescribed(before[number], row, fields)
        for number, row in after.items()
        if number in before and (fields := _differ(before[number], row))
    ]
    return Difference(
        added=tuple(row for number, row in after.items() if number not in before),
        redescribed=tuple(changed),
        removed=tuple(row for number, row in before.items() if number in gone),
    )


def _differ(old: Row, new: Row) -> tuple[str, ...]:
    return tuple(name for name in _COMPARED if getattr(old, name) != getattr(new, name))
