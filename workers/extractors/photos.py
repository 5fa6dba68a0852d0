"""Photos: what their headers, EXIF, XMP and IPTC state, by our own bounded readers; a thumbnail, and Pillow's word on the size."""

from workers.extractors import content_credentials
from workers.extractors.boxes import of_items
from workers.extractors.captions import MAX_PACKET, tell_iptc, tell_xmp
from workers.extractors.content_credentials import MAX_STORE
from workers.extractors.exif import tell_exif
from workers.extractors.photo_parts import READERS, Parts, of_jpeg
from workers.extractors.pictures import opened_size, thumbnail
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Source
from workers.extractors.tiff import Field, NoTiff, Tiff
from workers.extractors.times import assumed_utc, iso_time
from workers.extractors.version import OWN_READERS
from workers.extractors.window import Window

TOOL = "dems-photos"
VERSION = OWN_READERS
MAX_EXIF = 4 * 1024 * 1024
"""Bytes beyond which the photo is not opened by Pillow: it would hold them, and join many blocks in quadratic time."""
_ITEMS = {"image/heic", "image/heif", "image/avif"}
_CR3, _RAF = "image/x-canon-cr3", "image/x-fuji-raf"
_WIDTH, _HEIGHT, _PHOTOMETRIC, _SUBDIRECTORIES = 0x100, 0x101, 0x106, 0x14A
_XMP, _IPTC, _CREDENTIALS = 700, 33723, 0xCD41
_SENSOR_VALUES = {32803, 34892}
_BORDERS = (5, 7, 4, 6)
"""Panasonic: left, right, top, bottom of the picture on the sensor."""
_PREVIEW = 84
"""Fuji: where the place and length of the JPEG stand, whose EXIF is that of the photo."""
_TEXTS = {
    "PNG:Author": "author",
    "PNG:Title": "title",
    "PNG:Software": "software",
    "PNG:Description": "description",
    "PNG:Copyright": "copyright",
}


def extract(source: Source, media_type: str, report: Report) -> None:
    """Findings of one photo. Raises `Unreadable` where its structure is broken; `Refused` passes through."""
    by = report.by(TOOL, VERSION)
    data = Window(source)
    if media_type == _CR3:
        report.partial(
            "Canon's CR3 is recognised, but no reader of ours knows what it holds: exiftool does, where it is installed."
        )
        return
    if media_type in READERS:
        parts = READERS[media_type](data)
    elif media_type in _ITEMS:
        parts = of_items(data)
    elif media_type == _RAF:
        parts = _fuji(data)
    else:
        _tell_tiff(data, media_type, by, source)
        return
    tiff = _structure(parts.exif, report)
    _tell_size(parts, source, media_type, by, _claimed(tiff) if media_type == "image/jpeg" else None)
    _tell_parts(parts, tiff, by)
    if parts.credentials:
        content_credentials.tell(parts.credentials, source, media_type, report)
    if _heavy(parts):
        report.warn(
            f"There are {_heavy(parts):,} bytes of EXIF, far more than any camera writes: no thumbnail was made."
        )
        return
    thumbnail(source, media_type, report)


def _heavy(parts: Parts) -> int:
    """How many bytes of EXIF there are, where they are too many; else 0."""
    many = max(parts.exif_bytes, 0 if parts.exif is None else parts.exif.size)
    return many if many > MAX_EXIF else 0


def _tell_parts(parts: Parts, tiff: Tiff | None, by: Reporter) -> None:
    if tiff is not None:
        tell_exif(tiff, by)
        for sentence in tiff.cut:
            by.report.partial(sentence)
    if parts.xmp is not None:
        tell_xmp(parts.xmp, by)
    if parts.iptc is not None:
        tell_iptc(parts.iptc, by)
    for label, text in parts.texts:
        by.found(_TEXTS.get(label, "comment"), text, label, raw=text)
    if parts.changed is not None:
        moment = assumed_utc(iso_time(parts.changed))
        if moment is not None:
            by.found("modified_at", moment, "PNG:tIME", raw=parts.changed)
    if parts.left is not None:
        by.report.partial(parts.left)


def _structure(exif: Window | None, report: Report) -> Tiff | None:
    if exif is None:
        return None
    try:
        return Tiff(exif)
    except NoTiff:
        report.warn("The EXIF block is damaged: it is no TIFF structure.")
        return None


