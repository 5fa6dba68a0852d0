"""Drafts of schedules: who asks for them, who writes on them, what moves, and what is sent again."""

import pytest

from dems.errors import (
    AlreadyExists,
    DisclosureRulesBroken,
    Invalid,
    NotFound,
    PreconditionFailed,
    WrongState,
)
from dems.model.disclosure.contents import Described, LeakCleared
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.putting_together import Writing
from dems.model.disclosure.reports import ReportRow
from tests.model.disclosing import SENSITIVE
from tests.officers import ALL, NOTHING_MEETS_IT, PLAIN, Office, chain, once, rules, told, with_both


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
    shown, waiting = office.read(e).listed, office.read(other.listed.id).listed
    assert (shown.state.value, shown.signed is not None, waiting.signed) == ("draft", True, None)
    assert [f["report"] for f in chain(office, restricted=True) if "report" in f] == [str(e)]
    with pytest.raises(PreconditionFailed):
        deputy.acts.certify(deputy.by.actor, other.listed.id, if_tag=other.tag)
    deputy.acts.certify(deputy.by.actor, other.listed.id, if_tag=changed.tag)
    with pytest.raises(WrongState, match="no draft"):
        write(deputy.by.actor, other.listed.id, NOTHING_MEETS_IT, if_tag=0)
    assert office.read(other.listed.id).says["note"] == ""
    office.submit(c, d, e, other.listed.id)


def test_nobody_is_made_to_certify_what_was_decided_after_they_signed(office: Office) -> None:
    with_both(office)
    c, _, e = office.drafts()
    deputy = Office(office.proceeding, office.proceeding.deputy)
    other = deputy.draft(Form.MG6E, NOTHING_MEETS_IT).listed.id
    tag = office.read(e).tag
    signed = office.certify(e).says["signed"]["at"]
    office.proceeding.ready(office.proceeding.thing("ABC/3"), "Notebook of the duty sergeant")
    shown = office.read(e)
    assert (shown.listed.signed, shown.says["signed"]) == (None, None), "it was signed for another list"
    listed = office.acts.look_up.page(office.by.actor, office.proceeding.id, ALL)
    assert {f.signed for f in listed} == {None}, "no list says otherwise"
    assert shown.tag != tag
    with pytest.raises(PreconditionFailed):
        office.acts.certify(office.by.actor, e, if_tag=tag)
    assert deputy.certify(other).listed.state.value == "draft", "the officer has to sign again"
    assert office.certify(e).listed.state.value == "certified"
    certified = office.read(c).says
    assert [r["number"] for r in certified["rows"]] == [1, 2]
    assert certified["signed"]["at"] > signed
    first, second = [f for f in chain(office, restricted=True) if "report" in f]
    assert [first["report"], second["report"]] == [str(e), str(other)]
    assert first["covers_sha256"] != second["covers_sha256"], "each was signed for what the schedules said then"


def test_what_somebody_decided_and_signed_holds_when_they_have_left_the_case(office: Office) -> None:
    with_both(office)
    of, left = office.proceeding, office.by
    end, manager = of.dems.cases.end_member, of.team.manager.actor
    c, d, e = office.signed()
    end(manager, of.case_id, left.person.id, reason="Another case needs them.")
    deputy = Office(of, of.deputy)
    for act in (lambda: office.certify(e), lambda: office.submit(c, d, e), lambda: office.draft(Form.MG6C)):
        with pytest.raises(NotFound):
            act()
    deputy.submit(c, d, e)
    deputy.endorsed(c, d)
    of.ready(of.thing("ABC/3", by=deputy.by), "Rota of the custody suite for that week", by=deputy.by)
    again = deputy.signed()
    assert deputy.submit(*again).state.value == "submitted"


def test_a_streamlined_certificate_drafts_the_whole_set(office: Office) -> None:
    office.proceeding.ready(office.proceeding.thing("ABC/1"), PLAIN)
    drafted = office.draft(Form.SDC, NOTHING_MEETS_IT)
    assert (drafted.listed.form, drafted.says["certificate"]["code"]) == (Form.MG6E, "a")
    assert sorted(name for name, _ in office.standing()) == ["MG6C", "MG6D", "MG6E"]
    with pytest.raises(AlreadyExists):
        office.draft(Form.MG6C)


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
