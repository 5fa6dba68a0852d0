"""People, their tokens, and whom a token stands for."""

from datetime import timedelta
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    AlreadyExists,
    BadRequest,
    Invalid,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PreconditionFailed,
    Refused,
    SelfGrant,
)
from dems.model.actors import Actor, ActorKind
from dems.model.evidence import Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import PersonId, TokenId, new_id
from dems.model.names import OriginalName
from dems.model.people import OrganisationRole, TokenKind
from dems.ports import Once, Page
from dems.steps.declaring import FileDeclared
from tests.conftest import Owner, Team, Time
from tests.world import OPERATOR, Somebody, World


@pytest.fixture
def admin(world: World) -> Somebody:
    return world.somebody("administrator")


def _recognise(dems: Dems, token: str, on_behalf_of: str | None = None) -> Actor:
    return dems.people.recognise(token, on_behalf_of=on_behalf_of, request_id="r-1")


def test_an_address_is_one_person_however_it_is_written(dems: Dems, admin: Somebody) -> None:
    address = f"Ada.{uuid4().hex}@Example.org"
    dems.people.add(admin.actor, name="Ada", email=address, roles=[])
    with pytest.raises(AlreadyExists):
        dems.people.add(admin.actor, name="Another", email=address.swapcase(), roles=[])
    [found] = dems.people.look_up.page(admin.actor, Page(5), email=address.upper())
    assert found.name == "Ada"


def test_adding_with_the_same_key_adds_one_person(dems: Dems, admin: Somebody) -> None:
    once = Once(uuid4().bytes * 2, b"f" * 32)
    address = f"{uuid4().hex}@example.org"
    first = dems.people.add(admin.actor, name="Ada", email=address, roles=[], once=once)
    assert dems.people.add(admin.actor, name="Ada", email=address, roles=[], once=once) == first


def test_nobody_changes_what_they_are_themselves(dems: Dems, admin: Somebody) -> None:
    with pytest.raises(SelfGrant):
        dems.people.change(admin.actor, admin.person.id, if_version=1, roles=[OrganisationRole.AUDITOR])


def test_nobody_issues_a_token_to_themselves(dems: Dems, admin: Somebody) -> None:
    with pytest.raises(SelfGrant):
        dems.people.issue_token(admin.actor, admin.person.id, lasts=timedelta(days=1))


def test_a_change_says_before_and_after_and_keeps_what_is_not_said(
    dems: Dems, world: World, admin: Somebody, as_owner: Owner
) -> None:
    person = world.somebody("investigator", force="Force A").person
    changed = dems.people.change(admin.actor, person.id, if_version=1, roles=[OrganisationRole.AUDITOR])
    assert (changed.name, changed.force, changed.active, changed.version) == (person.name, "Force A", True, 2)
    changed = dems.people.change(admin.actor, person.id, if_version=2, name="New", force="", active=False)
    assert (changed.name, changed.force, changed.active) == ("New", None, False)
    assert dems.people.look_up.one(admin.actor, person.id) == changed
    rows = as_owner(
        "SELECT convert_from(detail, 'utf8') AS detail FROM custody_details d JOIN custody_entries e ON e.id = entry_id "  # noqa: S608
        f"JOIN custody_chains c ON c.id = chain_id WHERE c.subject = '{person.id}' ORDER BY seq"
    )
    assert '"after":{"active":false,"force":null,"name":"New","roles":["auditor"]}' in rows[-1].detail
    assert '"before":{"active":true,"force":"Force A"' in rows[-1].detail


def test_a_change_to_what_is_so_already_is_no_act(dems: Dems, world: World, admin: Somebody) -> None:
    person = world.somebody("investigator").person
    assert dems.people.change(admin.actor, person.id, if_version=1, name=person.name) == person


def test_a_stale_change_is_refused(dems: Dems, world: World, admin: Somebody) -> None:
    person = world.somebody("investigator").person
    with pytest.raises(PreconditionFailed):
        dems.people.change(admin.actor, person.id, if_version=7, name="x")


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(days=-1), timedelta(days=367)])
def test_a_token_has_an_end_and_a_beginning(dems: Dems, world: World, lasts: timedelta) -> None:
    with pytest.raises(Invalid):
        dems.people.issue_token(OPERATOR, world.somebody().person.id, lasts=lasts)


def test_the_inactive_get_no_token_and_only_integrations_a_service_token(dems: Dems, world: World) -> None:
    person = world.somebody("investigator").person
    with pytest.raises(Refused, match="integration"):
        dems.people.issue_token(OPERATOR, person.id, lasts=timedelta(days=1), kind=TokenKind.SERVICE)
    dems.people.change(OPERATOR, person.id, if_version=1, active=False)
    with pytest.raises(Refused, match="not active"):
        dems.people.issue_token(OPERATOR, person.id, lasts=timedelta(days=1))


def test_who_issued_a_token_is_on_record(dems: Dems, world: World, admin: Somebody) -> None:
    person = world.somebody("investigator").person
    token, _ = dems.people.issue_token(admin.actor, person.id, lasts=timedelta(days=1))
    assert token.issued_by == admin.person.id
    held = dems.people.look_up.tokens(admin.actor, person.id, Page(10))
    assert [t.issued_by for t in held] == [None, admin.person.id], "the first came from the command line"


