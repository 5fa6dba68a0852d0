"""Pictures for looking at: small JPEGs of photos and frames. Never evidence, and never made at the cost of the findings.

What would take too much memory or is of no kind listed here is left out with a warning.
"""

import io
import warnings

import PIL
import pillow_heif
from PIL import AvifImagePlugin, Image, ImageFile, ImageOps

from dems.model.findings import Rendition, RenditionKind
from workers.extractors.report import Report
from workers.extractors.source import Refused, Source
from workers.extractors.window import Window, WindowFile

PILLOW = "pillow"
PILLOW_VERSION = PIL.__version__
LONGEST = 320
"""Pixels of the longer side."""
QUALITY = 80
MAX_PIXELS = 50_000_000
"""Decoded whole: at four bytes each this is 200 MB."""
MAX_JPEG_PIXELS = 200_000_000
"""A JPEG is decoded at a fraction of its size."""
MAX_WHOLE = 64 * 1024 * 1024
"""Bytes read of one file for its picture; some decoders hold them all."""
MAX_OPENED = 2**31
MAX_LOOK = 1024 * 1024
"""Bytes read for a second opinion on the size."""
_HELD_WHOLE = {"HEIF", "AVIF"}
_BLOCK = 256 * 1024
_FORMATS = {
    "image/jpeg": ["JPEG"],
    "image/png": ["PNG"],
    "image/gif": ["GIF"],
    "image/bmp": ["BMP"],
    "image/webp": ["WEBP"],
    "image/tiff": ["TIFF"],
    "image/heic": ["HEIF"],
    "image/heif": ["HEIF"],
    "image/avif": ["AVIF"],
}
# Plugins are loaded here, since nothing can be loaded later; and no decoder starts threads of its own.
Image.init()
pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = MAX_OPENED


def opened_size(source: Source, media_type: str, report: Report) -> tuple[int, int, str] | None:
    """Width and height as Pillow reads them from the header, and its version; None where it cannot. Nothing is decoded."""
    formats = _FORMATS.get(media_type)
    if formats is None or formats[0] in _HELD_WHOLE:
        return None
    report.by(PILLOW, PILLOW_VERSION)
    try:
        with _quietly(), _opened(source, formats, MAX_LOOK) as image:
            return image.width, image.height, PILLOW_VERSION
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - a second opinion that cannot be had is none
        return None


def thumbnail(source: Source, media_type: str, report: Report) -> None:
    """One small picture of a photo, turned as its orientation says."""
    formats = _FORMATS.get(media_type)
    if formats is None:
        return
    report.by(PILLOW, PILLOW_VERSION)
    if formats[0] in _HELD_WHOLE:
        report.by("pillow-heif", pillow_heif.__version__)
        if source.size > MAX_WHOLE:
            report.warn("No thumbnail was made: the file is too large for its decoder.")
            return
    try:
        with _quietly(), _opened(source, formats, MAX_WHOLE) as image:
            limit = MAX_JPEG_PIXELS if formats[0] == "JPEG" else MAX_PIXELS
            if image.width * image.height > limit:
                report.warn(f"No thumbnail was made: {image.width:,} x {image.height:,} pixels are too many to decode.")
                return
            image.draft("RGB", (LONGEST, LONGEST))
            report.picture(of_image(ImageOps.exif_transpose(image)))
    except Exception as broken:  # noqa: BLE001 - whatever a decoder raises, it costs the picture and no finding
        if source.refused is not None:
            report.partial(f"No thumbnail was made: {source.refused}")
        else:
            report.warn(f"No thumbnail was made: the picture cannot be decoded ({type(broken).__name__}).")


def of_image(
    image: Image.Image, kind: RenditionKind = RenditionKind.THUMBNAIL, at_seconds: float | None = None
) -> Rendition:
    """A small JPEG of a decoded picture, on white where it is transparent. `image` is left as it is."""
    small = image.copy() if max(image.size) <= LONGEST else _shrunk(image)
    if small.mode in {"RGBA", "LA", "PA"} or "transparency" in small.info:
        small = small.convert("RGBA")
        white = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(white, small)
    small = small.convert("RGB")
    small.info.clear()
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=False)
    return Rendition(kind, "image/jpeg", small.width, small.height, out.getvalue(), at_seconds)


def _shrunk(image: Image.Image) -> Image.Image:
    scale = LONGEST / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    if image.mode in {"P", "1"}:
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    shrunk = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    shrunk.info = dict(image.info)
    return shrunk


def _eight_bits(image: Image.Image) -> Image.Image:
    low, high = image.convert("F").getextrema()
    assert isinstance(low, float)
    assert isinstance(high, float)
    scale = 255 / (high - low) if high > low else 0
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _quietly() -> "warnings.catch_warnings[None]":
    # What Pillow warns of damaged files would go nowhere.
    return warnings.catch_warnings(action="ignore")


def _opened(source: Source, formats: list[str], most: int) -> Image.Image:
    return Image.open(WindowFile(Window(source, block=_BLOCK), most), formats=formats)  # type: ignore[arg-type]
