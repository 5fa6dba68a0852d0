"""Photos: what their headers state is found as stated, and what is broken or hostile costs nothing."""

import random
import struct
import time
from datetime import timedelta

import pytest

from dems.model.findings import Moment, Place, ZoneStatus
from tests.workers.extractors.photo_samples import (
    ASCII,
    BYTE,
    CAMERA,
    FULL,
    LONG,
    RATIONAL,
    TAKEN,
    WHERE,
    XMP,
    chunk,
    clock,
    exif,
    heic,
    iptc,
    jpeg,
    picture,
    png,
    saved,
    source,
    tiff,
    xmp,
)
from tests.workers.extractors.taken import values
from workers.extractors.photos import extract
from workers.extractors.report import Enough, Report, Unreadable
from workers.extractors.source import Held, Refused, Source

RECORDED = Moment(clock("2024-05-05T13:14:15.250000"), ZoneStatus.KNOWN, timedelta(hours=1))


def read(data: bytes, media_type: str) -> Report:
    report = Report()
    extract(source(data), media_type, report)
    return report


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (jpeg(exif(FULL)), "image/jpeg"),
        (png(chunk(b"eXIf", FULL)), "image/png"),
        (saved(picture(), "WEBP", exif=b"Exif\x00\x00" + FULL), "image/webp"),
        (heic(FULL, (64, 64)), "image/heic"),
        (saved(picture(), "AVIF", exif=FULL), "image/avif"),
    ],
    ids=["jpeg", "png", "webp", "heic", "avif"],
)
def test_exif_is_found_in_every_format_that_carries_it(data: bytes, media_type: str) -> None:
    report = read(data, media_type)
    assert report.stopped == []
    assert values(report, "device.make") == ["Canon"]
    assert values(report, "device.model") == ["EOS R5"]
    assert values(report, "device.serial") == ["012021001234"]
    assert values(report, "device.lens") == ["RF24-70mm F2.8 L IS USM"]
    assert values(report, "recorded_at") == [RECORDED]
    assert values(report, "width") == [64]
    assert values(report, "height") == [64 if media_type == "image/heic" else 48]
    assert len(report.renditions) == 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_is_told_as_stored_and_the_size_before_it_is_applied(order: str) -> None:
    report = read(jpeg(exif(tiff(order, CAMERA))), "image/jpeg")
    assert values(report, "orientation") == [6]
    assert values(report, "width") == [64]
    small = report.renditions[0]
    assert (small.width, small.height) == (48, 64), "the thumbnail is turned for looking at"


def test_a_time_without_an_offset_field_has_an_unknown_zone() -> None:
    report = read(jpeg(exif(tiff("<", CAMERA, {0x9003: TAKEN[0x9003]}))), "image/jpeg")
    assert values(report, "recorded_at") == [Moment(clock("2024-05-05T13:14:15"), ZoneStatus.UNKNOWN)]
    assert values(report, "modified_at") == [Moment(clock("2024-05-06T10:00:00"), ZoneStatus.UNKNOWN)]


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "2024:13:01 00:00:00", "yesterday"])
def test_a_time_that_is_none_gives_a_warning_and_no_finding(text: str) -> None:
    report = read(jpeg(exif(tiff("<", CAMERA, {0x9003: (ASCII, text)}))), "image/jpeg")
    assert values(report, "recorded_at") == []
    assert any("EXIF:DateTimeOriginal" in warning for warning in report.warnings)


@pytest.mark.parametrize("offset", ["+25:00", "+01:99", "summer"])
def test_an_offset_that_no_clock_has_leaves_the_zone_unknown(offset: str) -> None:
    inner = {0x9003: TAKEN[0x9003], 0x9011: (ASCII, offset)}
    report = read(jpeg(exif(tiff("<", CAMERA, inner))), "image/jpeg")
    assert values(report, "recorded_at") == [Moment(clock("2024-05-05T13:14:15"), ZoneStatus.UNKNOWN)]


def test_the_place_its_height_direction_and_time() -> None:
    report = read(jpeg(exif(FULL)), "image/jpeg")
    (place,) = values(report, "position")
    assert isinstance(place, Place)
    assert (place.latitude, place.longitude) == pytest.approx((53.475, -2.25), abs=1e-9)
    assert values(report, "position.altitude") == [-12.5], "below the sea"
    direction = next(finding for finding in report.findings if finding.name == "position.direction")
    assert (direction.value, direction.unit, direction.flags) == (90.0, "deg", ("magnetic",))
    assert values(report, "position.at") == [Moment(clock("2024-05-05T12:14:15"), ZoneStatus.KNOWN, timedelta(0))]


