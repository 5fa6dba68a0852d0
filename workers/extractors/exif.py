"""What EXIF says of a photo: the device, the times, the place, the orientation as stored. Maker notes are not read."""

from datetime import UTC, datetime
from fractions import Fraction

from dems.model.findings import Place
from workers.extractors.report import Reporter
from workers.extractors.tiff import Field, Tiff
from workers.extractors.times import exif_time, utc

_EXIF_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825
_ORIENTATION = 0x112
WIDTH, HEIGHT = 0xA002, 0xA003
_TEXTS = (
    (0x10F, "Make", "device.make"),
    (0x110, "Model", "device.model"),
    (0x131, "Software", "software"),
    (0x13C, "HostComputer", "device.host"),
    (0x13B, "Artist", "author"),
    (0x10E, "ImageDescription", "description"),
    (0x8298, "Copyright", "copyright"),
    (0xA430, "CameraOwnerName", "device.owner"),
    (0xA431, "BodySerialNumber", "device.serial"),
    (0xA434, "LensModel", "device.lens"),
    (0xA435, "LensSerialNumber", "device.lens.serial"),
    (0xA420, "ImageUniqueID", "image.unique_id"),
)
_TIMES = (
    (0x9003, "DateTimeOriginal", "recorded_at", 0x9291, 0x9011),
    (0x9004, "DateTimeDigitized", "digitised_at", 0x9292, 0x9012),
    (0x132, "DateTime", "modified_at", 0x9290, 0x9010),
)
_LATITUDE, _LONGITUDE, _ALTITUDE = (1, 2), (3, 4), (5, 6)
_TIME, _DATE, _DIRECTION, _DATUM, _ERROR = 7, 29, (16, 17), 18, 31
_SEXAGESIMAL = (1, 60, 3600)
_BELOW_SEA = {1, 3}


def tell_exif(
    tiff: Tiff, by: Reporter, *, orientation: bool = True, first: dict[int, Field] | None = None
) -> tuple[int | None, int | None]:
    """Findings of one EXIF structure; gives the width and height that it states for the picture.

    `first`: the first directory where the caller has read it, since each is read once.
    """
    if first is None:
        first, _ = tiff.directory(tiff.first)
    inner, _ = tiff.directory(tiff.integer(first.get(_EXIF_DIRECTORY)) or 0)
    fields = inner | first
    for tag, label, name in _TEXTS:
        text = tiff.text(fields.get(tag))
        if text is not None:
            by.found(name, text, f"EXIF:{label}", raw=text)
    for tag, label, name, part, zone in _TIMES:
        text = tiff.text(fields.get(tag))
        if text is None:
            continue
        moment = exif_time(text, tiff.text(fields.get(part)), tiff.text(fields.get(zone)))
        if moment is None:
            by.report.warn(f"EXIF:{label} is there but is no time: {text[:40]}")
            continue
        raw = "".join(
            [text, *(f" {mark}{tiff.text(fields.get(at))}" for mark, at in ((".", part), ("", zone)) if at in fields)]
        )
        by.found(name, moment, f"EXIF:{label}", raw=raw)
    turned = tiff.integer(first.get(_ORIENTATION))
    if orientation and turned is not None:
        by.found("orientation", turned, "EXIF:Orientation", flags=() if 1 <= turned <= 8 else ("impossible",))  # noqa: PLR2004
    places, _ = tiff.directory(tiff.integer(first.get(_GPS_DIRECTORY)) or 0)
    tell_gps(tiff, places, by)
    return tiff.integer(inner.get(WIDTH)), tiff.integer(inner.get(HEIGHT))


