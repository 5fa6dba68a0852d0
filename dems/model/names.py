"""What a submitter called a file: bytes, kept as they came, shown with care, never used as a key or a path."""

import unicodedata
from dataclasses import dataclass

MAX_NAME_BYTES = 1024
"""Longer than any file system's name (255 bytes); a relative path of a manifest may be a name too."""

_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{p}{n}" for p in ("COM", "LPT") for n in range(10))})
"""Names that Windows gives to devices, whatever follows the dot."""

MAX_SAFE_BYTES = 200
"""Below every file system's limit, with room for a suffix."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class OriginalName:
    """The exact bytes of a name. Raises `ValueError` when empty, too long, or holding NUL, which no file system allows."""

    raw: bytes

    def __post_init__(self) -> None:
        if not self.raw:
            raise ValueError("a file has a name of at least one byte")
        if len(self.raw) > MAX_NAME_BYTES:
            raise ValueError(f"a name has at most {MAX_NAME_BYTES} bytes in UTF-8")
        if b"\0" in self.raw:
            raise ValueError("no file system allows NUL in a name: send the name as it is on disk")

    @property
    def text(self) -> str:
        """The name as text; bytes that are not UTF-8 become U+FFFD, and `exact` is then false."""
        return self.raw.decode("utf-8", "replace")

    @property
    def exact(self) -> bool:
        """Whether `text` says the whole truth about the bytes."""
        return self.text.encode() == self.raw

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why a person should look twice before trusting how this name looks on a screen."""
        text, found = self.text, []
        if not self.exact:
            found.append("name-not-utf-8")
        if any(c in _BIDI for c in text):
            found.append("name-has-direction-marks")
        if any(unicodedata.category(c) in {"Cf", "Zl", "Zp"} and c not in _BIDI for c in text):
            found.append("name-has-invisible-characters")
        if any(unicodedata.category(c) == "Cc" for c in text):
            found.append("name-has-control-characters")
        if "/" in text or "\\" in text:
            found.append("name-looks-like-a-path")
        return tuple(found)

    @property
    def safe(self) -> str:
        """A name that can be given to a file on any system: the last component, without what could mislead or break out."""
        last = self.text.replace("\\", "/").rsplit("/", 1)[-1]
        kept = "".join("_" if c in '<>:"|?*' or c in _BIDI or _unseen(c) else c for c in last).strip(" .")
        while len(kept.encode()) > MAX_SAFE_BYTES:
            kept = kept[1:].lstrip(" .")
        if kept.split(".", 1)[0].strip().upper() in _DEVICES:
            kept = f"_{kept}"
        return kept or "evidence.bin"


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
