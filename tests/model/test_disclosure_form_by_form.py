"""A set certified form by form, as the routes do it, and which forms a submission names."""

from dataclasses import replace
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken, Invalid, NotFound, NotPermitted, WrongState
from dems.model.disclosure.certifying import certify_part, require_whole
from dems.model.disclosure.contents import Relevant, Sensitive, Used
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.preparing import Preparation, as_still_signed, form_of, prepared
from dems.model.disclosure.reports import ReportRow, ScheduleSet
from dems.model.disclosure.schedules import ScheduleState
from dems.model.ids import PersonId, ReportId, ScheduleSetId
from tests.model.disclosing import (
    DEPUTY,
    INVESTIGATOR,
    OFFICER,
    SENSITIVE,
    Desk,
    item,
    material,
    schedule_id,
)

S = ScheduleState
C, D = schedule_id(1, 1), schedule_id(1, 2)
SET = ScheduleSetId(UUID(int=0x5E_0077))


class Table:
    """A desk on which one set is put together."""

    def __init__(self, *, sensitive: bool = True) -> None:
        self.desk = Desk()
        self.desk.item(1)
        if sensitive:
            self.desk.item(2, SENSITIVE)
        self.made: Preparation = Preparation(SET, C, D, None, (self.desk.report(1, []),))
        self.again()

    @property
    def report(self) -> ReportId:
        return self.made.reports[0].id

    def again(self, **changes: object) -> None:
        """The file as it would be read now, with these changes to what is put together."""
        self.made = replace(self.made, **changes)  # type: ignore[arg-type]
        kept = tuple(s for s in self.desk.file.schedules if s.state is not S.DRAFT)
        self.desk.change(schedules=kept, sets=tuple(s for s in self.desk.file.sets if s.snapshot is not None))
        self.desk.file = prepared(self.desk.file, self.made)

    def certify(self, part: UUID, by: PersonId = OFFICER) -> None:
        self.desk.file, after = certify_part(self.desk.file, self.made, part, self.desk.acting(by))
        if after is not None:
            self.made = after

    @property
    def whole(self) -> ScheduleSet:
        return self.desk.file.set_of(SET)

    def rules(self, part: UUID, by: PersonId = OFFICER) -> set[str]:
        before = self.desk.file
        with pytest.raises(DisclosureRulesBroken) as no:
            self.certify(part, by)
        assert self.desk.file is before
        return {p["rule"] for p in no.value.data["problems"]}


def frozen(table: Table) -> bool:
    return table.whole.snapshot is not None


def test_each_schedule_is_signed_and_the_report_makes_the_set_whole() -> None:
    table = Table()
    table.certify(C, DEPUTY)
    table.certify(D, DEPUTY)
    assert not frozen(table)
    table.certify(table.report)
    assert frozen(table)
    assert table.desk.file.state_of(table.whole) is S.CERTIFIED
    assert [s.signed.person for s in table.desk.file.schedules if s.signed is not None] == [DEPUTY, DEPUTY]
    [report] = table.whole.reports
    assert (report.by.person, report.covers) == (OFFICER, frozenset({C, D}))


def test_the_report_signs_with_it_what_nobody_signed_before() -> None:
    table = Table(sensitive=False)
    assert form_of(table.desk.file, table.made, D) is Form.MG6D_NIL
    table.certify(table.report)
    assert table.whole.nil == table.whole.reports[0].by
    assert [s.state for s in table.desk.file.schedules] == [S.CERTIFIED]


def test_the_statement_that_there_is_none_is_signed_by_itself_and_once() -> None:
    table = Table(sensitive=False)
    table.certify(C)
    table.certify(D, DEPUTY)
    assert table.made.nil is not None
    with pytest.raises(WrongState, match="signed already"):
        table.certify(D)
    assert table.rules(D, INVESTIGATOR) == {"R17"}
    table.certify(table.report)
    assert table.whole.nil == table.made.nil
    assert table.whole.mg6d is None


def test_the_statement_is_refused_while_something_sensitive_is_on_no_schedule() -> None:
    table = Table(sensitive=False)
    table.desk.add(material(3))
    table.desk.decide(item(3), Relevant(relevant=True), Used(used=False), SENSITIVE)
    table.again()
    assert form_of(table.desk.file, table.made, D) is Form.MG6D_NIL, "it awaits a description"
    assert table.rules(D) == {"R02"}
    table.desk.decide(item(3), Sensitive(SENSITIVE.level.NOT_SENSITIVE))
    table.again()
    table.certify(D)


def test_whoever_may_not_certify_a_report_is_told_that_alone() -> None:
    table = Table()
    table.desk.item(3, name="x")
    assert table.rules(table.report, INVESTIGATOR) == {"R17"}


