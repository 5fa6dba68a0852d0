"""A receipt, as the API gave it to whoever handed an item over: checked without asking anybody."""

import json
from collections.abc import Mapping, Sequence
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


def parse_receipt(data: bytes) -> dict[str, Any]:
    """The receipt in these bytes. Raises `Refused`."""
    if len(data) > MAX_RECEIPT_BYTES:
        raise Refused(f"a receipt has at most {MAX_RECEIPT_BYTES} bytes")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refused("this is neither a zip nor JSON in UTF-8") from error
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
        proof = self.bytes_of("proof")
        if proof is None:
            raise NotProved("the receipt has no proof of it: the log had not taken it in; get the receipt again")
        return proof

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
        if before is not None and (leaf.seq <= before.seq or leaf.at < before.at):
            raise Contradicted(f"entry {leaf.seq} stands after one that came later")
        before = leaf
    return f"{len(entries)} entries of the chain {receipt['chain']}"


def _as_sealed(receipt: Mapping[str, Any], entries: Sequence[_Given]) -> str:
    opened = [each.entry.opened() for each in entries if each.given.get("detail") is not None]
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
    for name, value in said.items():
        if receipt.get(name) != value:
            raise Contradicted(f"the receipt says another {name} than the entry of the seal")
    return f"sealed with SHA-256 {shown(said['sha256']) if said['sha256'] else 'unknown'}"


def _in_the_log(entries: Sequence[_Given], policy: Policy) -> str:
    if not entries:
        raise NotProved("there is no entry in this receipt yet")
    missing: NotProved | None = None
    for each in entries:
        seq = shown(str(each.given.get("seq")))
        try:
            TlogProof.from_bytes(each.proof).verify(each.leaf, policy)
        except NotProved as error:
            missing = missing or NotProved(f"entry {seq}: {error}")
        except LedgerInvalid as error:
            raise Contradicted(f"entry {seq}: {error}") from error
    if missing is not None:
        raise missing
    return "every entry is in the log"
