"""Invitations: what their holders see, and when they are over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from dems.bootstrap import Dems
from dems.errors import (
    BadRequest,
    CaseClosed,
    NotAuthenticated,
    NotFound,
)
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.ids import IntakeId, new_id
from dems.model.invitations import Sent
from dems.model.secrets import Prefix, new_token
from dems.ports import Page
from dems.steps.manifest import Defaults
from tests.conftest import Team, Time
from tests.invited import Holder, close, named, terms
from tests.world import World

Run = Callable[[str], list[Any]]


# --- seeing ---


def test_who_is_invited_sees_what_was_asked_and_what_they_sent(dems: Dems, team: Team, holder: Holder) -> None:
    holder.sent("a", b"abc")
    asked = dems.invitations.look_up.held(holder.actor)
    assert (asked.invitation.id, asked.sent, asked.closed) == (holder.invitation.id, Sent(1, 3), None)
    assert asked.invitation.left(asked.sent) == (4, 999_997)
    _, rows = dems.intakes.look_up.items(holder.actor, holder.invitation.intake_id, Page(10), wanted=None, extra=False)
    assert [r.evidence.exhibit_ref.text for r in rows] == ["NP/1"]
    for somebody in (team.investigator.actor, Actor(ActorKind.INVITATION, "nobody")):
        with pytest.raises(NotFound):
            dems.invitations.look_up.held(somebody)
    stray = replace(holder.actor, intake_id=IntakeId(new_id()))
    with pytest.raises(NotFound):
        dems.invitations.look_up.held(stray)


def test_nothing_else_of_the_case_is_known_to_who_is_invited(
    dems: Dems, world: World, team: Team, holder: Holder
) -> None:
    ours = world.verifying(team.investigator, team.case, b"ours")
    neighbour = Holder.invited(dems, team)
    other, intake_id = neighbour.sent("theirs", b"theirs"), neighbour.invitation.intake_id
    assert ours.upload_id is not None
    assert other.upload is not None
    actor, page = holder.actor, Page(10)
    for what in (
        lambda: dems.cases.look_up.one(actor, team.case.id),
        lambda: dems.evidence.look_up.one(actor, ours.id),
        lambda: dems.evidence.receipt(actor, ours.id),
        lambda: dems.evidence.receipt(actor, other.evidence.id),
        lambda: dems.intake.look_up(actor, ours.upload_id),
        lambda: dems.intake.look_up(actor, other.upload.id),
        lambda: dems.intake.abandon(actor, other.upload.id),
        lambda: dems.intake.open_upload(actor, other.evidence.id),
        lambda: dems.intakes.look_up.one(actor, intake_id),
        lambda: dems.invitations.look_up.page(actor, team.case.id, page),
        lambda: dems.custody.read.item(actor, other.evidence.id, page),
        lambda: dems.intakes.add(actor, intake_id, [named("x", b"")], defaults=Defaults()),
    ):
        with pytest.raises(NotFound):
            what()


def test_what_is_refused_to_them_is_not_said_to_have_been_asked_by_the_inviter(
    dems: Dems, holder: Holder, as_owner: Run
) -> None:
    dems.custody.note_denial(holder.actor, "GET /v1/cases/{case_id}", {"case_id": "x"}, "404")
    (row,) = as_owner("SELECT fact FROM consultations ORDER BY id DESC LIMIT 1")
    assert row[0]["invited"] == {"intake": str(holder.invitation.intake_id), "recipient": "Northshire Police"}


# --- when it is over ---


def all_refused(dems: Dems, holder: Holder, actor: Actor, upload: Any, problem: type[Exception]) -> None:
    """With an actor that was recognised before: nothing rests on what was true then."""
    with pytest.raises(problem):
        dems.intakes.add(actor, holder.invitation.intake_id, [named("late", b"")], defaults=Defaults())
    with pytest.raises(problem):
        dems.intake.abandon(actor, upload.id)
    with pytest.raises(problem):
        dems.intake.receive(actor, upload.id, lambda _: ())


def test_a_withdrawn_invitation_is_dead_at_once(dems: Dems, team: Team, holder: Holder) -> None:
    (row,) = holder.add(named("a", b"abc"))
    actor = holder.actor
    dems.invitations.revoke(team.manager.actor, team.case.id, holder.invitation.id)
    all_refused(dems, holder, actor, row.upload, NotAuthenticated)
    with pytest.raises(NotAuthenticated, match=r"withdrawn\. Ask DI Jane Moss"):
        dems.evidence.receipt(actor, row.evidence.id)
    with pytest.raises(NotAuthenticated, match="withdrawn"):
        _ = holder.actor


def test_one_that_has_ended_takes_nothing_and_gives_receipts_for_thirty_days(
    dems: Dems, holder: Holder, time: Time
) -> None:
    sent = holder.sent("a", b"abc")
    (row,) = holder.add(named("b", b"abc"))
    time.ahead = timedelta(days=10)
    all_refused(dems, holder, holder.actor, row.upload, NotAuthenticated)
    assert dems.evidence.receipt(holder.actor, sent.evidence.id).evidence.id == sent.evidence.id
    asked = dems.invitations.look_up.held(holder.actor)
    assert asked.closed is not None
    assert "ended on" in asked.closed
    time.ahead = timedelta(days=40, minutes=1)
    with pytest.raises(NotAuthenticated):
        _ = holder.actor


def test_it_falls_with_the_wall_the_membership_and_the_account_of_who_invited(
    dems: Dems, world: World, team: Team
) -> None:
    def by(who: Any) -> Holder:
        invitation, _, token = dems.invitations.make(who.actor, team.case.id, terms(dems))
        return Holder(dems, invitation, token)

    people = [world.somebody("investigator") for _ in range(3)]
    for who in people:
        world.join(team.case, who, "investigator", by=team.manager)
    holders = [by(who) for who in people]
    rows = [h.add(named("a", b"abc"))[0] for h in holders]
    actors = [h.actor for h in holders]
    dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=people[0].person.id, reason="kin")
    dems.cases.end_member(team.manager.actor, team.case.id, people[1].person.id)
    for place in (0, 1):
        all_refused(dems, holders[place], actors[place], rows[place].upload, NotFound)
        with pytest.raises(NotFound):
            dems.invitations.look_up.held(holders[place].actor)
    admin = world.somebody("administrator")
    dems.people.change(admin.actor, people[2].person.id, if_version=1, active=False)
    with pytest.raises(NotAuthenticated):
        _ = holders[2].actor


def test_a_closed_case_takes_nothing_by_invitation_and_says_no_more(dems: Dems, team: Team, holder: Holder) -> None:
    sent = holder.sent("a", b"abc")
    close(dems, team)
    with pytest.raises(CaseClosed):
        holder.add(named("b", b""))
    assert dems.invitations.look_up.held(holder.actor).closed == "No more files are taken in for this."
    assert dems.evidence.receipt(holder.actor, sent.evidence.id).entries


def test_an_invitation_acts_for_nobody_else(dems: Dems, team: Team, holder: Holder) -> None:
    with pytest.raises(BadRequest):
        dems.people.recognise(holder.token, on_behalf_of=team.manager.person.email, request_id=None)


def test_a_token_without_an_invitation_behind_it_opens_nothing(dems: Dems, team: Team) -> None:
    stray = Actor(ActorKind.INVITATION, "nobody", team.investigator.person, intake_id=IntakeId(new_id()))
    with pytest.raises(NotFound), dems.transaction() as tx:
        tx.authorise(stray, Act.INTAKE_ADD, case_id=team.case.id, intake_id=stray.intake_id)
    with pytest.raises(NotAuthenticated):
        dems.people.recognise(new_token(Prefix.INTAKE)[0], on_behalf_of=None, request_id=None)


@pytest.mark.parametrize(
    "change", ["max_bytes = 1000001", "recipient = 'somebody else'", "expires_at = now()", "revoked_at = NULL"]
)
def test_nobody_rewrites_what_was_agreed(dems: Dems, team: Team, holder: Holder, as_owner: Run, change: str) -> None:
    dems.invitations.revoke(team.investigator.actor, team.case.id, holder.invitation.id)
    with pytest.raises(DBAPIError, match="only ever withdrawn"):
        as_owner(f"UPDATE invitations SET {change} WHERE id = '{holder.invitation.id}'")  # noqa: S608