@pytest.mark.parametrize(
    "broken",
    [
        {1: (ASCII, "")},
        {1: (ASCII, "E")},
        {2: (RATIONAL, ((53, 0), (28, 1), (30, 1)))},
        {2: (RATIONAL, ((153, 1), (28, 1), (30, 1)))},
    ],
    ids=["no hemisphere", "false hemisphere", "divided by zero", "beyond the pole"],
)
def test_a_position_that_is_none_gives_a_warning_and_no_place(broken: dict[int, tuple[int, object]]) -> None:
    report = read(jpeg(exif(tiff("<", CAMERA, None, {**WHERE, **broken}))), "image/jpeg")
    assert values(report, "position") == []
    assert any("position" in warning for warning in report.warnings)


def test_a_size_that_exif_states_otherwise_is_kept_and_both_are_flagged() -> None:
    inner = {0xA002: (LONG, 4000), 0xA003: (LONG, 3000)}
    report = read(jpeg(exif(tiff("<", CAMERA, inner))), "image/jpeg")
    widths = [finding for finding in report.findings if finding.name == "width"]
    assert [(w.value, w.source, w.flags) for w in widths] == [
        (64, "JPEG:SOF", ("disagrees",)),
        (4000, "EXIF:PixelXDimension", ("disagrees",)),
    ]


def test_captions_of_xmp_and_iptc() -> None:
    sets = ((80, b"B. Reporter"), (120, b"At the gate"), (55, b"20240102"), (60, b"030405+0200"))
    report = read(jpeg(xmp(XMP), iptc(*sets)), "image/jpeg")
    assert values(report, "author") == ["A. Photographer", "B. Reporter"]
    assert values(report, "description") == ["The front door", "At the gate"]
    assert values(report, "software") == ["Darkroom 2"]
    assert values(report, "created_at") == [Moment(clock("2023-01-02T03:04:05"), ZoneStatus.KNOWN, timedelta(hours=-5))]
    assert values(report, "recorded_at") == [Moment(clock("2024-01-02T03:04:05"), ZoneStatus.KNOWN, timedelta(hours=2))]


def test_an_xml_bomb_in_xmp_gives_a_warning() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    report = read(jpeg(xmp(bomb + "]><x>&i;</x>")), "image/jpeg")
    assert all(len(str(finding.value)) < 1000 for finding in report.findings)
    assert values(report, "width") == [64]


def test_texts_and_the_time_of_a_png() -> None:
    stated = struct.pack(">HBBBBB", 2022, 2, 3, 4, 5, 6)
    report = read(png(chunk(b"tEXt", b"Author\x00C. Writer"), chunk(b"tIME", stated)), "image/png")
    assert values(report, "author") == ["C. Writer"]
    assert values(report, "modified_at") == [Moment(clock("2022-02-03T04:05:06"), ZoneStatus.ASSUMED, timedelta(0))]


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF"])
def test_the_size_of_the_others(form: str) -> None:
    report = read(saved(picture((70, 30)), form), f"image/{form.lower()}")
    assert (values(report, "width"), values(report, "height")) == ([70], [30])
    assert len(report.renditions) == 1


def test_a_raw_photo_has_the_size_of_its_sensor_and_no_thumbnail() -> None:
    raw = tiff("<", {**CAMERA, 0x100: (LONG, 160), 0x101: (LONG, 120), 0x14A: (LONG, 0)})
    at = len(raw)
    raw = tiff("<", {**CAMERA, 0x100: (LONG, 160), 0x101: (LONG, 120), 0x14A: (LONG, at)})
    sensor = struct.pack("<H", 3) + b"".join(
        struct.pack("<HHII", tag, kind, 1, value)
        for tag, kind, value in ((0x100, 4, 6000), (0x101, 4, 4000), (0x106, 3, 32803))
    )
    report = read(raw + sensor + bytes(4), "image/x-nikon-nef")
    assert (values(report, "width"), values(report, "height")) == ([6000], [4000])
    assert values(report, "device.make") == ["Canon"]
    assert report.renditions == []


