"""Schedules from draft to submission and on, through the use cases on the real database."""

import json
from uuid import UUID

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    DisclosureRulesBroken,
    Invalid,
    NotFound,
    Refused,
    WrongState,
)
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.contents import Relevant, Used
from dems.model.disclosure.forms import Form
from dems.model.disclosure.material import Marking
from dems.model.ids import EvidenceId, ScheduleSetId, new_id
from dems.ports import Page
from dems.ports.disclosure import Particulars
from dems.steps.acting import acting
from tests.officers import ALL, PLAIN, SECRET, Office, chain, rules, told, with_both
from tests.proceedings import ON_THE_EXHIBIT_LIST
from tests.world import World


def test_a_proceeding_goes_from_drafts_to_a_submission_and_on_to_a_second_set(office: Office) -> None:
    with_both(office)
    c, d, e = office.drafts()
    shown = office.read(c)
    assert [(r["number"], r["description"]) for r in shown.says["rows"]] == [(1, PLAIN)]
    assert (shown.problems, shown.left) == ((), ())
    assert office.standing() == [("MG6C", "draft"), ("MG6D", "draft"), ("MG6E", "draft")]
    with pytest.raises(WrongState, match="not frozen"):
        office.acts.frozen(office.by.actor, c)
    certified = office.certify(e)
    read = {part: office.acts.frozen(office.by.actor, part) for part in (c, d, e)}
    assert {part: office.read(part).listed.sha256 for part in read} == {p: s.digest.hex for p, s in read.items()}
    assert json.loads(read[e].data)["certificate"] == certified.says["certificate"]
    assert [f["schedule"] for f in chain(office, restricted=True) if f.get("document") == "frozen"] == [str(d), str(e)]
    digests = {i: office.read(i).listed.sha256 for i in (c, d)}
    assert certified.says["covers"] == [{"id": str(i), "sha256": digests[i]} for i in sorted((c, d))]
    assert office.standing() == [("MG6C 1.0", "certified"), ("MG6D 1.0", "certified"), ("MG6E", "certified")]
    sent = office.submit(c, d, e)
    assert (sent.state.value, [f.name for f in sent.forms]) == ("submitted", ["MG6C 1.0", "MG6D 1.0", "MG6E"])
    assert (sent.sent.person, sent.returned, sent.served) == (office.proceeding.officer.person.id, (), ())
    office.endorsed(c, d)
    assert [(n, x.code) for n, x in office.read(c).endorsed.items()] == [(1, "CND")]
    office.proceeding.ready(office.proceeding.thing("ABC/3"), "Notebook of the duty sergeant")
    c2, d2, e2 = office.drafts()
    more = office.read(c2)
    assert (more.listed.name, [r["number"] for r in more.says["rows"]]) == ("MG6C 2.0", [2])
    nil = office.read(d2)
    assert (nil.listed.form, nil.listed.state.value) == (Form.MG6D_NIL, "draft")
    assert office.certify(d2).says["statement"]
    office.certify(e2)
    office.submit(c2, d2, e2)
    assert office.standing() == [
        ("MG6C 1.0", "continued"),
        ("MG6D 1.0", "endorsed"),
        ("MG6E", "continued"),
        ("MG6C 2.0", "submitted"),
        ("MG6D nil", "submitted"),
        ("MG6E", "submitted"),
    ]
    look = office.acts.look_up
    first, second = look.submissions(office.by.actor, office.proceeding.id, ALL)
    assert first.id < second.id
    assert look.submissions(office.by.actor, office.proceeding.id, Page(1, first.id)) == [second]
    assert look.submission(office.by.actor, second.id) == second
    assert look.page(office.by.actor, office.proceeding.id, Page(2, c))[0].id == d
    assert told(office, restricted=False) == [
        ("MG6C 1.0", "certified"),
        ("MG6C 1.0", "submitted"),
        ("MG6C 1.0", "endorsed"),
        ("MG6C 1.0", "continued"),
        ("MG6C 2.0", "certified"),
        ("MG6C 2.0", "submitted"),
    ]
    assert told(office, restricted=True) == [("MG6D 1.0", s) for s in ("certified", "submitted", "endorsed")]
    hidden = chain(office, restricted=True)
    assert [f["nil"] for f in hidden if "sha256" in f and "nil" in f and "reports" not in f] == [str(d2)]
    assert [f["sha256"] for f in hidden if "reports" in f] == [first.sha256, second.sha256]


