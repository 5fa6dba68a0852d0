"""Thumbnails: small, turned for looking at, and never at the price of memory or of the findings."""

import io
import struct
import time

import pytest
from PIL import Image

from dems.model.findings import RenditionKind
from tests.workers.extractors.photo_samples import chunk, exif, heic, jpeg, picture, png, saved, source, tiff
from workers.extractors.pictures import LONGEST, of_image, opened_size, thumbnail
from workers.extractors.report import Report
from workers.extractors.source import Held, Refused, Source


def made(data: bytes, media_type: str) -> Report:
    report = Report()
    thumbnail(source(data), media_type, report)
    return report


def shown(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=["JPEG"])


@pytest.mark.parametrize(("size", "small"), [((1600, 900), (320, 180)), ((90, 3000), (10, 320)), ((20, 10), (20, 10))])
def test_the_longest_side_is_bounded_and_the_shape_kept(size: tuple[int, int], small: tuple[int, int]) -> None:
    rendition = of_image(picture(size))
    assert (rendition.width, rendition.height) == small
    assert shown(rendition.data).size == small
    assert max(small) <= LONGEST
    assert (rendition.kind, rendition.media_type, rendition.at_seconds) == (RenditionKind.THUMBNAIL, "image/jpeg", None)


@pytest.mark.parametrize(
    ("orientation", "light"),
    [(1, "right"), (2, "left"), (3, "left"), (6, "bottom"), (8, "top")],
)
def test_the_thumbnail_is_turned_as_the_orientation_says(orientation: int, light: str) -> None:
    data = jpeg(exif(tiff("<", {0x112: (3, orientation)})), size=(64, 48))
    image = shown(made(data, "image/jpeg").renditions[0].data).convert("L")
    width, height = image.size
    points = {
        "right": (width - 4, height // 2),
        "left": (4, height // 2),
        "bottom": (width // 2, height - 4),
        "top": (width // 2, 4),
    }
    brightness = {side: image.crop((x, y, x + 1, y + 1)).tobytes()[0] for side, (x, y) in points.items()}
    opposite = {"right": "left", "left": "right", "bottom": "top", "top": "bottom"}[light]
    assert brightness[light] > 200
    assert brightness[opposite] < 50


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "I;16", "F"])
def test_every_mode_of_colour_gives_a_picture(mode: str) -> None:
    image = Image.new("RGB", (500, 400), (200, 100, 50)).convert("L" if mode == "I;16" else mode)
    image = image.convert("I").convert("I;16") if mode == "I;16" else image
    rendition = of_image(image)
    assert shown(rendition.data).size == (320, 256)


def test_what_is_transparent_lies_on_white() -> None:
    rendition = of_image(Image.new("RGBA", (400, 400), (0, 0, 0, 0)))
    assert shown(rendition.data).convert("L").getextrema() == (255, 255)


def test_a_rendition_carries_nothing_of_the_original_but_its_look() -> None:
    data = jpeg(exif(tiff("<", {0x10F: (2, "SecretMaker"), 0x112: (3, 1)})))
    small = made(data, "image/jpeg").renditions[0].data
    assert b"SecretMaker" not in small
    assert b"Exif" not in small


@pytest.mark.parametrize("side", [10_000, 60_000])
def test_a_picture_of_too_many_pixels_is_not_decoded(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    since = time.process_time()
    report = made(bomb, "image/png")
    assert report.renditions == []
    assert len(report.warnings) == 1
    assert time.process_time() - since < 2


def test_a_broken_picture_gives_a_warning() -> None:
    data = png()
    report = made(data[: len(data) // 2], "image/png")
    assert report.renditions == []
    assert report.warnings[0].startswith("No thumbnail was made: the picture cannot be decoded")


def test_a_file_of_another_kind_is_not_opened_by_its_content() -> None:
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n"
    assert made(postscript, "image/jpeg").renditions == []
    assert opened_size(source(postscript), "image/jpeg", Report()) is None
    assert made(postscript, "application/postscript").warnings == []


def test_heic_and_others_are_decoded() -> None:
    assert (
        made(heic(b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00", (400, 200)), "image/heic").renditions[0].width
        == 320
    )
    for form in ("WEBP", "GIF", "BMP", "TIFF", "AVIF"):
        assert made(saved(picture((400, 200)), form), f"image/{form.lower()}").renditions[0].height == 160, form


def test_a_budget_that_ends_is_told_as_such() -> None:
    class Exhausted(Held):
        def at(self, offset: int, length: int) -> bytes:
            raise Refused(f"The budget of bytes is used up: {length} at {offset}.")

    report = Report()
    data = png()
    thumbnail(Source(Exhausted(data), len(data)), "image/png", report)
    (reason,) = report.stopped
    assert reason.startswith("No thumbnail was made: The budget of bytes is used up")
