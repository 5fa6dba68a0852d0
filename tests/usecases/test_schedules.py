"""Schedules from draft to submission and on, through the use cases on the real database."""

import json
from uuid import UUID, uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    AlreadyExists,
    DisclosureRulesBroken,
    Invalid,
    NotFound,
    PreconditionFailed,
    WrongState,
)
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_proceeding, restricted_of
from dems.model.disclosure.contents import Described, LeakCleared, Relevant, Used
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.material import Marking
from dems.model.disclosure.putting_together import Writing
from dems.model.disclosure.reports import ReportRow
from dems.model.ids import EvidenceId, ScheduleSetId, new_id
from dems.ports import Once, Page
from dems.ports.disclosure import Particulars
from dems.steps.acting import acting
from tests.conftest import Team
from tests.model.disclosing import NOT_SENSITIVE, SENSITIVE
from tests.officers import ALL, NOTHING_MEETS_IT, Office
from tests.proceedings import OpenProceeding, proceeding_of
from tests.world import World

PLAIN = "Photograph of the custody desk on the night"
SECRET = "Account that a neighbour gave in secret"


@pytest.fixture
def proceeding(world: World, team: Team) -> OpenProceeding:
    return proceeding_of(world, team)


@pytest.fixture
def office(proceeding: OpenProceeding) -> Office:
    return Office(proceeding)


def with_both(office: Office) -> None:
    """One thing for each schedule."""
    for ref, description, sensitivity in (("ABC/1", PLAIN, NOT_SENSITIVE), ("ABC/2", SECRET, SENSITIVE)):
        office.proceeding.ready(office.proceeding.thing(ref), description, sensitivity)


def rules(no: pytest.ExceptionInfo[DisclosureRulesBroken]) -> list[tuple[str, str | None]]:
    return [(p["rule"], p["row"]) for p in no.value.data["problems"]]


def once() -> Once:
    return Once(uuid4().bytes * 2, b"f" * 32)


def chain(office: Office, *, restricted: bool) -> list[dict[str, object]]:
    which = restricted_of if restricted else of_proceeding
    with office.proceeding.dems.transaction() as tx:
        entries = tx.custody.chain(which(office.proceeding.id), ALL)
    return [json.loads(e.detail or b"{}")["facts"] for e in entries]


def told(office: Office, *, restricted: bool) -> list[tuple[object, object]]:
    """What the entries say of states of schedules."""
    return [(f["name"], f["state"]) for f in chain(office, restricted=restricted) if "state" in f]


def test_a_proceeding_goes_from_drafts_to_a_submission_and_on_to_a_second_set(office: Office) -> None:
    with_both(office)
    c, d, e = office.drafts()
    shown = office.read(c)
    assert [(r["number"], r["description"]) for r in shown.says["rows"]] == [(1, PLAIN)]
    assert (shown.problems, shown.left) == ((), ())
    assert office.standing() == [("MG6C", "draft"), ("MG6D", "draft"), ("MG6E", "draft")]
    certified = office.certify(e)
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
    look, actor = theirs.acts.look_up, theirs.by.actor
    [seen] = look.submissions(actor, office.proceeding.id, ALL)
    assert ([f.id for f in seen.forms], seen.sha256, seen.returned) == ([c], None, ())
    assert look.submission(actor, seen.id) == seen
    shown = theirs.read(c)
    assert shown.says["rows"][0]["basis"] == []
    assert shown.problems is None
    for hidden in (d, e, new_id()):
        for act in (theirs.read, theirs.certify, theirs.void):
            with pytest.raises(NotFound):
                act(hidden)
    with pytest.raises(NotFound):
        look.submission(actor, ScheduleSetId(new_id()))
    with pytest.raises(NotFound):
        look.submission(actor, ScheduleSetId(c))
    office.sent_back(seen.id)
    assert look.submission(actor, seen.id).returned == ()
    assert [r.reason for r in office.acts.look_up.submission(office.by.actor, seen.id).returned] == ["Describe these."]


def test_an_uncleared_officer_drafts_an_mg6c_and_nothing_else(office: Office) -> None:
    with_both(office)
    proceeding = office.proceeding
    theirs = Office(proceeding, proceeding.uncleared)
    unsealed = proceeding.world.declare(proceeding.officer, proceeding.team.case, b"not here yet")
    drafted = theirs.draft(Form.MG6C)
    assert [r["description"] for r in drafted.says["rows"]] == [PLAIN]
    assert [left.subject.id for left in drafted.left] == [unsealed.evidence.id]
    assert drafted.problems is None
    for form in (Form.MG6D, Form.MG6E, Form.SDC):
        with pytest.raises(DisclosureRulesBroken, match="both clearances") as no:
            theirs.draft(form)
        assert rules(no) == [("R17", None)]
    investigator = Office(proceeding, proceeding.member("investigator"))
    with pytest.raises(DisclosureRulesBroken, match="does not certify") as no:
        investigator.draft(Form.MG6C)
    assert rules(no) == [("R17", None)]
    with pytest.raises(DisclosureRulesBroken) as no:
        theirs.certify(drafted.listed.id)
    assert rules(no) == [("R17", None)], "of whom nothing else is then asked"
    office.certify(office.draft(Form.MG6D).listed.id)
    assert theirs.standing() == [("MG6C", "draft")]
    tag = theirs.read(drafted.listed.id).tag
    office.draft(Form.MG6E)
    assert theirs.read(drafted.listed.id).tag == tag, "what they may not know of does not show in the ETag"


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


