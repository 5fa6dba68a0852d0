"""Pictures made from an item, put where they can be fetched: before they are recorded, and never among the evidence."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from dems.layout import rendition_key
from dems.model.findings import Rendition
from dems.model.ids import EvidenceId
from dems.model.readings import KeptRendition
from storage.errors import BytesDamaged, ObjectExists
from storage.interface import Lock, ObjectStore, StoredVersion
from storage.reader import hash_latest

LOCKED_FOR = timedelta(days=1)
"""They can be made again at any time, so nothing needs to hold them for long."""


def keep_renditions(
    exports: ObjectStore, evidence_id: EvidenceId, pictures: Sequence[Rendition], now: datetime
) -> tuple[KeptRendition, ...]:
    """Store them, each under its own digest: the same picture made again is the same object.

    Raises what the store raises, and `BytesDamaged` where something else lies in a picture's place.
    """
    lock = Lock(now + LOCKED_FOR)
    kept = []
    for number, each in enumerate(pictures):
        digest = sha256(each.data).digest()
        stored = _put(exports, rendition_key(evidence_id, digest), each.data, digest, lock)
        kept.append(
            KeptRendition(
                number,
                each.kind,
                each.media_type,
                each.width,
                each.height,
                each.at_seconds,
                digest,
                stored.size,
                stored.key,
                stored.version_id,
            )
        )
    return tuple(kept)


def _put(exports: ObjectStore, key: str, data: bytes, digest: bytes, lock: Lock) -> StoredVersion:
    try:
        return exports.put(key, data, size=len(data), sha256=digest, lock=lock)
    except ObjectExists:
        there = hash_latest(exports, key, ("sha256",))
        if there.digests["sha256"] != digest:
            raise BytesDamaged(f"{key} holds other bytes than its name says: have an administrator look") from None
        return there.info.stored
