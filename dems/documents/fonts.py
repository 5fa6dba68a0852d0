"""The fonts of what is printed, which are in every document, so that it looks alike everywhere."""

from collections.abc import Callable
from functools import cache
from threading import Lock

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "Vera", "VeraBd"
"""Fonts that come with reportlab. They have the Latin letters of western and central Europe; what they do not have is written
as its number, and the DOCX has it as it is.
"""

ONE_AT_A_TIME = Lock()
"""The library keeps what it knows of a font beyond one document, and the API makes documents in many threads."""


@cache
def fonts() -> Callable[[str], bool]:
    """Make the fonts known, once in a process; whether a character is in both."""
    faces = []
    for name in (PLAIN, BOLD):
        font = TTFont(name, f"{name}.ttf")
        pdfmetrics.registerFont(font)
        faces.append(font.face.charToGlyph)
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    return lambda character: all(ord(character) in face for face in faces)