def test_what_somebody_without_the_clearance_sees_has_no_trace_of_what_is_sensitive(office: Office) -> None:
    with_both(office)
    c, d, e = office.sent()
    theirs = Office(office.proceeding, office.proceeding.uncleared)
    assert theirs.standing() == [("MG6C 1.0", "submitted")]
    with pytest.raises(Refused, match="clearance"):
        theirs.acts.frozen(theirs.by.actor, c)
    look, actor = theirs.acts.look_up, theirs.by.actor
    [seen] = look.submissions(actor, office.proceeding.id, ALL)
    assert ([f.id for f in seen.forms], seen.sha256, seen.returned) == ([c], None, ())
    assert look.submission(actor, seen.id) == seen
    shown = theirs.read(c)
    assert shown.says["rows"][0]["basis"] == []
    assert shown.problems is None
    for hidden in (d, e, new_id()):
        for act in (theirs.read, theirs.certify, theirs.void, lambda part: theirs.acts.frozen(theirs.by.actor, part)):
            with pytest.raises(NotFound):
                act(hidden)
    with pytest.raises(NotFound):
        look.submission(actor, ScheduleSetId(new_id()))
    with pytest.raises(NotFound):
        look.submission(actor, ScheduleSetId(c))
    office.sent_back(seen.id)
    assert look.submission(actor, seen.id).returned == ()
    assert [r.reason for r in office.acts.look_up.submission(office.by.actor, seen.id).returned] == ["Describe these."]


def test_certifying_lists_every_broken_rule_and_does_nothing(office: Office) -> None:
    with_both(office)
    proceeding = office.proceeding
    bad = proceeding.thing("ABC/3")
    proceeding.ready(bad, "x")
    near = proceeding.thing("ABC/4")
    proceeding.ready(near, SECRET)
    waiting = proceeding.thing("ABC/5")
    proceeding.decide(waiting, Relevant(relevant=True), Used(used=False))
    c, _, e = office.drafts()
    problems = {(p["rule"], p["row"]) for p in office.read(c).problems or ()}
    assert {("R05", "MG6C 2"), ("GUARD", "MG6C 3"), ("R02", None)} <= problems
    with pytest.raises(DisclosureRulesBroken) as no:
        office.certify(e)
    assert {("R05", "MG6C 2"), ("GUARD", "MG6C 3"), ("R02", None)} <= set(rules(no))
    assert all(p["message"] and p["source"] for p in no.value.data["problems"])
    assert [state for _, state in office.standing()] == ["draft", "draft", "draft"]
    assert told(office, restricted=False) == told(office, restricted=True) == []


def test_what_changed_after_the_certificate_voids_it_and_the_next_version_keeps_the_numbers(office: Office) -> None:
    with_both(office)
    parts = office.signed()
    first = office.read(parts[0])
    office.proceeding.ready(office.proceeding.thing("ABC/3"), "Notebook of the duty sergeant")
    with pytest.raises(DisclosureRulesBroken, match="The certificate is void") as no:
        office.submit(*parts)
    assert "R19" in {rule for rule, _ in rules(no)}
    assert office.standing() == [("MG6C 1.0", "void"), ("MG6D 1.0", "void"), ("MG6E", "void")]
    assert told(office, restricted=False)[-1] == ("MG6C 1.0", "void")
    assert any("R19" in str(f.get("why")) for f in chain(office, restricted=True))
    with pytest.raises(WrongState, match="void"):
        office.submit(*parts)
    assert office.acts.look_up.submissions(office.by.actor, office.proceeding.id, ALL) == []
    again = office.drafts()
    rows = office.read(again[0]).says["rows"]
    assert [(r["number"], r["description"]) for r in rows] == [(1, PLAIN), (2, "Notebook of the duty sergeant")]
    office.certify(again[2])
    office.submit(*again)
    assert office.read(parts[0]).says == first.says, "what was certified is there as it was"
    with pytest.raises(WrongState, match="is void"):
        office.void(parts[0])


