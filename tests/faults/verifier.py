"""The judge after every fault. It believes nobody: raw rows as the database's owner, raw bytes by version from the store."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from dems.bootstrap import Dems
from dems.ledger.entry import Entry, Leaf, leaf_hash, verify_chain
from dems.usecases.upkeep.reconcile import Reconcile
from storage.interface import ObjectStore, OpenMultipart, StoredVersion, VersionEntry
from storage.reader import hash_version
from tests.conftest import Owner

Chains = dict[UUID, list[dict[str, Any]]]

ONE_FILE = {"evidence.declare": 1, "upload.receive": 1, "upload.complete": 1, "evidence.seal": 1}
"""What the chain of an item says of its way in, and how often."""

AGAIN = {"upload.token_again"}
"""A client that repeats its declaration, having lost the answer, is given a new token: that is an act too."""


@dataclass(frozen=True)
class Expected:
    """An item as it must be found: its bytes, the acts on its way in, each so often, and those that came after sealing."""

    content: bytes
    acts: Mapping[str, int] = field(default_factory=lambda: ONE_FILE)
    then: frozenset[str] = frozenset()


class Below:
    """A view of a store for the reconciler that holds these items and no other, so that a test's run stays its own."""

    def __init__(self, real: ObjectStore, *prefixes: str) -> None:
        self._real, self._prefixes = real, prefixes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def versions(self, _: str) -> Iterator[VersionEntry]:
        return chain.from_iterable(self._real.versions(prefix) for prefix in self._prefixes)

    def multiparts(self, _: str) -> Iterator[OpenMultipart]:
        return chain.from_iterable(self._real.multiparts(prefix) for prefix in self._prefixes)