def tell_gps(tiff: Tiff, fields: dict[int, Field], by: Reporter) -> None:
    """Findings of a GPS directory. A place without its hemispheres is none: it could be four."""
    latitude, longitude = _angle(tiff, fields, _LATITUDE, "NS"), _angle(tiff, fields, _LONGITUDE, "EW")
    stated = [tag for tag in (_LATITUDE[1], _LONGITUDE[1]) if tag in fields]
    flags = _flags(tiff, fields)
    if latitude is not None and longitude is not None:
        raw = " ".join(
            str(part)
            for pair in (_LATITUDE, _LONGITUDE)
            for part in (*tiff.numbers(fields[pair[1]]), tiff.text(fields[pair[0]]))
        )
        try:
            place = Place(latitude, longitude)
        except ValueError:
            by.report.warn(f"The position of the GPS fields is no place on earth: {raw[:100]}")
        else:
            by.found("position", place, "EXIF:GPSLatitude", raw=raw, unit="deg", flags=flags)
    elif stated:
        by.report.warn(
            "The GPS fields give a position without its hemispheres or with broken numbers: no place was taken from it."
        )
    _tell_altitude(tiff, fields, by)
    direction = _one(tiff, fields.get(_DIRECTION[1]))
    if direction is not None and 0 <= direction <= 360:  # noqa: PLR2004
        against = tiff.text(fields.get(_DIRECTION[0]))
        marks = {"M": ("magnetic",), "T": ()}.get(against or "", ("reference_unknown",))
        by.found(
            "position.direction", float(direction), "EXIF:GPSImgDirection", raw=str(direction), unit="deg", flags=marks
        )
    error = _one(tiff, fields.get(_ERROR))
    if error is not None and error >= 0:
        by.found("position.error", float(error), "EXIF:GPSHPositioningError", raw=str(error), unit="m")
    _tell_time(tiff, fields, by)


def _flags(tiff: Tiff, fields: dict[int, Field]) -> tuple[str, ...]:
    stated = tiff.text(fields.get(_DATUM)) or ""
    datum = "".join(c for c in stated.upper() if c.isalnum())
    return () if datum in {"", "WGS84"} else ("other_datum",)


def _angle(tiff: Tiff, fields: dict[int, Field], tags: tuple[int, int], signs: str) -> float | None:
    sign = (tiff.text(fields.get(tags[0])) or "").upper()[:1]
    field = fields.get(tags[1])
    numbers = tiff.numbers(field, 3)
    if not sign or sign not in signs or field is None or not 1 <= field.count == len(numbers) <= len(_SEXAGESIMAL):
        return None
    value = sum(Fraction(number) / unit for number, unit in zip(numbers, _SEXAGESIMAL, strict=False))
    return float(-value if sign == signs[1] else value)


def _one(tiff: Tiff, field: Field | None) -> Fraction | None:
    numbers = tiff.numbers(field, 1)
    return numbers[0] if numbers and isinstance(numbers[0], Fraction) else None


def _tell_altitude(tiff: Tiff, fields: dict[int, Field], by: Reporter) -> None:
    altitude = _one(tiff, fields.get(_ALTITUDE[1]))
    if altitude is None:
        return
    below = tiff.integer(fields.get(_ALTITUDE[0])) in _BELOW_SEA
    by.found(
        "position.altitude", float(-altitude if below else altitude), "EXIF:GPSAltitude", raw=str(altitude), unit="m"
    )


def _tell_time(tiff: Tiff, fields: dict[int, Field], by: Reporter) -> None:
    day, clock = tiff.text(fields.get(_DATE)), tiff.numbers(fields.get(_TIME), 3)
    if day is None or len(clock) != 3:  # noqa: PLR2004 - hours, minutes, seconds
        return
    hours, minutes, seconds = (Fraction(part) for part in clock)
    whole = int(seconds)
    try:
        year, month, date = (int(part) for part in day.replace("-", ":").split(":"))
        micro = int((seconds - whole) * 1_000_000)
        at = datetime(year, month, date, int(hours), int(minutes), whole, micro, tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        by.report.warn(f"EXIF:GPSDateStamp and GPSTimeStamp are there but are no time: {day[:40]}")
        return
    raw = f"{day} {':'.join(str(part) for part in clock)}"
    by.found("position.at", utc(at), "EXIF:GPSTimeStamp", raw=raw)
