"""Make the package of an export: bag, entries that name it by its digest, and what the log gives for them; all as one object.

1. Everything that is listed is written, as things stood when the export was asked for; its tag manifest has a digest.
2. One transaction for every few hundred items: an entry on each item's chain names that digest.
3. The log takes these entries in and signs a tree that holds them.
4. Their proofs are written behind, the object is completed, and the export is ready.

A worker that is killed anywhere leaves nothing that counts: the next begins anew, writes the same first half, finds the
entries that are there, and adds those that are not. If the first half comes out otherwise than the entries say, the export
has failed: there is never a second digest.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from uuid import UUID

from dems.errors import LogBehind, WrongState
from dems.layout import package_key
from dems.ledger.tlogproof import TlogProof
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_case, of_item
from dems.model.digests import Digest
from dems.model.exports import Export, ExportedItem, ExportState
from dems.model.ids import EvidenceId, ExportId
from dems.package.composing import Composer, NotAsSealed
from dems.package.telling import Span
from dems.ports import Clock, CustodyRow, Job, JobKind, Lease, Transaction, Transactions
from dems.ports.anchors import AnchorKind
from dems.ports.ledger import SignedCheckpoint
from dems.steps.anchoring import held_checkpoint
from dems.steps.locks import Locks
from dems.steps.package_upload import Hold, PackageUpload
from dems.steps.packaging import Packaging, about, entry_of_export, said
from dems.steps.reading import pause_after
from storage.errors import ObjectMissing, StorageError
from storage.interface import ObjectStore, StoredVersion
from storage.reader import hash_version

log = logging.getLogger(__name__)

ENTRIES_AT_ONCE = 500
ASKED_EVERY_SECONDS = 0.2

Policy = Callable[[Transaction], bytes]
"""The policy file that goes into packages, once there is a log that signs; raises `LogBehind` before."""


@dataclass(frozen=True, slots=True)
class MakePackage:
    """`patience` is how long one try waits for the log. Nobody waits for a witness or an authority that does not answer."""

    transaction: Transactions
    store: ObjectStore
    exports: ObjectStore
    locks: Locks
    clock: Clock
    lease: timedelta
    policy: Policy
    have_it_held: Callable[[], None]
    """Asks those outside to hold the newest checkpoint, in bounded time. Raises nothing for what they do."""
    patience: timedelta = timedelta(minutes=5)

    def __call__(self, export_id: ExportId) -> ExportState:
        """Raises `NoLongerDue`; while the store or the log does not answer, the work stays due."""
        with self.transaction() as tx:
            lease = tx.jobs.claim(Job(JobKind.EXPORT, export_id), self.lease)
            export = tx.exports.get(export_id)
        hold = Hold(self.transaction, lease, self.lease)
        try:
            stored, sha256 = self._earlier(export, hold) or self._made(export, hold)
        except NotAsSealed as error:
            with self.transaction() as tx:
                tx.jobs.due(Job(JobKind.RECHECK, EvidenceId(UUID(error.evidence))))
            return self._failed(lease, export_id, f"It cannot be given out: {error}.")
        except WrongState as error:
            log.critical("package_came_out_otherwise", extra={"export": str(export_id)})
            return self._failed(lease, export_id, str(error))
        except (StorageError, LogBehind) as error:
            with self.transaction() as tx:
                tx.jobs.put_back(lease, f"{type(error).__name__}: {error}", pause_after(lease))
            raise
        return self._ended(lease, export_id, lambda e: e.ready(stored.size, sha256, stored.version_id, self.clock()))

    def _earlier(self, export: Export, hold: Hold) -> tuple[StoredVersion, Digest] | None:
        """The package, where a try before came so far and could not write it down."""
        if export.tag_manifest_sha256 is None:
            return None
        try:
            stored = self.exports.head(package_key(export.id)).stored
        except ObjectMissing:
            return None
        read = hash_version(self.exports, stored, ("sha256",), keep_alive=lambda _: hold.keep())
        return stored, Digest.sha256(read.digests["sha256"])

    def _made(self, export: Export, hold: Hold) -> tuple[StoredVersion, Digest]:
        with self.transaction() as tx:
            policy = self.policy(tx)
            case = tx.cases.get(export.case_id)
            expected = tx.exports.size_of_bytes(export.id) if export.with_bytes else 0
        packaging = Packaging(self.transaction, self.store, export)
        lock = self.locks.policy(self.clock())
        upload = PackageUpload(self.exports, package_key(export.id), lock, expected, hold)
        try:
            told = about(export, case.reference, case.title)
            with Composer(upload.write, told, policy, export.asked_at) as composer:
                for item in packaging.items():
                    hold.keep()
                    rows = chain.from_iterable(packaging.rows(item, item.last_seq))
                    first = next(rows)
                    entries = map(packaging.given, chain([first], rows))
                    composer.add_item(packaging.listed(item, first.chain_id), entries, packaging.payload(item))
                self._name(packaging, composer.close_bag(), hold)
                checkpoint = self._taken_in(packaging, hold)
                for item in packaging.items():
                    self._prove(composer, packaging, item, checkpoint, hold)
                composer.add_checkpoint(checkpoint.note, self._tokens(checkpoint.size))
                composer.finish()
            return upload.complete()
        except BaseException:
            upload.abort()
            raise

    def _name(self, packaging: Packaging, digest: bytes, hold: Hold) -> None:
        """Have an entry on each item's chain name the package; none twice. Raises `WrongState` if another is named."""
        begun = packaging.export.tag_manifest_sha256 is not None
        batch: list[ExportedItem] = []
        for item in packaging.items():
            batch.append(item)
            if len(batch) == ENTRIES_AT_ONCE:
                self._name_some(packaging, batch, digest, hold, begun=begun)
                batch = []
        self._name_some(packaging, batch, digest, hold, begun=begun)

    def _name_some(
        self, packaging: Packaging, items: Sequence[ExportedItem], digest: bytes, hold: Hold, *, begun: bool
    ) -> None:
        with self.transaction() as tx:
            authority = tx.authorise(system(), Act.EVIDENCE_EXPORT)
            export = tx.exports.get(packaging.export.id, for_update=True).named(digest)
            # Whoever lost the lease writes no entry that the next holder writes too.
            tx.jobs.renew(hold.lease, self.lease)
            lacking = [i for i in items if not begun or entry_of_export(tx, export, i) is None]
            if lacking:
                tx.exports.save(export)
            without_detail = packaging.without_detail(tx, lacking)
            for item in lacking:
                tx.custody.append(
                    authority,
                    of_item(item.evidence_id),
                    case_id=export.case_id,
                    evidence_id=item.evidence_id,
                    reason=export.reason,
                    facts={
                        "export": str(export.id),
                        "recipient": export.recipient,
                        "asked_by": export.asker,
                        "last_seq": item.last_seq,
                        "tagmanifest_sha256": digest.hex(),
                        "bytes": export.with_bytes and item.version_id is not None,
                        "withheld": [act.value for act in export.withheld],
                        "without_detail": [list(span) for span in without_detail[item.evidence_id]],
                    },
                )

    def _taken_in(self, packaging: Packaging, hold: Hold) -> SignedCheckpoint:
        """Wait for a signed tree that holds every entry of the package, then give it. Raises `LogBehind`."""
        until = time.monotonic() + self.patience.total_seconds()
        size = 0
        for item in packaging.items():
            while (beyond := self._beyond(packaging, item)) is None:
                self._wait(until, hold)
            size = max(size, beyond)
        asked = False
        while True:
            with self.transaction() as tx:
                checkpoint = held_checkpoint(tx, size)
            if checkpoint is not None and asked:
                return checkpoint
            if checkpoint is not None:
                asked = True
                self.have_it_held()
            else:
                self._wait(until, hold)

    def _tokens(self, size: int) -> list[tuple[str, bytes]]:
        """The timestamps of the checkpoint, by the names of those who gave them."""
        with self.transaction() as tx:
            return [(anchor.by, anchor.data) for anchor in tx.anchors.of(size, AnchorKind.TIMESTAMP)]

    def _wait(self, until: float, hold: Hold) -> None:
        if time.monotonic() >= until:
            raise LogBehind
        hold.keep()
        time.sleep(ASKED_EVERY_SECONDS)

    def _beyond(self, packaging: Packaging, item: ExportedItem) -> int | None:
        """How large a tree must be to hold all entries of an item; None while the last waits, as a chain keeps its order."""
        with self.transaction() as tx:
            last = _last(tx, packaging.export, item)
            place = tx.ledger.indexes_of([last.id]).get(last.id)
        return None if place is None else place + 1

    def _prove(
        self,
        composer: Composer,
        packaging: Packaging,
        item: ExportedItem,
        checkpoint: SignedCheckpoint,
        hold: Hold,
    ) -> None:
        with self.transaction() as tx:
            last = _last(tx, packaging.export, item)
        closed: list[Span] = []
        later = chain.from_iterable(packaging.rows(item, last.seq, behind=item.last_seq))
        composer.add_later(last.chain_id, (packaging.given(row, closed) for row in later))
        if [list(span) for span in closed] != said(last)["facts"].get("without_detail"):
            raise WrongState("A detail was destroyed while the package was made: ask for another.", state="making")
        for rows in packaging.rows(item, last.seq):
            hold.keep()
            with self.transaction() as tx:
                places = tx.ledger.indexes_of([row.id for row in rows])
                hashes = tx.ledger.inclusions(list(places.values()), checkpoint.size)
            for row in rows:
                proof = TlogProof(places[row.id], tuple(hashes[places[row.id]]), checkpoint.note)
                composer.add_proof(last.chain_id, row.seq, proof.to_bytes())

    def _failed(self, lease: Lease, export_id: ExportId, problem: str) -> ExportState:
        return self._ended(lease, export_id, lambda e: e.failed(problem, self.clock()))

    def _ended(self, lease: Lease, export_id: ExportId, end: Callable[[Export], Export]) -> ExportState:
        with self.transaction() as tx:
            authority = tx.authorise(system(), Act.EXPORT_END)
            export = end(tx.exports.get(export_id, for_update=True))
            tx.jobs.finish(lease)
            tx.exports.save(export)
            tx.custody.append(
                authority,
                of_case(export.case_id),
                case_id=export.case_id,
                facts={
                    "export": str(export.id),
                    "state": export.state.value,
                    "problem": export.problem,
                    "size": export.size,
                    "sha256": None if export.sha256 is None else export.sha256.hex,
                    "version_id": export.version_id,
                },
            )
        return export.state


def _last(tx: Transaction, export: Export, item: ExportedItem) -> CustodyRow:
    """The entry of an item that names the package: the last one in it."""
    last = entry_of_export(tx, export, item)
    assert last is not None, "it is asked for when all items have theirs"
    return last
