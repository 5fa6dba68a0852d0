"""Check again everything that witnesses and authorities gave: that it is what lies locked in the bucket, and holds our checkpoints."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dems.layout import anchor_key
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.keys import VerifierKey
from dems.ledger.note import Note, Signature
from dems.ledger.signing import attested
from dems.ports import Transaction, Transactions
from dems.ports.anchors import Anchor, AnchorKind, AsksAuthorities
from dems.steps.log_objects import versions_of
from storage.interface import ObjectStore

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class AnchorsCheck:
    """`problem` is one sentence on the first that does not hold, None where all do."""

    checked: int
    problem: str | None = None

    @property
    def held(self) -> bool:
        return self.problem is None

    def figures(self) -> dict[str, Any]:
        """As JSON says it."""
        return {"anchors": self.checked, "problem": self.problem}

    def words(self) -> str:
        """One sentence on how it went."""
        return (
            self.problem or f"{self.checked} cosignatures and timestamps hold the checkpoints that they were given for"
        )


@dataclass(frozen=True, slots=True)
class CheckAnchors:
    """`authorities` is None in a process that has no certificates: there the bytes are compared and no signature of theirs."""

    transaction: Transactions
    store: ObjectStore
    authorities: AsksAuthorities | None

    def __call__(self) -> AnchorsCheck:
        """Raises `StoreUnavailable` and the like."""
        checked, last = 0, None
        while True:
            with self.transaction() as tx:
                page = tx.anchors.each_after(last, AT_ONCE)
                texts = {anchor.size: _text(tx, anchor.size) for anchor in page}
            for anchor in page:
                problem = self._kept(anchor) or self._holds(anchor, texts[anchor.size])
                if problem is not None:
                    what = f"the {anchor.kind.value} by {anchor.by} of {anchor.size} entries"
                    return AnchorsCheck(checked, f"{what} {problem}")
                checked += 1
            if len(page) < AT_ONCE:
                return AnchorsCheck(checked)
            last = page[-1]

    def _kept(self, anchor: Anchor) -> str | None:
        key = anchor_key(anchor.size, anchor.kind.value, hashlib.sha256(anchor.data).digest())
        if any(data == anchor.data for data, _ in versions_of(self.store, key)):
            return None
        return "is not what was kept in the ledger bucket"

    def _holds(self, anchor: Anchor, text: str | None) -> str | None:
        if text is None:
            return "is of a checkpoint that the database does not hold any more"
        if anchor.kind is AnchorKind.TIMESTAMP:
            wrong = (
                None if self.authorities is None else self.authorities.problem(anchor.by, anchor.data, text.encode())
            )
            return None if wrong is None else f"does not hold any more: {wrong}"
        try:
            line = Signature.from_line(anchor.data.decode().removesuffix("\n"))
            [given] = attested(Note(text, (line,)), [VerifierKey.from_text(anchor.by)])
        except (LedgerInvalid, UnicodeDecodeError) as error:
            return f"does not hold any more: {error}"
        return None if given.time == int(anchor.at.timestamp()) else "says another time than is recorded beside it"


def _text(tx: Transaction, size: int) -> str | None:
    """What was cosigned and stamped: the checkpoint without its signatures. None where it is not there, or is none."""
    for signed in tx.ledger.signed(size - 1, 1):
        with suppress(LedgerInvalid):
            return Note.from_bytes(signed.note).text if signed.size == size else None
    return None
