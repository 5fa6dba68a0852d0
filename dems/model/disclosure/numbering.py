"""Numbers of rows: consecutive from 1 in each series, going on across later schedules, never given twice, never changed.

Sources: CPS Disclosure Manual, chapters 7 and 14. A number is given for good when it is certified; until then it is only proposed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dems.errors import WrongState
from dems.model.disclosure.forms import Series
from dems.model.disclosure.material import Subject
from dems.model.disclosure.schedules import Note, Row, Schedule, ScheduleState

_S = ScheduleState


def of_series(schedules: Iterable[Schedule], series: Series) -> tuple[Schedule, ...]:
    """Every version of every schedule of a series, oldest first."""
    return tuple(sorted((s for s in schedules if s.series is series), key=lambda s: (s.ordinal, s.version)))


def newest_of_each(schedules: Iterable[Schedule], series: Series) -> tuple[Schedule, ...]:
    """The newest version of each schedule of a series, by ordinal: together, what the series says now."""
    return tuple({s.ordinal: s for s in of_series(schedules, series)}.values())


def next_place(schedules: Iterable[Schedule], series: Series) -> tuple[int, int]:
    """Ordinal and version of what is drafted next in a series: a correction of what was returned or voided, or a continuation.

    Raises `WrongState` while another draft is open, or is with the prosecutor.
    """
    found = of_series(schedules, series)
    if not found:
        return 1, 0
    last = found[-1]
    if last.state in {_S.RETURNED, _S.VOID}:
        return last.ordinal, last.version + 1
    if last.state in {_S.ENDORSED, _S.CONTINUED}:
        return last.ordinal + 1, 0
    raise WrongState(
        f"{last.name} is {last.state.value}: only one schedule of a series is under way at a time. Finish it first.",
        state=last.state.value,
    )


def live_rows(schedules: Iterable[Schedule], series: Series) -> dict[Subject, list[Row]]:
    """The rows of a series that count now: of newest versions, and not annotated since."""
    newest = newest_of_each(schedules, series)
    ended = {a.number for s in newest for a in s.annotations}
    found: dict[Subject, list[Row]] = {}
    for schedule in newest:
        for row in schedule.rows:
            if row.live and row.number not in ended:
                found.setdefault(row.subject, []).append(row)
    return found


def numbered(
    schedules: Iterable[Schedule], series: Series, proposed: Iterable[Row], ended: Mapping[Subject, Note]
) -> tuple[Row, ...]:
    """Give rows their numbers in the schedule that is drafted next. The numbers that `proposed` come with are not read.

    A correction keeps every number of the version that it corrects: a subject that is proposed again keeps its own, and one that is not
    leaves its row behind with the note of `ended` (set aside, where none is given). What is new is numbered after the last.
    """
    history = of_series(schedules, series)
    ordinal, _ = next_place(history, series)
    corrected = [s for s in history if s.ordinal == ordinal]
    left = {row.subject: row for row in proposed}
    kept: list[Row] = []
    for old in corrected[-1].rows if corrected else ():
        if old.live and old.subject in left:
            kept.append(replace(left.pop(old.subject), number=old.number))
        else:
            kept.append(replace(old, note=old.note or ended.get(old.subject, Note.SET_ASIDE)))
    last = max((row.number for s in history for row in s.rows), default=0)
    return (*kept, *(replace(row, number=last + n) for n, row in enumerate(left.values(), start=1)))
