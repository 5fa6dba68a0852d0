"""The lawyer's workbook through the use cases: handed out with an entry, taken back whole or not at all."""

import json
from collections.abc import Callable

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dems.errors import DisclosureRulesBroken, Invalid, NotFound, WrongState
from dems.model.custody import of_proceeding
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import ScheduleId
from dems.model.times import LONDON
from dems.ports import Page
from dems.steps.answering import Endorsed
from dems.usecases.schedules.take_workbook import TakeWorkbook
from tests.filled import put, read_here, worked_in
from tests.submitted import SubmittedSet
from tests.world import Somebody


def take(went: SubmittedSet, fill: Callable[[Worksheet], object], by: Somebody | None = None) -> Endorsed:
    who = (by or went.proceeding.lawyer).actor
    _, data = went.dems.answers.hand_out_workbook(who, went.mg6c)
    return taking(went)(who, went.mg6c, worked_in(data, "MG6C", fill))


def taking(went: SubmittedSet) -> TakeWorkbook:
    """It reads in this process: that it does so apart is tested elsewhere."""
    return TakeWorkbook(went.dems.transaction, went.dems.clock, read_here)


def test_what_is_written_in_a_workbook_is_endorsed_all_of_it_or_nothing(went: SubmittedSet) -> None:
    on = went.dems.clock().astimezone(LONDON).replace(tzinfo=None, microsecond=0)
    seen = put(E15="D", F15=on, G15="H. Bose")
    with pytest.raises(DisclosureRulesBroken) as broken:
        take(went, lambda sheet: (seen(sheet), put(E16="CND")(sheet)))
    [cell] = broken.value.data["cells"]
    assert (cell["cell"], cell["rule"]) == ("E16", "R20")
    assert "RP3" in cell["message"]
    with pytest.raises(Invalid, match="2 cells of this workbook cannot be taken") as both:
        take(went, lambda sheet: (put(E15="CND", H15="=A1")(sheet), put(E16="XX")(sheet)))
    assert [c["cell"] for c in both.value.data["cells"]] == ["H15", "E16"]
    with pytest.raises(Invalid, match="1 cell of"):
        take(went, put(E15="=D"))
    with pytest.raises(Invalid, match="1 cell of"):
        take(went, lambda sheet: (put(E15="CND")(sheet), put(B16="Another description")(sheet)))
    with pytest.raises(Invalid, match="Nothing new"):
        take(went, put())
    who = went.proceeding.lawyer.actor
    _, empty = went.dems.answers.hand_out_workbook(who, went.mg6c)
    first = worked_in(empty, "MG6C", seen)
    done = taking(went)(who, went.mg6c, first)
    assert (done.state, done.endorsed, done.waiting) == (ScheduleState.SUBMITTED, 1, 1)
    with pytest.raises(Invalid, match="Nothing new"):
        taking(went)(who, went.mg6c, first)
    assert take(went, put(E16="CND", H16="It is of another week.")).state is ScheduleState.ENDORSED
    shown = went.dems.schedules.look_up.one(who, went.mg6c).endorsed
    assert {n: (e.code, e.reason) for n, e in shown.items()} == {1: ("D", ""), 2: ("CND", "It is of another week.")}
    assert shown[1].inspected is not None
    assert shown[1].inspected.at.astimezone(LONDON).replace(tzinfo=None) == on
    with pytest.raises(WrongState, match="is endorsed"):
        went.dems.answers.hand_out_workbook(who, went.mg6c)


def test_it_is_for_the_lawyer_and_of_one_schedule(went: SubmittedSet) -> None:
    lawyer, officer = went.proceeding.lawyer.actor, went.proceeding.officer.actor
    acts = went.dems.answers
    workbook, data = acts.hand_out_workbook(lawyer, went.mg6d)
    assert (workbook.name, len(workbook.rows)) == ("MG6D 1.0", 1)
    with pytest.raises(DisclosureRulesBroken, match="Only the reviewing lawyer"):
        acts.take_workbook(officer, went.mg6c, b"never unpacked")
    with pytest.raises(Invalid, match="one sheet, MG6C"):
        acts.take_workbook(lawyer, went.mg6c, worked_in(data, "MG6D", put(E13="Y")))
    uncleared = went.proceeding.member("reviewing_lawyer").actor
    with pytest.raises(NotFound):
        acts.hand_out_workbook(uncleared, went.mg6d)
    with pytest.raises(NotFound):
        acts.take_workbook(uncleared, went.mg6d, data)
    with pytest.raises(WrongState, match="went to the prosecutor"):
        acts.hand_out_workbook(officer, ScheduleId(went.report))
    assert taking(went)(lawyer, went.mg6d, worked_in(data, "MG6D", put(E13="Y"))).waiting == 0
    acts.hand_out_workbook(uncleared, went.mg6c)
    with went.dems.transaction() as tx:
        details = [e.detail for e in tx.custody.chain(of_proceeding(went.proceeding.id), Page(100)) if e.detail]
    told = [json.loads(d)["facts"] for d in details if json.loads(d)["act"] == "schedule.document"]
    assert [(f["document"], f["name"]) for f in told] == [("workbook", "MG6C 1.0")]
