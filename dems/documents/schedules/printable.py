"""What the shipped fonts draw, so that no text can make a document fail or show an empty box.

PDF/A refuses a character that no font has. What is not in `DRAWN` is written as its number; a test typesets all that is in it.
"""

import re

from dems.documents.texts import shown

DRAWN: tuple[tuple[int, int], ...] = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x2FF),  # Latin with all its letters, those of Welsh among them
    (0x370, 0x373),
    (0x375, 0x377),
    (0x384, 0x386),
    (0x388, 0x38A),
    (0x38C, 0x38C),
    (0x38E, 0x3A1),
    (0x3A3, 0x3FF),  # Greek
    (0x400, 0x482),
    (0x48A, 0x4FF),  # Cyrillic
    (0x5D0, 0x5EA),  # Hebrew
    (0x621, 0x63A),
    (0x640, 0x64A),
    (0x660, 0x669),  # Arabic without its marks
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x203E),
    (0x2044, 0x2044),
    (0x2070, 0x2071),
    (0x2074, 0x208E),
    (0x20A0, 0x20C0),
    (0x2100, 0x211E),
    (0x2122, 0x2122),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2500, 0x25FF),
    (0x2713, 0x2713),
    (0x2717, 0x2717),
    (0xFFFD, 0xFFFD),
)
"""Ranges of code points, both ends included, that the fonts inside the typesetter have. No mark that goes onto another is among them."""

_RANGES = "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in DRAWN)
_HAS = re.compile(f"[{_RANGES}]")
_ALL_DRAWN = re.compile(f"[{_RANGES}\n]*")


def printable(text: str) -> str:
    """The text in composed form, with what cannot be seen or drawn as its number: U+202E reads `[U+202E]`, a tab is a space."""
    if _ALL_DRAWN.fullmatch(text):
        return text
    return shown(text, lambda character: _HAS.match(character) is not None).replace("\t", " ")


def one_line(text: str, most: int) -> str:
    """The printable text without line breaks, cut to so many characters where it is longer."""
    line = " ".join(printable(text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
