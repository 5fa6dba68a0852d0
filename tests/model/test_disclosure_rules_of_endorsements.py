"""Rule R20, about what the reviewing lawyer decides of each row, with what breaks it and what keeps it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.contents import Presumed
from dems.model.disclosure.criminal import FORMS
from dems.model.disclosure.forms import Series
from dems.model.disclosure.recording import require_lawyer
from dems.model.disclosure.reports import Inspection
from dems.model.disclosure.rules import check
from dems.model.life.vocabulary import Open
from dems.model.people import CaseRole
from tests.model.disclosing import LAWYER, OFFICER, Desk, inspected, item
from tests.model.disclosure_steps import endorsed


def test_r20_a_code_that_needs_an_inspection_has_one() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    for code, needed in (("D", True), ("I", True), ("ND", True), ("CND", False), ("EV", False)):
        desk.change(endorsements=(endorsed(desk, code),))
        assert desk.broken("R20") == ([("R20", "MG6C 1")] if needed else [])
        desk.change(endorsements=(endorsed(desk, code, inspected=inspected()),))
        assert desk.broken("R20") == []


def test_r20_a_code_is_one_of_that_days_list_for_that_form() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    codes = FORMS.endorsements[Series.MG6C]
    closed = tuple(replace(c, open=Open(last=date(2026, 3, 1))) if c.code == "CND" else c for c in codes)
    for code in ("Y", "cnd", "X"):
        desk.change(endorsements=(endorsed(desk, code),))
        assert desk.broken("R20") == [("R20", "MG6C 1")]
    desk.change(endorsements=(endorsed(desk, "CND"),), forms=replace(FORMS, endorsements={Series.MG6C: closed}))
    assert desk.broken("R20") == [("R20", "MG6C 1")]


def test_r20_what_is_presumed_to_meet_the_test_is_refused_with_a_reason() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Presumed("RP4"))
    desk.draft()
    for code, broken in (("CND", 1), ("ND", 1), ("D", 0)):
        desk.change(endorsements=(endorsed(desk, code, inspected=inspected()),))
        assert len(desk.broken("R20")) == broken
    desk.change(endorsements=(endorsed(desk, "CND", reason="It is of another detention."),))
    assert desk.broken("R20") == []
    desk.decide(item(1), Presumed(None))
    desk.change(endorsements=(endorsed(desk, "CND"),))
    assert desk.broken("R20") == []


def test_r20_only_the_reviewing_lawyer_endorses_and_only_rows_that_there_are() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    desk.change(endorsements=(endorsed(desk, "CND", by=desk.acting(OFFICER)),))
    assert desk.broken("R20") == [("R20", "MG6C 1")]
    desk.change(endorsements=(endorsed(desk, "CND", by=desk.acting(OFFICER, CaseRole.REVIEWING_LAWYER)),))
    assert desk.broken("R20") == [("R20", "MG6C 1")]
    desk.change(endorsements=(endorsed(desk, "CND", number=4),))
    assert desk.broken("R20") == [("R20", "MG6C 4")]


def test_r20_who_may_not_endorse_is_told_that_alone() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Presumed("RP4"))
    desk.draft()
    desk.change(
        endorsements=(
            endorsed(desk, "ND", by=desk.acting(OFFICER)),
            endorsed(desk, "ND", number=4, by=desk.acting(OFFICER)),
        )
    )
    assert [b.message for b in check(desk.file, ("R20",))] == [
        "Only the reviewing lawyer of this case endorses, in that role on that day."
    ] * 2


def test_r20_whoever_is_not_the_lawyer_is_refused_before_what_they_sent_is_looked_at() -> None:
    desk = Desk()
    require_lawyer(desk.file, desk.acting(LAWYER))
    for by in (desk.acting(OFFICER), desk.acting(OFFICER, CaseRole.REVIEWING_LAWYER)):
        with pytest.raises(DisclosureRulesBroken) as no:
            require_lawyer(desk.file, by)
        [problem] = no.value.data["problems"]
        assert (problem["rule"], problem["place"]) == ("R20", {"kind": "person", "key": str(OFFICER)})


def test_r20_a_thing_is_inspected_before_its_row_is_endorsed() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    by = desk.acting(LAWYER)
    desk.change(endorsements=(endorsed(desk, "D", by=by, inspected=Inspection("H. Bose", by.at)),))
    assert desk.broken("R20") == []
    late = Inspection("H. Bose", by.at + timedelta(seconds=1))
    desk.change(endorsements=(endorsed(desk, "D", by=by, inspected=late),))
    assert desk.broken("R20") == [("R20", "MG6C 1")]
