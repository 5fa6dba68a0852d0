"""Compare the store with the records. Bytes without a record are reported and never deleted: they may be evidence.

Also aborts multipart uploads that nobody will finish: parts without an object, which hold no evidence.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from dems.layout import EVIDENCE_PREFIX, parse_evidence_key
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import INSTALLATION
from dems.model.ids import UploadId
from dems.model.uploads import UploadState
from dems.ports import Clock, Orphan, Transactions
from dems.steps.many_facts import shared_out
from storage.errors import StorageError
from storage.interface import ObjectStore, VersionEntry

Row = TypeVar("Row")

log = logging.getLogger(__name__)

BATCH = 500
IN_ONE_ENTRY = 100
IN_FLIGHT = timedelta(hours=1)
"""Younger objects may belong to an upload that is being recorded right now."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one run saw: versions looked at, orphans in all and new ones, multipart uploads aborted."""

    versions: int
    orphans: int
    new: int
    aborted: int


@dataclass(frozen=True, slots=True)
class Reconcile:
    transaction: Transactions
    store: ObjectStore
    clock: Clock
    in_flight: timedelta = IN_FLIGHT

    def __call__(self) -> Reconciled:
        versions = found = new = 0
        for batch in _batches(self.store.versions(EVIDENCE_PREFIX), BATCH):
            orphans = self._unexplained(batch)
            versions, found = versions + len(batch), found + len(orphans)
            new += self._report(orphans)
        return Reconciled(versions, found, new, self._abort_forgotten())

    def _unexplained(self, batch: list[VersionEntry]) -> list[Orphan]:
        ids = {v.key: parsed[1] for v in batch if (parsed := parse_evidence_key(v.key)) is not None}
        with self.transaction() as tx:
            known = tx.uploads.known(list(ids.values()))
        orphans = []
        young = self.clock() - self.in_flight
        for version in batch:
            state, version_id = known.get(ids.get(version.key, _NOBODY), (None, None))
            if version.is_delete_marker:
                orphans.append(Orphan(version.key, version.version_id, "hidden", 0))
            elif version_id != version.version_id and (state is UploadState.COMPLETED or version.last_modified < young):
                # A young object may be about to be recorded, unless its upload has its version already.
                orphans.append(Orphan(version.key, version.version_id, "unrecorded", version.size))
        return orphans

    def _report(self, orphans: list[Orphan]) -> int:
        with self.transaction() as tx:
            authority = tx.authorise(system(), Act.ORPHAN_REPORT)
            new = [o for o in orphans if tx.upkeep.report_orphan(o, self.clock())]
            told = [{"key": o.key, "version_id": o.version_id, "kind": o.kind, "size": o.size} for o in new]
            for rows in shared_out(told, IN_ONE_ENTRY):
                tx.custody.append(authority, INSTALLATION, facts={"orphans": rows})
        for orphan in new:
            log.error(
                "orphan_in_store", extra={"key": orphan.key, "version_id": orphan.version_id, "kind": orphan.kind}
            )
        return len(new)

    def _abort_forgotten(self) -> int:
        aborted = 0
        young = self.clock() - timedelta(days=1)
        for batch in _batches(self.store.multiparts(EVIDENCE_PREFIX), BATCH):
            old = [(m, p[1]) for m in batch if m.initiated_at < young and (p := parse_evidence_key(m.key)) is not None]
            with self.transaction() as tx:
                known = tx.uploads.known([upload_id for _, upload_id in old])
            for multipart, upload_id in old:
                if known.get(upload_id, _UNKNOWN)[0] is UploadState.OPEN:
                    # A very large file may take longer than a day to come. The upload ends by itself, and then this does.
                    continue
                try:
                    self.store.resume(multipart.key, multipart.upload_id).abort()
                except StorageError as error:
                    log.warning("multipart_not_aborted", extra={"key": multipart.key, "error": type(error).__name__})
                    continue
                aborted += 1
        return aborted


_NOBODY = UploadId(INSTALLATION.subject)
_UNKNOWN = (None, None)


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
