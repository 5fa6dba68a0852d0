"""What the chain of one item tells, entry by entry: whose it is, what was sealed, how it ends. Nothing of an entry is kept but that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dems.ledger.entry import Entry
from dems.ledger.invalid import Contradicted, LedgerInvalid, NotProved
from dems.ledger.verifier import Presented
from dems.package.inventory import Item
from dems.package.places import CHECKPOINT, chain_file

EXPORTED = "evidence.export"
"""The act of the entry that says that a package was made of an item."""
SEALED = "evidence.seal"

MOST_SPANS = 2_000
"""Of entries without a detail, one after the other, that an export's entry names."""

Span = tuple[int, int]
"""The first and the last `seq` of entries that follow one another."""


def with_place(spans: list[Span], seq: int) -> None:
    """Add a place behind those that are there."""
    if spans and spans[-1][1] == seq - 1:
        spans[-1] = spans[-1][0], seq
    else:
        spans.append((seq, seq))


def spans_of(places: Iterable[int]) -> list[Span]:
    """Places in rising order as spans."""
    spans: list[Span] = []
    for seq in places:
        with_place(spans, seq)
    return spans


@dataclass(slots=True)
class Told:
    """What a chain told so far. `case` is the package's, and `checkpoint` the note that all its proofs are to be against."""

    item: Item
    case: str
    checkpoint: bytes | None
    listed: int = 0
    """Entries in the bag; those that came later are behind them."""
    entries: int = 0
    withheld: int = 0
    sealed: Mapping[str, Any] | None = None
    """The facts of the last seal that can be read."""
    _last: Mapping[str, Any] = field(default_factory=dict)
    _any_said: bool = False
    _closed_later: list[Span] = field(default_factory=list)
    _elsewhere: str | None = None
    _foreign: str | None = None

    def take(self, one: Presented, *, later: bool) -> None:
        """The next entry; `later` where it is not in the bag."""
        self.entries += 1
        self.listed += not later
        if one.entry.detail is None:
            self.withheld += 1
            # One more than can be named is enough to tell that these are others.
            if later and len(self._closed_later) <= MOST_SPANS:
                with_place(self._closed_later, self.entries)
        # Split as `TlogProof` splits; that the rest is a proof is for the other checks to say.
        if one.proof is not None and one.proof.partition(b"\n\n")[2] != self.checkpoint:
            words = f"the proof of entry {self.entries} is against another checkpoint than {CHECKPOINT}"
            self._elsewhere = self._elsewhere or words
        self._last = said = _said(one.entry)
        if not said:
            return
        self._any_said = True
        if said.get("evidence") != self.item.evidence:
            self._foreign = self._foreign or f"entry {self.entries} is about another item"
        elif said.get("case") != self.case:
            self._foreign = self._foreign or f"entry {self.entries} is about an item of another case"
        if said.get("act") == SEALED and isinstance(said.get("facts"), dict):
            self.sealed = said["facts"]

    def one_checkpoint(self) -> str:
        """Raises `LedgerInvalid`, as all of these do for what does not hold."""
        if self.checkpoint is None:
            raise NotProved(f"{CHECKPOINT} is not there")
        if self._elsewhere is not None:
            raise Contradicted(self._elsewhere)
        return "one checkpoint"

    def about(self) -> str:
        if self._foreign is not None:
            raise Contradicted(self._foreign)
        if not self._any_said:
            raise NotProved("no detail can be read, so nothing says which item this chain is of")
        return "about this item"

    def exported(self, export: str, digest: bytes) -> str:
        """The last entry must be the export's: whatever was left out at the end of the chain leaves another one there.

        `digest` is that of the tag manifest, by which it names this package.
        """
        if self.listed != self.item.last_seq:
            raise Contradicted(
                f"{chain_file(self.item.chain)} has {self.listed} entries, and data/items.jsonl says {self.item.last_seq}"
            )
        if self.entries == self.listed:
            raise NotProved("the entry that says that this package was made is not there, so the end may be missing")
        if not self._last:
            raise NotProved("the detail of the last entry is not here, so the end of the chain may be missing")
        facts = self._last.get("facts")
        if self._last.get("act") != EXPORTED or not isinstance(facts, dict):
            raise Contradicted("the last entry does not say that a package was made: the end of the chain is missing")
        if facts.get("tagmanifest_sha256") != digest.hex():
            raise Contradicted("the last entry names another package by its digest")
        if facts.get("last_seq") != self.item.last_seq or facts.get("export") != export:
            raise Contradicted("the last entry says another export, or another length of the chain")
        self._require_details(facts.get("without_detail"))
        return "named by its digest"

    def _require_details(self, named: Any) -> None:
        """Which details of the bag are withheld follows from its digest; of the entries behind it the export's own says it."""
        here = [list(span) for span in self._closed_later]
        if named is None and here:
            raise NotProved(
                f"the detail of entry {here[0][0]} is not here, and the export's entry does not say whether it was withheld"
            )
        if named is not None and here != named:
            first = f"that of entry {here[0][0]} is not here" if here else "all are here"
            raise Contradicted(
                f"the details that are lacking behind the bag are not those that the export's entry names ({first}): "
                "somebody took one out, or put one in"
            )


def _said(entry: Entry) -> Mapping[str, Any]:
    """The detail, once it is known that the leaf commits to it; empty where it is not here, or is not what it should be."""
    try:
        return entry.opened()
    except LedgerInvalid:
        return {}
