"""What several tests of disclosure do: files on their way, decisions that are refused, records of immunity."""

from dataclasses import replace

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.contents import Content, Described, Pii, PiiKind, PiiOutcome, PiiStage
from dems.model.disclosure.forms import Series
from dems.model.disclosure.recording import decide, returned
from dems.model.disclosure.reports import Endorsement, Returned
from dems.model.disclosure.schedules import Row, Schedule, ScheduleState
from tests.model.disclosing import LAWYER, NOW, SENSITIVE, Desk, item, schedule_id, set_id


def rows(desk: Desk, series: Series = Series.MG6C) -> list[Row]:
    return [row for s in desk.file.schedules if s.series is series for row in s.rows]


def change_row(desk: Desk, which: int, /, **changes: object) -> None:
    """Write something else into a row, as a fault in what is kept would."""

    def changed(row: Row) -> Row:
        there = (row.series, row.number) == (Series.MG6C, which)
        return replace(row, **changes) if there else row  # type: ignore[arg-type]

    desk.change(schedules=tuple(replace(s, rows=tuple(map(changed, s.rows))) for s in desk.file.schedules))


def described(desk: Desk, text: str, location: str = "Store A, shelf 3") -> None:
    desk.item(1)
    desk.decide(item(1), Described(text, location))
    desk.draft()


def endorsed(desk: Desk, code: str, **changes: object) -> Endorsement:
    """What the lawyer says of the first row of the MG6C."""
    plain = Endorsement(schedule_id(1, 1), Series.MG6C, 1, code, desk.acting(LAWYER))
    return replace(plain, **changes)  # type: ignore[arg-type]


def with_both() -> Desk:
    """An item on each schedule, drafted."""
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.draft()
    return desk


def state(desk: Desk, number: int = 1) -> ScheduleState:
    return desk.file.state_of(desk.set(number))


def sent_back(desk: Desk, number: int) -> None:
    desk.certify(number)
    desk.submit(number)
    desk.file = returned(desk.file, Returned(set_id(number), "Describe these.", desk.acting(LAWYER)))


def newest(desk: Desk, series: Series = Series.MG6C) -> Schedule:
    return [s for s in desk.file.schedules if s.series is series][-1]


def order(kind: PiiKind = PiiKind.NOTICE_WITH_CATEGORY, outcome: PiiOutcome = PiiOutcome.WITHHOLD) -> Pii:
    return Pii(kind, PiiStage.ORDERED, "Safety of a source", "They would be found", "A summary", "PII/1", outcome)


def considered(kind: PiiKind = PiiKind.NOTICE_WITH_CATEGORY) -> Pii:
    return Pii(kind, PiiStage.CONSIDERED, "Safety of a source", "They would be found")


def refused(desk: Desk, content: Content, by: Acting, number: int = 1) -> list[str]:
    """The rules that this decision breaks; nothing of it is kept."""
    before = desk.file
    with pytest.raises(DisclosureRulesBroken) as no:
        decide(before, (desk.decision(item(number), content, by),), NOW)
    problems = no.value.data["problems"]
    assert all(p["message"].endswith(".") and p["source"] and p["place"]["kind"] == "decision" for p in problems)
    return [p["rule"] for p in problems]
