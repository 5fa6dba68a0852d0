import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dems.errors import DigestMismatch, WrongState
from dems.model.digests import Digest
from dems.model.uploads import MAX_OBJECT_SIZE, MAX_PARTS, MIN_PART_SIZE, UploadState, part_size_for
from tests.model.people import NOON, SHA256_OF_ABC, SHA256_OF_NOTHING, upload

MIB = 1024**2
GIB = 1024**3


@given(size=st.integers(0, MAX_OBJECT_SIZE), minimum=st.sampled_from([5 * MIB, MIN_PART_SIZE, 64 * MIB]))
@example(size=MAX_OBJECT_SIZE, minimum=MIN_PART_SIZE)
@example(size=MIN_PART_SIZE * MAX_PARTS, minimum=MIN_PART_SIZE)
@example(size=MIN_PART_SIZE * MAX_PARTS + 1, minimum=MIN_PART_SIZE)
def test_every_file_up_to_five_tebibytes_fits_ten_thousand_parts(size: int, minimum: int) -> None:
    part = part_size_for(size, minimum=minimum)
    assert minimum <= part <= 5 * GIB
    assert part % MIB == 0
    assert -(-size // part) <= 10_000
    # No larger than it must be: one mebibyte less would be below the minimum, or need more parts than are good or allowed.
    less = part - MIB
    assert less < minimum or -(-size // less) > (64 if less < 16 * MIB else 10_000)


def test_the_part_size_of_known_files() -> None:
    assert part_size_for(0) == 8 * MIB
    assert part_size_for(512 * MIB) == 8 * MIB
    assert part_size_for(512 * MIB + 1) == 9 * MIB
    assert part_size_for(GIB) == 16 * MIB
    assert part_size_for(150 * GIB) == 16 * MIB
    assert part_size_for(200 * GIB) == 21 * MIB
    assert part_size_for(5 * 1024 * GIB) == 525 * MIB


@pytest.mark.parametrize(("size", "parts"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_an_upload_counts_its_parts_and_an_empty_file_has_one(size: int, parts: int) -> None:
    assert upload(size, part_size=10).part_count == parts


def test_an_open_upload_takes_bytes_until_it_expires() -> None:
    fresh = upload()
    fresh.takes_bytes(fresh.expires_at - timedelta(microseconds=1))
    with pytest.raises(WrongState) as late:
        fresh.takes_bytes(fresh.expires_at)
    assert late.value.data["state"] == "expired"


@pytest.mark.parametrize("state", sorted(set(UploadState) - {UploadState.OPEN}))
def test_an_upload_that_is_not_open_takes_no_bytes(state: UploadState) -> None:
    with pytest.raises(WrongState) as refused:
        upload(state=state).takes_bytes(NOON)
    assert refused.value.data["state"] == state.value


def test_a_completed_upload_points_at_one_version() -> None:
    done = upload().completed("v7", NOON, [b"\1" * 32])
    assert (done.state, done.version_id, done.completed_at) == (UploadState.COMPLETED, "v7", NOON)
    assert done.parts_sha256 == b"\1" * 32, "what was received, to be compared with what is read back"


def test_an_upload_of_several_parts_keeps_the_hash_of_their_hashes() -> None:
    one, two = hashlib.sha256(b"one").digest(), hashlib.sha256(b"two").digest()
    assert upload().completed("v7", NOON, [one, two]).parts_sha256 == hashlib.sha256(one + two).digest()


def test_a_digest_can_be_declared_late_and_said_again() -> None:
    late = upload().declaring(SHA256_OF_ABC)
    assert late == replace(upload(), declared=SHA256_OF_ABC)
    assert late.declaring(SHA256_OF_ABC) is late
    assert late.declaring(None) is late
    assert upload().declaring(None).declared is None


@pytest.mark.parametrize("other", [SHA256_OF_NOTHING, Digest("md5", b"\0" * 16)])
def test_a_declaration_never_changes(other: Digest) -> None:
    declared = upload(declared=SHA256_OF_ABC)
    with pytest.raises(DigestMismatch) as refused:
        declared.declaring(other)
    assert refused.value.data == {"declared": SHA256_OF_ABC.hex, "found": other.hex}
