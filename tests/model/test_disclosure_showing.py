"""What forms say and to whom, what moved, and rows that are described anew."""

from dataclasses import replace
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken, Invalid
from dems.model.disclosure.contents import Described, Relevant, Used
from dems.model.disclosure.drafting import left_out
from dems.model.disclosure.entries import told_of_nil, told_of_report
from dems.model.disclosure.forms import Form
from dems.model.disclosure.material import Marking, Subject
from dems.model.disclosure.moving import alerts_due
from dems.model.disclosure.placing import in_rows
from dems.model.disclosure.preparing import Preparation, prepared
from dems.model.disclosure.redescribing import Redescribed, redescribed
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import Note
from dems.model.disclosure.showing import as_everybody_reads, draft_says, nil_statement
from dems.model.disclosure.visibility import seen_by
from dems.model.ids import ScheduleId
from dems.model.people import Clearance
from tests.model.disclosing import (
    GRANTS,
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
from tests.model.writing import Written, ask, fresh, ready

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


def test_a_report_that_waits_is_told_by_the_digests_of_what_it_says_and_of_what_it_covers() -> None:
    table = Written()
    ready(table)
    [report] = table.made.reports
    made = replace(table.made, signed=frozenset({report.id}), signed_for="00ff")
    told = told_of_report(made, report.id)
    assert told.restricted
    assert (told.facts["report"], told.facts["set"]) == (str(report.id), str(made.id))
    assert told.facts["covers_sha256"] == "00ff"
    other = told_of_report(made.with_report(replace(report, certificate="b"), signed=True), report.id)
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
