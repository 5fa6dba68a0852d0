"""Verifying a package of 1,000 items with the verifier that goes to recipients, against `sha256sum -c` of its payload."""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.installation import Installation
from benchmarks.log_entries import LENGTH
from benchmarks.pairs import Machine, interleaved, timed
from benchmarks.sizes import MIB, Sizes
from benchmarks.table import Result, Target
from dems.ledger.canonical import canonical
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.entry import NONCE_BYTES, Entry, leaf_hash, next_leaf
from dems.ledger.frontier import Frontier
from dems.ledger.keys import KEY_BYTES, KeyType, SigningKey
from dems.ledger.nodes import Node
from dems.ledger.note import Note
from dems.ledger.policy import Log, Policy, Witness
from dems.ledger.proofs import inclusion_proof
from dems.ledger.signing import cosign, sign
from dems.ledger.tlogproof import TlogProof
from dems.package.building import build
from dems.package.composing import Composer
from dems.package.inventory import HERE, About, Item

TARGET = Target("at most", 2)
SECONDS_AN_ITEM = 0.005
_BYTES = MIB
"""Of each item."""
_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    folder = installed.folder / "package"
    folder.mkdir()
    package, policy = folder / "package.zip", folder / "policy.txt"
    _make(package, policy, sizes.packaged)
    verifier = folder / "dems-verify.pyz"
    build(verifier)
    with zipfile.ZipFile(package) as zipped:
        zipped.extractall(folder)
    [bag] = [path for path in folder.iterdir() if path.is_dir()]
    ours = [sys.executable, str(verifier), str(package), "--policy", str(policy)]
    theirs = ["sha256sum", "--check", "--quiet", "manifest-sha256.txt"]
    legs = {
        "ours": partial(timed, partial(_must_hold, ours)),
        "sha256sum": partial(timed, partial(_must_hold, theirs, bag)),
    }
    interleaved(legs, rounds=1)
    machine = Machine()
    found = interleaved(legs, rounds=sizes.rounds)
    machine.ended()
    pairs = zip(found.seconds["ours"], found.seconds["sha256sum"], strict=True)
    middle = {name: sorted(each)[len(each) // 2] for name, each in found.seconds.items()}
    return [
        Result(
            f"verifying a package of {sizes.packaged:,} items, less 5 ms an item",
            f"{middle['ours']:.2f} s, {sizes.packaged * _BYTES // MIB} MiB, {LENGTH + 1} entries an item",
            f"{middle['sha256sum']:.2f} s, sha256sum -c",
            [(mine - SECONDS_AN_ITEM * sizes.packaged) / other for mine, other in pairs],
            "x",
            TARGET,
            sizes.full,
            machine=machine,
            details={"seconds": found.seconds},
        )
    ]


def _must_hold(command: Sequence[str], folder: Path | None = None) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 ours and coreutils'
    if ended.returncode:
        raise RuntimeError(f"{command[0]} ended with {ended.returncode}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}")


class _Chained:
    """An item with its chain, as an installation has it, and the log's tree over all of them."""

    def __init__(self, number: int, case: str) -> None:
        self.data = os.urandom(_BYTES)
        self.evidence, self.chain, self.case = str(uuid4()), uuid4(), case
        self.entries: list[Entry] = []
        self.listed = Item(
            self.evidence,
            f"B/{number}",
            "A file of the benchmarks",
            "digital",
            "sealed",
            f"{number}.mp4",
            len(self.data),
            hashlib.sha256(self.data).hexdigest(),
            HERE,
            None,
            self.chain,
            LENGTH,
        )

    def add(self, act: str, facts: Mapping[str, Any]) -> None:
        said = {"act": act, "case": self.case, "evidence": self.evidence, "facts": dict(facts)}
        detail, nonce = canonical(said), os.urandom(NONCE_BYTES)
        previous = self.entries[-1].leaf if self.entries else None
        leaf = next_leaf(self.chain, previous, at=_AT, nonce=nonce, detail=detail)
        self.entries.append(Entry(leaf.to_bytes(), nonce, detail))


def _make(package: Path, policy: Path, count: int) -> None:
    log, court = (SigningKey(name, kind, os.urandom(KEY_BYTES)) for name, kind in _KEYS)
    policy.write_bytes(Policy.of([Log(log.key)], [Witness("court", court.key)], [], "court").to_bytes())
    case, export = str(uuid4()), str(uuid4())
    about = About(
        export, case, "B/1", "A case", "2026-11-23T09:30:00Z", "Bench", "Coroner", "inquest", True, True, (), count
    )
    items: list[_Chained] = []
    with package.open("wb") as file, Composer(file.write, about, policy.read_bytes(), _AT) as composer:
        for number in range(count):
            item = _Chained(number, case)
            for _ in range(LENGTH - 1):
                item.add("evidence.access", {"purpose": "review"})
            item.add("evidence.seal", {"digests": {"sha256": item.listed.sha256}, "size": item.listed.size})
            composer.add_item(item.listed, item.entries, [item.data])
            item.data = b""
            items.append(item)
        digest = composer.close_bag()
        for item in items:
            item.add("evidence.export", {"export": export, "last_seq": LENGTH, "tagmanifest_sha256": digest.hex()})
        _prove(composer, items, log, court)
        composer.finish()


_KEYS = (("log.bench.example", KeyType.ED25519), ("court.bench.example", KeyType.COSIGNATURE))


def _prove(composer: Composer, items: Sequence[_Chained], log: SigningKey, court: SigningKey) -> None:
    frontier = Frontier()
    nodes: dict[Node, bytes] = {}
    places: dict[UUID, list[int]] = {item.chain: [] for item in items}
    for place in range(LENGTH + 1):
        for item in items:
            places[item.chain].append(frontier.size)
            nodes.update(frontier.extend([leaf_hash(item.entries[place].leaf)]))
    text = Checkpoint(log.name, frontier.size, frontier.root()).to_text()
    note = Note(text, (sign(text, log), cosign(text, court, int(_AT.timestamp())))).to_bytes()

    def read(asked: Sequence[Node]) -> dict[Node, bytes]:
        return {node: nodes[node] for node in asked}

    for item in items:
        composer.add_later(item.chain, item.entries[LENGTH:])
        for seq, index in enumerate(places[item.chain], start=1):
            hashes = inclusion_proof(index, frontier.size, read)
            composer.add_proof(item.chain, seq, TlogProof(index, tuple(hashes), note).to_bytes())
    composer.add_checkpoint(note)
