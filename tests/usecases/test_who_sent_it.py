"""Who sent the bytes of an item that was asked for by an invitation, and whether they came after it was withdrawn."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import NotFound
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.digests import Digest
from dems.model.evidence import EvidenceState
from dems.model.invitations import Sent
from dems.model.times import rfc3339
from dems.ports import EvidenceFilter, IntakeRow, Page
from dems.usecases.evidence.receipt import SentBy
from dems.usecases.intake.complete_many import ToComplete
from dems.usecases.intake.issue_part_urls import PartWanted
from tests.api.intakes import send
from tests.conftest import Team, Time
from tests.invited import Holder, arrivals, named
from tests.world import World, pieces


def directly(dems: Dems, by: Actor, row: IntakeRow, content: bytes) -> None:
    """To the store, as one part; nothing is said of it yet."""
    assert row.upload is not None
    wanted = [PartWanted(row.upload.id, 1, hashlib.sha256(content).digest())]
    ((_, signed),) = dems.intake.part_urls.of_upload(by, row.upload.id, wanted).urls
    assert send({"url": signed.url, "headers": dict(signed.headers)}, content) == 200


def announced(dems: Dems, holder: Holder, row: IntakeRow, content: bytes) -> None:
    directly(dems, holder.actor, row, content)
    assert row.upload is not None
    dems.intakes.complete(holder.actor, holder.invitation.intake_id, [ToComplete(row.upload.id, None)])


def arrived(dems: Dems, team: Team, row: IntakeRow) -> dict[str, Any]:
    """The facts of the entry that says that the bytes came."""
    chain = dems.custody.read.item(team.investigator.actor, row.evidence.id, Page(50))
    entries = [json.loads(e.detail) for e in chain if e.detail is not None]
    (facts,) = [e["facts"] for e in entries if e["act"] == "upload.complete" and "version_id" in e["facts"]]
    found: dict[str, Any] = facts
    return found


# --- who sent it ---


def test_the_invited_are_named_as_the_invitation_names_them(dems: Dems, holder: Holder) -> None:
    row = holder.sent("a", b"abc")
    assert dems.evidence.receipt(holder.actor, row.evidence.id).sent_by == SentBy(
        ActorKind.INVITATION, "Northshire Police", None
    )
    (other,) = holder.add(named("b", b"def"))
    assert dems.evidence.receipt(holder.actor, other.evidence.id).sent_by is None, "it has not come"
    announced(dems, holder, other, b"def")
    dems.evidence.seal_many()
    by = dems.evidence.receipt(holder.actor, other.evidence.id).sent_by
    assert by == SentBy(ActorKind.INVITATION, "Northshire Police", None), "a worker only wrote it down"


def test_what_somebody_else_sends_is_not_said_to_come_from_the_invited(
    dems: Dems, world: World, team: Team, holder: Holder
) -> None:
    (row,) = holder.add(named("a", b"abc"))
    world.receive(team.investigator, row.upload, b"abc")
    receipt = dems.evidence.receipt(holder.actor, row.evidence.id)
    assert receipt.sent_by == SentBy(ActorKind.PERSON, team.investigator.person.name, None)
    (told,) = arrivals(dems, team.investigator.actor, Page(9))
    assert told.text == "1 file (3 bytes) arrived under the invitation to Northshire Police."


def test_a_service_is_named_with_the_person_for_whom_it_sent(dems: Dems, world: World, team: Team) -> None:
    service = world.somebody("integration", service=True)
    acting = Actor(ActorKind.SERVICE, service.person.name, service.person, team.investigator.person)
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    dems.intake.receive(acting, declared.upload.id, lambda u: pieces(b"abc", u.part_size))
    receipt = dems.evidence.receipt(team.investigator.actor, declared.evidence.id)
    assert receipt.sent_by == SentBy(ActorKind.SERVICE, service.person.name, team.investigator.person.name)


def test_a_fresh_upload_after_a_mismatch_was_not_sent_by_whoever_sent_the_first(
    dems: Dems, world: World, team: Team
) -> None:
    wrong = hashlib.sha256(b"other").digest()
    item = world.verifying(team.investigator, team.case, b"abc", sha256=wrong)
    assert dems.evidence.seal(item.id).state is EvidenceState.MISMATCH
    assert dems.evidence.receipt(team.investigator.actor, item.id).sent_by is not None
    dems.intake.open_upload(team.investigator.actor, item.id, sha256=Digest.sha256(wrong))
    assert dems.evidence.receipt(team.investigator.actor, item.id).sent_by is None


def test_the_receipt_of_an_item_that_was_looked_at_a_thousand_times_has_its_seal(
    dems: Dems, world: World, team: Team
) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    with dems.transaction() as tx:
        authority = tx.authorise(team.investigator.actor, Act.EVIDENCE_DESCRIBE, case_id=team.case.id)
        for act in (Act.EVIDENCE_DESCRIBE, Act.UPLOAD_OPEN):
            for _ in range(520):
                tx.custody.append(authority, of_item(item.id), act=act, case_id=team.case.id, evidence_id=item.id)
    dems.evidence.seal(item.id)
    acts = [a for a, _ in dems.evidence.receipt(team.investigator.actor, item.id).entries]
    assert acts[-1] is Act.EVIDENCE_SEAL
    assert acts.count(Act.UPLOAD_OPEN) == 520
    assert Act.EVIDENCE_DESCRIBE not in acts


# --- which items came by an invitation ---


def test_an_item_says_by_which_invitation_it_came(dems: Dems, world: World, team: Team, holder: Holder) -> None:
    row, alone = holder.sent("a", b"abc"), world.verifying(team.investigator, team.case, b"ours")
    look_up, actor = dems.evidence.look_up, team.investigator.actor
    items = [item for item, _, _ in look_up.page(actor, team.case.id, Page(50), EvidenceFilter())]
    assert {i.id for i in items} == {row.evidence.id, alone.id}
    asked = look_up.invitations(actor, items)
    assert {i: a.terms.recipient for i, a in asked.items()} == {holder.invitation.intake_id: "Northshire Police"}
    assert look_up.invitations(actor, [alone]) == {}
    with pytest.raises(NotFound):
        look_up.invitations(team.outsider.actor, items)


# --- after a withdrawal ---


def test_what_was_sent_before_a_withdrawal_lands_and_says_that_it_came_after_it(
    dems: Dems, team: Team, holder: Holder
) -> None:
    holder.sent("before", b"before")
    (row,) = holder.add(named("a", b"abc"))
    announced(dems, holder, row, b"abc")
    dems.invitations.revoke(team.manager.actor, team.case.id, holder.invitation.id)
    (withdrawn, _) = dems.invitations.look_up.one(team.manager.actor, team.case.id, holder.invitation.id)
    assert withdrawn.revoked_at is not None
    assert dems.evidence.seal_many() >= 1
    assert dems.evidence.look_up.one(team.manager.actor, row.evidence.id)[0].state is EvidenceState.SEALED
    assert arrived(dems, team, row)["invitation_withdrawn_at"] == rfc3339(withdrawn.revoked_at)
    early, late = arrivals(dems, team.investigator.actor, Page(9))
    assert (early.sent, early.withdrawn_at) == (Sent(1, 6), None), "never one for both"
    assert (late.sent, late.withdrawn_at) == (Sent(1, 3), withdrawn.revoked_at)
    assert ", after it was withdrawn on " in late.text


def test_what_comes_in_time_says_nothing_of_a_withdrawal(dems: Dems, team: Team, holder: Holder) -> None:
    row = holder.sent("a", b"abc")
    dems.invitations.revoke(team.manager.actor, team.case.id, holder.invitation.id)
    assert "invitation_withdrawn_at" not in arrived(dems, team, row)


def test_what_came_by_an_address_from_before_the_withdrawal_is_not_lost(dems: Dems, team: Team, holder: Holder) -> None:
    """The holder can say nothing of it any more; whoever works on the case takes it in, in their own name."""
    (row,) = holder.add(named("a", b"abc"))
    assert row.upload is not None
    directly(dems, holder.actor, row, b"abc")
    dems.invitations.revoke(team.manager.actor, team.case.id, holder.invitation.id)
    dems.intake.complete(team.investigator.actor, row.upload.id)
    assert dems.evidence.seal(row.evidence.id).state is EvidenceState.SEALED
    assert "invitation_withdrawn_at" not in arrived(dems, team, row), "the one who took it in says so"
    receipt = dems.evidence.receipt(team.investigator.actor, row.evidence.id)
    assert receipt.sent_by == SentBy(ActorKind.PERSON, team.investigator.person.name, None)
    (told,) = arrivals(dems, team.investigator.actor, Page(9))
    assert told.withdrawn_at is not None


# --- when it came ---


def test_a_file_came_when_the_store_had_it_and_not_when_it_was_read_back(
    dems: Dems, team: Team, holder: Holder, time: Time
) -> None:
    (row,) = holder.add(named("a", b"abc"))
    announced(dems, holder, row, b"abc")
    sent_at = datetime.now(UTC)
    time.ahead = timedelta(hours=3)
    dems.evidence.seal_many()
    receipt = dems.evidence.receipt(team.investigator.actor, row.evidence.id)
    assert receipt.upload is not None
    assert receipt.upload.completed_at is not None
    assert abs(receipt.upload.completed_at - sent_at) < timedelta(minutes=1)
    sealed_at = receipt.evidence.sealed_at
    assert sealed_at is not None
    assert sealed_at - sent_at > timedelta(hours=2)
