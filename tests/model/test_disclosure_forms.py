"""What is frozen when it is certified, what forms show of it, and the forms, codes and wordings themselves."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from dems.errors import Invalid
from dems.ledger.canonical import canonical
from dems.model.disclosure.contents import (
    AgainstTest,
    Described,
    Relevant,
    Result,
)
from dems.model.disclosure.criminal import FORMS, TEMPLATES
from dems.model.disclosure.forms import NOT_SERVED, Field, Form, HowFar, Series, valid
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.output import lines_of
from dems.model.disclosure.reports import (
    Endorsement,
    Inspection,
    ReportRow,
    Returned,
    ScheduleSet,
    ServiceReport,
)
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import ScheduleState
from dems.model.life.vocabulary import Open
from tests.model.disclosing import (
    LAWYER,
    NOT_SENSITIVE,
    SENSITIVE,
    Desk,
    evidence_id,
    item,
    schedule_id,
    set_id,
)
from tests.model.disclosure_steps import newest, sent_back

S = ScheduleState


# --- frozen ---


def test_what_is_certified_is_frozen_in_the_byte_form_of_custody_entries() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Described("Café receipt, “ABC/1” \u2028 signed \U0001f58a", "Store \t A"))
    desk.item(2, SENSITIVE)
    row = ReportRow(Series.MG6D, 1, "It names another.", "Copy of ABC/2")
    desk.draft(note="Some note.", copies=frozenset({item(1)}))
    desk.change_set(reports=(desk.report(1, desk.set().schedules, row),))
    desk.certify()
    of = desk.set()
    snapshots = [s.snapshot for s in desk.file.schedules] + [of.snapshot, *of.parts]
    assert len(snapshots) == 4
    for snapshot in snapshots:
        assert snapshot is not None
        assert snapshot.data == canonical(json.loads(snapshot.data))
        assert snapshot.digest.hex == hashlib.sha256(snapshot.data).hexdigest()
    c, d, whole, report = (json.loads(s.data) for s in snapshots if s is not None)
    assert (c["title"], c["urn"], c["template"]) == ("R v Moss", "13AB1234526", "MG6C 1")
    assert c["rows"][0]["description"] == "Café receipt, “ABC/1” \u2028 signed \U0001f58a"
    assert d["rows"][0]["schedule_reason"] == SENSITIVE.schedule_reason
    assert report["rows"] == [{"copy": "Copy of ABC/2", "reason": "It names another.", "row": "MG6D 1"}]
    assert report["certificate"]["text"].startswith("I certify that, to the best of my knowledge and belief")
    assert {e["sha256"] for e in report["covers"]} == {s.digest.hex for s in snapshots[:2] if s is not None}
    assert whole["parts"] == [of.parts[0].digest.hex]
    assert whole["copies"] == [item(1).key]
    assert report["signed"]["name"] == "D. Okoro"
    assert report["signed"]["role"] == "disclosure_officer"


def test_a_nil_schedule_is_signed_in_what_is_frozen() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    desk.certify()
    snapshot = desk.set().snapshot
    assert snapshot is not None
    whole = json.loads(snapshot.data)
    assert whole["nil"]["name"] == "D. Okoro"
    assert len(whole["basis"]) == 1


def test_the_same_data_give_the_same_bytes() -> None:
    made = []
    for _ in range(2):
        desk = Desk()
        desk.item(1)
        desk.block(1, 4, 5)
        desk.draft()
        desk.certify()
        made.append([*(s.snapshot for s in desk.file.schedules), desk.set().snapshot])
    assert made[0] == made[1]


def test_a_text_that_is_no_utf8_is_not_frozen() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        frozen({"text": "\ud800"})


# --- what forms show ---


def test_a_form_shows_its_columns_and_of_withdrawn_rows_their_numbers_only() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    sent_back(desk, 1)
    desk.decide(item(1), Relevant(relevant=False))
    desk.draft(2)
    template = FORMS.template(Form.MG6C, date(2026, 3, 2))
    given = Endorsement(newest(desk).id, Series.MG6C, 2, "CND", desk.acting(LAWYER))
    first, second = lines_of(newest(desk), template, {2: given})
    assert {k: v for k, v in first.cells.items() if v} == {Field.NUMBER: "1", Field.DESCRIPTION: "Withdrawn"}
    assert list(second.cells) == [c.field for c in template.columns]
    assert second.cells[Field.PROSECUTOR_DECISION] == "CND"
    assert second.cells[Field.DESCRIPTION] == "Photograph 2 of the custody desk on the night"
    assert (first.place, second.place) == ("MG6C 1", "MG6C 2")


def test_a_code_of_the_mg6d_shows_what_it_agrees_to_and_the_view_beside_it() -> None:
    desk = Desk()
    desk.item(1, SENSITIVE)
    desk.draft()
    template = FORMS.template(Form.MG6D, desk.file.on)
    codes = FORMS.endorsements[Series.MG6D]
    shown = []
    for code, reason in (("Y", ""), ("Y-PII", "A source is at risk"), ("N", ""), ("no such code", "")):
        given = Endorsement(newest(desk, Series.MG6D).id, Series.MG6D, 1, code, desk.acting(LAWYER), None, reason)
        [line] = lines_of(newest(desk, Series.MG6D), template, {1: given}, codes)
        shown.append((line.cells[Field.AGREED_SENSITIVE], line.cells[Field.COURT_APPLICATION]))
    assert shown == [("Y", "N"), ("Y", "Y: A source is at risk"), ("N", "N"), ("", "")]


def test_a_continuation_shows_the_earlier_numbers_that_count_no_more() -> None:
    desk = Desk()
    desk.item(1)
    desk.through(1)
    desk.decide(item(1), SENSITIVE)
    desk.item(2)
    desk.draft(2)
    lines = lines_of(newest(desk), FORMS.template(Form.MG6C, desk.file.on), {})
    assert [(n.cells[Field.NUMBER], n.cells[Field.DESCRIPTION][:9]) for n in lines] == [
        ("2", "Photograp"),
        ("1", "Withdrawn"),
    ]


# --- forms and codes ---


def test_no_form_that_is_served_has_a_column_that_is_not() -> None:
    served = [t for t in TEMPLATES if t.form in {Form.MG6C, Form.SDC}]
    assert all(c.field not in NOT_SERVED for t in served for c in t.columns)
    assert {t.form for t in TEMPLATES} == set(Form)


def test_the_newest_form_in_force_that_day_counts() -> None:
    [old] = [t for t in TEMPLATES if t.form is Form.MG6C]
    new = replace(old, version=2, begins=date(2027, 1, 1))
    forms = replace(FORMS, templates=(*TEMPLATES, new))
    assert forms.template(Form.MG6C, date(2026, 12, 31)) is old
    assert forms.template(Form.MG6C, date(2027, 1, 1)) is new
    with pytest.raises(Invalid, match="no MG6C form for 2026-01-01"):
        replace(FORMS, templates=(new,)).template(Form.MG6C, date(2026, 1, 1))


def test_a_code_means_something_between_its_dates() -> None:
    code = replace(FORMS.presumptions[0], open=Open(date(2026, 1, 1), date(2026, 1, 31)))
    assert valid((code,), "RP1", date(2026, 1, 31)) is code
    assert valid((code,), "RP1", date(2026, 2, 1)) is None
    assert FORMS.endorsement(Series.MG6C, "ZZ", date(2026, 1, 1)) is None


def test_the_codes_are_those_of_the_field() -> None:
    assert [c.code for c in FORMS.endorsements[Series.MG6C]] == ["D", "I", "CND", "ND", "EV"]
    assert [c.code for c in FORMS.presumptions] == [f"RP{n}" for n in range(1, 8)]
    assert [c.code for c in FORMS.certificates] == ["a", "b", "c", "d"]
    assert len(FORMS.sensitivities) == 13
    codes = (*FORMS.presumptions, *FORMS.certificates, *FORMS.sensitivities, *FORMS.endorsements[Series.MG6D])
    sources = [*(t.source for t in TEMPLATES), *(c.source for c in codes)]
    assert all(s.text and s.checked in {HowFar.PARTLY, HowFar.UNVERIFIED} for s in sources)


# --- what goes with them ---


def test_a_set_is_of_something_and_not_of_both_an_mg6d_and_its_absence() -> None:
    desk = Desk()
    with pytest.raises(Invalid, match="at least one schedule"):
        ScheduleSet(set_id(1), None, None)
    with pytest.raises(Invalid, match="choose one"):
        ScheduleSet(set_id(1), None, schedule_id(1, 2), nil=desk.acting())


def test_reports_of_what_others_did_say_who_said_so() -> None:
    desk = Desk()
    by = desk.acting(LAWYER)
    with pytest.raises(Invalid, match="on whom"):
        ServiceReport(schedule_id(1, 1), date(2026, 3, 2), " ", "H. Bose", by)
    with pytest.raises(Invalid, match="who reported"):
        ServiceReport(schedule_id(1, 1), date(2026, 3, 2), "Counsel", "", by)
    with pytest.raises(Invalid, match="put right"):
        Returned(set_id(1), "", by)
    with pytest.raises(Invalid, match="who inspected"):
        Inspection("", by.at)


def test_an_item_that_meets_the_test_is_listed_beside_its_block_with_the_blocks_relevance() -> None:
    desk = Desk()
    block = desk.block(1, 4, 5)
    desk.decide(
        item(4), AgainstTest(Result.MEETS), NOT_SENSITIVE, Described("Photograph of the injury that night", "A")
    )
    desk.draft()
    assert [row.subject for row in newest(desk).rows] == [item(4), block]
    relevance = desk.file.record.stands(block, Relevant)
    assert relevance is not None
    assert relevance.id in newest(desk).rows[0].basis
    assert check(desk.file) == ()
    assert evidence_id(4) != UUID(int=0)
