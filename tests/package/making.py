"""Packages for the tests: a small log of its own, items with chains in it, and the package that is made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from dems.ledger.canonical import canonical
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.entry import Entry, leaf_hash, next_leaf
from dems.ledger.frontier import Frontier
from dems.ledger.keys import SigningKey
from dems.ledger.nodes import Node
from dems.ledger.policy import Policy
from dems.ledger.proofs import inclusion_proof
from dems.ledger.tlogproof import TlogProof
from dems.package.composing import Composer
from dems.package.inventory import HERE, NOT_ASKED_FOR, About, Item
from dems.package.telling import spans_of
from tests.ledger.signers import COURT, LOG, POLICY, PROSECUTOR, signed

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SPACE = UUID("11111111-2222-4333-8444-555555555555")
CASE = str(uuid5(SPACE, "case"))
EXPORT = str(uuid5(SPACE, "export"))
BASE = f"dems-export-{EXPORT}"


class SmallLog:
    """The log of one installation: entries in the order in which it took them in."""

    def __init__(self) -> None:
        self.frontier = Frontier()
        self.nodes: dict[Node, bytes] = {}
        self.places: dict[bytes, int] = {}

    def take(self, entry: Entry) -> None:
        self.places[entry.leaf] = self.frontier.size
        self.nodes.update(self.frontier.extend([leaf_hash(entry.leaf)]))

    def checkpoint(self, *witnesses: SigningKey, log: SigningKey = LOG) -> bytes:
        return signed(Checkpoint(log.name, self.frontier.size, self.frontier.root()), *witnesses, log=log)

    def proof(self, entry: Entry, checkpoint: bytes, size: int) -> bytes:
        index = self.places[entry.leaf]
        hashes = inclusion_proof(index, size, lambda asked: {node: self.nodes[node] for node in asked})
        return TlogProof(index, tuple(hashes), checkpoint).to_bytes()


@dataclass(slots=True)
class Made:
    """An item of evidence with its chain, as an installation has it."""

    reference: str
    data: bytes
    name: str = "body cam.mp4"
    case: str = CASE
    ticks: timedelta = timedelta(seconds=1)
    """How much later than the one before it an entry says that it is."""
    entries: list[Entry] = field(default_factory=list)

    @property
    def evidence(self) -> str:
        return str(uuid5(SPACE, f"item {self.reference}"))

    @property
    def chain(self) -> UUID:
        return uuid5(SPACE, f"chain {self.reference}")

    def entry(self, log: SmallLog, act: str, facts: Mapping[str, Any]) -> None:
        place = len(self.entries) + 1
        at = AT - timedelta(hours=1) + place * self.ticks
        detail = canonical(
            {
                "act": act,
                "actor": {"kind": "person", "name": "Sian Évans", "role": "investigator", "person": None},
                "case": self.case,
                "evidence": self.evidence,
                "facts": dict(facts),
                "reason": None,
            }
        )
        nonce = sha256(f"{self.reference} {place}".encode()).digest()
        previous = self.entries[-1].leaf if self.entries else None
        leaf = next_leaf(self.chain, previous, at=at, nonce=nonce, detail=detail)
        self.entries.append(Entry(leaf.to_bytes(), nonce, detail))
        log.take(self.entries[-1])

    def sealed_in(self, log: SmallLog) -> "Made":
        self.entry(log, "evidence.declare", {"exhibit_ref": self.reference})
        self.entry(log, "upload.complete", {"size": len(self.data)})
        self.entry(log, "evidence.seal", {"digests": {"sha256": sha256(self.data).hexdigest()}})
        return self

    def listed(self, *, here: bool) -> Item:
        return Item(
            self.evidence,
            self.reference,
            "What the camera of an officer recorded",
            "digital",
            "sealed",
            self.name,
            len(self.data),
            sha256(self.data).hexdigest(),
            HERE if here else NOT_ASKED_FOR,
            None,
            self.chain,
            len(self.entries),
        )


def about(items: Sequence[Made], **more: Any) -> About:
    told = About(
        export=EXPORT,
        case=CASE,
        reference="2026/000123",
        title="Death in custody",
        asked_at="2026-11-23T09:30:00Z",
        asked_by="Mair Lewis",
        recipient="Coroner for Gwent",
        reason="inquest",
        whole_case=True,
        with_bytes=True,
        withheld=(),
        items=len(items),
    )
    return replace(told, **more)


def without_detail(entry: Entry) -> Entry:
    return Entry(entry.leaf, None, None)


@dataclass(slots=True)
class Making:
    """How a package is made; a test changes one of these and gets the package of somebody who did so."""

    log: SmallLog
    items: Sequence[Made]
    policy: Policy = POLICY
    here: bool = True
    withheld: Sequence[str] = ()
    witnesses: Sequence[SigningKey] = (COURT, PROSECUTOR)
    signer: SigningKey = LOG
    between: bool = False
    """Whether something else happens to each item while the package is made."""
    tokens: Sequence[tuple[str, bytes]] = ()
    unsaid: Sequence[str] = ()
    """Facts that the export's entries do not say."""

    def zip(self) -> bytes:
        out = bytearray()
        told = about(self.items, with_bytes=self.here, withheld=tuple(self.withheld))
        with Composer(out.extend, told, self.policy.to_bytes(), AT) as composer:
            lengths = [len(item.entries) for item in self.items]
            for item in self.items:
                payload = [item.data[:10], item.data[10:]] if self.here else None
                composer.add_item(item.listed(here=self.here), self._given(item.entries), payload)
            digest = composer.close_bag()
            for item, length in zip(self.items, lengths, strict=True):
                if self.between:
                    item.entry(self.log, "evidence.access", {"purpose": "review"})
                facts = {
                    "export": EXPORT,
                    "last_seq": length,
                    "tagmanifest_sha256": digest.hex(),
                    "withheld": list(self.withheld),
                    "without_detail": self._closed(item, length),
                }
                for fact in self.unsaid:
                    del facts[fact]
                item.entry(self.log, "evidence.export", facts)
            note = self.log.checkpoint(*self.witnesses, log=self.signer)
            for item, length in zip(self.items, lengths, strict=True):
                composer.add_later(item.chain, self._given(item.entries[length:]))
                for seq, entry in enumerate(item.entries, start=1):
                    composer.add_proof(item.chain, seq, self.log.proof(entry, note, self.log.frontier.size))
            composer.add_checkpoint(note, self.tokens)
            assert composer.finish() == len(out)
        return bytes(out)

    def _closed(self, item: Made, length: int) -> list[list[int]]:
        given = self._given(item.entries)
        return [list(s) for s in spans_of(n for n, e in enumerate(given, 1) if n > length and e.detail is None)]

    def _given(self, entries: Sequence[Entry]) -> list[Entry]:
        return [
            without_detail(e) if any(f'"act":"{act}"'.encode() in (e.detail or b"") for act in self.withheld) else e
            for e in entries
        ]


def a_log() -> SmallLog:
    """A log with what other cases left in it."""
    log = SmallLog()
    Made("OTHER/9", b"of another case", case=str(uuid5(SPACE, "other case"))).sealed_in(log)
    return log


def a_making(**more: Any) -> Making:
    log = a_log()
    items = [
        Made("ABC/1", b"a recording of a death in custody", "custody suite.mp4").sealed_in(log),
        Made("ABC/2", b"\x00" * 5000, "../../etc/passwd").sealed_in(log),
        Made("ABC/3", b"", "CON.txt").sealed_in(log),
    ]
    return Making(log, items, **more)