def test_with_several_reports_the_last_signature_makes_the_set_whole() -> None:
    table = Table()
    other = table.desk.report(2, [], by=DEPUTY)
    table.again(reports=(*table.made.reports, other))
    with pytest.raises(NotPermitted, match=r"This is the report of E\. Lind"):
        table.certify(other.id)
    table.certify(table.report)
    assert not frozen(table)
    assert table.made.signed == {table.report}
    with pytest.raises(WrongState, match="signed already"):
        table.certify(table.report)
    table.certify(other.id, DEPUTY)
    assert frozen(table)
    assert {r.by.person for r in table.whole.reports} == {OFFICER, DEPUTY}


def test_whoever_signed_a_report_signs_again_once_its_schedules_say_something_else() -> None:
    table = Table()
    other = table.desk.report(2, [], by=DEPUTY)
    table.again(reports=(*table.made.reports, other))
    table.certify(table.report)
    early = table.made.reports[0].by
    table.again()
    table.desk.change(material={m: replace(f, custody_position=99) for m, f in table.desk.file.material.items()})
    table.again()
    assert as_still_signed(table.desk.file, table.made) == table.made, "looking at an item moves its chain, and no more"
    table.desk.item(3)
    table.again()
    assert as_still_signed(table.desk.file, table.made).signed == frozenset()
    table.certify(other.id, DEPUTY)
    assert not frozen(table), "the officer was never shown the third item"
    assert table.made.signed == {other.id}
    table.certify(table.report)
    assert frozen(table)
    certified = table.desk.file.schedule(C)
    assert [r.number for r in certified.rows] == [1, 2]
    assert certified.signed not in {None, early}


def test_a_report_is_signed_again_where_a_schedule_joins_those_that_it_was_given_for() -> None:
    table = Table()
    table.again(mg6d=None, reports=(*table.made.reports, table.desk.report(2, [], by=DEPUTY)))
    table.certify(table.report)
    table.again(mg6d=D)
    assert as_still_signed(table.desk.file, table.made).signed == frozenset()


def test_a_report_that_is_not_the_last_is_held_to_its_own_rules() -> None:
    table = Table()
    bad = replace(table.made.reports[0], rows=(ReportRow(Series.MG6C, 9, "", ""),))
    table.again(reports=(bad, table.desk.report(2, [], by=DEPUTY)))
    assert table.rules(bad.id) == {"R16", "R17"}, "a certificate that lists nothing has a row, and of nothing"


def test_a_report_of_nothing_waits_for_what_it_is_given_for() -> None:
    table = Table()
    table.again(mg6c=None, mg6d=None)
    with pytest.raises(WrongState, match="Draft the schedules"):
        table.certify(table.report)
    with pytest.raises(NotFound):
        table.certify(C)


def test_a_set_without_its_statement_about_sensitive_material_is_refused_with_the_rule() -> None:
    table = Table(sensitive=False)
    table.again(mg6d=None)
    assert table.rules(table.report) == {"R14"}
    missed = Table()
    missed.again(mg6d=None)
    assert missed.rules(missed.report) == {"R02", "R14"}


# --- what a submission names ---


def whole(table: Table) -> Table:
    table.certify(table.report)
    return table


@pytest.mark.parametrize(("without", "rule"), [("report", "R14"), ("d", "R14"), ("nothing", "")])
def test_a_submission_of_less_than_goes_together_is_refused_with_the_rule(without: str, rule: str) -> None:
    table = whole(Table(sensitive=False))
    parts = {"c": C, "d": D, "report": table.report}
    parts.pop(without, None)
    if not rule:
        require_whole(table.desk.file, table.whole, D, parts.values())
        return
    with pytest.raises(DisclosureRulesBroken, match=rule) as no:
        require_whole(table.desk.file, table.whole, D, parts.values())
    assert no.value.data["problems"][0]["source"]


def test_a_submission_names_the_whole_set_and_nothing_else() -> None:
    table = Table()
    other = table.desk.report(2, [], by=DEPUTY)
    table.again(reports=(*table.made.reports, other))
    table.certify(table.report)
    table.certify(other.id, DEPUTY)
    named = [C, D, table.report, other.id]
    require_whole(table.desk.file, table.whole, None, named)
    with pytest.raises(Invalid, match="name these too"):
        require_whole(table.desk.file, table.whole, None, named[:3])
    with pytest.raises(Invalid, match="none of it"):
        require_whole(table.desk.file, table.whole, None, [*named, UUID(int=5)])
    with pytest.raises(DisclosureRulesBroken, match="R14"):
        require_whole(table.desk.file, table.whole, None, [C, table.report, other.id])
    with pytest.raises(Invalid, match="at least one schedule"):
        require_whole(table.desk.file, table.whole, None, [table.report])


def test_a_set_leaves_other_sets_alone() -> None:
    table = whole(Table())
    table.desk.file = replace(
        table.desk.file, sets=(*table.desk.file.sets, replace(table.whole, id=ScheduleSetId(UUID(int=9))))
    )
    require_whole(table.desk.file, table.whole, None, [C, D, table.report])
