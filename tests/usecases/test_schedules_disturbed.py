"""Schedules while others are at work on them, without the roles they had, and rows that are described anew."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from dems.errors import DisclosureRulesBroken, Invalid, NotFound, PreconditionFailed, WrongState
from dems.model.actors import Actor, ActorKind
from dems.model.custody import of_proceeding
from dems.model.disclosure.contents import Described
from dems.model.disclosure.material import Subject
from dems.model.disclosure.putting_together import Writing
from dems.model.disclosure.redescribing import Redescribed
from dems.model.ids import EvidenceId
from dems.model.people import CaseRole, Clearance
from dems.model.times import london_date
from dems.steps.shown_schedules import FormShown
from dems.usecases.cases.put_member import Holding
from tests.conftest import Time
from tests.officers import ALL, Office, with_both
from tests.usecases.sending import at_once
from tests.world import World

PLAIN = "Photograph of the custody desk on the night"
SECRET = "Account that a neighbour gave in secret"
"""Of one thing for each schedule."""


@pytest.fixture
def office(office: Office) -> Office:
    with_both(office)
    return office


# --- several at once ---


def test_of_two_who_certify_or_submit_the_same_at_once_one_does_it(office: Office) -> None:
    c, d, e = office.drafts()
    deputy = Office(office.proceeding, office.proceeding.deputy)
    done = at_once(lambda: office.certify(c), lambda: deputy.certify(c))
    assert sorted(type(x).__name__ for x in done) == ["FormShown", "WrongState"]
    [shown] = [x for x in done if isinstance(x, FormShown)]
    assert office.read(c).listed == shown.listed
    done = at_once(lambda: office.certify(e), lambda: office.certify(e))
    assert sorted(type(x).__name__ for x in done) == ["FormShown", "WrongState"]
    done = at_once(lambda: office.submit(c, d, e), lambda: deputy.submit(c, d, e))
    assert sorted(type(x).__name__ for x in done) == ["Submission", "WrongState"]
    assert [s for _, s in office.standing()] == ["submitted"] * 3


def test_a_description_and_a_certificate_at_once_never_leave_a_certificate_of_something_else(office: Office) -> None:
    c, d, e = office.drafts()
    office.certify(e)
    [row] = office.read(c).says["rows"]
    thing = Subject.item(EvidenceId(UUID(row["of"].split(" ")[1])))

    def describe() -> object:
        return office.proceeding.decide(thing, Described("Photograph of the desk at noon", "Store A"))

    done = at_once(describe, lambda: office.submit(c, d, e))
    assert not isinstance(done[0], Exception)
    standing = {s for _, s in office.standing()}
    refused = isinstance(done[1], DisclosureRulesBroken)
    assert standing == ({"void"} if refused else {"submitted"})


# --- who may by now ---


def test_a_certificate_by_somebody_who_lost_the_role_yesterday_is_refused(
    office: Office, world: World, time: Time
) -> None:
    c, _, _ = office.drafts()
    proceeding = office.proceeding
    was = world.somebody("deputy_disclosure_officer", "investigator")
    today = london_date(proceeding.dems.clock())
    held = [Holding(CaseRole.DEPUTY_DISCLOSURE_OFFICER, ends_on=today), Holding(CaseRole.INVESTIGATOR)]
    held += map(Holding, Clearance)
    proceeding.dems.cases.put_member(proceeding.team.manager.actor, proceeding.case_id, was.person.id, held)
    theirs = Office(proceeding, was)
    assert theirs.read(c).problems == ()
    time.ahead = timedelta(days=1)
    for role in (None, CaseRole.DEPUTY_DISCLOSURE_OFFICER):
        with pytest.raises(DisclosureRulesBroken) as no:
            theirs.acts.certify(was.actor, c, role=role)
        assert [(p["rule"], p["place"]["kind"]) for p in no.value.data["problems"]] == [("R17", "person")]
        assert no.value.source
    assert {s for _, s in office.standing()} == {"draft"}


def test_a_service_signs_nothing_that_it_may_not_know_of(office: Office, world: World) -> None:
    c, d, _ = office.drafts()
    proceeding = office.proceeding
    service = world.somebody("disclosure_officer", "integration")
    proceeding.dems.cases.put_member(
        proceeding.team.manager.actor, proceeding.case_id, service.person.id, [Holding(CaseRole.DISCLOSURE_OFFICER)]
    )
    for_officer = Actor(ActorKind.SERVICE, service.person.name, service.person, proceeding.officer.person)
    with pytest.raises(DisclosureRulesBroken, match="both clearances"):
        office.acts.certify(for_officer, c)
    with pytest.raises(NotFound):
        office.acts.certify(for_officer, d)
    assert office.acts.look_up.one(for_officer, c).problems is None


# --- rows described anew ---


def test_rows_of_a_draft_are_described_by_decisions_of_whoever_may(office: Office) -> None:
    c, d, e = office.drafts()
    proceeding = office.proceeding
    investigator = proceeding.member("investigator")
    describe, who = office.acts.describe_rows, investigator.actor
    read = Office(proceeding, investigator).read(c)
    assert read.tag is not None
    rows = [Redescribed(1, description="Photograph of the custody desk at noon")]
    after = describe(who, c, rows, reason="It was vague.", if_tag=read.tag)
    assert [r["description"] for r in after.says["rows"]] == ["Photograph of the custody desk at noon"]
    assert Office(proceeding, investigator).read(c).tag == after.tag != read.tag
    with proceeding.dems.transaction() as tx:
        [newest] = [x for x in tx.disclosure.decisions(proceeding.id) if x.reason == "It was vague."]
        [told] = [
            f
            for f in (
                json.loads(x.detail or b"{}")["facts"] for x in tx.custody.chain(of_proceeding(proceeding.id), ALL)
            )
            if any(s["reason"] == "It was vague." for s in f.get("decided", ()))
        ]
    assert (newest.by.person, newest.by.role) == (investigator.person.id, CaseRole.INVESTIGATOR)
    assert told["decided"][0]["of"][0]["decision"] == str(newest.id)
    with pytest.raises(PreconditionFailed):
        describe(who, c, rows, reason="Again.", if_tag=read.tag)
    with pytest.raises(Invalid, match="no such row"):
        describe(who, c, [Redescribed(7, location="Store B")], reason="So.", if_tag=after.tag or 0)
    with pytest.raises(NotFound):
        describe(who, d, rows, reason="So.", if_tag=0)
    lawyer = proceeding.lawyer.actor
    with pytest.raises(DisclosureRulesBroken, match="R03"):
        describe(lawyer, d, rows, reason="So.", if_tag=office.read(d).tag or 0)
    with pytest.raises(Invalid, match="Only rows"):
        describe(office.by.actor, e, rows, reason="So.", if_tag=0)
    office.certify(c)
    with pytest.raises(WrongState, match="next version"):
        describe(who, c, rows, reason="So.", if_tag=after.tag or 0)
    secret = describe(
        office.by.actor, d, [Redescribed(1, location="Store B")], reason="It moved.", if_tag=office.read(d).tag or 0
    )
    assert secret.says["rows"][0]["location"] == "Store B"
    office.acts.write_report(office.by.actor, e, Writing(note="A note"), if_tag=office.read(e).tag or 0)
    office.certify(e)
    with pytest.raises(WrongState, match="next version"):
        describe(who, c, rows, reason="So.", if_tag=0)
