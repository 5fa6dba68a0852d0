"""What a check of the log came to, and the first place where it does not hold."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LogCheck:
    """`problem` is one sentence, None where all holds. `index` and `entry` name the first entry that differs, where one does.

    `entries` were derived anew, and `checkpoints` compared with the tree so derived; `beyond` is how many checkpoints cover
    entries that are not there to be derived (yet).
    """

    entries: int
    checkpoints: int
    beyond: int = 0
    problem: str | None = None
    index: int | None = None
    entry: UUID | None = None

    @property
    def held(self) -> bool:
        return self.problem is None

    def figures(self) -> dict[str, Any]:
        """As JSON says it."""
        entry = None if self.entry is None else str(self.entry)
        counts = {"entries": self.entries, "checkpoints": self.checkpoints, "beyond": self.beyond}
        return {**counts, "problem": self.problem, "index": self.index, "entry": entry}

    def words(self) -> str:
        """One sentence on how it went."""
        if self.problem is not None:
            return self.problem
        if not self.entries and not self.checkpoints and not self.beyond:
            return "there is no entry and no checkpoint: nothing was signed yet, or all of it was taken away"
        later = f"; {self.beyond} newer checkpoints cover entries that are not there yet" if self.beyond else ""
        return f"{self.entries} entries make the trees of {self.checkpoints} checkpoints{later}"


class Differs(Exception):
    """The log does not hold from here on; where an entry can be named it is."""

    def __init__(self, problem: str, index: int | None = None, entry: UUID | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index
        self.entry = entry
