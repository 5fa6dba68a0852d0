"""Verification again, with the stored bytes altered, damaged, removed and hidden on the real store."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.engines import Connections
from dems.errors import NoLongerDue, NotReadable, WrongState
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.ids import EvidenceId
from dems.model.spans import Span
from dems.ports import Job, JobKind, Page
from dems.settings import Settings
from dems.usecases.evidence.recheck import TRIES, Recheck
from storage.interface import ByteStream, ObjectStore
from storage.s3 import connect
from storage.settings import S3Settings
from tests.conftest import Owner, Sent, Team
from tests.engines import s3 as boto
from tests.usecases import behind_the_store
from tests.usecases.sending import MIB, through
from tests.world import World


@pytest.fixture
def content() -> bytes:
    return os.urandom(20_000)


@pytest.fixture
def item(world: World, team: Team, content: bytes) -> Evidence:
    return world.sealed(team.investigator, team.case, content)


def _again(dems: Dems, team: Team, item: Evidence) -> Integrity:
    dems.evidence.ask_verification(team.investigator.actor, item.id, reason="a doubt")
    return dems.evidence.recheck(item.id)


def _now(dems: Dems, team: Team, item: Evidence) -> Evidence:
    return dems.evidence.look_up.one(team.investigator.actor, item.id)[0]


def test_what_nobody_touched_is_intact(dems: Dems, team: Team, item: Evidence) -> None:
    assert _again(dems, team, item) is Integrity.INTACT
    now = _now(dems, team, item)
    assert (now.state, now.integrity) == (EvidenceState.SEALED, Integrity.INTACT)
    assert now.checked_at is not None
    assert item.checked_at is not None
    assert now.checked_at > item.checked_at
    [done] = dems.evidence.look_up.verifications(team.investigator.actor, item.id, Page(10))
    assert (done.outcome, done.size, done.digests, done.problem) == (
        Integrity.INTACT,
        20_000,
        (item.digests["sha256"],),
        None,
    )
    assert done.requested_by == team.investigator.person.id


def test_altered_bytes_freeze_the_item_and_are_loud(
    dems: Dems, team: Team, engines: Connections, item: Evidence, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    other = content[:-1] + bytes([content[-1] ^ 1])
    behind_the_store.alter(engines, content, into=other)
    assert _again(dems, team, item) is Integrity.ALTERED

    now = _now(dems, team, item)
    assert (now.state, now.integrity) == (EvidenceState.FROZEN, Integrity.ALTERED)
    assert now.digests == item.digests, "what was sealed is still what was sealed"
    loud = [r for r in caplog.records if r.levelname == "CRITICAL"]
    assert [(r.message, r.__dict__["outcome"]) for r in loud] == [("evidence_not_intact", "altered")]
    with pytest.raises(NotReadable, match="no longer what was sealed"):
        dems.evidence.grant_access(team.investigator.actor, item.id, purpose="p", reason="r")
    [done] = dems.evidence.look_up.verifications(team.investigator.actor, item.id, Page(10))
    assert [d.hex for d in done.digests] == [hashlib.sha256(other).hexdigest()]
    chain = dems.custody.read.item(team.investigator.actor, item.id, Page(50))
    assert b'"act":"evidence.freeze"' in (chain[-1].detail or b"")
    assert b'"outcome":"altered"' in (chain[-2].detail or b"")


def test_a_frozen_item_can_be_verified_again_and_stays_frozen(
    dems: Dems, team: Team, engines: Connections, item: Evidence, content: bytes
) -> None:
    other = bytes([content[0] ^ 1]) + content[1:]
    behind_the_store.alter(engines, content, into=other)
    assert _again(dems, team, item) is Integrity.ALTERED
    assert _again(dems, team, item) is Integrity.ALTERED
    behind_the_store.alter(engines, other, into=content)
    assert _again(dems, team, item) is Integrity.INTACT
    now = _now(dems, team, item)
    assert (now.state, now.integrity) == (EvidenceState.FROZEN, Integrity.INTACT)
    acts = [r.detail for r in dems.custody.read.item(team.investigator.actor, item.id, Page(50))]
    assert sum(b'"act":"evidence.freeze"' in (d or b"") for d in acts) == 1


def test_a_grant_given_before_the_freeze_reads_nothing_after_it(
    dems: Dems, team: Team, engines: Connections, item: Evidence, content: bytes
) -> None:
    who = team.investigator.actor
    grant = dems.evidence.grant_access(who, item.id, purpose="p", reason="r")
    behind_the_store.alter(engines, content, into=bytes([content[0] ^ 1]) + content[1:])
    _again(dems, team, item)
    with pytest.raises(NotReadable):
        dems.evidence.read_content(who, item.id, grant.id, lambda n: Span(0, n))


def test_removed_bytes_are_missing_and_the_item_is_not_readable(
    dems: Dems, team: Team, engines: Connections, item: Evidence, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    behind_the_store.remove(engines, item, tmp_path)
    assert _again(dems, team, item) is Integrity.MISSING
    now = _now(dems, team, item)
    assert (now.state, now.integrity) == (EvidenceState.SEALED, Integrity.MISSING)
    assert any(r.levelname == "CRITICAL" and r.__dict__["outcome"] == "missing" for r in caplog.records)
    with pytest.raises(NotReadable, match="missing"):
        dems.evidence.grant_access(team.investigator.actor, item.id, purpose="p", reason="r")


def test_bytes_removed_before_they_were_sealed_are_a_mismatch(
    dems: Dems, team: Team, world: World, engines: Connections, content: bytes, tmp_path: Path
) -> None:
    item = world.verifying(team.investigator, team.case, content)
    behind_the_store.remove(engines, item, tmp_path)
    found = dems.evidence.seal(item.id)
    assert (found.state, found.digests) == (EvidenceState.MISMATCH, {})
    chain = dems.custody.read.item(team.investigator.actor, item.id, Page(50))
    assert b'"problems":["missing"]' in (chain[-1].detail or b"")


def test_bytes_altered_before_they_were_sealed_are_a_mismatch_with_both_digests(
    dems: Dems, team: Team, world: World, engines: Connections, content: bytes
) -> None:
    item = world.verifying(team.investigator, team.case, content, sha256=hashlib.sha256(content).digest())
    other = bytes([content[0] ^ 1]) + content[1:]
    behind_the_store.alter(engines, content, into=other)
    found = dems.evidence.seal(item.id)
    assert found.state is EvidenceState.MISMATCH
    _, upload, _ = dems.evidence.look_up.one(team.investigator.actor, item.id)
    assert upload is not None
    assert upload.declared is not None
    assert upload.declared.hex == hashlib.sha256(content).hexdigest()
    assert found.digests["sha256"].hex == hashlib.sha256(other).hexdigest()


def test_bytes_altered_between_their_receipt_and_their_reading_back_are_a_mismatch_without_a_declaration(
    dems: Dems, team: Team, world: World, engines: Connections, content: bytes
) -> None:
    item = world.verifying(team.investigator, team.case, content)
    other = bytes([content[0] ^ 1]) + content[1:]
    behind_the_store.alter(engines, content, into=other)
    assert dems.evidence.seal(item.id).state is EvidenceState.MISMATCH
    seal = json.loads(dems.custody.read.item(team.investigator.actor, item.id, Page(100))[-1].detail or b"")
    assert seal["facts"]["problems"] == ["received"]
    assert seal["facts"]["received_sha256"] == hashlib.sha256(content).hexdigest()


class Flipping:
    """The real store, of whose objects one byte has changed on the disk without anybody there noticing."""

    def __init__(self, real: ObjectStore, at: int) -> None:
        self._real, self._at = real, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @contextmanager
    def open(self, *arguments: Any, start: int = 0, **named: Any) -> Iterator[Any]:
        with self._real.open(*arguments, start=start, **named) as stream:
            yield _Flipped(stream, self._at - start)


class _Flipped:
    def __init__(self, stream: ByteStream, at: int) -> None:
        self._stream, self._at = stream, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def readinto(self, buffer: memoryview) -> int:
        count = self._stream.readinto(buffer)
        if 0 <= self._at < count:
            buffer[self._at] ^= 1
        self._at -= count
        return count


@pytest.mark.parametrize("altered", [None, 0, 9 * MIB, 20 * MIB - 1])
def test_parts_altered_between_their_receipt_and_their_reading_back_are_a_mismatch_without_a_declaration(
    dems: Dems, team: Team, world: World, altered: int | None
) -> None:
    item = world.verifying(team.investigator, team.case, os.urandom(20 * MIB))
    reader = dems if altered is None else through(dems, Flipping(dems.store, altered))
    found = reader.evidence.seal(item.id)
    assert found.state is (EvidenceState.SEALED if altered is None else EvidenceState.MISMATCH)
    seal = json.loads(dems.custody.read.item(team.investigator.actor, item.id, Page(100))[-1].detail or b"")
    assert seal["facts"]["problems"] == ([] if altered is None else ["received"])


@pytest.fixture
def impatient(settings: Settings) -> ObjectStore:
    """The real store, asked once: it waits some ten seconds by itself before it says that it cannot read its own copy."""
    s3: S3Settings = settings.s3.model_copy(update={"attempts": 1})
    return connect(s3, s3.buckets.evidence)


def test_a_damaged_disk_block_is_unreadable_at_the_third_try(
    dems: Dems,
    team: Team,
    engines: Connections,
    impatient: ObjectStore,
    item: Evidence,
    content: bytes,
    as_owner: Owner,
    caplog: pytest.LogCaptureFixture,
) -> None:
    behind_the_store.damage(engines, content)
    dems.evidence.ask_verification(team.investigator.actor, item.id)
    as_owner(f"UPDATE jobs SET attempts = {TRIES - 1} WHERE subject = '{item.id}'")  # noqa: S608
    recheck = Recheck(dems.transaction, impatient, dems.clock, timedelta(seconds=60))
    assert recheck(item.id) is Integrity.UNREADABLE
    now = _now(dems, team, item)
    assert (now.state, now.integrity) == (EvidenceState.SEALED, Integrity.UNREADABLE)
    assert any(r.levelname == "CRITICAL" and r.__dict__["outcome"] == "unreadable" for r in caplog.records)
    [done] = dems.evidence.look_up.verifications(team.investigator.actor, item.id, Page(10))
    assert "500" in (done.problem or "")


def test_a_delete_marker_hides_nothing_from_those_who_read_by_version(
    dems: Dems, team: Team, engines: Connections, item: Evidence
) -> None:
    setup = boto.client(engines, engines.s3_setup)
    answer = setup.delete_object(Bucket="evidence", Key=f"evidence/{item.id}/{item.upload_id}")
    setup.close()
    assert answer["DeleteMarker"]
    assert _again(dems, team, item) is Integrity.INTACT
    grant = dems.evidence.grant_access(team.investigator.actor, item.id, purpose="p", reason="r")
    dems.evidence.read_content(team.investigator.actor, item.id, grant.id, lambda n: Span(0, n))


def test_what_is_read_out_wrong_is_verified_at_once(
    dems: Dems, sent: Sent, item: Evidence, caplog: pytest.LogCaptureFixture
) -> None:
    dems.evidence.read_content.doubted(item.id)
    assert Job(JobKind.RECHECK, item.id) in sent.jobs
    assert any(r.levelname == "CRITICAL" and r.message == "content_differs_from_seal" for r in caplog.records)
    assert dems.evidence.recheck(item.id) is Integrity.INTACT


def test_an_item_that_is_not_sealed_has_nothing_to_verify_again(dems: Dems, team: Team, world: World) -> None:
    item = world.verifying(team.investigator, team.case, b"x")
    with pytest.raises(WrongState, match="verifying"):
        dems.evidence.ask_verification(team.investigator.actor, item.id)
    with dems.transaction() as tx:
        tx.jobs.due(Job(JobKind.RECHECK, item.id))
    with pytest.raises(NoLongerDue):
        dems.evidence.recheck(EvidenceId(item.id))
