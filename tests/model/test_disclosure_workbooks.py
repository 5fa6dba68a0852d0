"""What a workbook for the lawyer holds: the rows that count, with the codes of its day."""

from dataclasses import replace
from datetime import date

import pytest

from dems.errors import NotFound, WrongState
from dems.model.disclosure.criminal import FORMS
from dems.model.disclosure.forms import Series
from dems.model.disclosure.recording import endorse_rows
from dems.model.disclosure.schedules import Note
from dems.model.disclosure.workbooks import RefusedCell, workbook_of
from dems.model.life.vocabulary import Open
from tests.model.disclosing import NOT_SENSITIVE, SENSITIVE, TODAY, Desk, schedule_id
from tests.model.disclosure_steps import endorsed, with_both

C, D = schedule_id(1, 1), schedule_id(1, 2)


def test_only_what_is_with_the_prosecutor_is_handed_out() -> None:
    desk = with_both()
    with pytest.raises(WrongState, match=r"MG6C 1\.0 is draft"):
        workbook_of(desk.file, C, TODAY)
    desk.certify()
    with pytest.raises(WrongState, match="is certified"):
        workbook_of(desk.file, C, TODAY)
    desk.submit()
    snapshot = desk.file.schedule(C).snapshot
    assert snapshot is not None
    found = workbook_of(desk.file, C, TODAY)
    assert (found.name, found.sha256, found.title) == ("MG6C 1.0", snapshot.digest.hex, "R v Moss")
    with pytest.raises(NotFound):
        workbook_of(desk.file, schedule_id(7, 7), TODAY)
    desk.endorse()
    with pytest.raises(WrongState, match="is endorsed"):
        workbook_of(desk.file, C, TODAY)


def test_its_rows_are_those_that_count_with_what_was_decided_of_them() -> None:
    desk = Desk()
    for number in (1, 2):
        desk.item(number, NOT_SENSITIVE)
    desk.item(3, SENSITIVE)
    desk.draft()
    desk.certify()
    desk.submit()
    given = endorsed(desk, "CND", number=2, reason="Of nothing at issue.")
    desk.file = endorse_rows(desk.file, C, [given])
    rows = workbook_of(desk.file, C, TODAY).rows
    assert [(r.number, r.about, r.given) for r in rows] == [
        (1, "Store A, shelf 3", None),
        (2, "Store A, shelf 3", given),
    ]
    [secret] = workbook_of(desk.file, D, TODAY).rows
    assert (secret.number, secret.about) == (1, "It would show who gave the information")


def test_a_row_that_counts_no_more_is_not_in_it() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft()
    desk.certify()
    desk.submit()
    schedule = desk.file.schedule(C)
    rows = (schedule.rows[1], replace(schedule.rows[0], note=Note.SET_ASIDE))
    desk.change(schedules=(replace(schedule, rows=rows),))
    assert [r.number for r in workbook_of(desk.file, C, TODAY).rows] == [2]


def test_its_codes_are_those_of_the_day() -> None:
    desk = with_both()
    desk.certify()
    desk.submit()
    codes = FORMS.endorsements[Series.MG6C]
    closed = tuple(replace(c, open=Open(last=date(2026, 3, 1))) if c.code == "CND" else c for c in codes)
    desk.change(forms=replace(FORMS, endorsements={Series.MG6C: closed}))
    assert [c.code for c in workbook_of(desk.file, C, date(2026, 3, 2)).codes] == ["D", "I", "ND", "EV"]
    assert "CND" in [c.code for c in workbook_of(desk.file, C, date(2026, 3, 1)).codes]


def test_a_cell_that_is_refused_says_where_and_why_and_by_which_rule_if_one() -> None:
    assert RefusedCell("E5", "Write it.").as_data() == {"cell": "E5", "message": "Write it."}
    assert RefusedCell("E5", "No.", "R20", "Practice").as_data() == {
        "cell": "E5", "message": "No.", "rule": "R20", "source": "Practice",
    }  # fmt: skip
