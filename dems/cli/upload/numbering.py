"""The producer's initials, which DEMS counts exhibits by."""

import re
import unicodedata

_FALLBACK = "DEMS"
_FEWEST, _MOST = 2, 4


def initials(name: str) -> str:
    """Two to four capital letters from a person's name; ``DEMS`` where it has too few."""
    plain = unicodedata.normalize("NFKD", name)
    letters = [c for word in re.split(r"[\s-]+", plain) for c in re.sub(r"[^A-Za-z]", "", word)[:1]]
    return "".join(letters[:_MOST]).upper() if len(letters) >= _FEWEST else _FALLBACK
