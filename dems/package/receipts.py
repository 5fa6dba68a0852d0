"""A receipt, as the API gave it to whoever handed an item over: checked without asking anybody."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from dems.ledger.entry import Entry, Leaf, leaf_hash
from dems.ledger.fields import from_base64, shown
from dems.ledger.invalid import Contradicted, LedgerInvalid, Malformed, NotProved
from dems.ledger.policy import Policy
from dems.ledger.tlogproof import TlogProof
from dems.ledger.verifier import Finding, checked
from dems.package.refusal import Refused

MAX_RECEIPT_BYTES = 16 * 1024 * 1024
_SEAL = "evidence.seal"
_MOST_ENTRIES = 10_000
_BESIDE = (("id", "entry"), ("act", "act"))
"""What stands beside an entry for people to read, and what its detail calls it."""


def parse_receipt(data: bytes) -> dict[str, Any]:
    """The receipt in these bytes. Raises `Refused`."""
    if not data:
        raise Refused("it is empty: get it again")
    if len(data) > MAX_RECEIPT_BYTES:
        raise Refused(f"a receipt has at most {MAX_RECEIPT_BYTES} bytes")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refused("this is neither a zip nor JSON in UTF-8, or it was cut off: get it again") from error
    if not isinstance(value, dict) or not isinstance(value.get("entries"), list) or "evidence_id" not in value:
        raise Refused("this is JSON, and not a receipt")
    if len(value["entries"]) > _MOST_ENTRIES:
        raise Refused(f"a receipt has at most {_MOST_ENTRIES} entries")
    return value


def check_receipt(receipt: Mapping[str, Any], policy: Policy) -> list[Finding]:
    """What a receipt proves: its entries are of one chain and in the log, and the seal says what the receipt says."""
    entries = [_Given(each) for each in receipt["entries"]]
    return [
        checked("entries", lambda: _of_one_chain(receipt, entries)),
        checked("receipt", lambda: _as_sealed(receipt, entries)),
        checked("inclusion", lambda: _in_the_log(entries, policy)),
    ]


def checkpoints_of(receipt: Mapping[str, Any]) -> list[bytes]:
    """The signed checkpoints of its proofs, each once; a proof that is none is told of by `check_receipt`."""
    found: dict[bytes, None] = {}
    for each in receipt["entries"]:
        with suppress(LedgerInvalid):
            found[TlogProof.from_bytes(_Given(each).proof).checkpoint] = None
    return list(found)


class _Given:
    """An entry of a receipt. Every property raises `Malformed` for what is not of its form."""

    def __init__(self, given: Any) -> None:
        self.given: Mapping[str, Any] = given if isinstance(given, dict) else {}

    def bytes_of(self, name: str) -> bytes | None:
        value = self.given.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise Malformed(f"an entry of the receipt has a {name} that is not text")
        return from_base64(value)

    @property
    def leaf(self) -> bytes:
        leaf = self.bytes_of("leaf")
        if leaf is None:
            raise NotProved("the receipt has an entry without its bytes: get the receipt again from this installation")
        return leaf

    @property
    def proof(self) -> bytes:
        """The proof is text, as its file is."""
        proof = self.given.get("proof")
        if proof is None:
            raise NotProved("the receipt has no proof of it: the log had not taken it in; get the receipt again")
        if not isinstance(proof, str):
            raise Malformed("the proof is not text")
        return proof.encode("utf-8", "surrogatepass")

    @property
    def at(self) -> datetime | None:
        """The time that stands beside the bytes, for people to read."""
        at = self.given.get("at")
        if at is None:
            return None
        try:
            read = datetime.fromisoformat(at)
        except (TypeError, ValueError) as error:
            raise Malformed("an entry of the receipt has a time that is none") from error
        if read.tzinfo is None:
            raise Malformed("an entry of the receipt has a time without a zone")
        return read

    @property
    def entry(self) -> Entry:
        return Entry(self.leaf, self.bytes_of("nonce"), self.bytes_of("detail"))


def _of_one_chain(receipt: Mapping[str, Any], entries: Sequence[_Given]) -> str:
    if not entries:
        raise NotProved("there is no entry in this receipt yet")
    before: Leaf | None = None
    for each in entries:
        leaf = Leaf.from_bytes(each.leaf)
        if str(leaf.chain) != receipt.get("chain") or leaf.seq != each.given.get("seq"):
            raise Contradicted("an entry is of another chain, or at another place in it, than the receipt says")
        if leaf_hash(each.leaf).hex() != each.given.get("leaf_hash"):
            raise Contradicted(f"the leaf hash of entry {leaf.seq} is not that of its bytes")
        # Their times need not be in order: two machines' clocks differ, and the chain itself says what came first.
        if before is not None and leaf.seq <= before.seq:
            raise Contradicted(f"entry {leaf.seq} stands after one that came later")
        if each.at is not None and each.at != leaf.at:
            raise Contradicted(f"the receipt says another time of entry {leaf.seq} than its bytes")
        before = leaf
    return f"{len(entries)} entries of the chain {receipt['chain']}"


def _as_sealed(receipt: Mapping[str, Any], entries: Sequence[_Given]) -> str:
    read = [(each, each.entry.opened()) for each in entries if each.given.get("detail") is not None]
    opened = [detail for _, detail in read]
    if any(
        each.given.get(beside, detail.get(name)) != detail.get(name)
        for each, detail in read
        for beside, name in _BESIDE
    ):
        raise Contradicted("what the receipt says beside an entry, of what was done, is not what the entry says")
    if any(detail.get("evidence") != receipt["evidence_id"] for detail in opened):
        raise Contradicted("an entry is about another item")
    seals = [detail for detail in opened if detail.get("act") == _SEAL]
    if not seals:
        raise NotProved("no entry of this receipt says that the item was sealed")
    facts = seals[-1].get("facts")
    facts = facts if isinstance(facts, dict) else {}
    said = {
        "sha256": facts["digests"].get("sha256") if isinstance(facts.get("digests"), dict) else None,
        "size": facts.get("size"),
        "declared_sha256": facts.get("declared_sha256"),
    }
    if "digests" in receipt:
        said["digests"] = facts.get("digests")
    for name, value in said.items():
        if receipt.get(name) != value:
            raise Contradicted(f"the receipt says another {name} than the entry of the seal")
    sealed = shown(said["sha256"]) if said["sha256"] else "unknown"
    return f"sealed with SHA-256 {sealed}; reference, description and names in the receipt are what its sender says of them"


def _in_the_log(entries: Sequence[_Given], policy: Policy) -> str:
    if not entries:
        raise NotProved("there is no entry in this receipt yet")
    missing: NotProved | None = None
    roots: dict[tuple[str, int], bytes] = {}
    signers: dict[str, None] = {}
    for each in entries:
        seq = shown(str(each.given.get("seq")))
        try:
            proof = TlogProof.from_bytes(each.proof)
            judgement = proof.verify(each.leaf, policy)
            tree, signers[judgement.signer] = judgement.checkpoint, None
            if each.given.get("index") not in (None, proof.index):
                raise Contradicted("the receipt says another place in the log than its proof")
            if roots.setdefault((tree.origin, tree.size), tree.root) != tree.root:
                raise Contradicted(f"the log signed two different trees of {tree.size} leaves")
        except NotProved as error:
            missing = missing or NotProved(f"entry {seq}: {error}")
        except LedgerInvalid as error:
            raise Contradicted(f"entry {seq}: {error}") from error
    if missing is not None:
        raise missing
    if len(roots) != 1:
        raise NotProved(f"the proofs are of {len(roots)} checkpoints, and nothing shows that they are of one tree")
    return f"every entry is in {' and '.join(signers)}"