def _claimed(tiff: Tiff | None) -> tuple[int, int] | None:
    """Width and height as EXIF states them, read with a structure of its own: each directory is read once."""
    if tiff is None:
        return None
    again = Tiff(tiff.data)
    first, _ = again.directory(again.first)
    inner, _ = again.directory(again.integer(first.get(0x8769)) or 0)
    width, height = again.integer(inner.get(0xA002)), again.integer(inner.get(0xA003))
    return (width, height) if width and height else None


def _tell_size(parts: Parts, source: Source, media_type: str, by: Reporter, claimed: tuple[int, int] | None) -> None:
    """The size as stored; where EXIF or Pillow say otherwise, all are kept and flagged."""
    if not parts.width or not parts.height:
        by.report.partial("The width and height of the picture were not found in its headers.")
        return
    stored = (parts.width, parts.height)
    theirs = None if _heavy(parts) else opened_size(source, media_type, by.report)
    turned = stored[::-1] if media_type in _ITEMS else stored
    other_reader = theirs is not None and theirs[:2] not in {stored, turned}
    flags = ("disagrees",) if other_reader or claimed not in {None, stored} else ()
    for name, value in zip(("width", "height"), stored, strict=True):
        by.found(name, value, parts.size_field, unit="px", flags=flags)
    if claimed is not None and claimed != stored:
        for name, value, label in zip(
            ("width", "height"), claimed, ("PixelXDimension", "PixelYDimension"), strict=True
        ):
            by.found(name, value, f"EXIF:{label}", unit="px", flags=("disagrees",))
    if theirs is not None and other_reader:
        pillow = by.report.by("pillow", theirs[2])
        for name, value in zip(("width", "height"), theirs[:2], strict=True):
            pillow.found(name, value, "Image.size", unit="px", flags=("disagrees",))


def _fuji(data: Window) -> Parts:
    place = data.at(_PREVIEW, 8)
    if len(place) < 8:  # noqa: PLR2004 - two numbers
        raise Unreadable("The RAF file ends in its header.")
    inner = of_jpeg(data.part(int.from_bytes(place[:4], "big"), int.from_bytes(place[4:], "big")))
    # The size of the preview is not the size of the photo.
    return Parts(exif=inner.exif, xmp=inner.xmp, iptc=inner.iptc)


def _tell_tiff(data: Window, media_type: str, by: Reporter, source: Source) -> None:
    try:
        tiff = Tiff(data)
    except NoTiff:
        raise Unreadable("The photo is damaged: its header is none of a TIFF structure.") from None
    first, following = tiff.directory(tiff.first)
    if not first:
        raise Unreadable("The photo is damaged: its first directory is not where its header says.")
    inner = [tiff.directory(int(at))[0] for at in tiff.numbers(first.get(_SUBDIRECTORIES), 8)]
    while following:
        fields, following = tiff.directory(following)
        inner.append(fields)
    sensor = [fields for fields in (first, *inner) if tiff.integer(fields.get(_PHOTOMETRIC)) in _SENSOR_VALUES]
    fields = sensor[0] if sensor and media_type != "image/tiff" else first
    width, height = tiff.integer(fields.get(_WIDTH)), tiff.integer(fields.get(_HEIGHT))
    label = "TIFF:SubIFD" if sensor and fields is not first else "TIFF:IFD0"
    if media_type == "image/x-panasonic-rw2":
        width, height, label = *_panasonic(tiff, first), "RW2:SensorBorders"
    _tell_size(Parts(width, height, label), source, media_type, by, None)
    tell_exif(tiff, by, first=first)
    if _XMP in first:
        tell_xmp(tiff.raw(first[_XMP], MAX_PACKET + 1), by)
    if _IPTC in first:
        tell_iptc(tiff.raw(first[_IPTC]), by)
    if _CREDENTIALS in first:
        content_credentials.tell(tiff.raw(first[_CREDENTIALS], MAX_STORE), source, media_type, by.report)
    for sentence in tiff.cut:
        by.report.partial(sentence)
    thumbnail(source, media_type, by.report)


def _panasonic(tiff: Tiff, fields: dict[int, Field]) -> tuple[int | None, int | None]:
    left, right, top, bottom = (tiff.integer(fields.get(tag)) for tag in _BORDERS)
    if left is None or right is None or top is None or bottom is None:
        return None, None
    return max(0, right - left), max(0, bottom - top)
