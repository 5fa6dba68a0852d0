"""ExifTool itself, in its sandbox: what it adds to our readers, and that a file gets nothing out of it."""

import random
import struct

import pytest

from dems.model.findings import ResultState
from tests.workers.extractors.photo_samples import (
    ASCII,
    CAMERA,
    TAKEN,
    UNDEFINED,
    WHERE,
    exif,
    jpeg,
    picture,
    saved,
    tiff,
)
from tests.workers.installed.attacks import bait, nothing_happened, read
from tests.workers.installed.programs import programs
from workers.extractors.nursery import Nursery
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Held


def maker_note(order: str) -> bytes:
    """Canon's: a directory with the number of the camera."""
    return struct.pack(f"{order}HHHIII", 1, 0x0C, 4, 1, 12_021_001, 0)


def test_maker_notes_are_found_beside_what_our_reader_finds(nursery: Nursery) -> None:
    inner = {tag: TAKEN[tag] for tag in (0x9003,)} | {0x927C: (UNDEFINED, maker_note("<"))}
    reading = read(nursery, jpeg(exif(tiff("<", CAMERA, inner, WHERE))), "jpg")
    assert reading.state is ResultState.COMPLETE
    assert reading.sandbox == "full"
    assert reading.tools["exiftool"] == programs()["exiftool"].version
    (serial,) = [each for each in reading.findings if each.name == "device.serial"]
    assert (serial.tool, serial.source, serial.value) == ("exiftool", "MakerNotes:Canon:SerialNumber", "0012021001")
    # They agree on the rest, so ours alone tells it.
    for name in ("device.make", "recorded_at", "position", "orientation", "width"):
        assert [each.tool for each in reading.findings if each.name == name] == ["dems-photos"], name
    assert not [each for each in reading.findings if "disagrees" in each.flags]
    assert not any("exiftool" in each for each in reading.warnings)


def font(family: str) -> bytes:
    """A TrueType font of nothing but its name."""
    name = struct.pack(">HHH", 0, 1, 18) + struct.pack(">HHHHHH", 1, 0, 0, 1, len(family), 0) + family.encode()
    return struct.pack(">IHHHH", 0x10000, 1, 16, 0, 0) + b"name" + struct.pack(">III", 0, 28, len(name)) + name


def test_what_our_readers_do_not_know_is_told_by_it(nursery: Nursery) -> None:
    reading = read(nursery, font("Deja").ljust(600, b"\x00"), "ttf")
    assert [(each.value, each.source) for each in reading.findings if each.name == "tag"] == [
        ("Deja", "Font:FontFamily")
    ]
    # Why ours found nothing is still said.
    assert reading.state is ResultState.PARTIAL
    assert "Nothing here" in str(reading.reason)


def test_the_file_of_a_raw_photo_is_not_read_whole(nursery: Nursery) -> None:
    class Long:
        """A TIFF of 200 MiB, whose fields stand at its beginning."""

        def __init__(self) -> None:
            self.head = tiff("<", {0x10F: (ASCII, "NIKON CORPORATION"), 0x110: (ASCII, "NIKON D70s")}, TAKEN)
            self.size = 200 * 2**20
            self.given = 0

        def at(self, offset: int, length: int) -> bytes:
            self.given += length
            return self.head[offset : offset + length].ljust(length, b"\x00")

    long = Long()
    reading = nursery.read(long, long.size, "nef", seconds=60, required=SandboxLevel.FULL)
    assert "exiftool" in reading.tools
    assert long.given == reading.bytes_read < 4 * 2**20
    assert all("sparse" in each.flags for each in reading.findings if each.tool == "exiftool")


def test_no_file_makes_it_reach_for_anything(credulous: Nursery) -> None:
    with bait() as baited:
        readings = {what: read(credulous, data) for what, data in baited.files().items()}
        nothing_happened(baited, readings)
    assert {reading.sandbox for reading in readings.values()} == {"full"}


def test_it_is_given_no_name_no_option_and_no_configuration_of_anybody() -> None:
    arguments = programs()["exiftool"].arguments
    assert arguments[1:3] == ("-config", "")
    assert arguments[-1] == "/proc/self/fd/0"
    assert "-@" not in arguments
    assert "-stay_open" not in arguments


@pytest.mark.parametrize("extension", ["-ver", "a\n-filename=pwn.jpg", "|", "jpg -b"])
def test_a_name_is_nothing_to_it(nursery: Nursery, extension: str) -> None:
    plain, odd = (read(nursery, jpeg(), each) for each in ("jpg", extension))
    assert [each for each in odd.findings if each.tool == "exiftool"] == [
        each for each in plain.findings if each.tool == "exiftool"
    ]
    assert odd.state is ResultState.COMPLETE


def test_a_large_exif_block_and_a_large_picture_cost_little(nursery: Nursery) -> None:
    many = jpeg(*[exif(tiff("<", CAMERA) + bytes(65_000)) for _ in range(900)])
    for data in (many, saved(picture((10_000, 10_000), "1"), "PNG")):
        reading = read(nursery, data)
        assert reading.seconds < 20
        assert reading.state in {ResultState.COMPLETE, ResultState.PARTIAL}


def test_no_mutation_ends_in_anything_but_a_named_state(nursery: Nursery) -> None:
    chance = random.Random("exiftool")
    sample = jpeg(exif(tiff("<", CAMERA, {**TAKEN, 0x927C: (UNDEFINED, maker_note("<"))}, WHERE)))
    for _ in range(25):
        held = bytearray(sample)
        for _ in range(chance.choice((1, 8, 64))):
            held[chance.randrange(len(held))] = chance.randrange(256)
        data = bytes(held[: chance.randrange(1, len(held))]) if chance.random() < 0.3 else bytes(held)
        reading = nursery.read(Held(data), len(data), "jpg", seconds=20, required=SandboxLevel.FULL)
        assert reading.state is ResultState.COMPLETE or reading.reason
