"""Invitations: who makes them, and what their holders may send."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    CaseClosed,
    Invalid,
    LimitReached,
    ManifestRefused,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    WrongState,
)
from dems.model.actors import Actor, ActorKind
from dems.model.digests import Digest
from dems.model.evidence import EvidenceState
from dems.model.exhibits import ExhibitRef
from dems.model.ids import InvitationId, new_id
from dems.model.intakes import MAX_ITEMS
from dems.model.invitations import AT_ONCE, MOST_BYTES, Sent
from dems.model.secrets import Prefix
from dems.ports import CustodyRow, Once, Page
from dems.steps.manifest import Defaults
from dems.usecases.intake.issue_part_urls import PartWanted
from dems.usecases.intake.open_upload import MOST_TIMES_BEGUN
from tests.conftest import Team
from tests.faults.parts_journey import put_directly
from tests.invited import Holder, close, named, terms
from tests.world import World

Run = Callable[[str], list[Any]]


def said(rows: list[CustodyRow]) -> list[dict[str, Any]]:
    return [json.loads(r.detail) for r in rows if r.detail is not None]


# --- making and withdrawing ---


def test_making_and_withdrawing_one_is_in_the_chain_of_the_case(dems: Dems, team: Team) -> None:
    who = team.investigator
    invitation, progress, token = dems.invitations.make(who.actor, team.case.id, terms(dems, source="Their store"))
    assert token.startswith(Prefix.INTAKE)
    assert (progress.sent, progress.last_received_at, progress.counts.declared) == (Sent(), None, 0)
    dems.invitations.revoke(who.actor, team.case.id, invitation.id)
    dems.invitations.revoke(who.actor, team.case.id, invitation.id)
    entries = said(dems.custody.read.case(team.manager.actor, team.case.id, Page(50)))
    made, *revoked = [e for e in entries if e["act"].startswith("invitation.")]
    assert (made["act"], made["facts"]["recipient"], made["facts"]["max_files"]) == (
        "invitation.make",
        "Northshire Police",
        5,
    )
    assert token not in json.dumps(entries)
    assert [e["act"] for e in revoked] == ["invitation.revoke"], "withdrawing twice is one act"
    assert dems.invitations.look_up.one(who.actor, team.case.id, invitation.id)[0].revoked_at is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_files", 0),
        ("max_files", MAX_ITEMS + 1),
        ("max_bytes", 0),
        ("max_bytes", MOST_BYTES + 1),
        ("exhibit_prefix", "\u200b"),
        ("exhibit_prefix", "A" * 63),
    ],
)
def test_impossible_terms_are_refused(dems: Dems, team: Team, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        dems.invitations.make(team.investigator.actor, team.case.id, terms(dems, **{field: value}))
    assert refused.value.data["field"] == field


@pytest.mark.parametrize("days", [-1, 0, 90.01])
def test_an_invitation_ends_later_than_now_and_within_ninety_days(dems: Dems, team: Team, days: float) -> None:
    with pytest.raises(Invalid, match="90 days"):
        Holder.invited(dems, team, expires_at=dems.clock() + timedelta(days=days))


def test_only_who_takes_in_invites_and_a_closed_case_invites_nobody(dems: Dems, team: Team) -> None:
    with pytest.raises(NotPermitted):
        dems.invitations.make(team.manager.actor, team.case.id, terms(dems))
    with pytest.raises(NotFound):
        dems.invitations.make(team.outsider.actor, team.case.id, terms(dems))
    close(dems, team)
    with pytest.raises(CaseClosed):
        Holder.invited(dems, team)


def test_an_invitation_is_made_by_somebody(dems: Dems, team: Team) -> None:
    with pytest.raises(RuntimeError):
        dems.invitations.make(Actor(ActorKind.SYSTEM, "DEMS"), team.case.id, terms(dems))


def test_a_repeated_request_gives_another_link_and_ends_the_first(dems: Dems, team: Team) -> None:
    once, who = Once(uuid4().bytes * 2, b"f" * 32), team.investigator.actor
    first, _, token = dems.invitations.make(who, team.case.id, terms(dems), once=once)
    again, _, other = dems.invitations.make(who, team.case.id, terms(dems), once=once)
    assert again == first
    assert token != other
    with pytest.raises(NotAuthenticated):
        dems.people.recognise(token, on_behalf_of=None, request_id=None)
    assert Holder(dems, first, other).actor.kind is ActorKind.INVITATION


def test_another_cases_invitation_is_unknown_here(dems: Dems, world: World, team: Team, holder: Holder) -> None:
    elsewhere = world.case(team.manager)
    world.join(elsewhere, team.investigator, "investigator", by=team.manager)
    who = team.investigator.actor
    for act in (dems.invitations.look_up.one, dems.invitations.revoke):
        with pytest.raises(NotFound):
            act(who, elsewhere.id, holder.invitation.id)
        with pytest.raises(NotFound):
            act(who, team.case.id, InvitationId(new_id()))
    assert dems.invitations.look_up.page(who, elsewhere.id, Page(10)) == []


def test_the_list_shows_how_far_each_has_come(dems: Dems, team: Team, holder: Holder) -> None:
    empty = Holder.invited(dems, team)
    row = holder.sent("a.mp4", b"abc")
    holder.add(named("b.mp4", b"12345"))
    dems.evidence.seal(row.evidence.id)
    page = dems.invitations.look_up.page(team.investigator.actor, team.case.id, Page(10))
    assert [i.id for i, _ in page] == [holder.invitation.id, empty.invitation.id]
    (_, progress), (_, nothing) = page
    assert progress.sent == Sent(2, 8)
    assert (progress.counts.declared, progress.counts.sealed, progress.counts.missing) == (2, 1, 1)
    assert progress.last_received_at is not None
    assert (nothing.sent, nothing.last_received_at) == (Sent(), None)


# --- sending ---


def test_what_is_sent_is_entered_in_the_name_of_who_was_invited(dems: Dems, team: Team, holder: Holder) -> None:
    row = holder.sent("desk.mp4", b"abc")
    sealed = dems.evidence.seal(row.evidence.id)
    assert (sealed.state, sealed.exhibit_ref.text) == (EvidenceState.SEALED, "NP/1")
    assert (sealed.description, sealed.source) == (holder.invitation.terms.asked_for, "Northshire Police")
    entries = said(dems.custody.read.item(team.investigator.actor, sealed.id, Page(50)))
    declared = entries[0]
    assert (declared["act"], declared["actor"]["kind"], declared["actor"]["name"]) == (
        "evidence.declare",
        "invitation",
        "Northshire Police",
    )
    assert declared["actor"]["person"]["id"] == str(team.investigator.person.id), "who answers for it"
    assert declared["facts"]["invitation"] == str(holder.invitation.id)
    assert declared["facts"]["recipient"] == "Northshire Police"
    completed = next(e for e in entries if e["act"] == "upload.complete")
    assert completed["actor"]["kind"] == "invitation"


def test_who_is_invited_may_describe_what_they_send_but_not_number_or_place_it(
    world: World, team: Team, holder: Holder
) -> None:
    item = world.sealed(team.investigator, team.case, b"ours")
    (row,) = holder.add(named("a", b"x", description="The yard", source="Our recorder"))
    assert (row.evidence.description, row.evidence.source) == ("The yard", "Our recorder")
    (row,) = holder.add(named("b", b"x"), description="The gate")
    assert row.evidence.description == "The gate"
    wrong = [
        named("c", b"x", exhibit_ref=ExhibitRef("XY/1")),
        named("d", b"x"),
        named("e", b"x", derived_from=item.id, part_of=item.id),
    ]
    with pytest.raises(ManifestRefused) as refused:
        holder.add(*wrong)
    errors = [(e["position"], e["field"]) for e in refused.value.data["errors"]]
    assert errors == [(0, "exhibit_ref"), (2, "derived_from"), (2, "part_of")]
    with pytest.raises(Invalid, match="exhibit_prefix"):
        holder.add(named("f", b"x"), exhibit_prefix="ZZ")
    with pytest.raises(Invalid, match=str(AT_ONCE)):
        holder.add(*[named("g", b"")] * (AT_ONCE + 1))


def test_the_limits_hold_to_the_last_file_and_byte(holder: Holder) -> None:
    holder.add(*[named(f"f{n}", b"x" * 200_000) for n in range(3)])
    with pytest.raises(LimitReached) as refused:
        holder.add(named("over", b"x" * 400_001))
    assert refused.value.data == {"files_left": 2, "bytes_left": 400_000}
    holder.add(named("exactly", b"x" * 400_000))
    with pytest.raises(LimitReached):
        holder.add(named("one byte", b"x"))
    holder.add(named("nothing in it", b""))
    with pytest.raises(LimitReached):
        holder.add(named("one file", b""))


def test_a_fresh_upload_counts_what_lies_in_the_store_already(dems: Dems, team: Team) -> None:
    holder = Holder.invited(dems, team, max_bytes=10)
    (row,) = holder.add(named("a", b"1234"))
    assert row.upload is not None
    open_upload, abandon = dems.intake.open_upload, dems.intake.abandon
    abandon(holder.actor, row.upload.id)
    with pytest.raises(LimitReached):
        open_upload(holder.actor, row.evidence.id, size=11)
    once = Once(uuid4().bytes * 2, b"f" * 32)
    _, fresh, token = open_upload(holder.actor, row.evidence.id, size=6, once=once, sha256=Digest.sha256(bytes(32)))
    assert token is None, "the invitation opens it; a token of its own would outlive that"
    assert open_upload(holder.actor, row.evidence.id, size=6, once=once, sha256=Digest.sha256(bytes(32)))[2] is None
    holder.send(replace(row, upload=fresh), b"123456")
    assert dems.evidence.seal(row.evidence.id).state is EvidenceState.MISMATCH
    with pytest.raises(LimitReached):
        open_upload(holder.actor, row.evidence.id, size=5)
    _, last, _ = open_upload(holder.actor, row.evidence.id, size=4)
    holder.send(replace(row, upload=last), b"1234")
    assert dems.evidence.seal(row.evidence.id).state is EvidenceState.SEALED


def test_what_was_announced_counts_though_its_upload_was_abandoned(dems: Dems, team: Team) -> None:
    holder = Holder.invited(dems, team, max_bytes=10)
    (row,) = holder.add(named("a", b"1234"))
    assert row.upload is not None
    wanted = [PartWanted(row.upload.id, 1, hashlib.sha256(b"1234").digest())]
    [(_, address)] = dems.intake.part_urls.of_upload(holder.actor, row.upload.id, wanted).urls
    dems.intake.abandon(holder.actor, row.upload.id)
    assert put_directly(address, b"1234") == 200, "it lies in the store, under its lock"
    with pytest.raises(LimitReached):
        dems.intake.open_upload(holder.actor, row.evidence.id, size=7)
    _, second, _ = dems.intake.open_upload(holder.actor, row.evidence.id, size=6)
    dems.intake.abandon(holder.actor, second.id)
    _, third, _ = dems.intake.open_upload(holder.actor, row.evidence.id, size=6)
    holder.send(replace(row, upload=third), b"123456")
    with dems.transaction() as tx:
        assert tx.invitations.sent(holder.invitation.intake_id) == Sent(1, 10)


def test_one_item_is_begun_so_many_times_and_no_more(dems: Dems, team: Team) -> None:
    holder = Holder.invited(dems, team)
    (row,) = holder.add(named("a", b"1234"))
    assert row.upload is not None
    upload = row.upload
    for _ in range(MOST_TIMES_BEGUN - 1):
        dems.intake.abandon(holder.actor, upload.id)
        _, upload, _ = dems.intake.open_upload(holder.actor, row.evidence.id)
    dems.intake.abandon(holder.actor, upload.id)
    with pytest.raises(LimitReached, match=r"send it as a new file, or ask DI Jane Moss"):
        dems.intake.open_upload(holder.actor, row.evidence.id)


def test_a_fresh_upload_by_a_member_has_a_token(dems: Dems, team: Team, holder: Holder) -> None:
    (row,) = holder.add(named("a", b"1234"))
    assert row.upload is not None
    dems.intake.abandon(holder.actor, row.upload.id)
    assert dems.intake.open_upload(team.investigator.actor, row.evidence.id)[2] is not None


def test_an_upload_ends_with_its_invitation(dems: Dems, team: Team) -> None:
    holder = Holder.invited(dems, team, expires_at=dems.clock() + timedelta(hours=1))
    (row,) = holder.add(named("a", b"x"))
    assert row.upload is not None
    assert row.upload.expires_at == holder.invitation.terms.expires_at


def test_members_do_not_add_to_the_intake_of_an_invitation(dems: Dems, team: Team, holder: Holder) -> None:
    with pytest.raises(WrongState, match="whoever was invited"):
        dems.intakes.add(
            team.investigator.actor, holder.invitation.intake_id, [named("a", b"")], defaults=Defaults("AB")
        )
