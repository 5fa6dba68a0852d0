"""Rules about what goes to the prosecutor and comes back, each with what breaks it and what keeps it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.contents import AgainstTest, Described, Handled, Handling, Result, Used
from dems.model.disclosure.criminal import FORMS
from dems.model.disclosure.forms import Column, Field, Series
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.recording import voided
from dems.model.disclosure.reports import ReportRow
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import ScheduleState
from dems.model.people import CaseRole, Clearance
from tests.model.disclosing import (
    BEGAN,
    DEPUTY,
    GRANTS,
    INVESTIGATOR,
    LAWYER,
    OFFICER,
    SENSITIVE,
    Desk,
    evidence_id,
    item,
    material,
    schedule_id,
    set_id,
)
from tests.model.disclosure_steps import state, with_both

S = ScheduleState


# --- R10 ---


@pytest.mark.parametrize(
    "text",
    [
        "Custody record, see MG6E item 1",
        "Custody record, as on the MG 6D",
        "Custody record (RP4) of the night",
        "Custody record that may meet the test",
        "Custody record, undermining the sergeant",
        "Custody record which assists the accused",
        "Custody record, PII applied for",
    ],
)
def test_r10_no_text_that_is_served_gives_away_what_is_internal(text: str) -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Described(text, "Store A"))
    desk.draft()
    assert desk.broken("R10") == [("R10", "MG6C 1")]


def test_r10_a_plain_text_is_kept_and_an_mg6d_is_not_served() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.decide(item(2), Described("Message, see MG6E item 1", ""))
    desk.draft()
    assert desk.broken("R10") == []
    desk.decide(item(1), Described("Custody record of RPG, assists with times", "see MG6E"))
    desk.draft()
    assert desk.broken("R10") == [("R10", "MG6C 1")]


@pytest.mark.parametrize("field", [Field.PRESUMPTION, Field.TEST, Field.INTERNAL_COMMENT, Field.REPORT_REASON])
def test_r10_no_form_that_is_served_has_an_internal_column(field: Field) -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    first, *others = FORMS.templates
    marked = replace(first, columns=(*first.columns, Column(field, "Mark")))
    desk.change(forms=replace(FORMS, templates=(marked, *others)))
    assert desk.broken("R10") == [("R10", "MG6C 1.0")]
    desk.change(forms=replace(FORMS, templates=tuple(others)))
    assert desk.broken("R10") == [("R10", "MG6C 1.0")]


# --- R14 to R16 ---


def test_r14_an_mg6c_goes_with_a_report_and_an_mg6d_or_a_signed_nil() -> None:
    desk = with_both()
    assert desk.broken("R14") == []
    desk.change_set(reports=(), mg6d=None)
    assert desk.broken("R14") == [("R14", str(set_id(1)))] * 2
    desk.change_set(reports=(desk.report(1, [schedule_id(1, 1)]),), nil=desk.acting())
    assert desk.broken("R14") == []
    desk.change_set(mg6c=None, mg6d=schedule_id(1, 2), nil=None)
    assert desk.broken("R14") == []


def test_r15_every_set_has_a_report_of_its_own_that_covers_each_schedule() -> None:
    desk = with_both()
    desk.certify()
    desk.submit()
    desk.endorse()
    desk.item(3)
    desk.draft(2)
    assert desk.broken("R15") == []
    desk.change_set(2, reports=desk.set(1).reports)
    old = str(desk.set(1).reports[0].id)
    assert desk.broken("R15") == [("R15", old), ("R15", old), ("R15", str(set_id(2)))]
    desk.change_set(2, reports=())
    assert desk.broken("R15") == [("R15", str(set_id(2)))]


def test_r16_a_row_of_a_report_names_a_row_has_a_reason_and_a_copy() -> None:
    desk = with_both()
    good = ReportRow(Series.MG6D, 1, "It names another who was there.", "Copy of ABC/2")
    desk.change_set(reports=(desk.report(1, desk.set().schedules, good),))
    assert desk.broken("R16") == []
    bad = ReportRow(Series.MG6C, 7, " ", "")
    desk.change_set(reports=(desk.report(1, desk.set().schedules, good, bad),))
    assert desk.broken("R16") == [("R16", str(UUID(int=0x6E_0001)))] * 3


# --- R17 ---


def test_r17_a_certificate_is_signed_by_a_disclosure_officer_or_deputy_of_that_day() -> None:
    desk = with_both()
    for person in (OFFICER, DEPUTY):
        desk.change_set(reports=(desk.report(1, desk.set().schedules, by=person),))
        assert desk.broken("R17") == []
    desk.change_set(reports=(desk.report(1, desk.set().schedules, by=LAWYER),))
    assert [r for r, _ in desk.broken("R17")] == ["R17"]
    desk.change_set(reports=(desk.report(1, desk.set().schedules, by=INVESTIGATOR),))
    assert [b.message for b in check(desk.file, ("R17",))] == [
        "The role investigator does not certify: have a disclosure officer or a deputy sign.",
        "F. Shah did not hold both clearances on 2 March 2026: whoever certifies can see everything that could be listed.",
    ]


def test_r17_somebody_who_lost_the_role_yesterday_does_not_certify() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    yesterday = BEGAN - timedelta(days=1)
    ended = tuple(
        replace(g, ended_at=yesterday) if g.name is CaseRole.DISCLOSURE_OFFICER and g.person_id == OFFICER else g
        for g in GRANTS
    )
    desk.change(grants=ended)
    assert desk.broken("R17") == [("R17", str(set_id(1))), ("R17", str(UUID(int=0x6E_0001)))]
    with pytest.raises(DisclosureRulesBroken, match="nothing was certified"):
        desk.certify()
    assert state(desk) is S.DRAFT
    desk.change(grants=tuple(g for g in GRANTS if g.name is not Clearance.PII))
    assert desk.broken("R17") == [("R17", str(set_id(1))), ("R17", str(UUID(int=0x6E_0001)))]


def test_r17_a_certificate_is_one_of_the_list_and_says_what_the_report_lists() -> None:
    desk = with_both()
    row = ReportRow(Series.MG6C, 1, "It shows the time.", "Copy of ABC/1")
    for certificate, rows, wrong in (
        ("a", (), 0),
        ("a", (row,), 1),
        ("b", (row,), 0),
        ("b", (), 1),
        ("d", (), 0),
        ("d", (row,), 0),
        ("z", (), 1),
    ):
        desk.change_set(reports=(desk.report(1, desk.set().schedules, *rows, certificate=certificate),))
        assert len(desk.broken("R17")) == wrong, certificate


# --- R18, R19 ---


def test_r18_what_was_certified_does_not_change_and_old_versions_are_kept() -> None:
    desk = with_both()
    desk.certify()
    assert desk.broken("R18") == []
    whole = desk.file
    c, d = whole.schedules
    for changed in (
        replace(c, rows=(replace(c.rows[0], description="Something else altogether"),)),
        replace(c, rows=()),
        replace(c, template="MG6C 2"),
        replace(c, snapshot=None),
        replace(c, snapshot=frozen({"rows": []})),
    ):
        desk.change(schedules=(changed, d))
        assert desk.broken("R18") == [("R18", "MG6C 1.0")]
    assert c.snapshot is not None
    altered = replace(c.snapshot, data=c.snapshot.data.replace(b"Photograph 1", b"Photograph 9"))
    desk.change(schedules=(replace(c, snapshot=altered), d))
    assert desk.broken("R18") == [("R18", "MG6C 1.0")]
    desk.change(schedules=(replace(c, version=1), d))
    assert desk.broken("R18") == [("R18", "MG6C 1.1"), ("R18", "MG6C 1.1")]


def test_r18_nor_do_the_report_and_the_set() -> None:
    desk = with_both()
    desk.certify()
    of = desk.set()
    [report] = of.reports
    for changes in (
        {"note": "Added later."},
        {"snapshot": None},
        {"parts": ()},
        {"reports": (replace(report, rows=(ReportRow(Series.MG6C, 1, "It matters.", "Copy"),)),)},
        {"basis": ()},
    ):
        desk.change(sets=(replace(of, **changes),))
        assert desk.broken("R18") == [("R18", str(set_id(1)))]


@pytest.mark.parametrize("change", ["added", "described", "decided", "used", "resealed"])
def test_r19_a_change_after_certification_voids_the_certificate(change: str) -> None:
    desk = with_both()
    desk.certify()
    assert desk.broken("R19") == []
    if change == "added":
        desk.item(3)
    elif change == "described":
        desk.decide(item(1), Described("Photograph of the yard gate", "Store B"))
    elif change == "decided":
        desk.decide(item(1), AgainstTest(Result.DOES_NOT_MEET))
    elif change == "used":
        desk.decide(item(1), Used(used=True))
    else:
        desk.add(material(1, digest=frozen({}).digest))
    where = str(evidence_id(3 if change == "added" else 1))
    assert desk.broken("R19") == [("R19", where)]
    with pytest.raises(DisclosureRulesBroken, match="nothing was submitted") as no:
        desk.submit()
    assert "R19" in {p["rule"] for p in no.value.data["problems"]}
    assert state(desk) is S.CERTIFIED
    desk.file = voided(desk.file, set_id(1))
    desk.through(2)
    assert [s.name for s in desk.file.schedules if s.series is Series.MG6C] == ["MG6C 1.0", "MG6C 1.1"]


def test_r19_looking_at_an_item_or_what_became_of_it_voids_nothing() -> None:
    desk = with_both()
    desk.certify()
    desk.add(material(1, custody_position=9))
    desk.decide(item(1), Handled(Handling.UNDER_REVIEW))
    desk.add(material(7))
    desk.submit()
    assert state(desk) is S.SUBMITTED
