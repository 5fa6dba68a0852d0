"""What a store or another process leaves half done is finished, or left alone, by whoever looks next."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from dems.bootstrap import Dems
from dems.errors import DigestMismatch, NoLongerDue
from dems.model.acts import Act
from dems.model.uploads import Upload, UploadState
from dems.ports import Job, JobKind, Page
from dems.steps.body import Piece
from storage.errors import StoreUnavailable
from tests.conftest import Owner, Team, Time
from tests.faults.faults import Fault, Faults
from tests.faults.faulty_store import FaultyStore
from tests.usecases.altered import altering
from tests.usecases.begun import Begun
from tests.usecases.sending import LARGE, Held, Sender, at_once, digest_of, sealed_once, through
from tests.world import World, pieces


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
        assert held.reached.wait(120)
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
