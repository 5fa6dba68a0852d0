"""Content credentials are found wherever a format carries them, and nothing of them is called true."""

import random
from types import ModuleType

import pytest

from tests.workers.extractors import credential_samples as made
from tests.workers.extractors.photo_samples import jpeg
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import cbor, media, photos
from workers.extractors.content_credentials import MAX_STORE, tell
from workers.extractors.report import Report
from workers.extractors.source import Held, Source


def told(store: bytes) -> Report:
    report = Report()
    tell(store, Source(Held(store), len(store)), "application/octet-stream", report)
    return report


@pytest.mark.parametrize("media_type", made.CARRIERS)
def test_every_carrier_gives_them(media_type: str) -> None:
    family: ModuleType = media if media_type.startswith("video") else photos
    report = taken(family.extract, made.CARRIERS[media_type], media_type)
    present = found(report, "content_credentials")
    assert (present.value, present.raw, present.flags) == ("present", made.LABEL, ("not_verified",))
    assert found(report, "content_credentials.generator").value == "Camera app 4.2"
    assert found(report, "content_credentials.manifests").value == 1


def test_a_file_without_has_none() -> None:
    assert values(taken(photos.extract, jpeg(), "image/jpeg"), "content_credentials") == []


def test_a_large_store_goes_on_over_segments_of_a_jpeg() -> None:
    store = made.store(made.manifest(made.LABEL, made.CLAIM, filling=300_000))
    report = taken(photos.extract, made.in_jpeg(store), "image/jpeg")
    assert found(report, "content_credentials.generator").value == "Camera app 4.2"


def test_the_last_manifest_is_the_one_that_counts() -> None:
    store = made.store(
        made.manifest("urn:uuid:first", {"claim_generator_info": {"name": "Camera"}}),
        made.manifest("urn:uuid:second", {"claim_generator_info": [{"name": "Editor", "version": "2"}]}),
    )
    report = told(store)
    assert found(report, "content_credentials").raw == "urn:uuid:second"
    assert found(report, "content_credentials.generator").value == "Editor 2"
    assert found(report, "content_credentials.manifests").value == 2


def test_a_manifest_without_a_claim_does_not_borrow_one() -> None:
    store = made.store(made.manifest("urn:uuid:first", made.CLAIM), made.superbox("urn:uuid:second"))
    assert values(told(store), "content_credentials.generator") == []


def test_the_older_word_for_the_program_is_read_too() -> None:
    report = told(made.store(made.manifest(made.LABEL, {"claim_generator": "make_test_images/0.33"})))
    assert found(report, "content_credentials.generator").value == "make_test_images/0.33"


@pytest.mark.parametrize(
    "claim", [{"claim_generator": 1}, {"claim_generator_info": []}, {"claim_generator_info": [1]}, {}]
)
def test_a_claim_that_names_no_program_is_still_present(claim: dict[str, object]) -> None:
    report = told(made.store(made.manifest(made.LABEL, claim)))
    assert found(report, "content_credentials").value == "present"
    assert values(report, "content_credentials.generator") == []


def test_boxes_of_another_kind_are_none() -> None:
    assert told(made.superbox("not.c2pa", made.manifest(made.LABEL, made.CLAIM))).findings == []
    assert told(made.store()).findings == []
    assert told(b"").findings == []


def test_what_is_beyond_the_cap_is_left_unread_and_said() -> None:
    report = told((made.STORE + bytes(MAX_STORE))[:MAX_STORE])
    assert report.stopped == ["Of the content credentials only the first 4,194,304 bytes were looked at."]


def test_no_damage_does_more_than_find_less() -> None:
    chance = random.Random("credentials")
    for _ in range(2_000):
        held = bytearray(made.STORE)
        for _ in range(chance.choice((1, 2, 8))):
            held[chance.randrange(len(held))] = chance.randrange(256)
        told(bytes(held[: chance.randrange(1, len(held))]) if chance.random() < 0.3 else bytes(held))


def test_boxes_without_end_have_an_end() -> None:
    deep = b"x"
    for _ in range(2_000):
        deep = made.superbox("c2pa", deep)
    assert len(told(deep).findings) < 10
    assert told(made.superbox("c2pa", made.box(b"free", b"") * 500_000)).findings == []


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("00", 0),
        ("1818", 24),
        ("3903e7", -1000),
        ("f93c00", 1.0),
        ("fb3ff199999999999a", 1.1),
        ("f97e00", None),
        ("f5", True),
        ("f6", None),
        ("6449455446", "IETF"),
        ("4401020304", b"\x01\x02\x03\x04"),
        ("83010203", [1, 2, 3]),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("a201020304", {}),
        ("c11a514b67b0", 1363896240),
    ],
)
def test_cbor_is_read_as_its_standard_says(data: str, value: object) -> None:
    """From appendix A of RFC 8949."""
    assert cbor.read(bytes.fromhex(data)) == value


@pytest.mark.parametrize(
    "data", ["", "18", "62", "9f01ff", "9bffffffffffffffff", "81" * 100, "f8ff", "5bffffffffffffffff", "1f"]
)
def test_what_is_no_cbor_or_too_much_is_refused(data: str) -> None:
    with pytest.raises(cbor.NoCbor):
        cbor.read(bytes.fromhex(data))
