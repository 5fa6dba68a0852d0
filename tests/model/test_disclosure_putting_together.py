"""What people do to a set while it is put together: forms asked for, reports written, signatures given up, the lawyer told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from dems.errors import AlreadyExists, DisclosureRulesBroken, Invalid, NotPermitted, WrongState
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.broken import PlaceKind, Where
from dems.model.disclosure.certifying import certify_part, require_officer, require_signatory
from dems.model.disclosure.contents import Described, Relevant, Used
from dems.model.disclosure.drafting import left_out
from dems.model.disclosure.entries import told_of_nil, told_of_report
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.material import Marking, Subject
from dems.model.disclosure.moving import alerts_due
from dems.model.disclosure.placing import in_rows
from dems.model.disclosure.preparing import Preparation, prepared
from dems.model.disclosure.putting_together import Writing, asked_for, given_up, written
from dems.model.disclosure.redescribing import Redescribed, redescribed
from dems.model.disclosure.reports import ReportRow
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import Note, ScheduleState
from dems.model.disclosure.showing import as_everybody_reads, draft_says, nil_statement
from dems.model.disclosure.visibility import seen_by
from dems.model.ids import PersonId, ReportId, ScheduleId
from dems.model.people import CaseRole, Clearance
from tests.model.disclosing import (
    BEGAN,
    DEPUTY,
    GRANTS,
    INVESTIGATOR,
    LAWYER,
    NOT_SENSITIVE,
    OFFICER,
    SENSITIVE,
    Desk,
    block_id,
    evidence_id,
    item,
    material,
    schedule_id,
    set_id,
)

S = ScheduleState


def fresh() -> Callable[[], UUID]:
    numbers = count(0xF0_0000)
    return lambda: UUID(int=next(numbers))


# --- which forms it has ---


def ask(made: Preparation | None, form: Form, by: Acting, new: Callable[[], UUID]) -> tuple[Preparation, UUID]:
    part = new()
    return asked_for(made, form, part, by, new), part


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


class Written:
    """A set of an item on each schedule, with a report of the officer and one of the deputy."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.desk.item(1)
        self.desk.item(2, SENSITIVE)
        self.new = fresh()
        made, self.c = ask(None, Form.MG6C, self.desk.acting(), self.new)
        made, self.d = ask(made, Form.MG6D, self.desk.acting(), self.new)
        made, own = ask(made, Form.MG6E, self.desk.acting(), self.new)
        self.made, other = ask(made, Form.MG6E, self.desk.acting(DEPUTY), self.new)
        self.own, self.other = ReportId(own), ReportId(other)

    def write(self, says: Writing, by: PersonId = OFFICER) -> Preparation:
        report = self.own if by == OFFICER else self.other
        return written(self.desk.file, self.made, report, self.desk.acting(by), says)


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


def ready(table: Written) -> None:
    table.made = table.write(Writing(certificate="a", corroborating=frozenset({DEPUTY})))
    own = tuple(r for r in table.made.reports if r.id == table.own)
    table.made = replace(table.made, reports=own)
    table.desk.file = prepared(table.desk.file, table.made)


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


# --- what moved ---


def moved(*, to_the_prosecutor: bool = True) -> Desk:
    desk = Desk()
    desk.item(1)
    if to_the_prosecutor:
        desk.through()
    desk.ready(item(1), SENSITIVE, "Photograph 1 of the custody desk on the night")
    desk.draft(2)
    return desk


def test_r26_every_cleared_reviewing_lawyer_is_told_of_what_moved_and_each_once() -> None:
    desk = moved()
    at = desk.acting().at
    due = alerts_due(desk.file, at)
    assert [(a.subject, a.to, a.at) for a in due] == [(item(1), LAWYER, at)]
    desk.change(alerts=due)
    assert alerts_due(desk.file, at) == ()
    assert desk.broken("R26") == []


def test_r26_a_lawyer_who_may_not_know_of_it_is_not_told_and_the_rule_stays_broken() -> None:
    desk = moved()
    uncleared = tuple(g for g in GRANTS if (g.person_id, g.name) != (LAWYER, Clearance.SENSITIVE))
    desk.change(grants=uncleared)
    assert alerts_due(desk.file, desk.acting().at) == ()
    assert desk.broken("R26") == [("R26", "MG6C 1")]


