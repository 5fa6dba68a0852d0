"""Whether the items of a package are what the log proves: their chains whole to the export, their files those that were sealed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from dems.ledger.fields import shown
from dems.ledger.invalid import Contradicted, LedgerInvalid, NotProved
from dems.ledger.note import MAX_NOTE_BYTES
from dems.ledger.policy import NO_QUORUM, Policy
from dems.ledger.tlogproof import MAX_PROOF_BYTES
from dems.ledger.verifier import Finding, Presented, Verdict, check_chain, checked
from dems.package.chain_files import read_entries
from dems.package.inventory import HERE, About, Item, read_items
from dems.package.paths import numbered
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
    proof_folder,
)
from dems.package.source import Source, read_whole
from dems.package.tally import Tally
from dems.package.telling import Told

MAX_EXPORT_BYTES = 1024 * 1024

_OF_CHAINS = {
    "witnesses": "as many witnesses cosigned the checkpoint as the policy asks for",
    "inclusion": "every entry is in the tree of the checkpoint",
    "one-log": "all proofs are of one tree",
}
_SEALED = "the files are those that were sealed, by SHA-256"
_LISTED = "the SHA-256 and the size that are listed of each item are those that its entries say, also where its file is not here"
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
    _tally: Tally = field(default_factory=Tally)
    _files: set[str] = field(default_factory=set)
    """Those that belong to an item, but for proofs."""
    _lengths: dict[str, int] = field(default_factory=dict)
    """How many entries there are, by the folder of their proofs."""
    _checkpoint: bytes | None = None
    _signed: dict[str, None] = field(default_factory=dict)
    """Which logs of the policy signed: as many sentences as it has logs, and nearly always one."""
    _any_here: bool = False
    _any_digest: bool = False
    _digest: bytes | None = None

    def check(self) -> list[Finding]:
        """One finding for each check, over all items."""
        listed = checked("items", self._listed)
        told = f", detail withheld: {self.withheld}" if self.withheld else ""
        chains = self._tally.counts.get(("chain", Verdict.PROVED), 0)
        whole = f"{self.entries} entries in {chains} chains, each from its first on and without a gap{told}"
        return [
            listed,
            self._tally.finding("chain", whole),
            *(self._tally.finding(check, words) for check, words in self._of_chains().items()),
            self._tally.finding("checkpoint", "every proof is against the checkpoint of this package"),
            self._tally.finding("about", "every entry that can be read is about the item whose chain it is in"),
            self._tally.finding("export", "each chain ends with the entry that names this package by its digest"),
            *([self._tally.finding("digests", _LISTED)] if self._any_digest else []),
            *([self._tally.finding("sealed", _SEALED)] if self._any_here else []),
        ]

    def _of_chains(self) -> Mapping[str, str]:
        signed = {"log": "; ".join(self._signed)}
        return signed | _OF_CHAINS | ({"witnesses": _NO_WITNESS} if self.policy.quorum == NO_QUORUM else {})

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
                self._item(item, self.about)
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
        return (of_items or of_log) and path not in self._files and not self._is_proof(path)

    def _is_proof(self, path: str) -> bool:
        of_series = numbered(path)
        return of_series is not None and 0 < of_series[1] <= self._lengths.get(of_series[0], 0)

    def _item(self, item: Item, about: About) -> None:
        subject = shown(item.exhibit_ref)
        told = Told(item, about.case, self._checkpoint)
        try:
            findings = check_chain(self._presented(told), self.policy, chain=item.chain)
        except LedgerInvalid as error:
            self._tally.add(Finding("chain", Verdict.FALSE, str(error)), subject)
            return
        finally:
            self._lengths[proof_folder(item.chain)] = told.entries
        self.entries += told.entries
        self.withheld += told.withheld
        for finding in findings:
            self._tally.add(finding, subject)
            if finding.check == "log" and finding.verdict is Verdict.PROVED:
                self._signed[finding.words] = None
        for check, question in self._questions(told, about):
            self._tally.add(checked(check, question), subject)

    def _presented(self, told: Told) -> Iterator[Presented]:
        """The entries of a chain with their proofs, one after the other, each told before it is looked at further."""
        chain = told.item.chain
        for path, later in ((chain_file(chain), False), (later_file(chain), True)):
            self._files.add(path)
            if path not in self.source.sizes:
                continue
            with self.source.open(path) as stream:
                for entry in read_entries(path, stream):
                    one = Presented(entry, self._proof(proof_file(chain, told.entries + 1)))
                    told.take(one, later=later)
                    yield one

    def _proof(self, path: str) -> bytes | None:
        try:
            return read_whole(self.source, path, most=MAX_PROOF_BYTES)
        except NotProved:
            return None

    def _questions(self, told: Told, about: About) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "checkpoint", told.one_checkpoint
        yield "about", told.about
        yield "export", lambda: told.exported(about.export, self._named())
        if told.item.sha256 is not None:
            self._any_digest = True
            yield "digests", told.listed_as_read
        if told.item.presence == HERE:
            self._any_here = True
            yield "sealed", lambda: self._sealed(told)

    def _sealed(self, told: Told) -> str:
        path = str(told.item.path)
        self._files.add(path)
        if path not in self.sha256:
            raise Contradicted(f"{shown(path)} is not there, or is not what the manifests say")
        if told.sealed is None:
            raise NotProved("no entry that can be read says what was sealed")
        digests = told.sealed.get("digests")
        if not isinstance(digests, dict) or digests.get("sha256") != self.sha256[path].hex():
            raise Contradicted(f"{shown(path)} is not what was sealed: its SHA-256 is another one")
        if told.item.sha256 != self.sha256[path].hex():
            raise Contradicted(f"{ITEMS} says another SHA-256 of {shown(path)}")
        return "as sealed"
