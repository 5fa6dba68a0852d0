"""ExifTool, where it is installed: what our readers do not know of photos (maker notes, RAW) and of recordings, and a second opinion.

It runs in the sandbox, is given no name, no configuration and no option of anybody, and what it writes is taken as hostile.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from dems.model.findings import Confidence, Moment, Place
from workers.extractors.kinds import family
from workers.extractors.programs import EVIDENCE, Absent, Program, asked, made, place, version_of
from workers.extractors.report import Report, Reporter
from workers.extractors.times import assumed_utc, exif_time
from workers.extractors.wire import Garbled, list_of, no_constant, only

TOOL = "exiftool"
MAX_TAGS = 400
"""Of fields without a name of ours that are told."""
_MAX_KEY, _MAX_ROWS, _MAX_VALUES = 160, 20_000, 1_000
_ARGUMENTS = ("-config", "", "-json", "-long", "-G0:1", "-x", "ICC_Profile:all", "-x", "System:all", "-x", "Trailer")
_MODULES = 'print join("\\n", @INC)'
_UNPACKS = "auto/Compress/Raw/Zlib/Zlib.so"
_OCTETS, _EMPTY = "application/octet-stream", "application/x-empty"
_TEXTS: Mapping[tuple[str, str], str] = {
    ("EXIF", "Make"): "device.make",
    ("EXIF", "Model"): "device.model",
    ("EXIF", "Software"): "software",
    ("EXIF", "HostComputer"): "device.host",
    ("EXIF", "Artist"): "author",
    ("EXIF", "ImageDescription"): "description",
    ("EXIF", "Copyright"): "copyright",
    ("EXIF", "OwnerName"): "device.owner",
    ("EXIF", "SerialNumber"): "device.serial",
    ("EXIF", "LensModel"): "device.lens",
    ("EXIF", "LensSerialNumber"): "device.lens.serial",
    ("EXIF", "ImageUniqueID"): "image.unique_id",
    ("MakerNotes", "SerialNumber"): "device.serial",
    ("MakerNotes", "InternalSerialNumber"): "device.serial",
    ("MakerNotes", "LensModel"): "device.lens",
    ("MakerNotes", "LensSerialNumber"): "device.lens.serial",
    ("MakerNotes", "OwnerName"): "device.owner",
    ("QuickTime", "Make"): "device.make",
    ("QuickTime", "Model"): "device.model",
    ("QuickTime", "Software"): "device.software",
}
_TIMES: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("EXIF", "DateTimeOriginal"): ("recorded_at", "SubSecTimeOriginal", "OffsetTimeOriginal"),
    ("EXIF", "CreateDate"): ("digitised_at", "SubSecTimeDigitized", "OffsetTimeDigitized"),
    ("EXIF", "ModifyDate"): ("modified_at", "SubSecTime", "OffsetTime"),
}
_MOVIE_TIMES = {"CreateDate": "recorded_at", "ModifyDate": "modified_at", "CreationDate": "recorded_at"}
_WITH_ZONE = "CreationDate"
_OUTSIDE = {"ExifTool", "File", "Composite", "SourceFile"}
_UNKNOWN = "Unknown file type"
_BINARY = "(Binary data "

Rows = Mapping[tuple[str, str], tuple[str, str, str]]
"""By the first group and the name of a field: its whole name, its value as numbers, and in words."""


def found() -> Program:
    """Raises `Absent`. The script is run by Perl, with the folders of Perl's own modules; no configuration of anybody is read."""
    script, perl = place(TOOL), place("perl")
    modules = [Path(each) for each in asked([str(perl), "-e", _MODULES]).splitlines() if each.startswith("/")]
    version = version_of(asked([str(perl), str(script), "-config", "", "-ver"]), r"^(\d+\.\d+)", TOOL)
    if float(version) < 12.38:  # noqa: PLR2004
        raise Absent(f"exiftool {version} is too old: before 12.38 the names and contents of files could run programs.")
    folders = [each for each in (script, script.parent / "lib", *modules) if each.exists()]
    unpacks = [each / _UNPACKS for each in modules if (each / _UNPACKS).exists()]
    arguments = (str(script), *_ARGUMENTS, EVIDENCE)
    return made(TOOL, perl, arguments, version=version, folders=folders, modules=unpacks)


def reads(media_type: str) -> bool:
    """Photos and recordings; and what none of our readers knows."""
    return family(media_type) in {"photos", "media", None} and media_type != _EMPTY


