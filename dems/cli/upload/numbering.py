"""Exhibit references: the producer's initials and a running number."""

import re
import unicodedata
from collections.abc import Iterable

_FALLBACK = "DEMS"
_FEWEST, _MOST = 2, 4


def initials(name: str) -> str:
    """Two to four capital letters from a person's name; ``DEMS`` where it has too few."""
    plain = unicodedata.normalize("NFKD", name)
    letters = [c for word in re.split(r"[\s-]+", plain) for c in re.sub(r"[^A-Za-z]", "", word)[:1]]
    return "".join(letters[:_MOST]).upper() if len(letters) >= _FEWEST else _FALLBACK


class Numbering:
    """Gives ``PREFIX/n`` with n counting on from the highest that the case has."""

    def __init__(self, prefix: str, used: Iterable[str]) -> None:
        self._prefix = prefix
        form = re.compile(re.escape(_key(prefix)) + r"/(\d{1,9})[a-z]?")
        numbers = (int(match[1]) for ref in used if (match := form.fullmatch(_key(ref))))
        self._last = max(numbers, default=0)

    def next(self) -> str:
        """A reference that was not given before. The case may know better: then ask again."""
        self._last += 1
        return f"{self._prefix}/{self._last}"


def _key(text: str) -> str:
    """As the server compares references: without regard to case and white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
