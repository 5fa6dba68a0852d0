"""Intakes and uploads asked for again, at their limits, and by stores and databases that changed in the middle."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import DigestMismatch, Invalid, LimitReached, NoLongerDue, WrongState
from dems.model.acts import Act
from dems.model.evidence import Kind
from dems.model.exhibits import ExhibitRef
from dems.model.intakes import MOST_ITEMS
from dems.model.names import OriginalName
from dems.model.uploads import Upload, UploadState
from dems.ports import Job, JobKind, Once, Page
from dems.steps.body import Piece
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared
from dems.usecases.intake.complete_many import ToComplete
from storage.errors import StoreUnavailable
from tests.conftest import Owner, Team, Time
from tests.faults.faults import Fault, Faults
from tests.faults.faulty_store import FaultyStore
from tests.faults.parts_journey import put_directly
from tests.invited import Holder
from tests.usecases.begun import Begun
from tests.usecases.sending import LARGE, Held, Sender, at_once, digest_of, sealed_once, through
from tests.world import World, pieces

DEFAULTS = Defaults("SND", "A file")


def item(name: bytes, content: bytes) -> ItemDeclared:
    return ItemDeclared(FileDeclared(OriginalName(name), len(content), None))


def once() -> Once:
    return Once(uuid4().bytes * 2, b"f" * 32)


@pytest.fixture
def large(dems: Dems, team: Team) -> Sender:
    return Sender.declares(dems, team.investigator.actor, team.case, os.urandom(LARGE))


class Altered:
    """A transaction, or a repository of it, of which some calls answer otherwise."""

    def __init__(self, real: Any, **answers: Any) -> None:
        self._real, self._answers = real, answers

    def __getattr__(self, name: str) -> Any:
        return self._answers[name] if name in self._answers else getattr(self._real, name)


def altering(dems: Dems, repository: str, **answers: Callable[..., Any]) -> Callable[[], Any]:
    """Transactions in which calls of one repository answer otherwise."""

    @contextmanager
    def transaction() -> Iterator[Any]:
        with dems.transaction() as tx:
            yield Altered(tx, **{repository: Altered(getattr(tx, repository), **answers)})

    return transaction


def test_an_intake_that_is_declared_again_is_the_same_with_a_new_token(dems: Dems, team: Team) -> None:
    key, who = once(), team.investigator.actor
    items = [item(b"a", b"1"), item(b"b", b"22")]
    first, counts, token = dems.intakes.declare(who, team.case.id, items, defaults=DEFAULTS, once=key)
    again, counts_again, token_again = dems.intakes.declare(who, team.case.id, items, defaults=DEFAULTS, once=key)
    assert (again, counts_again) == (first, counts)
    assert token_again != token


def test_what_is_added_again_was_added_once_and_all_has_a_limit(dems: Dems, team: Team) -> None:
    key, who = once(), team.investigator.actor
    intake, _, _ = dems.intakes.declare(who, team.case.id, [item(b"a", b"1")], defaults=DEFAULTS)
    with pytest.raises(Invalid, match="1 to 10000 items at once"):
        dems.intakes.add(who, intake.id, [], defaults=DEFAULTS)
    added = dems.intakes.add(who, intake.id, [item(b"b", b"22")], defaults=DEFAULTS, once=key)
    again = dems.intakes.add(who, intake.id, [item(b"b", b"22")], defaults=DEFAULTS, once=key)
    assert [r.evidence.id for r in again] == [r.evidence.id for r in added]
    full = replace(dems.intakes.add, transaction=altering(dems, "intakes", size=lambda _: MOST_ITEMS))
    with pytest.raises(LimitReached, match="at most 50000 items: begin another"):
        full(who, intake.id, [item(b"c", b"333")], defaults=DEFAULTS)
    other = once()
    dems.intakes.add(who, intake.id, [item(b"c", b"333")], defaults=DEFAULTS, once=other)
    assert len(dems.intakes.look_up.one(who, intake.id)) == 2


def test_a_physical_item_that_is_declared_again_is_the_same(dems: Dems, team: Team) -> None:
    key, ref = once(), ExhibitRef(f"PH/{uuid4().hex[:8]}")

    def declare() -> Any:
        return dems.intake.declare(
            team.investigator.actor,
            team.case.id,
            exhibit_ref=ref,
            description="A notebook",
            kind=Kind.PHYSICAL,
            file=None,
            once=key,
        )

    first, again = declare(), declare()
    assert (again.evidence.id, again.upload, again.replayed) == (first.evidence.id, None, True)


def test_equal_bytes_in_a_case_are_shown_to_each_other(dems: Dems, team: Team, world: World) -> None:
    content = os.urandom(100)
    one, two = (world.sealed(team.investigator, team.case, content) for _ in range(2))
    world.sealed(team.investigator, team.case, b"other bytes")
    found = dems.evidence.look_up.duplicates(team.investigator.actor, one.id)
    assert [e.id for e in found] == [two.id]


def test_what_many_completions_leave_to_one_by_one(dems: Dems, team: Team) -> None:
    content, small = os.urandom(LARGE), os.urandom(50)
    sender = Sender.declares(dems, team.investigator.actor, team.case, content, small)
    two_parts, one_part = sender.uploads()
    assert put_directly(sender.address(1, small, upload=one_part), small) == 200
    result = dems.intakes.complete(
        sender.who, sender.intake, [ToComplete(two_parts.id, None), ToComplete(one_part.id, None)]
    )
    assert [o.upload_id for o in result.one_by_one] == [two_parts.id]
    assert [u.id for u in result.uploads] == [one_part.id]
    again = dems.intakes.complete(sender.who, sender.intake, [ToComplete(one_part.id, digest_of(small))])
    assert [u.state for u in again.uploads] == [UploadState.COMPLETING]


def test_a_digest_that_was_declared_before_is_not_declared_again(dems: Dems, team: Team) -> None:
    small = os.urandom(50)
    declared = ItemDeclared(FileDeclared(OriginalName(b"a"), len(small), digest_of(small)))
    who = team.investigator.actor
    intake, _, token = dems.intakes.declare(who, team.case.id, [declared], defaults=DEFAULTS)
    sender = Sender(dems, who, intake.id, token, [small])
    assert sender.directly(1) == 200
    sender.announces()
    sealed_once(sender)


def test_parts_that_the_store_does_not_throw_away_are_tried_again(large: Sender, dems: Dems) -> None:
    large.directly(1)
    dems.intake.abandon(large.who, large.upload.id)
    refusing = through(dems, FaultyStore(dems.store, Faults({"abort": Fault.REFUSED})))
    with pytest.raises(StoreUnavailable):
        refusing.intake.discard_parts(large.upload.id)
    with pytest.raises(NoLongerDue):
        dems.intake.discard_parts(large.upload.id)
    with dems.transaction() as tx:
        assert large.upload.id in tx.uploads.multiparts([large.upload.id]), (
            "still known, so that it is thrown away later"
        )


def test_an_upload_whose_completion_began_meanwhile_does_not_expire(
    dems: Dems, begin: Callable[[bytes], Begun], time: Time
) -> None:
    begun = begin(os.urandom(100))
    begun.intend()
    time.ahead = timedelta(days=30)
    expire = replace(
        dems.intake.expire, transaction=altering(dems, "uploads", expired=lambda _at, _most: [begun.upload])
    )
    assert expire() == 1
    with dems.transaction() as tx:
        assert tx.uploads.get(begun.upload.id).state is UploadState.COMPLETING


def test_what_is_sealed_by_somebody_else_meanwhile_is_no_longer_due(
    dems: Dems, world: World, team: Team, as_owner: Owner
) -> None:
    waiting = world.verifying(team.investigator, team.case, os.urandom(100))
    held = Held(dems.store, "settle")

    def overtake() -> None:
        assert held.reached.wait(30)
        as_owner(f"UPDATE jobs SET leased_until = now() - interval '1 s' WHERE subject = '{waiting.id}'")  # noqa: S608
        dems.evidence.seal(waiting.id)
        held.go_on.set()

    late, _ = at_once(lambda: through(dems, held).evidence.seal(waiting.id), overtake)
    assert isinstance(late, NoLongerDue), late
    chain = dems.custody.read.item(team.investigator.actor, waiting.id, Page(100))
    acts = [json.loads(row.detail)["act"] for row in chain if row.detail is not None]
    assert acts.count(Act.EVIDENCE_SEAL.value) == 1


def test_a_part_is_what_its_digest_says_and_is_stored_once(large: Sender, dems: Dems) -> None:
    data = large.part(2)
    with pytest.raises(DigestMismatch, match="changed on the way"):
        dems.intake.receive_part(
            large.who,
            large.upload.id,
            2,
            lambda _: iter([Piece(memoryview(data), len(data), None, lambda: None)]),
            length=len(data),
            content_digest=digest_of(b"x"),
        )
    first, again = large.relays(2), large.relays(2)
    assert (again.etag, again.sha256) == (first.etag, hashlib.sha256(data).digest())
    large.relays(1)
    large.completes()
    sealed_once(large)


def test_the_intake_of_an_invitation_is_its_holders(dems: Dems, team: Team) -> None:
    holder = Holder.invited(dems, team)
    with pytest.raises(WrongState, match="whoever was invited"):
        dems.intakes.add(team.investigator.actor, holder.invitation.intake_id, [item(b"a", b"1")], defaults=DEFAULTS)


@pytest.mark.parametrize(
    ("size", "plan"),
    [
        (LARGE, {"complete": Fault.REFUSED}),
        (100, {"put": Fault.ANSWER_LOST}),
        (100, {"put": Fault.REFUSED, "versions": Fault.REFUSED}),
    ],
)
def test_what_the_store_does_not_answer_for_is_left_to_those_who_look(
    dems: Dems, world: World, team: Team, size: int, plan: dict[str, Fault]
) -> None:
    content = os.urandom(size)
    declared = world.declare(team.investigator, team.case, content)
    assert declared.upload is not None
    silent = through(dems, FaultyStore(dems.store, Faults(dict(plan))))

    def body(upload: Upload) -> Iterator[Piece]:
        return iter(pieces(content, upload.part_size))

    with pytest.raises(StoreUnavailable):
        silent.intake.receive(
            team.investigator.actor, declared.upload.id, body, length=size, content_digest=digest_of(content)
        )
    with dems.transaction() as tx:
        intent = tx.uploads.completion(declared.upload.id)
        assert intent is not None, "whoever looks ends it, and nobody else"
        tx.jobs.due(Job(JobKind.FINISH_COMPLETION, declared.upload.id))
    # Its process may live and be putting bytes there: while its lease runs, only what is there counts.
    found = dems.intake.finish_completion(declared.upload.id)
    there = plan.get("put") is Fault.ANSWER_LOST or size == LARGE
    assert found is (UploadState.COMPLETED if there else UploadState.COMPLETING)