def test_what_was_signed_is_given_up_as_far_as_it_goes(office: Office) -> None:
    with_both(office)
    c, d, e = office.drafts()
    with pytest.raises(WrongState, match="Nothing of this set is signed"):
        office.void(e)
    office.certify(c)
    with pytest.raises(Invalid, match="why"):
        office.void(c, " ")
    certified_list = _exhibit_list(office)
    for no_form in (certified_list, office.read(c).listed.of):
        with pytest.raises(NotFound):
            office.void(no_form)
    assert office.void(e) == [("MG6C 1.0", "void"), ("MG6E", "draft")]
    assert office.standing() == [("MG6C 1.0", "void"), ("MG6D", "draft"), ("MG6E", "draft")]
    again = office.draft(Form.MG6C).listed
    assert again.name == "MG6C 1.1"
    with pytest.raises(WrongState, match="void already"):
        office.void(c)
    office.certify(e)
    assert set(office.void(again.id)) == {("MG6C 1.1", "void"), ("MG6D 1.0", "void"), ("MG6E", "void")}
    assert [f["why"] for f in chain(office, restricted=True) if "why" in f] == ["It was signed too early."] * 2
    with pytest.raises(WrongState, match="Only a draft"):
        office.certify(d)


def _exhibit_list(office: Office) -> UUID:
    of = office.proceeding
    of.decide(of.thing("ABC/9"), *ON_THE_EXHIBIT_LIST)
    return of.dems.lists.certify(of.officer.actor, of.id, Form.MG12).id


def test_a_signed_statement_that_there_is_none_is_void_once_it_is_given_up(office: Office) -> None:
    office.proceeding.ready(office.proceeding.thing("ABC/1"), PLAIN)
    d = office.draft(Form.MG6D).listed.id
    assert office.certify(d).listed.state.value == "certified"
    assert office.void(d) == [("MG6D nil", "void")]
    assert office.standing() == [("MG6D nil", "void")]
    c, _, e = office.drafts()
    assert office.certify(e).listed.state.value == "certified"
    assert office.standing()[1:] == [("MG6C 1.0", "certified"), ("MG6D nil", "certified"), ("MG6E", "certified")]
    assert office.read(c).listed.signed == office.read(e).listed.signed


def test_only_a_whole_certified_set_is_submitted_and_once(office: Office) -> None:
    with_both(office)
    c, d, e = office.drafts()
    office.certify(c)
    with pytest.raises(WrongState, match="Certify the whole set first"):
        office.submit(c, d, e)
    office.certify(e)
    for named, words in (([c, e], "R14"), ([c, d], "R14")):
        with pytest.raises(DisclosureRulesBroken, match=words):
            office.submit(*named)
    with pytest.raises(NotFound):
        office.submit(c, d, e, new_id())
    with pytest.raises(Invalid, match="Name the forms"):
        office.submit()
    office.submit(c, d, e)
    with pytest.raises(WrongState, match="submitted"):
        office.submit(c, d, e)
    with pytest.raises(WrongState, match="submitted"):
        office.void(e)
    with pytest.raises(WrongState, match="under way"):
        office.draft(Form.MG6C)


def test_a_rule_that_is_broken_by_no_change_refuses_the_submission_and_leaves_the_certificate(office: Office) -> None:
    thing = office.proceeding.thing("ABC/1")
    office.proceeding.ready(thing, PLAIN)
    parts = office.signed()
    with office.proceeding.dems.transaction() as tx:
        now = office.proceeding.dems.clock()
        by = acting(tx, office.by.actor, office.proceeding.case_id, now)
        secret = Particulars(EvidenceId(thing.id), 1, Marking.SECRET, False, False, None, None, None, "So marked.", by)
        tx.material.add_particulars(office.proceeding.case_id, secret)
        tx.custody.append(tx.authorise(system(), Act.MATERIAL_RECORD), of_proceeding(office.proceeding.id))
    with pytest.raises(DisclosureRulesBroken, match="nothing was submitted") as no:
        office.submit(*parts)
    assert rules(no) == [("R34", "MG6C 1")]
    assert [s for _, s in office.standing()] == ["certified"] * 3
    with pytest.raises(NotFound):
        office.read(office.read(parts[0]).listed.of)


def test_nothing_is_there_for_a_stranger_or_before_disclosure_is_open(dems: Dems, office: Office, world: World) -> None:
    stranger = world.somebody("disclosure_officer")
    look = dems.schedules.look_up
    for ask in (look.page, look.submissions):
        with pytest.raises(NotFound):
            ask(stranger.actor, office.proceeding.id, ALL)
    c = office.draft(Form.MG6C).listed.id
    with pytest.raises(NotFound):
        look.one(stranger.actor, c)
    assert isinstance(c, UUID)
