"""Text from anywhere, made fit to be read: nothing invisible in it, and nothing that turns the line round."""

import unicodedata
from collections.abc import Callable

_KEPT = frozenset("\n\t")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of what has no shape of its own: control and format characters (those that set the direction among them),
halves of characters, private and unassigned ones, and separators of lines that only some programs see.
"""


def shown(text: str, has: Callable[[str], bool] = lambda _: True) -> str:
    """The text with every character that cannot be seen, or that the font does not have, written as its number.

    `has` says whether a character can be drawn. So U+202E, which would turn what follows round, reads `[U+202E]`.
    """
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c if c in _KEPT or (unicodedata.category(c) not in _HIDDEN and has(c)) else _number(c) for c in plain
    )


def paragraphs(text: str) -> tuple[str, ...]:
    """Its lines that are not blank."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _number(character: str) -> str:
    return f"[U+{ord(character):04X}]"
