"""Receipts for whoever sent something, and announcements for whoever asked for it."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    NotAuthenticated,
    NotFound,
)
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.evidence import Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId
from dems.model.invitations import Sent
from dems.ports import Page
from dems.usecases.intake.complete_many import ToComplete
from dems.usecases.intake.issue_part_urls import PartWanted
from tests.api.intakes import send
from tests.conftest import Team, Time
from tests.invited import Holder, arrivals, named
from tests.world import World

Run = Callable[[str], list[Any]]


# --- receipts ---


def test_a_receipt_has_what_was_found_and_the_entries_that_say_so(dems: Dems, team: Team, holder: Holder) -> None:
    (row,) = holder.add(named("a", b"abc"))
    assert [a for a, _ in dems.evidence.receipt(holder.actor, row.evidence.id).entries] == [Act.EVIDENCE_DECLARE]
    holder.send(row, b"abc")
    dems.evidence.seal(row.evidence.id)
    dems.evidence.grant_access(team.investigator.actor, row.evidence.id, purpose="look", reason="x")
    receipt = dems.evidence.receipt(holder.actor, row.evidence.id)
    acts = [Act.EVIDENCE_DECLARE, Act.UPLOAD_RECEIVE, Act.UPLOAD_COMPLETE, Act.EVIDENCE_SEAL]
    assert [a for a, _ in receipt.entries] == acts, "who looked at it later is not told"
    assert all(hashlib.sha256(b"\0" + r.leaf).digest() == r.leaf_hash for _, r in receipt.entries)
    assert receipt.upload is not None
    assert receipt.upload.completed_at is not None
    member = dems.evidence.receipt(team.manager.actor, row.evidence.id)
    assert member.entries == receipt.entries
    with pytest.raises(NotFound):
        dems.evidence.receipt(team.outsider.actor, row.evidence.id)


def test_an_item_without_an_upload_has_a_receipt_too(dems: Dems, team: Team) -> None:
    item = dems.intake.declare(
        team.investigator.actor, team.case.id, exhibit_ref=ExhibitRef("PH/1"), description="", kind=Kind.PHYSICAL
    ).evidence
    receipt = dems.evidence.receipt(team.investigator.actor, EvidenceId(item.id))
    assert (receipt.upload, len(receipt.entries)) == (None, 1)


def test_an_upload_token_opens_its_receipt_for_thirty_days(dems: Dems, world: World, team: Team, time: Time) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload_token is not None

    def receipt() -> Any:
        actor = dems.people.recognise(declared.upload_token or "", on_behalf_of=None, request_id=None)
        return dems.evidence.receipt(actor, declared.evidence.id)

    assert receipt().entries
    time.ahead = timedelta(days=36)
    assert receipt().entries
    time.ahead = timedelta(days=38)
    with pytest.raises(NotAuthenticated):
        receipt()


# --- announcements ---


def test_the_inviter_and_who_leads_the_case_are_told_together_of_what_arrives(
    dems: Dems, world: World, team: Team, holder: Holder, time: Time
) -> None:
    lead, colleague = world.somebody("lead_investigator"), world.somebody("investigator")
    world.join(team.case, lead, "lead_investigator", by=team.manager)
    world.join(team.case, colleague, "investigator", by=team.manager)
    read = partial(arrivals, dems)

    def told(who: Any) -> list[tuple[int, int]]:
        return [(a.sent.files, a.sent.bytes) for a in read(who.actor, Page(50))]

    holder.sent("a", b"abc")
    holder.sent("b", b"de")
    assert told(lead) == told(team.investigator) == [(2, 5)]
    assert told(colleague) == told(team.outsider) == []
    holder.sent("c", b"f")
    assert told(lead) == [(2, 5), (1, 1)], "what was seen does not change any more"
    first = read(lead.actor, Page(1))[0]
    assert first.text == "2 files (5 bytes) arrived under the invitation to Northshire Police."
    (later,) = read(lead.actor, Page(50, after=first.id))
    assert later.text == "1 file (1 byte) arrived under the invitation to Northshire Police."
    time.ahead = timedelta(minutes=11)
    holder.sent("d", b"g")
    assert told(team.investigator) == [(2, 5), (1, 1), (1, 1)]


def test_ten_minutes_make_another_announcement_though_nobody_looked(
    dems: Dems, team: Team, holder: Holder, time: Time
) -> None:
    holder.sent("a", b"abc")
    time.ahead = timedelta(minutes=11)
    holder.sent("b", b"de")
    assert [a.sent.files for a in arrivals(dems, team.investigator.actor, Page(9))] == [1, 1]


def test_nobody_is_told_of_a_case_that_they_may_not_know_of_any_more(dems: Dems, team: Team, holder: Holder) -> None:
    holder.sent("a", b"abc")
    dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=team.investigator.person.id, reason="kin")
    assert dems.invitations.announcements(team.investigator.actor, Page(9)) == []
    dems.cases.lower_wall(team.manager.actor, team.case.id, person_id=team.investigator.person.id)
    assert len(dems.invitations.announcements(team.investigator.actor, Page(9))) == 1


def test_the_installation_has_no_announcements(dems: Dems) -> None:
    assert dems.invitations.announcements(Actor(ActorKind.SYSTEM, "DEMS"), Page(9)) == []


def test_what_a_worker_finds_in_the_store_is_announced_too(dems: Dems, team: Team, holder: Holder) -> None:
    (row,) = holder.add(named("a", b"abc"))
    assert row.upload is not None
    digest = hashlib.sha256(b"abc").digest()
    found = dems.intake.part_urls.of_intake(
        holder.actor, holder.invitation.intake_id, [PartWanted(row.upload.id, 1, digest)]
    )
    ((_, signed),) = found.urls
    assert send({"url": signed.url, "headers": dict(signed.headers)}, b"abc") == 200
    dems.intakes.complete(holder.actor, holder.invitation.intake_id, [ToComplete(row.upload.id, None)])
    read = partial(arrivals, dems)
    assert read(team.investigator.actor, Page(9)) == []
    assert dems.evidence.seal_many() >= 1
    chain = dems.custody.read.item(team.investigator.actor, row.evidence.id, Page(9))
    entries = [json.loads(e.detail) for e in chain if e.detail is not None]
    (arrived,) = [e["facts"]["sent_by"] for e in entries if e["act"] == "upload.complete"]
    assert (arrived["kind"], arrived["recipient"]) == ("invitation", "Northshire Police"), "a worker only wrote it down"
    (told,) = read(team.investigator.actor, Page(9))
    assert (told.sent, told.intake_id) == (Sent(1, 3), holder.invitation.intake_id)
