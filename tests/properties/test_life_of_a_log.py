"""A log grows, stops, goes on and is published in any order: every proof it gives holds, and no earlier word is broken."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dems.ledger.bundles import new_bundles, to_bundle, verify_bundle
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.frontier import Frontier
from dems.ledger.hashing import leaf_hash
from dems.ledger.nodes import Node, root_of
from dems.ledger.note import Note
from dems.ledger.proofs import consistency_proof, inclusion_proof
from dems.ledger.signing import checkpoint_of, sign
from dems.ledger.succession import verify_succession
from dems.ledger.tiles import Tile, new_tiles, through_tiles
from dems.ledger.tlogproof import TlogProof
from tests.ledger.naive import Tree
from tests.ledger.signers import LOG, LOG_ONLY, ORIGIN

pytestmark = pytest.mark.no_cover


class LifeOfALog(RuleBasedStateMachine):
    """A database of nodes, the right edge, files as published, and a signer with its own memory."""

    @initialize()
    def begin(self) -> None:
        self.entries: list[bytes] = []
        self.frontier = Frontier()
        self.nodes: dict[Node, bytes] = {}
        self.signed: list[Checkpoint] = []
        self.newest = b""
        self.files: dict[Tile, bytes] = {}
        self.bundled: dict[Tile, bytes] = {}
        self.published = 0

    def read(self, nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        return {node: self.nodes[node] for node in nodes}

    @rule(batch=st.lists(st.binary(max_size=3), max_size=3) | st.integers(1, 400).map(lambda n: [b"many"] * n))
    def integrate(self, batch: list[bytes]) -> None:
        self.entries += batch
        for node, value in self.frontier.extend(leaf_hash(entry) for entry in batch):
            assert node not in self.nodes, "a node is written once"
            self.nodes[node] = value

    @rule()
    def restart(self) -> None:
        size = self.frontier.size
        kept = Frontier.from_bytes(size, self.frontier.to_bytes())
        assert kept == Frontier.read(size, self.read)
        self.frontier = kept

    @rule()
    def sign(self) -> None:
        offered = Checkpoint(ORIGIN, self.frontier.size, self.frontier.root())
        held = self.signed[-1] if self.signed else None
        proof = consistency_proof(held.size, offered.size, self.read) if held and held.size else []
        verify_succession(held, offered, proof)
        self.newest = Note(offered.to_text(), (sign(offered.to_text(), LOG),)).to_bytes()
        self.signed.append(checkpoint_of(self.newest, LOG.key))
        assert self.signed[-1] == offered

    @rule()
    def publish(self) -> None:
        size = self.frontier.size
        for tile in new_tiles(self.published, size):
            assert tile not in self.files
            self.files[tile] = b"".join(self.read(tile.nodes())[node] for node in tile.nodes())
        for tile in new_bundles(self.published, size):
            first = tile.index * 256
            self.bundled[tile] = to_bundle(self.entries[first : first + tile.width])
        self.published = size

    @rule(which=st.integers(0, 10_000))
    def prove(self, which: int) -> None:
        if self.signed and self.signed[-1].size:
            checkpoint = self.signed[-1]
            index = which % checkpoint.size
            proof = TlogProof(index, tuple(inclusion_proof(index, checkpoint.size, self.read)), self.newest)
            assert TlogProof.from_bytes(proof.to_bytes()).verify(self.entries[index], LOG_ONLY).checkpoint == checkpoint

    @rule(which=st.integers(0, 10_000))
    def prove_from_files_alone(self, which: int) -> None:
        if self.published:
            read = through_tiles(self.published, lambda tiles: {tile: self.files[tile] for tile in tiles})
            root = root_of(self.published, read)
            assert root == root_of(self.published, self.read)
            earlier = which % self.published + 1
            assert consistency_proof(earlier, self.published, read) == consistency_proof(
                earlier, self.published, self.read
            )

    @rule()
    def read_all_files(self) -> None:
        for tile, bundle in self.bundled.items():
            first = tile.index * 256
            assert verify_bundle(tile, self.files[tile], bundle) == self.entries[first : first + tile.width]

    @invariant()
    def the_root_is_that_of_the_rfc(self) -> None:
        assert self.frontier.size == len(self.entries)
        if len(self.entries) < 1200:
            assert self.frontier.root() == Tree(self.entries).root(len(self.entries))

    @invariant()
    def no_signed_size_is_below_an_earlier_one(self) -> None:
        sizes = [checkpoint.size for checkpoint in self.signed]
        assert sizes == sorted(sizes)


TestLifeOfALog = LifeOfALog.TestCase
TestLifeOfALog.settings = settings(max_examples=40, deadline=None)