def test_r26_what_the_prosecutor_never_had_is_told_to_nobody() -> None:
    desk = moved(to_the_prosecutor=False)
    assert alerts_due(desk.file, desk.acting().at) == ()


# --- rows described anew ---


def test_rows_are_described_by_decisions_that_replace_what_stands() -> None:
    desk = Desk()
    desk.item(1)
    block = desk.block(1, 2, 3)
    desk.draft()
    schedule = desk.file.schedule(schedule_id(1, 1))
    by, new = desk.acting(), fresh()
    rows = [Redescribed(1, description="Photograph of the desk at noon"), Redescribed(2, location="Store B")]
    first, second = redescribed(desk.file.record, schedule, rows, "It was vague.", by, new)
    stood = desk.file.record.stands(item(1), Described)
    assert stood is not None
    assert (first.subject, first.replaces, first.reason) == (item(1), stood.id, "It was vague.")
    assert first.content == Described("Photograph of the desk at noon", "Store A, shelf 3")
    assert (second.subject, second.content) == (block, Described("Photographs of meals and pets", "Store B"))


def test_a_block_that_nobody_described_can_be_said_where_it_is() -> None:
    desk = Desk()
    block = desk.block(1, 2, 3)
    kept = tuple(d for d in desk.file.record.decisions if not isinstance(d.content, Described))
    desk.change(record=replace(desk.file.record, decisions=kept))
    desk.draft()
    schedule = desk.file.schedule(schedule_id(1, 1))
    [made] = redescribed(
        desk.file.record, schedule, [Redescribed(1, location="Store B")], "So.", desk.acting(), fresh()
    )
    assert (made.subject, made.replaces) == (block, None)


def test_every_row_that_cannot_be_described_is_named() -> None:
    desk = Desk()
    desk.item(1)
    desk.block(1, 2, 3)
    desk.item(4)
    desk.draft()
    whole = desk.file.schedule(schedule_id(1, 1))
    ended = [replace(r, note=Note.MOVED) if r.subject == item(4) else r for r in whole.rows]
    gone = next(r.number for r in ended if not r.live)
    schedule = replace(whole, rows=tuple(ended))
    asked = [Redescribed(n, "Another description of it") for n in (1, 1, 3, gone, 99)]
    with pytest.raises(Invalid, match="Nothing was described") as no:
        redescribed(desk.file.record, schedule, asked, "So.", desk.acting(), fresh())
    assert [e["row"] for e in no.value.data["errors"]] == ["MG6C 1", "MG6C 3", f"MG6C {gone}", "MG6C 99"]
    words = [e["message"] for e in no.value.data["errors"]]
    assert ["twice" in words[0], "title" in words[1], "no such row" in words[2], "no such row" in words[3]] == [
        True
    ] * 4


# --- what a form says, and to whom ---


def test_a_draft_says_what_its_frozen_form_will_say() -> None:
    table = Written()
    ready(table)
    c = draft_says(table.desk.file, table.made, table.c)
    assert [(r["number"], r["of"], r["sha256"]) for r in c["rows"]] == [(1, item(1).key, material(1).binding.sha256)]
    assert (c["title"], c["urn"], c["template"]) == ("R v Moss", "13AB1234526", "MG6C 1")
    e = draft_says(table.desk.file, table.made, table.own)
    assert (e["officer"], e["signed"], e["certificate"]["code"]) == (str(OFFICER), None, "a")
    listed = table.desk.file.forms.certificate("a", table.desk.file.on)
    assert listed is not None
    assert e["certificate"]["text"] == listed.meaning
    assert {each["id"] for each in e["covers"]} == {str(table.c), str(table.d)}
    waiting = replace(table.made, signed=frozenset({table.own}))
    assert draft_says(table.desk.file, waiting, table.own)["signed"]["name"] == "D. Okoro"
    unchosen = replace(table.made, reports=(replace(table.made.reports[0], certificate=""),))
    assert draft_says(table.desk.file, unchosen, table.own)["certificate"] == {"code": "", "text": ""}


