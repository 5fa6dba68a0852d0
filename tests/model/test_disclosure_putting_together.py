"""What people do to a set while it is put together: forms asked for, reports written, signatures given up, the lawyer told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dems.errors import AlreadyExists, DisclosureRulesBroken, Invalid, NotPermitted, WrongState
from dems.model.disclosure.broken import PlaceKind, Where
from dems.model.disclosure.certifying import certify_part, require_officer, require_signatory
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.material import Subject
from dems.model.disclosure.preparing import prepared
from dems.model.disclosure.putting_together import Writing, given_up, written
from dems.model.disclosure.reports import ReportRow
from dems.model.disclosure.schedules import ScheduleState
from dems.model.people import CaseRole
from tests.model.disclosing import (
    BEGAN,
    DEPUTY,
    INVESTIGATOR,
    LAWYER,
    OFFICER,
    Desk,
    block_id,
    item,
)
from tests.model.writing import Written, ask, fresh, ready

S = ScheduleState


# --- which forms it has ---


def test_each_form_is_asked_for_once_and_a_report_once_by_each_officer() -> None:
    desk, new = Desk(), fresh()
    officer, deputy = desk.acting(), desk.acting(DEPUTY)
    made, c = ask(None, Form.MG6C, officer, new)
    made, d = ask(made, Form.MG6D, deputy, new)
    made, own = ask(made, Form.MG6E, officer, new)
    made, other = ask(made, Form.MG6E, deputy, new)
    assert made.parts == (c, d, own, other)
    assert len({made.id, c, d, own, other}) == 5
    assert [(r.by.person, r.certificate) for r in made.reports] == [(OFFICER, ""), (DEPUTY, "")]
    for form, by, there in (
        (Form.MG6C, deputy, c),
        (Form.MG6D, officer, d),
        (Form.MG6E, officer, own),
        (Form.SDC, deputy, other),
    ):
        with pytest.raises(AlreadyExists) as no:
            ask(made, form, by, new)
        assert no.value.data == {"schedule": str(there)}


def test_a_streamlined_certificate_is_written_from_a_whole_set_and_adds_what_is_missing() -> None:
    desk, new = Desk(), fresh()
    made, report = ask(None, Form.SDC, desk.acting(), new)
    assert None not in (made.mg6c, made.mg6d)
    assert made.parts == (made.mg6c, made.mg6d, report)
    more, second = ask(made, Form.SDC, desk.acting(DEPUTY), new)
    assert more.parts == (made.mg6c, made.mg6d, report, second)


# --- what is written on a report ---


def test_a_report_says_what_its_officer_wrote_and_keeps_what_they_did_not_write() -> None:
    table = Written()
    rows = (ReportRow(Series.MG6D, 1, "It names another.", "Copy of ABC/2"),)
    table.made = table.write(Writing(certificate="b", rows=rows))
    table.made = table.write(
        Writing(note="Begun before the Code.", copies=frozenset({item(2)}), corroborating=frozenset({DEPUTY}))
    )
    [own, other] = table.made.reports
    assert (own.certificate, own.rows, other.certificate) == ("b", rows, "")
    assert table.made.note == "Begun before the Code."
    assert table.made.copies == {item(2)}
    assert table.made.corroborating == {DEPUTY}
    assert table.write(Writing(note="")).copies == {item(2)}


def test_who_signed_before_a_change_signs_anew() -> None:
    table = Written()
    table.made = replace(table.made, signed=frozenset({table.own, table.other}))
    assert table.write(Writing(certificate="b")).signed == {table.other}, "of the report alone"
    assert table.write(Writing(note="A note")).signed == frozenset(), "of the set that both signed for"


def test_what_cannot_be_written_is_refused() -> None:
    table = Written()
    with pytest.raises(NotPermitted, match=r"This is the report of D\. Okoro"):
        written(table.desk.file, table.made, table.own, table.desk.acting(DEPUTY), Writing(certificate="a"))
    twice = ReportRow(Series.MG6C, 1, "So.", "Copy")
    for says, words in (
        (Writing(rows=(twice, replace(twice, reason="Or so."))), "names each row once"),
        (Writing(copies=frozenset({item(99)})), "of this case"),
        (Writing(copies=frozenset({Subject.block(block_id(9))})), "of this case"),
        (Writing(corroborating=frozenset({INVESTIGATOR})), "disclosure officer"),
    ):
        with pytest.raises(Invalid, match=words):
            table.write(says)


def test_a_block_of_the_case_can_be_copied() -> None:
    table = Written()
    block = table.desk.block(1, 3, 4)
    assert table.write(Writing(copies=frozenset({block}))).copies == {block}


# --- giving up what was signed ---


def test_what_was_signed_of_a_set_is_given_up_and_what_was_written_stays_in_another_set() -> None:
    table = Written()
    ready(table)
    table.desk.file, made = certify_part(table.desk.file, table.made, table.c, table.desk.acting())
    assert made is not None
    after, left = given_up(table.desk.file, made, table.new)
    assert [(s.name, s.state) for s in after.schedules] == [("MG6C 1.0", S.VOID)]
    assert after.sets == ()
    assert left is not None
    assert left.id != made.id
    assert left.parts == (table.d, table.own)
    assert left.reports == table.made.reports


def test_a_signed_statement_that_there_is_none_is_given_up_and_where_nothing_is_left_there_is_no_set() -> None:
    desk, new = Desk(), fresh()
    desk.item(1)
    made, c = ask(None, Form.MG6C, desk.acting(), new)
    made, d = ask(made, Form.MG6D, desk.acting(), new)
    desk.file = prepared(desk.file, made)
    with pytest.raises(WrongState, match="Nothing of this set is signed"):
        given_up(desk.file, made, new)
    desk.file, signed = certify_part(desk.file, made, d, desk.acting())
    assert signed is not None
    after, left = given_up(desk.file, signed, new)
    assert after.schedules == ()
    assert left is not None
    assert (left.parts, left.nil) == ((c,), None)
    desk.file, both = certify_part(desk.file, signed, c, desk.acting())
    assert both is not None
    assert given_up(desk.file, both, new)[1] is None


def test_a_report_that_waits_for_another_is_given_up_too() -> None:
    table = Written()
    table.made = replace(table.made, signed=frozenset({table.own}))
    table.desk.file = prepared(table.desk.file, table.made)
    after, left = given_up(table.desk.file, table.made, table.new)
    assert (after.schedules, after.sets) == ((), ())
    assert left is not None
    assert (left.signed, left.parts) == (frozenset(), table.made.parts)


# --- who may ---


def test_whoever_drafts_an_mg6c_is_a_disclosure_officer_and_whoever_signs_holds_both_clearances() -> None:
    desk = Desk()
    here = Where.of(PlaceKind.PERSON, OFFICER)
    require_officer(desk.file, desk.acting(), here, "drafted")
    for by in (desk.acting(INVESTIGATOR), desk.acting(LAWYER, CaseRole.DISCLOSURE_OFFICER)):
        with pytest.raises(DisclosureRulesBroken, match="nothing was drafted") as no:
            require_officer(desk.file, by, here, "drafted")
        assert [p["rule"] for p in no.value.data["problems"]] == ["R17"]
    late = replace(desk.acting(), at=BEGAN + timedelta(days=400))
    with pytest.raises(DisclosureRulesBroken) as no:
        require_signatory(desk.file, late, here)
    assert [p["rule"] for p in no.value.data["problems"]] == ["R17", "R17"], "neither role nor clearance lasted"
