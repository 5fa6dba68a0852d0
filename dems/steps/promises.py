"""Parts as they were announced: the digest of each is said before its bytes come, and never changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from dems.errors import PartDiffers, PartsMissing
from dems.layout import evidence_key
from dems.model.ids import UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import BegunMultipart, Promise, Transactions
from dems.steps.locks import Locks
from storage.interface import ObjectStore, Part

MOST_NUMBERS = 100
"""So many numbers of missing parts are named; how many there are is said beside them."""


def same_as_promised(earlier: Promise | None, number: int, sha256: bytes) -> None:
    """Raises `PartDiffers` when another digest was said for this part before."""
    if earlier is not None and earlier.sha256 != sha256:
        raise PartDiffers(
            f"Another SHA-256 was said for part {number} of this upload before, so this is another file or the file has "
            "changed. Abandon the upload and open a fresh one of the same item.",
            number=number,
            earlier=earlier.sha256.hex(),
            now=sha256.hex(),
        )


def begin_multiparts(
    transaction: Transactions, store: ObjectStore, locks: Locks, uploads: Sequence[Upload], at: datetime
) -> None:
    """Have the store begin a multipart upload for each, and keep where the parts of each go.

    Of two that are begun at once for one upload, the one that is kept first counts and the other is aborted; so is one
    whose upload ended meanwhile, since nobody would ask for its parts to be thrown away.
    """
    lock = locks.quarantine(at)
    for upload in uploads:
        multipart = store.begin(evidence_key(upload.evidence_id, upload.id), lock=lock)
        with transaction() as tx:
            still_open = tx.uploads.get(upload.id, for_update=True).state is UploadState.OPEN
            begun = BegunMultipart(multipart.upload_id, at, lock.retain_until)
            ours = still_open and tx.uploads.begun(upload.id, begun)
        if not ours:
            multipart.abort()


def parts_in_store(
    store: ObjectStore, upload: Upload, multipart: BegunMultipart | None, promised: Mapping[int, Promise]
) -> list[Part]:
    """The promised parts of a multipart upload that the store has, by number.

    What was put through us is known; the store is asked about what went to it directly. A part of another size than
    was announced is none. Raises what the store raises.
    """
    if multipart is None:
        return []
    known = {n: Part(n, p.size, p.sha256, p.etag) for n, p in promised.items() if p.etag}
    if len(known) < len(promised):
        key = evidence_key(upload.evidence_id, upload.id)
        for found in store.resume(key, multipart.multipart_id).parts():
            promise = promised.get(found.number)
            if promise is not None and promise.size == found.size:
                known.setdefault(found.number, Part(found.number, found.size, promise.sha256, found.etag))
    return [known[n] for n in sorted(known)]


def check_all_there(upload: Upload, parts: Iterable[Part | Promise]) -> None:
    """Raises `PartsMissing` unless every part is among these."""
    there = {p.number for p in parts}
    missing = [n for n in range(1, upload.part_count + 1) if n not in there]
    if missing:
        raise missing_parts(upload, missing)


def missing_parts(upload: Upload, missing: Sequence[int]) -> PartsMissing:
    return PartsMissing(
        f"{len(missing)} of the {upload.part_count} parts of this upload are not in the store: send them, or the whole "
        f"file to PUT /v1/uploads/{upload.id}/content. The upload stays open.",
        upload=str(upload.id),
        missing=list(missing)[:MOST_NUMBERS],
        missing_count=len(missing),
    )


def promise_of(upload: Upload, number: int, sha256: bytes) -> tuple[UploadId, Promise]:
    """An announcement of a part. Raises `Invalid` for a number that the upload does not have."""
    return upload.id, Promise(number, upload.length_of_part(number), sha256, None)
