"""What the case has already: nothing is taken in twice only because this machine does not remember it."""

import base64
from collections import defaultdict
from typing import Any

_WORTH = ("sealed", "verifying", "uploading", "declared")
"""The states in which an item stands for its file, the best first."""


class Holdings:
    """The items of a case by name, size and SHA-256. Each stands for one file: two alike are two items."""

    def __init__(self) -> None:
        self._alike: dict[tuple[bytes, int, str], list[tuple[int, str]]] = defaultdict(list)
        self._spoken_for: set[str] = set()

    def add(self, item: dict[str, Any]) -> None:
        """An item as the API lists it."""
        if item["state"] not in _WORTH or item["name"] is None or item["size"] is None:
            return
        name = base64.b64decode(item["name_base64"]) if item["name_base64"] else item["name"].encode()
        for sha256 in {item["declared_sha256"], item["digests"].get("sha256")} - {None}:
            self._alike[name, item["size"], sha256].append((_WORTH.index(item["state"]), item["id"]))

    def speak_for(self, evidence_id: str) -> None:
        """This item is known to be some file's, and stands for no other."""
        self._spoken_for.add(evidence_id)

    def take(self, name: bytes, size: int, sha256: str) -> str | None:
        """The id of an item that stands for such a file; the next one when asked again."""
        for _, evidence_id in sorted(self._alike.get((name, size, sha256), ())):
            if evidence_id not in self._spoken_for:
                self.speak_for(evidence_id)
                return evidence_id
        return None