def test_a_token_says_who(dems: Dems, world: World) -> None:
    somebody = world.somebody("investigator")
    actor = _recognise(dems, somebody.token)
    assert (actor.kind, actor.person, actor.request_id) == (ActorKind.PERSON, somebody.person, "r-1")


@pytest.mark.parametrize("token", ["", "dems_api_x", "dems_up_x", "nonsense", "dems_api_\ud800"])
def test_a_token_that_nobody_issued_is_nobody(dems: Dems, token: str) -> None:
    with pytest.raises(NotAuthenticated):
        _recognise(dems, token)


def test_a_revoked_token_is_nobody_and_revoking_it_twice_is_one_act(
    dems: Dems, world: World, admin: Somebody, as_owner: Owner
) -> None:
    somebody = world.somebody("investigator")
    [token] = dems.people.look_up.tokens(admin.actor, somebody.person.id, Page(10))
    dems.people.revoke_token(admin.actor, token.id)
    dems.people.revoke_token(admin.actor, token.id)
    with pytest.raises(NotAuthenticated):
        _recognise(dems, somebody.token)
    [(count,)] = as_owner(
        "SELECT count(*) FROM custody_details d JOIN custody_entries e ON e.id = entry_id "  # noqa: S608
        f"JOIN custody_chains c ON c.id = chain_id WHERE c.subject = '{somebody.person.id}' AND act = 'token.revoke'"
    )
    assert count == 1


def test_an_expired_token_is_nobody(dems: Dems, world: World, time: Time) -> None:
    somebody = world.somebody("investigator")
    time.ahead = timedelta(days=301)
    with pytest.raises(NotAuthenticated):
        _recognise(dems, somebody.token)


def test_the_token_of_somebody_inactive_is_nobody(dems: Dems, world: World) -> None:
    somebody = world.somebody("investigator")
    dems.people.change(OPERATOR, somebody.person.id, if_version=1, active=False)
    with pytest.raises(NotAuthenticated):
        _recognise(dems, somebody.token)


def test_who_is_not_known_cannot_be_looked_up(dems: Dems, admin: Somebody) -> None:
    nobody = PersonId(new_id())
    for act in (
        lambda: dems.people.look_up.one(admin.actor, nobody),
        lambda: dems.people.look_up.tokens(admin.actor, nobody, Page(1)),
        lambda: dems.people.revoke_token(admin.actor, TokenId(new_id())),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_service_acts_for_somebody_known_and_active(dems: Dems, world: World) -> None:
    service = world.somebody("integration", service=True)
    principal = world.somebody("investigator")
    actor = _recognise(dems, service.token, principal.person.email.upper())
    assert (actor.kind, actor.person, actor.on_behalf_of) == (ActorKind.SERVICE, service.person, principal.person)
    assert actor.human == principal.person

    dems.people.change(OPERATOR, principal.person.id, if_version=1, active=False)
    for address in (principal.person.email, "nobody@example.org"):
        with pytest.raises(NotPermitted):
            _recognise(dems, service.token, address)


def test_a_service_that_acts_for_nobody_may_not_act(dems: Dems, world: World) -> None:
    alone = _recognise(dems, world.somebody("integration", service=True).token)
    with pytest.raises(BadRequest, match="On-Behalf-Of"):
        dems.cases.open(alone, reference="x", title="y")


def test_a_person_acts_for_nobody_else(dems: Dems, world: World) -> None:
    with pytest.raises(NotPermitted):
        _recognise(dems, world.somebody("investigator").token, "a@example.org")


def test_an_upload_token_stands_for_who_declared_and_dies_with_their_access(
    dems: Dems, world: World, team: Team, time: Time
) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    assert declared.upload_token is not None
    actor = _recognise(dems, declared.upload_token)
    assert (actor.kind, actor.person, actor.upload_id) == (
        ActorKind.UPLOAD,
        team.investigator.person,
        declared.upload.id,
    )
    with pytest.raises(BadRequest):
        _recognise(dems, declared.upload_token, "a@example.org")
    time.ahead = timedelta(days=38)
    with pytest.raises(NotAuthenticated):
        _recognise(dems, declared.upload_token)
    time.ahead = timedelta(0)
    dems.people.change(OPERATOR, team.investigator.person.id, if_version=1, active=False)
    with pytest.raises(NotAuthenticated):
        _recognise(dems, declared.upload_token)


def test_an_upload_token_of_a_service_carries_both(dems: Dems, world: World, team: Team) -> None:
    service = world.somebody("integration", service=True)
    both = _recognise(dems, service.token, team.investigator.person.email)
    declared = dems.intake.declare(
        both,
        team.case.id,
        exhibit_ref=ExhibitRef("SV/1"),
        description="d",
        kind=Kind.DIGITAL,
        file=FileDeclared(OriginalName(b"n"), 3),
    )
    assert declared.upload_token is not None
    actor = _recognise(dems, declared.upload_token)
    assert (actor.person, actor.on_behalf_of) == (service.person, team.investigator.person)
    dems.people.change(OPERATOR, team.investigator.person.id, if_version=1, active=False)
    with pytest.raises(NotAuthenticated):
        _recognise(dems, declared.upload_token)
