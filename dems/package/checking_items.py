"""Whether the items of a package are what the log proves: their chains whole to the export, their files those that were sealed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dems.ledger.entry import Entry
from dems.ledger.fields import shown
from dems.ledger.invalid import Contradicted, LedgerInvalid, NotProved
from dems.ledger.note import MAX_NOTE_BYTES
from dems.ledger.policy import NO_QUORUM, Policy
from dems.ledger.tlogproof import MAX_PROOF_BYTES
from dems.ledger.verifier import Finding, Presented, Verdict, check_chain, checked
from dems.package.chain_files import read_entries
from dems.package.inventory import HERE, About, Item, read_items
from dems.package.places import (
    CHECKPOINT,
    CUSTODY,
    EVIDENCE,
    EXPORT,
    ITEMS,
    LATER,
    PROOFS,
    TIMESTAMPS,
    chain_file,
    later_file,
    proof_file,
)
from dems.package.source import Source, read_whole
from dems.package.tally import Tally

EXPORTED = "evidence.export"
"""The act of the entry that says that a package was made of an item."""
SEALED = "evidence.seal"
DESTROYED = "custody.destroy_detail"
"""The act of the entry that says that the detail of another one was destroyed."""

MAX_EXPORT_BYTES = 1024 * 1024

_OF_CHAINS = {
    "log": "the log signed the checkpoint of every entry",
    "witnesses": "as many witnesses cosigned the checkpoint as the policy asks for",
    "inclusion": "every entry is in the tree of the checkpoint",
    "one-log": "all proofs are of one tree",
}
_SEALED = "the files are those that were sealed, by SHA-256"
_SENDERS_WORD = "references, descriptions, kinds, states and names of files are what the sender says of them"
_NO_WITNESS = "the policy asks for no witness, so nobody but the log's owner says when it was so"


@dataclass(slots=True)
class Items:
    """The items of a package whose bag was checked: `sha256` has the digests of its payload, `digest` gives its tag manifest's."""

    source: Source
    policy: Policy
    sha256: Mapping[str, bytes]
    digest: Callable[[], bytes]
    about: About | None = None
    entries: int = 0
    withheld: int = 0
    unvouched: int = 0
    """Of these, the ones of entries after those of the bag: the log commits to what else is withheld by the bag's digest."""
    _tally: Tally = field(default_factory=Tally)
    _seen: set[str] = field(default_factory=set)
    _checkpoint: bytes | None = None
    _any_here: bool = False
    _digest: bytes | None = None

    def check(self) -> list[Finding]:
        """One finding for each check, over all items."""
        listed = checked("items", self._listed)
        told = f", detail withheld: {self.withheld}" if self.withheld else ""
        told += f" ({self.unvouched} of them by nobody's word but the sender's)" if self.unvouched else ""
        chains = self._tally.counts.get(("chain", Verdict.PROVED), 0)
        whole = f"{self.entries} entries in {chains} chains, each from its first on and without a gap{told}"
        return [
            listed,
            self._tally.finding("chain", whole),
            *(self._tally.finding(check, words) for check, words in self._of_chains().items()),
            self._tally.finding("checkpoint", "every proof is against the checkpoint of this package"),
            self._tally.finding("about", "every entry that can be read is about the item whose chain it is in"),
            self._tally.finding("export", "each chain ends with the entry that names this package by its digest"),
            *([self._tally.finding("sealed", _SEALED)] if self._any_here else []),
        ]

    def _of_chains(self) -> Mapping[str, str]:
        return _OF_CHAINS | ({"witnesses": _NO_WITNESS} if self.policy.quorum == NO_QUORUM else {})

    def _named(self) -> bytes:
        if self._digest is None:
            self._digest = self.digest()
        return self._digest

    def _listed(self) -> str:
        self.about = About.from_bytes(read_whole(self.source, EXPORT, most=MAX_EXPORT_BYTES))
        # Not every package has a checkpoint; then no proof can be against it.
        if CHECKPOINT in self.source.sizes:
            self._checkpoint = read_whole(self.source, CHECKPOINT, most=MAX_NOTE_BYTES)
        count = 0
        if ITEMS not in self.source.sizes:
            raise NotProved(f"{ITEMS} is not there")
        with self.source.open(ITEMS) as stream:
            for item in read_items(stream):
                self._item(item)
                count += 1
        if count != self.about.items:
            raise Contradicted(f"{ITEMS} lists {count} items, and {EXPORT} says that there are {self.about.items}")
        stray = next((path for path in self.source.sizes if self._is_stray(path)), None)
        if stray is not None:
            raise Contradicted(f"{shown(stray)} belongs to no item of this package")
        return f"{count} items, and nothing that belongs to no item; {_SENDERS_WORD}"

    def _is_stray(self, path: str) -> bool:
        of_items = path.startswith((EVIDENCE, CUSTODY, LATER, PROOFS))
        of_log = path.startswith("log/") and path != CHECKPOINT and not path.startswith(TIMESTAMPS)
        return (of_items or of_log) and path not in self._seen

    def _item(self, item: Item) -> None:
        subject = shown(item.exhibit_ref)
        try:
            before = self._entries(chain_file(item.chain))
            later = self._entries(later_file(item.chain))
        except LedgerInvalid as error:
            self._tally.add(Finding("chain", Verdict.FALSE, str(error)), subject)
            return
        entries = [*before, *later]
        self.entries += len(entries)
        self.withheld += _closed(entries)
        self.unvouched += _closed(later)
        presented = [
            Presented(entry, self._proof(proof_file(item.chain, place))) for place, entry in enumerate(entries, start=1)
        ]
        for finding in check_chain(presented, self.policy, chain=item.chain):
            self._tally.add(finding, subject)
        said = [_said(entry) for entry in entries]
        for check, question in self._questions(item, before, later, said, presented):
            self._tally.add(checked(check, question), subject)

    def _questions(
        self,
        item: Item,
        before: Sequence[Entry],
        later: Sequence[Entry],
        said: Sequence[Mapping[str, Any]],
        presented: Sequence[Presented],
    ) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "checkpoint", lambda: self._one_checkpoint(presented)
        yield "about", lambda: self._is_about(item, said)
        yield "export", lambda: self._exported(item, len(before), said, later)
        if item.presence == HERE:
            self._any_here = True
            yield "sealed", lambda: self._sealed(item, said)

    def _entries(self, path: str) -> list[Entry]:
        self._seen.add(path)
        if path not in self.source.sizes:
            return []
        with self.source.open(path) as stream:
            return list(read_entries(path, stream))

    def _proof(self, path: str) -> bytes | None:
        self._seen.add(path)
        return read_whole(self.source, path, most=MAX_PROOF_BYTES) if path in self.source.sizes else None

    def _one_checkpoint(self, presented: Sequence[Presented]) -> str:
        if self._checkpoint is None:
            raise NotProved(f"{CHECKPOINT} is not there")
        for place, one in enumerate(presented, start=1):
            # Split as `TlogProof` splits; that the rest is a proof is for the other checks to say.
            if one.proof is not None and one.proof.partition(b"\n\n")[2] != self._checkpoint:
                raise Contradicted(f"the proof of entry {place} is against another checkpoint than {CHECKPOINT}")
        return "one checkpoint"

    def _is_about(self, item: Item, said: Sequence[Mapping[str, Any]]) -> str:
        for place, detail in enumerate(said, start=1):
            if detail and detail.get("evidence") != item.evidence:
                raise Contradicted(f"entry {place} is about another item")
            if detail and self.about is not None and detail.get("case") != self.about.case:
                raise Contradicted(f"entry {place} is about an item of another case")
        if not any(said):
            raise NotProved("no detail can be read, so nothing says which item this chain is of")
        return "about this item"

    def _exported(self, item: Item, before: int, said: Sequence[Mapping[str, Any]], later: Sequence[Entry]) -> str:
        """The last entry must be the export's: whatever was left out at the end of the chain leaves another one there."""
        if before != item.last_seq:
            raise Contradicted(f"{chain_file(item.chain)} has {before} entries, and {ITEMS} says {item.last_seq}")
        if not later:
            raise NotProved("the entry that says that this package was made is not there, so the end may be missing")
        last = said[-1]
        if not last:
            raise NotProved("the detail of the last entry is not here, so the end of the chain may be missing")
        facts = last.get("facts")
        destroyed = sum(detail.get("act") == DESTROYED for detail in said)
        if isinstance(facts, dict) and facts.get("withheld") == [] and _closed(later) > destroyed:
            raise Contradicted(
                "a detail of an entry after those of the bag is not here, and this export withheld none: somebody took it out"
            )
        if last.get("act") != EXPORTED or not isinstance(facts, dict):
            raise Contradicted("the last entry does not say that a package was made: the end of the chain is missing")
        if facts.get("tagmanifest_sha256") != self._named().hex():
            raise Contradicted("the last entry names another package by its digest")
        if facts.get("last_seq") != item.last_seq or self.about is None or facts.get("export") != self.about.export:
            raise Contradicted("the last entry says another export, or another length of the chain")
        return "named by its digest"

    def _sealed(self, item: Item, said: Sequence[Mapping[str, Any]]) -> str:
        path = str(item.path)
        self._seen.add(path)
        if path not in self.sha256:
            raise Contradicted(f"{shown(path)} is not there, or is not what the manifests say")
        seals = [detail["facts"] for detail in said if detail.get("act") == SEALED]
        digests = [facts.get("digests") for facts in seals if isinstance(facts, dict)]
        if not digests:
            raise NotProved("no entry that can be read says what was sealed")
        sealed = digests[-1]
        if not isinstance(sealed, dict) or sealed.get("sha256") != self.sha256[path].hex():
            raise Contradicted(f"{shown(path)} is not what was sealed: its SHA-256 is another one")
        if item.sha256 != self.sha256[path].hex():
            raise Contradicted(f"{ITEMS} says another SHA-256 of {shown(path)}")
        return "as sealed"


def _closed(entries: Sequence[Entry]) -> int:
    """How many have no detail here."""
    return sum(entry.detail is None for entry in entries)


def _said(entry: Entry) -> Mapping[str, Any]:
    """The detail, once it is known that the leaf commits to it; empty where it is not here, or is not what it should be."""
    try:
        return entry.opened()
    except LedgerInvalid:
        return {}
