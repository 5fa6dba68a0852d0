"""All chains of custody, one after the other, each re-derived from its first entry to its last."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dems.ledger.entry import EntryInvalid
from dems.model.custody import ChainOf
from dems.model.ids import EntryId
from dems.ports.holdings import HeldEntry, Holdings
from dems.steps.rederiving import Rederiving

PAGE = 500


@dataclass(slots=True)
class EveryChain:
    """Gives each chain when it is at its end, and counts; `wrong` is told of each entry that does not hold, in a sentence.

    Memory does not grow with what is held. Chains may be written to meanwhile. `told` is called after each page.
    """

    holdings: Holdings
    wrong: Callable[[str, EntryId | None], None]
    told: Callable[[], None] = lambda: None
    entries: int = 0
    chains: int = 0
    destroyed: int = 0
    """Details that two people destroyed."""

    def __iter__(self) -> Iterator[tuple[ChainOf, Rederiving]]:
        last: HeldEntry | None = None
        chain: Rederiving | None = None
        while page := self.holdings.entries(PAGE, None if last is None else last.place):
            for held in page:
                if chain is None or last is None or held.row.chain_id != last.row.chain_id:
                    yield from self._ended(last, chain)
                    chain = Rederiving(held.row.chain_id)
                    self.chains += 1
                self._take(chain, held)
                last = held
            self.told()
        yield from self._ended(last, chain)

    def nothing_missing(self) -> None:
        """A chain that has lost all its entries is told of, and an item that has none."""
        for chain in self.holdings.chains_without_entries():
            self.wrong(f"the chain of {chain.kind.value} {chain.subject} has no entry", None)
        for evidence_id in self.holdings.items_without_chain():
            self.wrong(f"item {evidence_id} has no chain of custody", None)

    def _take(self, chain: Rederiving, held: HeldEntry) -> None:
        self.entries += 1
        if chain.broken:
            return
        try:
            chain.take(held)
        except EntryInvalid as error:
            problem = f"the chain of {held.chain.kind.value} {held.chain.subject} does not hold: {error}"
            self.wrong(problem, held.row.id)

    def _ended(self, last: HeldEntry | None, chain: Rederiving | None) -> Iterator[tuple[ChainOf, Rederiving]]:
        if last is None or chain is None:
            return
        self.destroyed += chain.destroyed
        for place, entry in () if chain.broken else chain.unexplained():
            self.wrong(
                f"the detail of entry {place} of the chain of {last.chain.kind.value} {last.chain.subject} is gone, and no "
                "entry says that two people destroyed it",
                entry,
            )
        yield last.chain, chain
