"""A small baseline JPEG writer (ITU-T T.81): every 8x8 block has one colour, so only DC coefficients are needed."""

import struct
from collections.abc import Callable, Iterator

Colour = tuple[int, int, int]
"""Y, Cb and Cr, each from 0 to 255."""

_DC_LENGTHS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])  # T.81, table K.3
_DC_CODES = {0: "00", 1: "010", 2: "011", 3: "100", 4: "101", 5: "110", 6: "1110", 7: "11110", 8: "111110"}
_END_OF_BLOCK = "0"


def jpeg(width: int, height: int, colour: Callable[[int, int], Colour], *, exif: bytes = b"") -> bytes:
    """`colour` is asked for each block by its column and row; `exif` is a TIFF structure."""
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"".join(bytes([c, 0x11, 0]) for c in (1, 2, 3))
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0" + struct.pack(">HBHHBB", 0x0101, 1, 72, 72, 0, 0)),
            _segment(0xE1, b"Exif\0\0" + exif) if exif else b"",
            _segment(0xDB, b"\0" + bytes([8] * 64)),
            _segment(0xC0, frame),
            _segment(0xC4, b"\x00" + _DC_LENGTHS + bytes(range(12))),
            _segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0"),
            _segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])),
            _packed("".join(_bits(width, height, colour))),
            b"\xff\xd9",
        )
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _bits(width: int, height: int, colour: Callable[[int, int], Colour]) -> Iterator[str]:
    before = [0, 0, 0]
    for row in range(-(-height // 8)):
        for column in range(-(-width // 8)):
            for component, value in enumerate(colour(column, row)):
                # With every quantiser at 8, the DC of a flat block is its value less 128.
                level = max(0, min(255, value)) - 128
                difference, before[component] = level - before[component], level
                size = abs(difference).bit_length()
                yield _DC_CODES[size]
                if size:
                    amplitude = difference if difference > 0 else difference + (1 << size) - 1
                    yield f"{amplitude:0{size}b}"
                yield _END_OF_BLOCK


def _packed(bits: str) -> bytes:
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return data.replace(b"\xff", b"\xff\x00")


_ASCII, _LONG, _RATIONAL = 2, 4, 5
_MAIN, _EXIF_PART, _GPS_PART, _TAKEN = 8, 0x8769, 0x8825, 0x9003

_Tag = tuple[int, int, int, bytes]
"""Number, type, count, and the value's bytes."""


def exif(make: str, model: str, taken: str, place: tuple[float, float]) -> bytes:
    """A little-endian TIFF structure with maker, model, time (``YYYY:MM:DD HH:MM:SS``), and latitude and longitude."""
    told = [(0x010F, make), (0x0110, model), (0x0132, taken)]
    main = [_words(number, text) for number, text in told]
    # Three directories one after the other, each with its values behind it.
    exif_at = _MAIN + len(_directory([*main, _link(_EXIF_PART, 0), _link(_GPS_PART, 0)], _MAIN))
    own = _directory([_words(_TAKEN, taken)], exif_at)
    gps_at = exif_at + len(own)
    first = _directory([*main, _link(_EXIF_PART, exif_at), _link(_GPS_PART, gps_at)], _MAIN)
    return b"II" + struct.pack("<HI", 42, _MAIN) + first + own + _directory(_gps(*place), gps_at)


def _gps(latitude: float, longitude: float) -> list[_Tag]:
    return [
        _words(1, "N" if latitude >= 0 else "S"),
        _degrees(2, latitude),
        _words(3, "E" if longitude >= 0 else "W"),
        _degrees(4, longitude),
    ]


def _degrees(number: int, angle: float) -> _Tag:
    """Degrees, minutes and ten-thousandths of seconds."""
    seconds = round(abs(angle) * 3600 * 10_000)
    minutes, seconds = divmod(seconds, 60 * 10_000)
    degrees, minutes = divmod(minutes, 60)
    return number, _RATIONAL, 3, struct.pack("<6I", degrees, 1, minutes, 1, seconds, 10_000)


def _words(number: int, text: str) -> _Tag:
    written = text.encode("ascii") + b"\0"
    return number, _ASCII, len(written), written


def _link(number: int, at: int) -> _Tag:
    return number, _LONG, 1, struct.pack("<I", at)


def _directory(tags: list[_Tag], at: int) -> bytes:
    """A directory that lies `at` so many bytes from the beginning, and what does not fit into it."""
    rows, behind = struct.pack("<H", len(tags)), b""
    values_at = at + 2 + 12 * len(tags) + 4
    for number, kind, count, value in tags:
        short = len(value) <= 4  # noqa: PLR2004 then it stands in the row itself
        place = value.ljust(4, b"\0") if short else struct.pack("<I", values_at + len(behind))
        rows += struct.pack("<HHI", number, kind, count) + place
        behind += b"" if short else value + b"\0" * (len(value) % 2)
    return rows + struct.pack("<I", 0) + behind
