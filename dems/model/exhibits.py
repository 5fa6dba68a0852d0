"""Exhibit references: the producer's initials and a running number, and the other forms that forces use.

A reference is kept exactly as it was given. Uniqueness within a case ignores case and white space, since
people read ``abc/1`` and ``ABC / 1`` aloud alike; ``AB/1`` and ``AB/01`` stay two references.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_LENGTH = 64
_HOUSE_FORM = re.compile(r"[A-Z]{2,4}/[0-9]{1,5}[A-Z]?")


@dataclass(frozen=True, slots=True)
class ExhibitRef:
    """One reference. Raises `ValueError` when it is blank, too long or has characters that cannot be printed."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("an exhibit reference is not blank")
        if len(self.text) > MAX_LENGTH:
            raise ValueError(f"an exhibit reference has at most {MAX_LENGTH} characters")
        if any(unicodedata.category(c) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"} for c in self.text):
            raise ValueError("an exhibit reference has no control or formatting characters")

    @property
    def key(self) -> str:
        """What must be unique in a case."""
        # Some characters become a space and a mark under NFKC: normalised until it stays, so that a key is its own key.
        plain = self.text
        while (folded := "".join(unicodedata.normalize("NFKC", plain).casefold().split())) != plain:
            plain = folded
        return plain

    @property
    def warnings(self) -> tuple[str, ...]:
        """Another force's form is accepted and said to be one."""
        return () if _HOUSE_FORM.fullmatch(self.text) else ("exhibit-ref-in-another-form",)
