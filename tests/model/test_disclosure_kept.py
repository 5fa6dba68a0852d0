"""What is frozen is all that is kept: schedules, reports and sets come back from their bytes as they were."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from dems.errors import NotFound
from dems.model.disclosure.contents import Presumed, Relevant
from dems.model.disclosure.criminal import FORMS
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.preparing import (
    Preparation,
    form_of,
    is_nil,
    preparation_from,
    preparation_record,
    prepared,
)
from dems.model.disclosure.recording import certify, certify_one
from dems.model.disclosure.reports import ReportRow
from dems.model.disclosure.restoring import by_id, report_from, schedule_from, set_from
from dems.model.disclosure.schedules import ScheduleState
from dems.model.disclosure.snapshots import nil_snapshot
from dems.model.ids import ReportId, ScheduleId, ScheduleSetId
from tests.model.disclosing import (
    DEPUTY,
    NOT_SENSITIVE,
    OFFICER,
    SENSITIVE,
    TODAY,
    Desk,
    item,
    schedule_id,
    set_id,
)
from tests.model.disclosure_steps import sent_back, with_both

S = ScheduleState
C, D = schedule_id(1, 1), schedule_id(1, 2)


def came_back(desk: Desk) -> None:
    """Everything that was frozen is read from its bytes, and is what the file has."""
    decisions = by_id(desk.file.record)
    for schedule in desk.file.schedules:
        assert schedule.snapshot is not None
        assert schedule_from(schedule.snapshot, schedule.state, decisions) == schedule
    for of in desk.file.sets:
        assert of.snapshot is not None
        assert [report_from(p) for p in of.parts] == list(of.reports)
        assert set_from(of.snapshot, reversed(of.parts), desk.file.schedules, of.submitted_at) == of


def test_sets_come_back_with_their_rows_reports_copies_and_notes() -> None:
    desk = with_both()
    desk.block(1, 8, 9)
    desk.decide(item(1), Presumed("RP2"))
    desk.draft(1, note="Begun before the Code.", copies=frozenset({item(1)}), corroborating=frozenset({DEPUTY}))
    row = ReportRow(Series.MG6D, 1, "It names another who was there.", "Copy of ABC/2")
    desk.change_set(1, reports=(desk.report(1, desk.set().schedules, row), desk.report(2, [C], by=DEPUTY)))
    desk.certify()
    came_back(desk)
    desk.submit()
    came_back(desk)


def test_corrections_continuations_and_the_statement_that_there_is_none_come_back() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft()
    sent_back(desk, 1)
    desk.decide(item(2), Relevant(relevant=False))
    desk.through(2)
    desk.item(3)
    desk.decide(item(1), Relevant(relevant=False))
    desk.through(3)
    assert desk.set(3).nil is not None
    assert [(s.name, s.state) for s in desk.file.schedules] == [
        ("MG6C 1.0", S.RETURNED),
        ("MG6C 1.1", S.CONTINUED),
        ("MG6C 2.0", S.ENDORSED),
    ]
    came_back(desk)


def test_a_decision_that_a_row_rests_on_cannot_be_gone() -> None:
    desk = with_both()
    desk.certify()
    [c, _] = desk.file.schedules
    assert c.snapshot is not None
    with pytest.raises(KeyError):
        schedule_from(c.snapshot, c.state, {})


def test_the_statement_that_there_is_none_says_who_signed_it_and_for_what() -> None:
    desk = Desk()
    template, by = FORMS.template(Form.MG6D_NIL, TODAY), desk.acting()
    first = nil_snapshot(desk.file.opened, D, set_id(1), template, by, further=False)
    says = json.loads(first.data)
    assert first.intact
    assert (says["format"], says["urn"], says["title"]) == ("dems-nil-1", "13AB1234526", "R v Moss")
    assert (says["id"], says["set"], says["template"]) == (str(D), str(set_id(1)), "MG6D nil 1")
    assert says["statement"] == "There is no relevant sensitive unused material."
    assert says["signed"]["name"] == "D. Okoro"
    later = nil_snapshot(desk.file.opened, D, set_id(1), template, by, further=True)
    assert json.loads(later.data)["statement"] == "There is no further relevant sensitive unused material."


# --- a set while it is put together ---

MADE = ScheduleSetId(UUID(int=0x5E_0077))
OTHER = ReportId(UUID(int=0x6E_0077))


def begun(desk: Desk, **changes: object) -> Preparation:
    whole = Preparation(MADE, C, D, None, (desk.report(1, []),))
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_what_is_put_together_is_drafted_from_what_stands() -> None:
    desk = with_both()
    desk.change(schedules=(), sets=())
    made = begun(desk, note="A note", copies=frozenset({item(1)}), corroborating=frozenset({DEPUTY}))
    file = prepared(desk.file, made)
    assert [s.name for s in file.schedules] == ["MG6C 1.0", "MG6D 1.0"]
    of = file.set_of(MADE)
    assert (of.mg6c, of.mg6d, of.nil, of.note, of.copies) == (C, D, None, "A note", made.copies)
    assert [r.covers for r in of.reports] == [frozenset({C, D})]
    assert not is_nil(file, made)
    assert [form_of(file, made, p) for p in made.parts] == [Form.MG6C, Form.MG6D, Form.MG6E]
    with pytest.raises(NotFound):
        form_of(file, made, OTHER)
    assert certify(file, MADE).set_of(MADE).snapshot is not None


def test_without_anything_sensitive_it_is_the_statement_that_there_is_none() -> None:
    desk = Desk()
    desk.item(1)
    made = begun(desk)
    file = prepared(desk.file, made)
    assert is_nil(file, made)
    assert form_of(file, made, D) is Form.MG6D_NIL
    assert (file.set_of(MADE).mg6d, file.set_of(MADE).nil) == (None, None)
    signed = replace(made, nil=desk.acting())
    assert prepared(desk.file, signed).set_of(MADE).nil == signed.nil
    desk.item(2, SENSITIVE)
    now = prepared(desk.file, made)
    assert form_of(now, made, D) is Form.MG6D
    stale = prepared(desk.file, signed)
    assert [s.id for s in stale.schedules] == [C], "what was signed stays signed until it is given up"


def test_nothing_to_list_yet_is_no_set() -> None:
    desk = Desk()
    for made in (Preparation(MADE), Preparation(MADE, mg6d=D), begun(desk, mg6c=None, mg6d=None)):
        assert prepared(desk.file, made) == desk.file
    assert not is_nil(desk.file, Preparation(MADE))


def test_what_was_certified_by_itself_is_not_drafted_again() -> None:
    desk = with_both()
    desk.change(schedules=(), sets=())
    made = begun(desk)
    file = certify_one(prepared(desk.file, made), C, desk.acting())
    desk.change(schedules=(file.schedule(C),))
    desk.ready(item(1), NOT_SENSITIVE, "Photograph of the custody desk, taken at noon")
    again = prepared(desk.file, made)
    assert again.schedule(C) == file.schedule(C)
    assert again.schedule(D).state is S.DRAFT
    assert again.state_of(again.set_of(MADE)) is S.DRAFT


def test_what_is_put_together_is_kept_as_it_was_written() -> None:
    desk = Desk()
    row = ReportRow(Series.MG6C, 3, "Why", "Copy of ABC/3")
    made = begun(desk)
    made = made.with_report(desk.report(2, [], row, by=DEPUTY), signed=True)
    for kept in (
        Preparation(MADE),
        made,
        replace(made, nil=desk.acting(), note="N", copies=frozenset({item(2), item(1)}), corroborating=frozenset({OFFICER})),
    ):  # fmt: skip
        assert preparation_from(json.loads(json.dumps(preparation_record(kept)))) == kept


def test_a_report_takes_the_place_of_itself_and_signatures_can_be_given_up() -> None:
    desk = Desk()
    made = begun(desk).with_report(desk.report(2, []), signed=True)
    assert made.signed == {made.reports[1].id}
    changed = made.with_report(replace(made.reports[1], certificate="b"))
    assert (changed.signed, len(changed.reports)) == (frozenset(), 2)
    assert changed.report(changed.reports[1].id).certificate == "b"
    with pytest.raises(NotFound):
        made.report(ScheduleId(UUID(int=5)))
    bare = replace(made, nil=desk.acting()).unsigned()
    assert (bare.nil, bare.signed) == (None, frozenset())
