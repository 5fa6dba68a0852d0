"""What can be wrong with bytes, versions and locks, each found by one look through all that an installation holds."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dems.layout import evidence_key
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.ids import EvidenceId
from storage.interface import StoredVersion
from tests.engines import s3 as boto
from tests.usecases import behind_the_store
from tests.usecases.spoilt import Spoilt, spoilt_installation


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    with spoilt_installation(tmp_path_factory.mktemp("engines to spoil")) as installation:
        yield installation


def of(spoilt: Spoilt, item: Evidence) -> list[str]:
    return [w.partition("): ")[2] for w in spoilt.wrong if w.startswith(f"item {item.id} (")]


@pytest.mark.no_cover
def test_bytes_that_are_altered_damaged_or_gone_are_named(spoilt: Spoilt) -> None:
    contents = [os.urandom(5_000) for _ in range(3)]
    altered, damaged, gone = (spoilt.sealed(content) for content in contents)
    unversioned = spoilt.sealed()
    connections = spoilt.engines.connections
    behind_the_store.alter(connections, contents[0], into=bytes([contents[0][0] ^ 1]) + contents[0][1:])
    behind_the_store.damage(connections, contents[1])
    behind_the_store.remove(connections, gone, spoilt.scratch)
    spoilt.change("UPDATE evidence SET version_id = NULL WHERE id = :id", id=unversioned.id)
    spoilt.look()
    assert of(spoilt, altered) == ["its bytes are not what was sealed"]
    assert len(of(spoilt, damaged)) == len(of(spoilt, gone)) == 1
    assert "its bytes cannot be had" in of(spoilt, damaged)[0]
    assert "its bytes cannot be had" in of(spoilt, gone)[0]
    assert of(spoilt, unversioned) == ["it is sealed and has no version in the store"]
    middle = len(contents[1]) // 2
    flipped = contents[1][:middle] + bytes([contents[1][middle] ^ 1]) + contents[1][middle + 1 :]
    behind_the_store.damage(connections, flipped)  # as it was: the store takes its time over damaged bytes
    spoilt.look(read_bytes=False)
    assert of(spoilt, altered) == [], "its bytes were not read"
    assert "its bytes cannot be had" in of(spoilt, gone)[0]


def test_what_was_on_record_as_altered_before_is_told_apart(spoilt: Spoilt) -> None:
    content = os.urandom(5_000)
    item = spoilt.sealed(content)
    behind_the_store.alter(spoilt.engines.connections, content, into=bytes([content[0] ^ 1]) + content[1:])
    spoilt.dems.evidence.ask_verification(spoilt.team.investigator.actor, item.id, reason="a doubt")
    assert spoilt.dems.evidence.recheck(item.id) is Integrity.ALTERED
    looked = spoilt.look()
    assert of(spoilt, item) == []
    [told] = [k for k in spoilt.known if str(item.id) in k]
    assert told.endswith("its bytes are not what was sealed; it was on record as altered before")
    assert looked.known == len(spoilt.known)


def stored(item: Evidence) -> StoredVersion:
    assert item.upload_id is not None
    assert item.version_id is not None
    return StoredVersion(evidence_key(item.id, item.upload_id), item.version_id, item.size or 0)


def test_a_lock_that_is_less_than_it_was_is_named(spoilt: Spoilt) -> None:
    content = os.urandom(64)
    unlocked, shortened, unheld = spoilt.sealed(content), spoilt.sealed(), spoilt.sealed()
    spoilt.dems.store.release_hold(stored(unheld))
    spoilt.change(
        "UPDATE object_locks SET locked_until = locked_until + interval '9 years' WHERE evidence_id = :id",
        id=shortened.id,
    )
    connections = spoilt.engines.connections
    client = boto.client(connections, connections.s3_setup)
    bare = client.put_object(Bucket="evidence", Key=stored(unlocked).key, Body=content)["VersionId"]
    client.close()
    spoilt.change("UPDATE evidence SET version_id = :v WHERE id = :id", v=bare, id=unlocked.id)
    spoilt.look()
    assert of(spoilt, unheld) == ["its legal hold is gone"]
    assert of(spoilt, shortened)[0].startswith("its lock ends on ")
    assert of(spoilt, unlocked) == ["its lock is gone, not COMPLIANCE"]
    fine = spoilt.sealed()
    spoilt.time.ahead = timedelta(days=500)
    try:
        spoilt.look(read_bytes=False)
    finally:
        spoilt.time.ahead = timedelta(0)
    assert of(spoilt, fine)[0].startswith("its lock ended on ")


def test_a_completed_upload_without_its_version_is_named_unless_its_chain_says_so(spoilt: Spoilt) -> None:
    kept, gone, unversioned = spoilt.mismatched(), spoilt.mismatched(), spoilt.mismatched()
    lost = spoilt.world.verifying(spoilt.team.investigator, spoilt.team.case, os.urandom(70))
    for item in (gone, lost):
        behind_the_store.remove(spoilt.engines.connections, item, spoilt.scratch)
    assert spoilt.dems.evidence.seal(EvidenceId(lost.id)).state is EvidenceState.MISMATCH
    spoilt.change("UPDATE uploads SET version_id = NULL WHERE id = :id", id=unversioned.upload_id)
    spoilt.look()
    told = {
        str(i.upload_id): [w for w in spoilt.wrong if str(i.upload_id) in w] for i in (kept, gone, unversioned, lost)
    }
    assert told[str(kept.upload_id)] == []
    assert told[str(lost.upload_id)] == []
    assert told[str(gone.upload_id)][0].startswith(
        f"upload {gone.upload_id} of item {gone.id}: its bytes cannot be had"
    )
    assert told[str(unversioned.upload_id)][0].endswith("it is completed and has no version in the store")
    assert next(k for k in spoilt.known if str(lost.upload_id) in k).endswith("its item's chain says so")
