"""Links that people gave to others outlive the token with which they were made: they are counted, and withdrawn together."""

import json
from datetime import timedelta

import pytest

from dems.bootstrap import Dems
from dems.errors import NotAuthenticated, NotFound, NotPermitted
from dems.model.actors import Actor
from dems.model.ids import PersonId, new_id
from dems.model.people import Links
from dems.ports import Page
from tests.conftest import Team, Time
from tests.invited import Holder
from tests.usecases.sending import Sender
from tests.world import OPERATOR, Somebody, World


@pytest.fixture
def admin(world: World) -> Somebody:
    return world.somebody("administrator")


def known(dems: Dems, token: str) -> Actor:
    return dems.people.recognise(token, on_behalf_of=None, request_id=None)


def live(dems: Dems, who: Somebody) -> Links:
    return dems.people.look_up.links(OPERATOR, who.person.id, dems.clock())


def test_revoking_a_token_says_how_many_links_still_work(dems: Dems, world: World, team: Team, admin: Somebody) -> None:
    Holder.invited(dems, team)
    Sender.declares(dems, team.investigator.actor, team.case, b"a")
    alone = world.declare(team.investigator, team.case, b"abc")
    [token] = dems.people.look_up.tokens(admin.actor, team.investigator.person.id, Page(9))
    for _ in range(2):
        assert dems.people.revoke_token(admin.actor, token.id) == (team.investigator.person.id, Links(1, 1, 1))
    with pytest.raises(NotAuthenticated):
        known(dems, team.investigator.token)
    assert alone.upload_token is not None
    assert known(dems, alone.upload_token).person == team.investigator.person, "it stands in their name all the same"
    assert live(dems, team.manager) == Links(0, 0, 0)


def test_withdrawing_them_ends_every_one_and_every_case_says_so(
    dems: Dems, world: World, team: Team, admin: Somebody
) -> None:
    holder, withdrawn = Holder.invited(dems, team), Holder.invited(dems, team)
    dems.invitations.revoke(team.manager.actor, team.case.id, withdrawn.invitation.id)
    sender = Sender.declares(dems, team.investigator.actor, team.case, b"a")
    alone = world.declare(team.investigator, team.case, b"abc")
    assert alone.upload_token is not None
    assert live(dems, team.investigator) == Links(1, 1, 1), "what was withdrawn opens nothing"
    with pytest.raises(NotPermitted):
        dems.people.withdraw_links(team.manager.actor, team.investigator.person.id)
    assert dems.people.withdraw_links(admin.actor, team.investigator.person.id) == Links(1, 1, 1)
    for token in (holder.token, sender.token, alone.upload_token):
        with pytest.raises(NotAuthenticated):
            known(dems, token)
    case = [json.loads(e.detail or b"") for e in dems.custody.read.case(team.manager.actor, team.case.id, Page(99))]
    ended = [e["facts"]["invitation"] for e in case if e["act"] == "invitation.revoke"]
    assert ended == [str(withdrawn.invitation.id), str(holder.invitation.id)]
    auditor = world.somebody("auditor")
    chain = dems.custody.read.person(auditor.actor, team.investigator.person.id, Page(99))
    last = json.loads(chain[-1].detail or b"")
    assert (last["act"], last["facts"]) == ("link.revoke", {"invitations": 1, "intakes": 1, "uploads": 1})
    assert last["actor"]["name"] == admin.person.name
    assert dems.people.withdraw_links(admin.actor, team.investigator.person.id) == Links(0, 0, 0)
    again = dems.custody.read.person(auditor.actor, team.investigator.person.id, Page(99))
    assert len(again) == len(chain), "where nothing is, nothing is written"


def test_a_services_links_are_those_of_the_person_for_whom_it_made_them(dems: Dems, world: World, team: Team) -> None:
    service = world.somebody("integration", service=True)
    both = dems.people.recognise(service.token, on_behalf_of=team.investigator.person.email, request_id=None)
    Sender.declares(dems, both, team.case, b"a")
    assert live(dems, team.investigator) == live(dems, service) == Links(0, 1, 0)


def test_links_end_by_themselves(dems: Dems, team: Team, time: Time) -> None:
    Holder.invited(dems, team)
    time.ahead = timedelta(days=39)
    assert live(dems, team.investigator) == Links(1, 0, 0), "it opens receipts"
    time.ahead = timedelta(days=41)
    assert live(dems, team.investigator) == Links(0, 0, 0)


def test_nobody_who_is_known_has_no_links(dems: Dems, admin: Somebody, world: World) -> None:
    for act in (
        lambda: dems.people.withdraw_links(admin.actor, PersonId(new_id())),
        lambda: dems.people.look_up.links(admin.actor, PersonId(new_id()), dems.clock()),
        lambda: dems.custody.read.person(world.somebody("auditor").actor, PersonId(new_id()), Page(9)),
    ):
        with pytest.raises(NotFound):
            act()
