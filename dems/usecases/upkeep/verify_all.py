"""Look through all that is held, as after a restore: every chain and every reading re-derived, every sealed byte compared.

Changes nothing. What does not hold is named as it is found; memory does not grow with what is held.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dems.errors import NotFound
from dems.layout import evidence_key
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import ChainKind
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Found, Integrity, outcome_of
from dems.model.ids import EntryId, EvidenceId
from dems.model.uploads import Upload
from dems.ports import Clock, Transactions
from dems.ports.holdings import Holdings
from dems.steps.comparing_readings import wrong_readings
from dems.steps.every_chain import PAGE, EveryChain
from dems.steps.rederiving import Rederiving
from storage.errors import StorageError
from storage.interface import LockFound, ObjectStore, StoredVersion
from storage.reader import hash_version

BATCH = 100
AT_ONCE = 4

Say = Callable[[str], None]


@dataclass(slots=True)
class Looked:
    """What was looked at. `read` is in bytes; `known` items were on record as not intact before; `wrong` is all the rest."""

    entries: int = 0
    chains: int = 0
    items: int = 0
    sealed: int = 0
    read: int = 0
    uploads: int = 0
    readings: int = 0
    known: int = 0
    destroyed: int = 0
    """Details that two people destroyed, as the entries after them say."""
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class VerifyAll:
    transaction: Transactions
    holdings: Holdings
    store: ObjectStore
    clock: Clock

    def __call__(self, *, read_bytes: bool, wrong: Say, known: Say, told: Callable[[Looked], None]) -> Looked:
        """Without `read_bytes` the store is asked for each version's size and lock only.

        `wrong` is given one sentence for each thing that does not hold, `known` for what did not hold before; `told`
        is called now and then with the counts so far.
        """
        with self.transaction() as tx:
            tx.authorise(system(), Act.EVIDENCE_RECHECK)
        return _Looking(self, read_bytes, wrong, known, told).run()


@dataclass(frozen=True, slots=True)
class _Seen:
    """One item's bytes: what is wrong with them, if anything, and how many were read."""

    evidence: Evidence
    problem: str | None
    read: int


