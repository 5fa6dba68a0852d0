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


def exif(make: str, model: str, taken: str) -> bytes:
    """A little-endian TIFF structure with maker, model and time (``YYYY:MM:DD HH:MM:SS``)."""
    texts = [t.encode("ascii") + b"\0" for t in (make, model, taken, taken)]
    tags = (0x010F, 0x0110, 0x0132)
    main_size, sub_size = 2 + 12 * 4 + 4, 2 + 12 + 4
    sub_at = 8 + main_size
    at = sub_at + sub_size
    main, heap = struct.pack("<H", len(tags) + 1), b""
    for tag, text in zip(tags, texts, strict=False):
        main += struct.pack("<HHII", tag, 2, len(text), at + len(heap))
        heap += text + b"\0" * (len(text) % 2)
    main += struct.pack("<HHII", 0x8769, 4, 1, sub_at) + struct.pack("<I", 0)
    sub = struct.pack("<HHHIII", 1, 0x9003, 2, len(texts[3]), at + len(heap), 0)
    return b"II" + struct.pack("<HI", 42, 8) + main + sub + heap + texts[3]
