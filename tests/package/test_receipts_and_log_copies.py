"""Receipts and copies of the log, checked without asking anybody."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dems.ledger.bundles import bundle_path, new_bundles, to_bundle
from dems.ledger.entry import Entry, Leaf, leaf_hash
from dems.ledger.fields import to_base64
from dems.ledger.tiles import TILE_WIDTH
from dems.ledger.verifier import Verdict
from dems.package.program import as_text
from dems.package.verification import Report, Trusted, verify
from tests.ledger.signers import COURT, POLICY, PROSECUTOR
from tests.package.making import Made, SmallLog, a_log
from tests.package.tampering import unproved, wrong

TRUSTED = Trusted(POLICY.to_bytes())
Receipt = dict[str, Any]


def given(entry: Entry, proof: bytes | None, *, whole: bool) -> dict[str, Any]:
    leaf = Leaf.from_bytes(entry.leaf)
    assert entry.nonce is not None
    assert entry.detail is not None
    return {
        "seq": leaf.seq,
        "leaf_hash": leaf_hash(entry.leaf).hex(),
        "leaf": to_base64(entry.leaf),
        "nonce": to_base64(entry.nonce) if whole else None,
        "detail": to_base64(entry.detail) if whole else None,
        "proof": None if proof is None else proof.decode(),
    }


def receipt_of(log: SmallLog, item: Made) -> Receipt:
    note, sealed = log.checkpoint(COURT, PROSECUTOR), item.listed(here=True)
    return {
        "evidence_id": item.evidence,
        "chain": str(item.chain),
        "sha256": sealed.sha256,
        "size": None,
        "declared_sha256": None,
        "entries": [
            given(e, log.proof(e, note, log.frontier.size), whole=place == 2) for place, e in enumerate(item.entries)
        ],
    }


def checked_receipt(tmp_path: Path, receipt: Receipt, trusted: Trusted = TRUSTED) -> Report:
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(receipt))
    return verify(path, trusted)


@pytest.fixture
def receipt() -> Receipt:
    log = a_log()
    return receipt_of(log, Made("ABC/1", b"a film").sealed_in(log))


def test_a_receipt_is_proved_with_the_keys_of_the_log(receipt: Receipt, tmp_path: Path) -> None:
    report = checked_receipt(tmp_path, receipt)
    assert [(f.check, f.verdict) for f in report.findings] == [
        (check, Verdict.PROVED) for check in ("entries", "receipt", "inclusion", "keys")
    ]


def test_a_receipt_without_keys_is_checked_as_far_as_it_goes_and_not_called_false(
    receipt: Receipt, tmp_path: Path
) -> None:
    report = checked_receipt(tmp_path, receipt, Trusted())
    assert set(unproved(report)) == {"inclusion", "keys"}
    assert "--policy" in unproved(report)["keys"]
    assert not wrong(report)
    receipt["sha256"] = "0" * 64
    assert set(wrong(checked_receipt(tmp_path, receipt, Trusted()))) == {"receipt"}


def change(path: str, value: Any) -> Callable[[Receipt], None]:
    def to(receipt: Receipt) -> None:
        if path.startswith("entry."):
            receipt["entries"][2][path.removeprefix("entry.")] = value
        else:
            receipt[path] = value

    return to


@pytest.mark.parametrize(
    ("alter", "check", "words"),
    [
        (change("sha256", "0" * 64), "receipt", "another sha256"),
        (change("size", 7), "receipt", "another size"),
        (change("evidence_id", "another"), "receipt", "about another item"),
        (change("chain", "another"), "entries", "another chain"),
        (change("entry.seq", 4), "entries", "another place"),
        (change("entry.leaf_hash", "0" * 64), "entries", "is not that of its bytes"),
        (change("entry.at", "2026-11-23T08:30:02.999Z"), "entries", "another time of entry 3"),
        (change("entry.at", "last week"), "entries", "a time that is none"),
        (change("entry.at", "2026-11-23T08:30:03"), "entries", "a time without a zone"),
        (change("entry.act", "evidence.mismatch"), "receipt", "is not what the entry says"),
        (change("digests", {"sha256": "0" * 64}), "receipt", "another digests"),
        (change("entry.index", 0), "inclusion", "another place in the log"),
        (change("entry.index", [0]), "inclusion", "another place in the log"),
        (change("entry.leaf", "AAAA"), "entries", "canonical JSON"),
        (change("entry.detail", "e30="), "receipt", "does not commit"),
        (change("entry.proof", "no proof"), "inclusion", "entry '3': a proof begins with"),
        (change("entry.proof", 7), "inclusion", "is not text"),
        (change("entry.nonce", 7), "receipt", "is not text"),
        (lambda r: r["entries"].reverse(), "entries", "stands after one that came later"),
        (lambda r: r["entries"][2].update(proof=r["entries"][1]["proof"]), "inclusion", "entry '3'"),
    ],
)
def test_a_receipt_that_was_changed_is_false(
    receipt: Receipt, tmp_path: Path, alter: Callable[[Receipt], None], check: str, words: str
) -> None:
    alter(receipt)
    assert words in wrong(checked_receipt(tmp_path, receipt))[check]


def test_what_stands_beside_the_bytes_of_an_entry_is_compared_with_them(receipt: Receipt, tmp_path: Path) -> None:
    receipt["digests"] = {"sha256": receipt["sha256"]}
    receipt["entries"][2].update(at="2026-11-23T08:30:03Z", act="evidence.seal", index=5)
    assert checked_receipt(tmp_path, receipt).verdict is Verdict.PROVED


def test_a_machine_whose_clock_is_behind_makes_no_receipt_false(tmp_path: Path) -> None:
    log, item = a_log(), Made("ABC/1", b"a film", ticks=timedelta(seconds=-1))
    assert checked_receipt(tmp_path, receipt_of(log, item.sealed_in(log))).verdict is Verdict.PROVED


def test_a_receipt_whose_proofs_are_of_a_forked_log_is_false(tmp_path: Path) -> None:
    log, fork, item = a_log(), a_log(), Made("ABC/1", b"a film")
    item.sealed_in(log)
    for entry in (*item.entries[:2], replace(item.entries[2], leaf=item.entries[2].leaf + b" ")):
        fork.take(entry)
    receipt = receipt_of(log, item)
    other = fork.checkpoint(COURT, PROSECUTOR)
    receipt["entries"][0]["proof"] = fork.proof(item.entries[0], other, fork.frontier.size).decode()
    assert "two different trees of 6 leaves" in wrong(checked_receipt(tmp_path, receipt))["inclusion"]


def test_proofs_of_two_checkpoints_do_not_show_that_they_are_of_one_log(tmp_path: Path) -> None:
    log, item = a_log(), Made("ABC/1", b"a film")
    item.sealed_in(log)
    earlier, size = log.checkpoint(COURT, PROSECUTOR), log.frontier.size
    proof = log.proof(item.entries[0], earlier, size).decode()
    Made("ABC/2", b"").sealed_in(log)
    receipt = receipt_of(log, item)
    receipt["entries"][0]["proof"] = proof
    assert "of 2 checkpoints" in unproved(checked_receipt(tmp_path, receipt))["inclusion"]


def test_what_a_receipt_has_not_is_not_proved(receipt: Receipt, tmp_path: Path) -> None:
    receipt["entries"][2]["proof"] = None
    assert "the log had not taken it in" in unproved(checked_receipt(tmp_path, receipt))["inclusion"]
    receipt["entries"][2]["detail"] = None
    assert "says that the item was sealed" in unproved(checked_receipt(tmp_path, receipt))["receipt"]
    receipt["entries"][2]["leaf"] = None
    assert "get the receipt again" in unproved(checked_receipt(tmp_path, receipt))["entries"]
    receipt["entries"] = []
    assert set(unproved(checked_receipt(tmp_path, receipt))) == {"entries", "receipt", "inclusion"}


# --- copies of the log ---


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A log of 300 entries: a full bundle and one of 44."""
    log, folder = SmallLog(), tmp_path / "log"
    item = Made("ABC/1", b"")
    for number in range(300):
        item.entry(log, "evidence.access", {"number": number})
    return copied(log, [entry.leaf for entry in item.entries], folder)