def test_exif_of_sixty_megabytes_costs_no_more_than_a_small_one() -> None:
    large = 60 * 1024 * 1024
    first = tiff("<", {**CAMERA, 0x927C: (BYTE, 0)})
    begin = first.index(struct.pack("<HH", 0x927C, BYTE))
    # The claim of one field: everything that follows.
    first = first[: begin + 4] + struct.pack("<II", large, len(first)) + first[begin + 12 :]
    data = png(chunk(b"eXIf", first + bytes(large)))

    class Counted(Held):
        given = 0

        def at(self, offset: int, length: int) -> bytes:
            Counted.given += length
            return super().at(offset, length)

    report = Report()
    extract(Source(Counted(data), len(data)), "image/png", report)
    assert values(report, "device.make") == ["Canon"]
    assert report.renditions == []
    assert Counted.given < 4 * 1024 * 1024


def test_a_directory_that_points_to_itself_ends() -> None:
    looped = bytearray(tiff("<", {0x100: (LONG, 5), 0x101: (LONG, 6)}))
    looped[-4:] = struct.pack("<I", 8)
    report = read(bytes(looped), "image/tiff")
    assert (values(report, "width"), values(report, "height")) == ([5], [6])


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\x00\x01", "image/jpeg"),
        (b"II*\x00\xff\xff\xff\xff", "image/tiff"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
        (b"GIF89a\x01", "image/gif"),
    ],
)
def test_a_broken_photo_is_unreadable_in_words(data: bytes, media_type: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(data, media_type)
    assert str(refused.value).endswith(".")


def test_a_photo_without_a_size_is_never_silently_empty() -> None:
    report = read(b"\x89PNG\r\n\x1a\n", "image/png")
    assert report.stopped


def test_what_the_store_refuses_passes_through() -> None:
    class Exhausted(Held):
        def at(self, offset: int, length: int) -> bytes:
            if offset:
                raise Refused("The budget of bytes is used up.")
            return super().at(offset, length)

    data = png(*[chunk(b"tEXt", b"Comment\x00" + b"x" * 60_000)] * 4)
    held = Source(Exhausted(data), len(data))
    with pytest.raises(Refused):
        extract(held, "image/png", Report())
    assert held.refused == "The budget of bytes is used up."


SAMPLES = [
    (jpeg(exif(FULL), xmp(XMP), iptc((80, b"B"))), "image/jpeg"),
    (png(chunk(b"eXIf", FULL), chunk(b"zTXt", b"Comment\x00\x00garbage")), "image/png"),
    (saved(picture(), "WEBP", exif=b"Exif\x00\x00" + FULL), "image/webp"),
    (heic(FULL, (64, 64)), "image/heic"),
    (FULL, "image/x-nikon-nef"),
    (saved(picture(), "TIFF"), "image/tiff"),
    (saved(picture(), "GIF"), "image/gif"),
    (saved(picture(), "BMP"), "image/bmp"),
]


@pytest.mark.parametrize(
    ("data", "media_type"), SAMPLES, ids=[f"{kind[6:]}-{at}" for at, (_, kind) in enumerate(SAMPLES)]
)
def test_no_mutation_raises_what_is_not_foreseen(data: bytes, media_type: str) -> None:
    chance = random.Random(4)
    for _ in range(120):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 12)):
            changed[chance.randrange(min(len(changed), 2_000))] = chance.randrange(256)
        cut = bytes(changed[: chance.randrange(4, len(changed))]) if chance.random() < 0.3 else bytes(changed)
        report = Report()
        try:
            extract(source(cut), media_type, report)
        except (Unreadable, Enough):
            continue
        assert report.findings or report.stopped, "never silently empty"


def test_sixty_megabytes_of_exif_in_many_blocks_are_passed_over() -> None:
    """Pillow joins the blocks one by one, each time all that came before: half a minute."""
    data = jpeg(*[exif(tiff("<", CAMERA) + bytes(65_000)) for _ in range(900)])
    begun = time.process_time()
    report = read(data, "image/jpeg")
    assert time.process_time() - begun < 5
    assert values(report, "device.make") == ["Canon"]
    assert report.renditions == []
    assert any("bytes of EXIF, far more than any camera writes" in each for each in report.warnings)
