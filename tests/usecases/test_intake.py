"""One item coming in: declared, received, completed, abandoned, expired, sent again."""

import hashlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import (
    DigestMismatch,
    Incomplete,
    Invalid,
    NoLongerDue,
    NotFound,
    PartsMissing,
    TooLarge,
    WrongState,
)
from dems.model.actors import Actor, ActorKind
from dems.model.digests import Digest
from dems.model.evidence import EvidenceState
from dems.model.ids import EvidenceId, UploadId, new_id
from dems.model.uploads import MAX_OBJECT_SIZE, Upload, UploadState
from dems.ports import Once
from dems.steps.body import Piece
from tests.conftest import Owner, Team, Time
from tests.world import World, pieces

MIB = 2**20


def sha256(data: bytes) -> Digest:
    return Digest.sha256(hashlib.sha256(data).digest())


def _in_store(dems: Dems, upload: Upload) -> int:
    return len(list(dems.store.versions(f"evidence/{upload.evidence_id}/{upload.id}")))


def _state(dems: Dems, team: Team, item: EvidenceId) -> EvidenceState:
    return dems.evidence.look_up.one(team.investigator.actor, item)[0].state


@pytest.mark.parametrize("size", [0, 1, 8 * MIB, 8 * MIB + 1])
def test_what_was_declared_is_sealed(dems: Dems, world: World, team: Team, size: int) -> None:
    content = os.urandom(size)
    item = world.sealed(team.investigator, team.case, content)
    assert (item.state, item.size, item.digests) == (EvidenceState.SEALED, size, {"sha256": sha256(content)})
    _, upload, _ = dems.evidence.look_up.one(team.investigator.actor, item.id)
    assert upload is not None
    assert (upload.state, upload.version_id) == (UploadState.COMPLETED, item.version_id)
    parts = [content[at : at + 8 * MIB] for at in range(0, max(size, 1), 8 * MIB)]
    digests = [hashlib.sha256(part).digest() for part in parts]
    assert upload.parts_sha256 == (digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest())
    [(until,)] = _locked(dems, upload)
    assert until > datetime.now(UTC) + timedelta(days=399)


def _locked(dems: Dems, upload: Upload) -> list[tuple[datetime]]:
    lock = dems.store.head(f"evidence/{upload.evidence_id}/{upload.id}", upload.version_id).lock
    assert lock.mode == "COMPLIANCE"
    assert lock.legal_hold
    assert lock.retain_until is not None
    return [(lock.retain_until,)]


@pytest.mark.parametrize(("sent", "error"), [(b"ab", Incomplete), (b"", Incomplete), (b"abcd", TooLarge)])
def test_a_body_of_another_size_leaves_nothing(
    dems: Dems, world: World, team: Team, sent: bytes, error: type[Exception]
) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    with pytest.raises(error):
        world.receive(team.investigator, declared.upload, sent)
    with pytest.raises(error):
        dems.intake.receive(team.investigator.actor, declared.upload.id, lambda _: (), length=len(sent))
    assert _in_store(dems, declared.upload) == 0
    assert world.receive(team.investigator, declared.upload, b"abc")[1].state is EvidenceState.VERIFYING


@pytest.mark.parametrize("sent", [9 * MIB - 1, 9 * MIB + 1, 17 * MIB, 0])
def test_a_large_body_of_another_size_leaves_nothing(dems: Dems, world: World, team: Team, sent: int) -> None:
    declared = world.declare(team.investigator, team.case, b"", size=9 * MIB)
    assert declared.upload is not None
    with pytest.raises((Incomplete, TooLarge)):
        world.receive(team.investigator, declared.upload, bytes(sent))
    assert _in_store(dems, declared.upload) == 0
    assert not list(dems.store.multiparts(f"evidence/{declared.evidence.id}/")), "its parts are gone"
    assert world.receive(team.investigator, declared.upload, bytes(9 * MIB))[1].state is EvidenceState.VERIFYING