def tell(output: bytes, media_type: str, version: str, report: Report) -> None:
    """Findings of what it wrote. Raises `Garbled` for anything that it does not write."""
    by = report.by(TOOL, version)
    rows = _rows(output)
    for name in ("Warning", "Error"):
        if ("ExifTool", name) in rows and rows["ExifTool", name][2] != _UNKNOWN:
            report.warn(f"exiftool says: {rows['ExifTool', name][2][:300]}")
    own = family(media_type)
    _tell_named(rows, by)
    _tell_place(rows, by)
    if own == "photos":
        _tell_size(rows, by)
    elif media_type == _OCTETS and ("File", "MIMEType") in rows:
        by.found("media_type", rows["File", "MIMEType"][2], "File:MIMEType", confidence=Confidence.DETECTED)
    told = 0
    for (group, name), (whole, number, words) in rows.items():
        if (group, name) in _TEXTS or group in _OUTSIDE or (own is not None and group != "MakerNotes"):
            continue
        if words and not words.startswith(_BINARY):
            told += 1
            if told > MAX_TAGS:
                report.warn(f"exiftool gave more than {MAX_TAGS} fields without a name of ours: the rest was left out.")
                return
            by.found("tag", words, whole, raw=number)


def _rows(output: bytes) -> Rows:
    try:
        told = json.loads(output, object_pairs_hook=only, parse_int=str, parse_float=str, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise Garbled("what exiftool wrote is no JSON") from error
    files = list_of(told, 1, "the files of exiftool")
    if not files or not isinstance(files[0], dict) or len(files[0]) > _MAX_ROWS:
        raise Garbled("exiftool told of no file, or of too much")
    rows: dict[tuple[str, str], tuple[str, str, str]] = {}
    for whole, row in files[0].items():
        if len(whole) > _MAX_KEY:
            raise Garbled("a field of exiftool has no name")
        if isinstance(row, dict):
            parts = whole.split(":")
            words = _text(row.get("val"))
            # The first of its kind is the one of the file as a whole: tracks and previews follow.
            rows.setdefault((parts[0], parts[-1]), (whole, _text(row["num"]) if "num" in row else words, words))
        elif not isinstance(row, str):
            raise Garbled("a field of exiftool has no value")
    return rows


def _text(value: object) -> str:
    if isinstance(value, list):
        if len(value) > _MAX_VALUES:
            raise Garbled("a field of exiftool has too many values")
        return ", ".join(_text(each) for each in value)
    if isinstance(value, str | bool):
        return str(value)
    raise Garbled("a value of exiftool is of no kind")


def _tell_named(rows: Rows, by: Reporter) -> None:
    for key, name in _TEXTS.items():
        if key in rows:
            by.found(name, rows[key][2], rows[key][0], raw=rows[key][1])
    for key, (name, part, zone) in _TIMES.items():
        if key in rows:
            fraction, offset = (rows.get((key[0], each), ("", "", ""))[2] for each in (part, zone))
            _tell_time(by, name, rows[key], exif_time(rows[key][2], fraction, offset or None))
    for field, name in _MOVIE_TIMES.items():
        key = ("QuickTime", field)
        if key in rows:
            moment = exif_time(rows[key][2])
            _tell_time(by, name, rows[key], moment if field == _WITH_ZONE else assumed_utc(moment))
    turned = rows.get(("EXIF", "Orientation"), ("", "", ""))
    if turned[1].isascii() and turned[1].isdigit() and len(turned[1]) == 1:
        value = int(turned[1])
        by.found("orientation", value, turned[0], raw=turned[1], flags=() if 1 <= value <= 8 else ("impossible",))  # noqa: PLR2004


def _tell_time(by: Reporter, name: str, row: tuple[str, str, str], moment: Moment | None) -> None:
    if moment is not None:
        by.found(name, moment, row[0], raw=row[2])


def _tell_place(rows: Rows, by: Reporter) -> None:
    latitude, longitude = (_number(rows, name) for name in ("GPSLatitude", "GPSLongitude"))
    if latitude is None or longitude is None:
        return
    try:
        where = Place(latitude, longitude)
    except ValueError:
        by.report.warn("exiftool gives a position that is no place on earth.")
        return
    by.found("position", where, "Composite:GPSPosition", raw=f"{latitude} {longitude}", unit="deg")


def _number(rows: Rows, name: str) -> float | None:
    try:
        return float(rows["Composite", name][1][:40])
    except (KeyError, ValueError):
        return None


def _tell_size(rows: Rows, by: Reporter) -> None:
    whole, number, _ = rows.get(("Composite", "ImageSize"), ("", "", ""))
    parts = number.replace("x", " ").split()
    if len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts):  # noqa: PLR2004
        for name, value in zip(("width", "height"), parts, strict=True):
            by.found(name, int(value), whole, raw=number, unit="px")