def test_where_nothing_is_sensitive_the_draft_is_the_statement_and_says_whether_something_was() -> None:
    desk, new = Desk(), fresh()
    desk.item(1)
    made, _ = ask(None, Form.MG6C, desk.acting(), new)
    made, d = ask(made, Form.MG6D, desk.acting(), new)
    desk.file = prepared(desk.file, made)
    says = draft_says(desk.file, made, d)
    assert (says["rows"], says["signed"], says["template"]) == ([], None, "MG6D nil 1")
    by = desk.acting()
    none = nil_statement(desk.file, made.id, d, by)
    assert b"further" not in none.data
    told = told_of_nil(d, made.id, none, by)
    assert told.restricted
    assert (told.facts["nil"], told.facts["sha256"], told.facts["signed"]["name"]) == (
        str(d),
        none.digest.hex,
        "D. Okoro",
    )
    later = Desk()
    later.item(1)
    later.item(2, SENSITIVE)
    later.through()
    again = nil_statement(later.file, set_id(2), ScheduleId(UUID(int=7)), later.acting())
    assert again.data != none.data
    wording = later.file.forms.template(Form.MG6D_NIL, later.file.on).wordings["continuation"]
    assert wording.encode() in again.data
    same = nil_statement(later.file, set_id(1), ScheduleId(UUID(int=7)), later.acting())
    assert wording.encode() not in same.data, "a set does not go on from itself"


def test_a_report_that_waits_is_told_by_the_digest_of_what_it_says() -> None:
    table = Written()
    ready(table)
    [report] = table.made.reports
    told = told_of_report(report, table.made.id)
    assert told.restricted
    assert (told.facts["report"], told.facts["set"]) == (str(report.id), str(table.made.id))
    other = told_of_report(replace(report, certificate="b"), table.made.id)
    assert other.facts["sha256"] != told.facts["sha256"]


def test_whoever_may_not_know_what_is_sensitive_does_not_read_why_a_row_counts_no_more() -> None:
    desk = moved()
    c = next(s for s in desk.file.schedules if s.name == "MG6C 2.0")
    assert [a.note for a in c.annotations] == [Note.MOVED]
    made = Preparation(set_id(2), c.id)
    says = draft_says(desk.file, made, c.id)
    plain = as_everybody_reads({**says, "rows": [{"note": None, "basis": ["x"]}, {"note": "moved", "basis": ["y"]}]})
    assert [a["note"] for a in plain["annotations"]] == ["set_aside"]
    assert plain["rows"] == [{"note": None, "basis": []}, {"note": "set_aside", "basis": []}]


def test_what_cannot_be_listed_tells_the_uncleared_nothing_of_what_is_sensitive() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.item(3, sealed=False)
    desk.add(material(4))
    desk.add(material(5))
    desk.decide(item(5), Relevant(relevant=True), Used(used=False), Described("Photograph of a corridor", "Store A"))
    desk.decide(_block_of_a_secret(desk), NOT_SENSITIVE)
    whole = {left.subject for left in left_out(desk.file)}
    assert whole >= {item(3), item(4), item(5), Subject.block(block_id(1))}
    seen = {left.subject for left in left_out(seen_by(desk.file, frozenset()))}
    assert seen == {item(3), item(4)}, "what awaits a decision about sensitivity is not told from what is sensitive"
    assert {left.subject for left in left_out(seen_by(desk.file, frozenset(Clearance)))} == whole


def _block_of_a_secret(desk: Desk) -> Subject:
    block = desk.block(1, 6, 7)
    desk.ready(item(6), SENSITIVE, "Account that a neighbour gave in secret")
    return block


def test_a_broken_rule_names_the_row_that_it_is_in() -> None:
    desk = Desk()
    desk.item(1)
    desk.decide(item(1), Described("x", ""))
    desk.draft()
    with pytest.raises(DisclosureRulesBroken) as no:
        desk.certify()
    found = {(p["rule"], p["row"]) for p in no.value.data["problems"]}
    assert found == {("R05", "MG6C 1"), ("R09", "MG6C 1")}
    assert check(desk.file, ("R02",)) == ()


def test_what_is_broken_about_an_item_names_the_row_that_lists_it_and_none_where_it_is_on_none() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    desk.item(2)
    desk.change(material={**desk.file.material, evidence_id(1): material(1, marking=Marking.SECRET)})
    with pytest.raises(DisclosureRulesBroken) as no:
        desk.certify()
    told = in_rows(no.value, desk.file)
    assert (told.message, told.source) == (no.value.message, no.value.source)
    found = {(p["rule"], p["place"]["kind"]): p["row"] for p in told.data["problems"]}
    assert found[("R34", "item")] == "MG6C 1"
    assert found[("R02", "item")] is None