def copied(log: SmallLog, leaves: Sequence[bytes], folder: Path) -> Path:
    for tile in new_bundles(0, len(leaves)):
        start = tile.index * TILE_WIDTH
        some = leaves[start : start + tile.width]
        for path, data in ((bundle_path(tile), to_bundle(some)), (tile.path(), b"".join(map(leaf_hash, some)))):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    (folder / "checkpoint").write_bytes(log.checkpoint(COURT, PROSECUTOR))
    return folder


def test_a_copy_of_the_log_makes_the_tree_that_was_signed(copy: Path) -> None:
    report = verify(copy, TRUSTED)
    assert report.verdict is Verdict.PROVED
    assert "the 300 entries make the tree" in next(f.words for f in report.findings if f.check == "entries")
    without = verify(copy, Trusted())
    assert not wrong(without)
    assert set(unproved(without)) == {"log", "witnesses", "entries", "chains", "keys"}


def test_a_copy_in_which_something_was_changed_or_left_out_says_so(copy: Path) -> None:
    bundle, tile = copy / "tile" / "entries" / "001.p" / "44", copy / "tile" / "0" / "000"
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"2026", b"2025", 1))
    assert "are not those of the entries" in wrong(verify(copy, TRUSTED))["entries"]
    (copy / "tile" / "0" / "001.p" / "44").unlink()
    assert "make another tree" in wrong(verify(copy, TRUSTED))["entries"]
    bundle.unlink()
    assert "the entries from 256 on are not there" in unproved(verify(copy, TRUSTED))["entries"]
    bundle.write_bytes(data)
    tile.write_bytes(tile.read_bytes()[:-1] + b"x")
    assert "tile/0/000" in wrong(verify(copy, TRUSTED))["entries"]


