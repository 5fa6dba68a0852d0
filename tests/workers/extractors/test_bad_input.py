"""What bad input gets, through the whole sandbox: each file ends in a named state, and its reader never dies of it."""

import contextlib
import io
import random
import zipfile
from collections.abc import Iterator

import pytest

from dems.model.findings import Entry, Reading, ResultState
from tests.workers.extractors import container_samples as made
from tests.workers.extractors.credential_samples import CARRIERS
from tests.workers.extractors.media_samples import video
from tests.workers.extractors.paper_samples import SAMPLES
from tests.workers.extractors.photo_samples import FULL, exif, heic, jpeg, picture, saved
from workers.extractors.nursery import Nursery
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Held

LAYERS = 42
_ENTITIES = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{_ENTITIES}]><x>&j;</x>'
MORE = {"jpg": jpeg(exif(FULL)), "heic": heic(FULL, (64, 64)), "mp4": video("mp4"), **CARRIERS}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with contextlib.closing(Nursery(tools=())) as one:
        yield one


def read(nursery: Nursery, data: bytes, extension: str = "") -> Reading:
    """Any death of the reader fails the test: `ChildDied` passes through."""
    reading = nursery.read(Held(data), len(data), extension, seconds=30, required=SandboxLevel.FULL)
    assert reading.state is ResultState.COMPLETE or (reading.reason or "").endswith("."), reading.reason
    assert "media_type" in {each.name for each in reading.findings} or reading.state is ResultState.FAILED
    return reading


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(name, data)
    return out.getvalue()


def test_forty_two_layers_are_one_entry_that_is_an_archive(nursery: Nursery) -> None:
    data = b"a file"
    for number in range(LAYERS):
        data = zipped(f"{number}.zip", data)
    reading = read(nursery, data, "zip")
    (entry,) = [each for each in reading.findings if each.name == "entry"]
    assert isinstance(entry.value, Entry)
    assert (entry.value.name, entry.flags) == (f"{LAYERS - 1}.zip", ("nested",))
    assert reading.bytes_read == len(data)


def test_an_archive_that_claims_to_be_far_larger_than_it_is_is_not_unpacked(nursery: Nursery) -> None:
    reading = read(nursery, zipped("zeros", bytes(64 * 2**20)), "zip")
    (entry,) = [each for each in reading.findings if each.name == "entry"]
    assert isinstance(entry.value, Entry)
    assert (entry.value.size, entry.flags) == (64 * 2**20, ("ratio",))
    assert reading.seconds < 10


def test_names_that_leave_the_folder_are_flagged(nursery: Nursery) -> None:
    data = made.zipped({"../../etc/passwd": b"x", "/abs": b"y", "plain": b"z"})
    flags = {each.value.name: each.flags for each in read(nursery, data).findings if isinstance(each.value, Entry)}
    assert flags == {"../../etc/passwd": ("outside",), "/abs": ("outside",), "plain": ()}


def test_a_picture_of_ten_thousand_by_ten_thousand_is_measured_and_not_decoded(nursery: Nursery) -> None:
    reading = read(nursery, saved(picture((10_000, 10_000), "1"), "PNG"), "png")
    sizes = {each.name: each.value for each in reading.findings if each.name in {"width", "height"}}
    assert sizes == {"width": 10_000, "height": 10_000}
    assert reading.renditions == ()
    assert reading.warnings == ("No thumbnail was made: 10,000 x 10,000 pixels are too many to decode.",)


@pytest.mark.parametrize("name", ["word/document.xml", "docProps/core.xml", "[Content_Types].xml"])
def test_an_xml_bomb_in_a_document_does_not_go_off(nursery: Nursery, name: str) -> None:
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>", "docProps/core.xml": b"<x/>"}
    reading = read(nursery, made.zipped(parts | {name: BOMB.encode()}), "docx")
    assert reading.seconds < 10
    assert "aaaaaaaaaaaaaaaaaaaa" not in repr(reading)


def test_an_xml_bomb_alone_does_not_go_off(nursery: Nursery) -> None:
    reading = read(nursery, BOMB.encode(), "xml")
    assert reading.seconds < 10
    assert "a" * 100 not in repr(reading)


def test_a_raw_disk_is_known_by_its_table_and_its_partitions_are_listed(nursery: Nursery) -> None:
    reading = read(nursery, made.mbr([(0x07, 64, 100), (0x83, 200, 50)], 256 * 1024), "dd")
    assert reading.media_type == "application/x-raw-disk-image"
    assert len([each for each in reading.findings if each.name == "partition"]) == 2


@pytest.mark.parametrize("name", sorted({**SAMPLES, **MORE}))
def test_truncated_and_damaged_samples_end_in_a_named_state(nursery: Nursery, name: str) -> None:
    data = SAMPLES[name][1] if name in SAMPLES else MORE[name]
    chance = random.Random(name)
    read(nursery, data)
    for part in (0.1, 0.5, 0.95):
        read(nursery, data[: int(len(data) * part)])
    for _ in range(6):
        held = bytearray(data)
        for _ in range(chance.choice((1, 8, 64))):
            held[chance.randrange(len(held))] = chance.randrange(256)
        read(nursery, bytes(held))