def test_reports_are_written_and_signed_each_by_their_officer(office: Office) -> None:
    with_both(office)
    c, d, e = office.drafts()
    deputy = Office(office.proceeding, office.proceeding.deputy)
    other = deputy.draft(Form.MG6E)
    row = ReportRow(Series.MG6D, 1, "It names another who was there.", "Copy of ABC/2")
    assert other.tag is not None
    write = deputy.acts.write_report
    changed = write(deputy.by.actor, other.listed.id, Writing(certificate="b", rows=(row,)), if_tag=other.tag)
    assert (changed.says["certificate"]["code"], changed.says["rows"][0]["row"]) == ("b", "MG6D 1")
    with pytest.raises(PreconditionFailed):
        write(deputy.by.actor, other.listed.id, NOTHING_MEETS_IT, if_tag=other.tag)
    with pytest.raises(Invalid, match="Only an MG6E"):
        write(deputy.by.actor, c, NOTHING_MEETS_IT, if_tag=office.read(c).tag or 0)
    office.certify(e)
    listed = {f.id: f for f in office.acts.look_up.page(office.by.actor, office.proceeding.id, ALL)}
    assert (listed[e].state.value, listed[e].signed is not None, listed[other.listed.id].signed) == (
        "draft",
        True,
        None,
    )
    assert [f["report"] for f in chain(office, restricted=True) if "report" in f] == [str(e)]
    with pytest.raises(PreconditionFailed):
        deputy.acts.certify(deputy.by.actor, other.listed.id, if_tag=other.tag)
    deputy.acts.certify(deputy.by.actor, other.listed.id, if_tag=changed.tag)
    with pytest.raises(WrongState, match="no draft"):
        write(deputy.by.actor, other.listed.id, NOTHING_MEETS_IT, if_tag=0)
    assert office.read(other.listed.id).says["note"] == ""
    office.submit(c, d, e, other.listed.id)


def test_a_streamlined_certificate_drafts_the_whole_set(office: Office) -> None:
    office.proceeding.ready(office.proceeding.thing("ABC/1"), PLAIN)
    drafted = office.draft(Form.SDC, NOTHING_MEETS_IT)
    assert (drafted.listed.form, drafted.says["certificate"]["code"]) == (Form.MG6E, "a")
    assert sorted(name for name, _ in office.standing()) == ["MG6C", "MG6D", "MG6E"]
    with pytest.raises(AlreadyExists):
        office.draft(Form.MG6C)


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


def test_what_moved_to_the_other_schedule_is_told_to_the_lawyer_with_the_certificate(office: Office) -> None:
    office.proceeding.ready(office.proceeding.thing("ABC/1"), PLAIN)
    thing = office.proceeding.thing("ABC/2")
    office.proceeding.ready(thing, "Notebook of the duty sergeant")
    lawyer = office.proceeding.lawyer.person.id
    c, *_ = office.sent()
    office.endorsed(c)
    office.proceeding.decide(thing, Described("Statement by a tenant upstairs", "Store A"))
    office.proceeding.ready(thing, "Statement by a tenant upstairs", SENSITIVE)
    drafts = office.drafts()
    [gap] = [p["hit"] for p in office.read(drafts[2]).problems or () if p["rule"] == "GUARD"]
    office.proceeding.decide(thing, LeakCleared((gap,)))
    office.certify(drafts[2])
    assert [(f["moved"], f["told"]) for f in chain(office, restricted=True) if "moved" in f] == [
        (thing.key, str(lawyer))
    ]
    assert [a["note"] for a in office.read(drafts[0]).says["annotations"]] == ["moved"]
    theirs = Office(office.proceeding, office.proceeding.uncleared)
    assert [a["note"] for a in theirs.read(drafts[0]).says["annotations"]] == ["set_aside"]


def test_what_is_sent_again_with_its_key_is_done_once(office: Office) -> None:
    with_both(office)
    acts, who, proceeding = office.acts, office.by.actor, office.proceeding.id
    key = once()
    c = acts.prepare(who, proceeding, Form.MG6C, once=key).listed.id
    assert acts.prepare(who, proceeding, Form.MG6C, once=key).listed.id == c
    d, e = office.draft(Form.MG6D).listed.id, office.draft(Form.MG6E, NOTHING_MEETS_IT).listed.id
    key = once()
    certified = acts.certify(who, e, once=key)
    assert acts.certify(who, e, once=key) == certified
    key = once()
    given_up = acts.void(who, c, reason="Too early", once=key)
    assert acts.void(who, c, reason="Too early", once=key) == given_up
    parts = office.signed()
    key = once()
    sent = acts.submit(who, proceeding, parts, once=key)
    assert acts.submit(who, proceeding, parts, once=key) == sent
    assert [x for x in told(office, restricted=False) if x[1] == "submitted"] == [("MG6C 1.1", "submitted")]
    assert d


def test_a_key_with_which_a_certificate_became_void_never_says_that_it_was_sent(office: Office) -> None:
    with_both(office)
    parts = office.signed()
    office.proceeding.ready(office.proceeding.thing("ABC/3"), "Notebook of the duty sergeant")
    key, who, proceeding = once(), office.by.actor, office.proceeding.id
    with pytest.raises(DisclosureRulesBroken):
        office.acts.submit(who, proceeding, parts, once=key)
    with pytest.raises(WrongState, match="was not sent"):
        office.acts.submit(who, proceeding, parts, once=key)


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