@dataclass(frozen=True)
class Verifier:
    """`core` works without faults; `owner` runs SQL as the owner of the schema."""

    core: Dems
    owner: Owner

    def judge(self, case_id: UUID, expected: Mapping[bytes, Expected]) -> None:
        """These items, by the names of their files, were to come into the case: is each there once, whole and explained?"""
        items = self.owner(f"SELECT * FROM evidence WHERE case_id = '{case_id}'")  # noqa: S608
        assert sorted(bytes(i.name) for i in items) == sorted(expected), "each item once"
        assert {i.state for i in items} == {"sealed"}, "and sealed"
        chains = self.chains(case_id)
        for item in items:
            self._judge(item, expected[bytes(item.name)], chains)
        self._orphans_are_reported({item.id: item.version_id for item in items})

    def _judge(self, item: Any, expected: Expected, chains: Chains) -> None:
        recorded = self._records_have_bytes(item.id, expected.content)
        assert recorded == {item.version_id}, "one version sealed and no other recorded"
        assert item.digests["sha256"] == hashlib.sha256(expected.content).hexdigest()
        self._is_locked(item)
        self._acts(item.id, expected, chains)
        self._work_is_done(item)

    def _records_have_bytes(self, item: UUID, content: bytes) -> set[str]:
        versions = set()
        for row in self.owner(f"SELECT * FROM uploads WHERE evidence_id = '{item}' AND state = 'completed'"):  # noqa: S608
            stored = StoredVersion(f"evidence/{item}/{row.id}", row.version_id, row.size)
            read = hash_version(self.core.store, stored, ("sha256",))
            assert (read.size, read.digests["sha256"]) == (len(content), hashlib.sha256(content).digest())
            versions.add(row.version_id)
        return versions

    def _is_locked(self, item: Any) -> None:
        info = self.core.store.head(f"evidence/{item.id}/{item.upload_id}", item.version_id)
        assert info.lock.satisfies(self.core.locks.policy_enough(self.core.clock())), "sealed means locked by policy"

    def chains(self, case_id: UUID) -> Chains:
        """Every chain that an entry of the case is on holds from its first entry, in the bytes as they lie in the tables.

        What each says, by its id.
        """
        chains = self.owner(
            "SELECT DISTINCT chain_id FROM custody_entries JOIN custody_details ON entry_id = id "  # noqa: S608
            f"WHERE case_id = '{case_id}'"
        )
        assert chains
        return {chain_id: self.chain(chain_id) for (chain_id,) in chains}

    def chain(self, chain_id: UUID) -> list[dict[str, Any]]:
        """Verify one chain from raw rows; its opened details, in order."""
        rows = self.owner(
            "SELECT e.*, d.nonce, d.detail, d.act, q.entry_id AS queued, l.entry_id AS logged "  # noqa: S608
            "FROM custody_entries e JOIN custody_details d ON d.entry_id = e.id "
            "LEFT JOIN custody_queue q ON q.entry_id = e.id LEFT JOIN custody_leaves l ON l.entry_id = e.id "
            f"WHERE e.chain_id = '{chain_id}' ORDER BY e.seq"
        )
        entries = [Entry(bytes(r.leaf), bytes(r.nonce), bytes(r.detail)) for r in rows]
        verify_chain(entries, chain=UUID(str(chain_id)))
        opened = [e.opened() for e in entries]
        for row, entry, detail in zip(rows, entries, opened, strict=True):
            leaf = Leaf.from_bytes(entry.leaf)
            assert (row.seq, row.at, bytes(row.leaf_hash)) == (leaf.seq, leaf.at, leaf_hash(entry.leaf))
            assert (row.act, str(row.id)) == (detail["act"], detail["entry"])
            assert [i for i in (row.queued, row.logged) if i] == [row.id], "every entry waits for the log or is in it"
        return opened

    def _acts(self, item: UUID, expected: Expected, chains: Chains) -> None:
        [(its_own,)] = self.owner(
            "SELECT DISTINCT chain_id FROM custody_entries JOIN custody_details ON entry_id = id "  # noqa: S608
            f"WHERE evidence_id = '{item}'"
        )
        # Declaring a digest with the completion is an entry of its own, which names no version.
        found = Counter(
            "digest declared" if e["act"] == "upload.complete" and "version_id" not in e["facts"] else str(e["act"])
            for e in chains[its_own]
        )
        assert found.pop("findings.record", 0) == found["evidence.seal"], "what is sealed is read once"
        after = {act: found.pop(act, 0) for act in expected.then}
        assert all(after.values()), f"{after} is in the chain"
        assert {a: n for a, n in found.items() if a not in AGAIN} == expected.acts, "each once, and nothing not done"

    def _work_is_done(self, item: Any) -> None:
        mine = f"(SELECT id FROM uploads WHERE evidence_id = '{item.id}')"  # noqa: S608
        assert self.owner(f"SELECT * FROM jobs WHERE subject = '{item.id}' OR subject IN {mine}") == []  # noqa: S608
        assert self.owner(f"SELECT * FROM upload_completions WHERE upload_id IN {mine}") == []  # noqa: S608
        assert self.owner(f"SELECT * FROM multiparts WHERE upload_id IN {mine}") == []  # noqa: S608
        assert self.owner(f"SELECT 1 FROM object_locks WHERE upload_id = '{item.upload_id}'")  # noqa: S608

    def _orphans_are_reported(self, recorded: Mapping[UUID, str]) -> None:
        """By one run over all items, each with the version that its record names."""
        prefixes = {item: f"evidence/{item}/" for item in sorted(recorded, key=str)}
        before = {item: list(self.core.store.versions(prefix)) for item, prefix in prefixes.items()}
        below: Any = Below(self.core.store, *prefixes.values())
        later = self.core.clock() + timedelta(days=2)
        Reconcile(self.core.transaction, below, lambda: later, timedelta(0))()
        for item, prefix in prefixes.items():
            reported = {r.version_id for r in self.owner(f"SELECT version_id FROM orphans WHERE key LIKE '{prefix}%'")}  # noqa: S608
            unrecorded = {v.version_id for v in before[item]} - {recorded[item]}
            assert unrecorded == reported, "what no record explains is reported, and nothing else"
            assert list(self.core.store.versions(prefix)) == before[item], "the reconciler deletes nothing"
            assert not list(self.core.store.multiparts(prefix)), "forgotten parts are gone two days later"