def test_a_second_piece_of_a_file_of_one_part_is_too_much(dems: Dems, world: World, team: Team) -> None:
    closed: list[int] = []

    def two(_: Upload) -> Iterator[Piece]:
        for n in range(2):
            yield Piece(memoryview(b"abc"), 3, None, lambda n=n: closed.append(n))  # type: ignore[misc]

    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    with pytest.raises(TooLarge):
        dems.intake.receive(team.investigator.actor, declared.upload.id, two)
    assert sorted(closed) == [0, 1]
    empty = world.declare(team.investigator, team.case, b"").upload
    assert empty is not None
    with pytest.raises(Incomplete, match="No bytes came"):
        dems.intake.receive(team.investigator.actor, empty.id, lambda _: ())


@pytest.mark.parametrize("size", [0, 100, 8 * MIB + 1])
def test_a_body_changed_on_the_way_leaves_nothing(dems: Dems, world: World, team: Team, size: int) -> None:
    content = os.urandom(size)
    declared = world.declare(team.investigator, team.case, content)
    assert declared.upload is not None

    def files(upload: Upload) -> Iterator[Piece]:
        for piece in pieces(content, upload.part_size):
            assert isinstance(piece.data, memoryview)
            yield Piece(io.BytesIO(piece.data), piece.size, None, piece.close)

    receive, who = dems.intake.receive, team.investigator.actor
    with pytest.raises(DigestMismatch):
        receive(who, declared.upload.id, files, content_digest=sha256(b"another"))
    assert _in_store(dems, declared.upload) == 0
    _, item = receive(who, declared.upload.id, files, content_digest=sha256(content))
    assert item.state is EvidenceState.VERIFYING


def test_a_wrong_declaration_is_a_mismatch_and_takes_a_fresh_upload(dems: Dems, world: World, team: Team) -> None:
    who = team.investigator
    item = world.verifying(who, team.case, b"abc", sha256=sha256(b"other").value)
    item = dems.evidence.seal(item.id)
    assert (item.state, item.digests["sha256"]) == (EvidenceState.MISMATCH, sha256(b"abc"))
    once = Once(uuid4().bytes * 2, b"f" * 32)
    evidence, upload, token = dems.intake.open_upload(who.actor, item.id, size=5, sha256=sha256(b"right"), once=once)
    assert (evidence.state, upload.size, evidence.digests) == (EvidenceState.DECLARED, 5, {})
    again = dems.intake.open_upload(who.actor, item.id, size=5, sha256=sha256(b"right"), once=once)
    assert again[1] == upload
    assert again[2] != token
    with pytest.raises(WrongState, match="still open"):
        dems.intake.open_upload(who.actor, item.id)
    world.receive(who, upload, b"right")
    sealed = dems.evidence.seal(item.id)
    assert (sealed.state, sealed.size, sealed.upload_id) == (EvidenceState.SEALED, 5, upload.id)
    with pytest.raises(WrongState):
        dems.intake.open_upload(who.actor, item.id)
    with pytest.raises(Invalid):
        dems.intake.open_upload(who.actor, item.id, size=MAX_OBJECT_SIZE + 1)


def test_a_fresh_upload_is_opened_by_somebody(dems: Dems, world: World, team: Team) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    dems.intake.abandon(team.investigator.actor, declared.upload.id)
    with pytest.raises(RuntimeError):
        dems.intake.open_upload(Actor(ActorKind.SYSTEM, "DEMS"), declared.evidence.id)
    _, upload, _ = dems.intake.open_upload(team.investigator.actor, declared.evidence.id)
    assert upload.size == 3, "as before where nothing is said"


def test_an_abandoned_upload_takes_nothing_and_is_abandoned_once(dems: Dems, world: World, team: Team) -> None:
    who = team.investigator
    declared = world.declare(who, team.case, b"abc")
    assert declared.upload is not None
    assert dems.intake.abandon(who.actor, declared.upload.id).state is UploadState.ABANDONED
    assert dems.intake.abandon(who.actor, declared.upload.id).state is UploadState.ABANDONED
    with pytest.raises(WrongState, match="abandoned"):
        world.receive(who, declared.upload, b"abc")
    with pytest.raises(WrongState, match="abandoned"):
        dems.intake.complete(who.actor, declared.upload.id)
    done = world.verifying(who, team.case, b"abc")
    assert done.upload_id is not None
    with pytest.raises(WrongState, match="completed"):
        dems.intake.abandon(who.actor, done.upload_id)


