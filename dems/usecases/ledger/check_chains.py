"""Re-derive every chain of custody: the log holds what entries commit to, and this looks whether that is still what they say."""

from dataclasses import dataclass
from typing import Any

from dems.model.ids import EntryId
from dems.ports.holdings import Holdings
from dems.steps.every_chain import EveryChain


@dataclass(slots=True)
class ChainsCheck:
    """`problem` is one sentence on the first entry that does not hold, None where all do; `wrong` is how many there are."""

    entries: int = 0
    chains: int = 0
    destroyed: int = 0
    wrong: int = 0
    problem: str | None = None
    entry: EntryId | None = None

    @property
    def held(self) -> bool:
        return self.problem is None

    def figures(self) -> dict[str, Any]:
        """As JSON says it."""
        counts = {"entries": self.entries, "chains": self.chains, "destroyed": self.destroyed, "wrong": self.wrong}
        return {**counts, "problem": self.problem, "entry": None if self.entry is None else str(self.entry)}

    def words(self) -> str:
        """One sentence on how it went."""
        if self.problem is not None:
            named = "" if self.entry is None else f" (entry {self.entry})"
            return f"{self.problem}{named}" + (f"; and {self.wrong - 1} more" if self.wrong > 1 else "")
        gone = f"; two people destroyed {self.destroyed} details" if self.destroyed else ""
        return f"{self.entries} entries in {self.chains} chains say what they said when they were written{gone}"

    def note(self, problem: str, entry: EntryId | None) -> None:
        """Something that does not hold."""
        self.wrong += 1
        if self.problem is None:
            self.problem, self.entry = problem, entry


@dataclass(frozen=True, slots=True)
class CheckChains:
    """Who did what, when and to which item lies beside the leaf that commits to it, where the log's tree does not reach.

    Each entry is compared with its leaf: the detail, the time, the item, case and act that it is found by; and each leaf with
    the one before it.
    """

    holdings: Holdings

    def __call__(self) -> ChainsCheck:
        """It changes nothing, and memory does not grow with the log. Raises `DatabaseUnavailable`."""
        found = ChainsCheck()
        every = EveryChain(self.holdings, found.note)
        for _ in every:
            found.entries, found.chains, found.destroyed = every.entries, every.chains, every.destroyed
        every.nothing_missing()
        return found
