"""Rows of a draft described anew: each is a decision about what the row lists, in place of the one that stands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from dems.errors import Invalid
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.contents import Content, Described
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.material import SubjectKind
from dems.model.disclosure.schedules import Row, Schedule
from dems.model.ids import DecisionId


@dataclass(frozen=True, slots=True)
class Redescribed:
    """What one row is to say; None leaves it as it is."""

    number: int
    description: str | None = None
    location: str | None = None


def redescribed(
    record: Record,
    schedule: Schedule,
    rows: Iterable[Redescribed],
    reason: str,
    by: Acting,
    fresh: Callable[[], UUID],
) -> tuple[Decision[Content], ...]:
    """The decisions that describe these rows so. Raises `Invalid` naming every row that there is not, that counts no more, that is
    named twice, or that lists a block, of which only the location can be said: it is described by its title.
    """
    there = {row.number: row for row in schedule.rows if row.live}
    wanted = list(rows)
    numbers = [each.number for each in wanted]
    wrong = [
        {"row": f"{schedule.series.value} {each.number}", "message": why}
        for position, each in enumerate(wanted)
        if (why := _wrong(there.get(each.number), each, again=each.number in numbers[:position])) is not None
    ]
    if wrong:
        raise Invalid(
            f"Nothing was described: mend what `errors` names. The first is {wrong[0]['row']}: {wrong[0]['message']}",
            field="rows",
            errors=wrong,
        )
    return tuple(_decision(record, there[each.number], each, reason, by, fresh) for each in wanted)


def _wrong(row: Row | None, said: Redescribed, *, again: bool) -> str | None:
    if again:
        return "This row is named twice: say once how it is described."
    if row is None:
        return "There is no such row that counts: read the draft again."
    if row.subject.kind is SubjectKind.BLOCK and said.description is not None:
        return "A block is described by its title: record another block, or say only where it is."
    return None


def _decision(
    record: Record, row: Row, said: Redescribed, reason: str, by: Acting, fresh: Callable[[], UUID]
) -> Decision[Content]:
    before = record.stands(row.subject, Described)
    content = Described(
        row.description if said.description is None else said.description,
        row.location if said.location is None else said.location,
    )
    replaces = None if before is None else before.id
    return Decision(DecisionId(fresh()), record.proceeding, row.subject, content, by, reason, replaces)