def test_an_upload_that_nobody_finished_expires(
    dems: Dems, world: World, team: Team, time: Time, as_owner: Owner
) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    time.ahead = timedelta(days=7, seconds=1)
    dems.upkeep.check_store()
    with pytest.raises(WrongState, match="expired"):
        world.receive(team.investigator, declared.upload, b"abc")
    while dems.intake.expire(at_most=100) == 100:
        pass
    upload, parts = dems.intake.look_up(team.investigator.actor, declared.upload.id)
    assert (upload.state, parts) == (UploadState.EXPIRED, [])
    as_owner("DELETE FROM store_checks WHERE at > now()")
    time.ahead = timedelta(0)
    _, fresh, _ = dems.intake.open_upload(team.investigator.actor, declared.evidence.id)
    world.receive(team.investigator, fresh, b"abc")


def test_a_digest_may_be_declared_until_ours_is_known(dems: Dems, world: World, team: Team) -> None:
    who = team.investigator.actor
    item = world.verifying(team.investigator, team.case, b"abc")
    assert item.upload_id is not None
    upload, _ = dems.intake.complete(who, item.upload_id, sha256=sha256(b"abc"))
    assert upload.declared == sha256(b"abc")
    assert (
        dems.intake.complete(who, item.upload_id, sha256=sha256(b"abc"), once=Once(uuid4().bytes * 2, b"f"))[0]
        == upload
    )
    with pytest.raises(DigestMismatch, match="declared for this upload before"):
        dems.intake.complete(who, item.upload_id, sha256=sha256(b"other"))
    assert dems.evidence.seal(item.id).state is EvidenceState.SEALED


def test_a_late_wrong_declaration_makes_a_mismatch(dems: Dems, world: World, team: Team) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    assert item.upload_id is not None
    dems.intake.complete(team.investigator.actor, item.upload_id, sha256=sha256(b"other"))
    assert dems.evidence.seal(item.id).state is EvidenceState.MISMATCH


def test_after_sealing_a_declaration_only_repeats_or_contradicts(dems: Dems, world: World, team: Team) -> None:
    who = team.investigator.actor
    item = world.verifying(team.investigator, team.case, b"abc")
    assert item.upload_id is not None
    dems.evidence.seal(item.id)
    with pytest.raises(DigestMismatch) as refused:
        dems.intake.complete(who, item.upload_id, sha256=sha256(b"other"))
    assert refused.value.data == {"declared": sha256(b"other").hex, "found": sha256(b"abc").hex}
    with pytest.raises(WrongState, match="too late"):
        dems.intake.complete(who, item.upload_id, sha256=sha256(b"abc"))
    assert dems.intake.complete(who, item.upload_id)[0].state is UploadState.COMPLETED


def test_nothing_is_declared_for_an_upload_that_another_has_followed(dems: Dems, world: World, team: Team) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    dems.intake.abandon(team.investigator.actor, declared.upload.id)
    dems.intake.open_upload(team.investigator.actor, declared.evidence.id)
    with pytest.raises(WrongState, match="newer upload"):
        dems.intake.complete(team.investigator.actor, declared.upload.id, sha256=sha256(b"abc"))


def test_completing_before_the_bytes_came_says_what_to_do(dems: Dems, world: World, team: Team) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    with pytest.raises(PartsMissing, match="PUT /v1/uploads/"):
        dems.intake.complete(team.investigator.actor, declared.upload.id, sha256=sha256(b"abc"))
    assert dems.intake.look_up(team.investigator.actor, declared.upload.id)[0].declared is None


def test_bytes_that_are_in_are_not_taken_again(dems: Dems, world: World, team: Team) -> None:
    item = world.verifying(team.investigator, team.case, b"abc")
    assert item.upload_id is not None
    with pytest.raises(WrongState, match="completed"):
        world.receive(team.investigator, item.upload_id, b"abc")
    with pytest.raises(NotFound):
        world.receive(team.outsider, item.upload_id, b"abc")
    with pytest.raises(NotFound):
        dems.intake.look_up(team.investigator.actor, UploadId(new_id()))


def test_there_is_nothing_to_finish_where_nothing_was_begun(dems: Dems, world: World, team: Team) -> None:
    declared = world.declare(team.investigator, team.case, b"abc")
    assert declared.upload is not None
    with pytest.raises(NoLongerDue):
        dems.intake.finish_completion(declared.upload.id)
    assert _state(dems, team, declared.evidence.id) is EvidenceState.DECLARED
