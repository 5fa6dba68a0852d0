"""What the store says of parts that is not what was announced."""

import hashlib
import os
import time as clock
from datetime import UTC, datetime, timedelta

import pytest

from dems.bootstrap import Dems
from dems.errors import IntegrityBroken, PartsMissing
from dems.model.evidence import EvidenceState
from dems.model.uploads import UploadState
from dems.ports import Promise
from dems.steps.promises import parts_in_store
from storage.errors import StoreUnavailable
from storage.interface import Lock
from tests.conftest import Owner, Team
from tests.faults.faults import Fault, Faults
from tests.faults.faulty_store import FaultyStore
from tests.faults.parts_journey import put_directly
from tests.usecases.sending import LARGE, Sender, orphans, sealed_once, through


def _read(dems: Dems, key: str, version_id: str) -> bytes:
    with dems.store.open(key, version_id) as stream:
        out = bytearray(stream.info.stored.size)
        at = 0
        while count := stream.readinto(memoryview(out)[at:]) if at < len(out) else 0:
            at += count
        return bytes(out)


def _puts_past_us(sender: Sender, data: bytes) -> None:
    """As whoever has the application's key could: other bytes in the place of part 1."""
    with sender.dems.transaction() as tx:
        multipart = tx.uploads.multiparts([sender.upload.id])[sender.upload.id]
    begun = sender.dems.store.resume(sender.key, multipart.multipart_id)
    begun.put_part(1, data, size=len(data), sha256=hashlib.sha256(data).digest())


def test_a_part_of_another_size_in_the_store_is_none(large: Sender, dems: Dems) -> None:
    large.directly(2)
    address = large.address(1)
    _puts_past_us(large, os.urandom(6 * 2**20))
    assert [p.number for p in dems.intake.look_up(large.who, large.upload.id)[1]] == [2]
    with pytest.raises(PartsMissing) as refused:
        large.completes()
    assert refused.value.data["missing"] == [1]
    # SeaweedFS lists both copies with times in whole seconds: the later one must be seen to be later.
    clock.sleep(1.1)
    assert put_directly(address, large.part(1)) == 200
    assert large.completes().state is UploadState.COMPLETED
    assert large.sealed().state is EvidenceState.SEALED


def test_parts_that_the_store_threw_away_are_missing(large: Sender, dems: Dems) -> None:
    for number in (1, 2):
        large.directly(number)
    with dems.transaction() as tx:
        multipart = tx.uploads.multiparts([large.upload.id])[large.upload.id]
    dems.store.resume(large.key, multipart.multipart_id).abort()
    assert dems.intake.look_up(large.who, large.upload.id)[1] == []
    with pytest.raises(PartsMissing) as refused:
        large.completes()
    assert refused.value.data["missing"] == [1, 2]
    assert large.upload.state is UploadState.OPEN


def test_parts_that_were_announced_and_never_begun_are_missing(large: Sender, dems: Dems) -> None:
    silent = FaultyStore(dems.store, Faults({"begin": Fault.REFUSED, "begin #2": Fault.REFUSED}))
    late = Sender(through(dems, silent), large.who, large.intake, large.token, large.contents)
    for number in (1, 2):
        with pytest.raises(StoreUnavailable):
            late.relays(number)
    with pytest.raises(PartsMissing) as refused:
        large.completes()
    assert refused.value.data["missing"] == [1, 2]
    for number in (1, 2):
        large.relays(number)
    assert large.completes().state is UploadState.COMPLETED
    sealed_once(large)


def test_a_part_of_which_the_store_has_another_copy_is_asked_for_anew_and_may_be_sent_again(
    large: Sender, as_owner: Owner
) -> None:
    """As where a part that was known was sent once more directly, to a store whose ETags are not of the bytes alone."""
    for number in (1, 2):
        large.relays(number)
    etag = '"00000000000000000000000000000000"'
    as_owner(f"UPDATE upload_parts SET etag = '{etag}' WHERE upload_id = '{large.upload.id}' AND number = 1")  # noqa: S608
    with pytest.raises(PartsMissing, match="refused to put the parts together"):
        large.completes()
    assert large.upload.state is UploadState.OPEN
    large.relays(1)
    assert large.completes().state is UploadState.COMPLETED
    sealed_once(large)


def test_a_part_replaced_past_us_is_never_sealed(large: Sender, dems: Dems) -> None:
    for number in (1, 2):
        large.relays(number)
    _puts_past_us(large, os.urandom(len(large.part(1))))
    large.completes()
    [version] = dems.store.versions(large.key)
    same = _read(dems, large.key, version.version_id) == large.contents[0]
    item = large.sealed()
    assert item.state is (EvidenceState.SEALED if same else EvidenceState.MISMATCH)


def test_other_bytes_at_the_key_are_left_alone_and_the_upload_may_be_abandoned(
    large: Sender, dems: Dems, as_owner: Owner
) -> None:
    for number in (1, 2):
        large.relays(number)
    lock = Lock(datetime.now(UTC) + timedelta(minutes=2))
    dems.store.put(large.key, b"x", size=1, sha256=hashlib.sha256(b"x").digest(), lock=lock)
    with pytest.raises(IntegrityBroken):
        large.completes()
    assert dems.intake.abandon(large.who, large.upload.id).state is UploadState.ABANDONED
    assert orphans(dems, large.key, as_owner) == ["unrecorded"]


def test_of_an_upload_that_was_not_begun_the_store_has_no_part(dems: Dems, team: Team) -> None:
    sender = Sender.declares(dems, team.investigator.actor, team.case, os.urandom(LARGE))
    promised = {1: Promise(1, 8 * 2**20, b"\0" * 32, None)}
    assert parts_in_store(dems.store, sender.upload, None, promised) == []