@dataclass(slots=True)
class _Looking:
    all: VerifyAll
    read_bytes: bool
    wrong: Say
    known: Say
    told: Callable[[Looked], None]
    looked: Looked = field(default_factory=Looked)
    lost: set[str] = field(default_factory=set)
    """Uploads of which their items' chains say that the store had lost them: few, if any."""
    every: EveryChain = field(init=False)

    def __post_init__(self) -> None:
        self.every = EveryChain(self.all.holdings, self._wrong, self._counted)

    def run(self) -> Looked:
        batch: list[tuple[EvidenceId, Rederiving]] = []
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look") as pool:
            for item in self._items_chains():
                batch.append(item)
                if len(batch) == BATCH:
                    self._items(pool, batch)
                    batch = []
            self._items(pool, batch)
            self.every.nothing_missing()
            self._uploads(pool)
        return self.looked

    def _wrong(self, problem: str, _: EntryId | None = None) -> None:
        self.looked.wrong += 1
        self.wrong(problem)

    # --- chains ---

    def _counted(self) -> None:
        self.looked.entries, self.looked.chains = self.every.entries, self.every.chains
        self.looked.destroyed = self.every.destroyed
        self.told(self.looked)

    def _items_chains(self) -> Iterator[tuple[EvidenceId, Rederiving]]:
        """Re-derive every chain; gives each item's chain once it is at its end."""
        for chain, rederived in self.every:
            if chain.kind is ChainKind.ITEM:
                if rederived.lost_upload is not None:
                    self.lost.add(rederived.lost_upload)
                yield EvidenceId(chain.subject), rederived
        self._counted()

    # --- items ---

    def _items(self, pool: ThreadPoolExecutor, batch: list[tuple[EvidenceId, Rederiving]]) -> None:
        sealed: list[tuple[Evidence, Rederiving]] = []
        with self.all.transaction() as tx:
            for evidence_id, chain in batch:
                try:
                    evidence = tx.evidence.get(evidence_id)
                except NotFound:
                    self._wrong(f"item {evidence_id} is not there, and has a chain of custody")
                    continue
                except ValueError as error:
                    self._wrong(f"the record of item {evidence_id} cannot be read ({error})")
                    continue
                self.looked.items += 1
                self.looked.readings += len(chain.readings)
                for problem in wrong_readings(tx, evidence_id, chain):
                    self._wrong(problem)
                if evidence.state in {EvidenceState.SEALED, EvidenceState.FROZEN}:
                    sealed.append((evidence, chain))
                elif chain.seal is not None:
                    self._wrong(f"item {evidence_id} is {evidence.state.value}, and its chain says that it was sealed")
        until = self.all.holdings.locked_until([e.upload_id for e, _ in sealed if e.upload_id is not None])
        for evidence, chain in sealed:
            if not _as_sealed(evidence, chain):
                self._wrong(f"item {evidence.id} is not on record as its chain says it was sealed")
        looks = [(e, c.seal or {}, None if e.upload_id is None else until.get(e.upload_id)) for e, c in sealed]
        for seen in pool.map(lambda look: self._bytes(*look), looks):
            self._seen(seen)
        self.told(self.looked)

    def _seen(self, seen: _Seen) -> None:
        self.looked.sealed += 1
        self.looked.uploads += 1
        self.looked.read += seen.read
        if seen.problem is None:
            return
        told = f"item {seen.evidence.id} ({seen.evidence.exhibit_ref.text}): {seen.problem}"
        if seen.evidence.integrity is Integrity.INTACT:
            self._wrong(told)
        else:
            self.looked.known += 1
            self.known(f"{told}; it was on record as {seen.evidence.integrity.value} before")

    def _bytes(self, evidence: Evidence, seal: dict[str, object], until: datetime | None) -> _Seen:
        """Read one sealed version back, in a thread of the pool: no transaction is open."""
        if evidence.upload_id is None or evidence.version_id is None:
            return _Seen(evidence, "it is sealed and has no version in the store", 0)
        stored = StoredVersion(evidence_key(evidence.id, evidence.upload_id), evidence.version_id, evidence.size or 0)
        read = 0
        try:
            if self.read_bytes:
                hashed = hash_version(self.all.store, stored, tuple(sorted({"sha256", *evidence.digests})))
                read, info = hashed.size, hashed.info
                found = Found(hashed.size, {a: Digest(a, v) for a, v in hashed.digests.items()})
                same = outcome_of(evidence, found) is Integrity.INTACT
            else:
                info = self.all.store.head(stored.key, stored.version_id)
                same = info.stored.size == evidence.size
        except StorageError as error:
            return _Seen(evidence, f"its bytes cannot be had ({error})", read)
        if not same:
            return _Seen(evidence, "its bytes are not what was sealed", read)
        return _Seen(evidence, self._unlocked(info.lock, until, legal_hold=seal.get("legal_hold") is True), read)

    def _unlocked(self, lock: LockFound, until: datetime | None, *, legal_hold: bool) -> str | None:
        if lock.mode != "COMPLIANCE" or lock.retain_until is None:
            return f"its lock is {lock.mode or 'gone'}, not COMPLIANCE"
        if lock.retain_until <= self.all.clock():
            return f"its lock ended on {lock.retain_until:%Y-%m-%d}"
        if until is not None and lock.retain_until < until - timedelta(seconds=1):  # S3 keeps whole seconds
            return f"its lock ends on {lock.retain_until:%Y-%m-%d}, and was confirmed until {until:%Y-%m-%d}"
        if legal_hold and not lock.legal_hold:
            return "its legal hold is gone"
        return None

    # --- uploads ---

    def _uploads(self, pool: ThreadPoolExecutor) -> None:
        last: Upload | None = None
        while page := self.all.holdings.unsealed_uploads(PAGE, None if last is None else last.id):
            for upload, problem in zip(page, pool.map(self._missing, page), strict=True):
                self.looked.uploads += 1
                if problem is not None and str(upload.id) in self.lost:
                    self.looked.known += 1
                    self.known(f"upload {upload.id}: {problem}; its item's chain says so")
                elif problem is not None:
                    self._wrong(f"upload {upload.id} of item {upload.evidence_id}: {problem}")
            last = page[-1]
            self.told(self.looked)

    def _missing(self, upload: Upload) -> str | None:
        if upload.version_id is None:
            return "it is completed and has no version in the store"
        try:
            self.all.store.head(evidence_key(upload.evidence_id, upload.id), upload.version_id)
        except StorageError as error:
            return f"its bytes cannot be had ({error})"
        return None


def _as_sealed(evidence: Evidence, chain: Rederiving) -> bool:
    """Whether the record has what the chain's entry of the sealing says; a chain that does not hold is named already."""
    facts = chain.seal
    if chain.broken:
        return True
    if facts is None:
        # What the entry of the sealing said may be what was destroyed: then nothing is left to compare with.
        return chain.destroyed > 0
    digests = {name: digest.hex for name, digest in evidence.digests.items()}
    return (evidence.version_id, evidence.size, digests) == (
        facts.get("version_id"),
        facts.get("size"),
        facts.get("digests"),
    )