@pytest.mark.parametrize("between", [0, 1])
def test_a_log_that_tells_one_chain_in_two_ways_is_false(tmp_path: Path, between: int) -> None:
    """The owner shows one court the chain with an entry, and another court without it: each chain is whole by itself."""
    log, told = SmallLog(), Made("ABC/1", b"a film").sealed_in(SmallLog())
    other = Made("ABC/1", b"a film", entries=told.entries[: 3 - between])
    other.entry(SmallLog(), "evidence.export", {})
    entries = [*told.entries, other.entries[-1]]
    for entry in entries:
        log.take(entry)
    report = verify(copied(log, [entry.leaf for entry in entries], tmp_path / "log"), TRUSTED)
    assert [f.verdict for f in report.findings if f.check == "entries"] == [Verdict.PROVED]
    if between:
        assert "entry 3 of the log is number 3" in wrong(report)["chains"]
        assert "two tales of one chain" in wrong(report)["chains"]
    else:
        assert report.verdict is Verdict.PROVED


def test_a_recording_that_lies_beside_a_log_gets_no_verdict_from_it(copy: Path) -> None:
    (copy / "checkpoints").mkdir()
    for name in (f"{300:020}", f"{300:020}_{'0' * 64}"):
        (copy / "checkpoints" / name).write_bytes((copy / "checkpoint").read_bytes())
    (copy / "policy.txt").write_bytes(POLICY.to_bytes())
    assert verify(copy, TRUSTED).verdict is Verdict.PROVED
    assert as_text(verify(copy, TRUSTED)).startswith("a copy of a log, without any evidence\n")
    (copy / "data" / "evidence").mkdir(parents=True)
    (copy / "data" / "evidence" / "custody suite.mp4").write_bytes(b"another recording")
    assert "'data/evidence/custody suite.mp4' is no part of a log" in wrong(verify(copy, TRUSTED))["files"]
