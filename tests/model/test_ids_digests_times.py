import hashlib
import time
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.model.digests import ALGORITHMS, Digest, composite_sha256
from dems.model.ids import new_id
from dems.model.times import london_date, rfc3339

# --- ids ---


def test_ids_are_uuids_of_version_7() -> None:
    made = new_id()
    assert made.version == 7
    assert made.variant == RFC_4122


def test_ids_carry_the_millisecond_in_which_they_were_made() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after


def test_ids_of_one_process_are_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]
    times = [i.int >> 64 for i in made]
    assert times == sorted(times)
    assert len(set(made)) == len(made)


# --- digests ---

LENGTHS = {"sha256": 32, "sha512": 64, "sha1": 20, "md5": 16}


def test_the_algorithms_are_the_four_that_other_systems_declare() -> None:
    assert set(ALGORITHMS) == set(LENGTHS)


@pytest.mark.parametrize(("algorithm", "length"), sorted(LENGTHS.items()))
def test_a_digest_has_the_length_of_its_algorithm(algorithm: str, length: int) -> None:
    assert Digest(algorithm, b"\1" * length).hex == "01" * length
    for wrong in (0, length - 1, length + 1):
        with pytest.raises(ValueError, match="digest does not have"):
            Digest(algorithm, b"\1" * wrong)


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown digest algorithm"):
        Digest("sha3_256", b"\0" * 32)


@given(st.binary(min_size=32, max_size=32))
def test_a_digest_reads_back_from_its_hexadecimal(value: bytes) -> None:
    assert Digest.from_hex("sha256", value.hex()) == Digest.sha256(value)


@pytest.mark.parametrize(
    "text", ["", "AB" * 32, "0x" + "ab" * 31, "ab" * 31 + "a", " " + "ab" * 32, "zz" * 32, "\u0661" * 64]
)
def test_only_lower_case_hexadecimal_is_a_digest(text: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        Digest.from_hex("sha256", text)


def test_digests_of_different_algorithms_are_never_the_same() -> None:
    assert Digest("md5", b"\0" * 16).same_as(Digest("md5", b"\0" * 16))
    assert not Digest("md5", b"\0" * 16).same_as(Digest("md5", b"\1" * 16))
    assert not Digest("sha256", b"\0" * 32).same_as(Digest("sha512", b"\0" * 64))


def test_a_digest_is_written_in_hexadecimal_and_as_headers_want_it() -> None:
    empty = Digest.sha256(hashlib.sha256(b"").digest())
    assert empty.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert empty.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_the_composite_hash_is_the_hash_of_the_hashes() -> None:
    parts = [hashlib.sha256(p).digest() for p in (b"one", b"two", b"three")]
    assert composite_sha256(parts) == hashlib.sha256(parts[0] + parts[1] + parts[2]).digest()


# --- times ---


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-01-15T23:59:59.999999+00:00", date(2026, 1, 15)),
        ("2026-01-16T00:00:00+00:00", date(2026, 1, 16)),
        ("2026-07-15T22:59:59.999999+00:00", date(2026, 7, 15)),
        ("2026-07-15T23:00:00+00:00", date(2026, 7, 16)),
        # Clocks go forward on 29 March 2026 at 01:00 UTC: the evening before is still winter time.
        ("2026-03-28T23:30:00+00:00", date(2026, 3, 28)),
        ("2026-03-29T22:30:00+00:00", date(2026, 3, 29)),
        ("2026-03-29T23:00:00+00:00", date(2026, 3, 30)),
        # Clocks go back on 25 October 2026 at 01:00 UTC: the evening before is still summer time.
        ("2026-10-24T23:00:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T23:30:00+00:00", date(2026, 10, 25)),
        ("2026-10-26T00:00:00+00:00", date(2026, 10, 26)),
        ("2026-07-16T01:30:00+03:00", date(2026, 7, 15)),
    ],
)
def test_a_date_is_the_date_in_london(at: str, day: date) -> None:
    assert london_date(datetime.fromisoformat(at)) == day


def test_a_time_is_written_in_utc_with_six_digits() -> None:
    assert rfc3339(datetime(2026, 7, 1, 9, 5, 7, tzinfo=UTC)) == "2026-07-01T09:05:07.000000Z"
    at = datetime(2026, 7, 1, 9, 5, 7, 42, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert rfc3339(at) == "2026-07-01T03:35:07.000042Z"


@given(st.datetimes(min_value=datetime(1000, 1, 2), timezones=st.timezones()))  # noqa: DTZ001 hypothesis adds the zone
def test_equal_times_are_equal_bytes_and_read_back(at: datetime) -> None:
    written = rfc3339(at)
    assert written == rfc3339(at.astimezone(UTC))
    assert written == f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    assert datetime.fromisoformat(written) == at.astimezone(UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 that is the point
    with pytest.raises(ValueError, match="without a zone"):
        london_date(naive)
    with pytest.raises(ValueError, match="without a zone"):
        rfc3339(naive)


def test_no_id_is_the_nil_uuid() -> None:
    assert new_id() != UUID(int=0)
