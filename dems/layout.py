"""Object keys from ids, and back. Keys hold ids only: no name, no reference, nothing about anyone."""

import re
from uuid import UUID

from dems.model.ids import EvidenceId, ExportId, UploadId

EVIDENCE_PREFIX = "evidence/"
RENDITION_PREFIX = "renditions/"
CHECKPOINT_PREFIX = "checkpoints/"
_CHECKPOINT_KEY = re.compile(r"checkpoints/([0-9]{20})")
_BESIDE = re.compile(r"(?:_[0-9a-f]{64})?")
PACKAGE_PREFIX = "packages/"
_EVIDENCE_KEY = re.compile(r"evidence/([0-9a-f-]{36})/([0-9a-f-]{36})")


def evidence_key(evidence_id: EvidenceId, upload_id: UploadId) -> str:
    """The key of one upload's object: known before the first byte, used once."""
    return f"{EVIDENCE_PREFIX}{evidence_id}/{upload_id}"


def rendition_key(evidence_id: EvidenceId, sha256: bytes) -> str:
    """The key, in the bucket of exports, of a picture made from an item: by the SHA-256 of the picture."""
    return f"{RENDITION_PREFIX}{evidence_id}/{sha256.hex()}"


def checkpoint_key(size: int) -> str:
    """The key, in the ledger bucket, of the signed checkpoint of a log with `size` leaves: sorted as numbers are."""
    return f"{CHECKPOINT_PREFIX}{size:020}"


def parse_checkpoint_key(key: str) -> int | None:
    """The size that a key begins with, whatever follows it; None for a key that is no checkpoint's nor beside one."""
    match = _CHECKPOINT_KEY.match(key)
    return None if match is None else int(match[1])


def beside(key: str, sha256: bytes) -> str:
    """The key of an object of the log by its digest, where something else lies in its place.

    Behind `_`, which stores sort after the key itself whatever they put behind their own names; `-` they do not.
    """
    return f"{key}_{sha256.hex()}"


def is_at(key: str, found: str) -> bool:
    """Whether `found` is this key, or one that `beside` makes of it."""
    return found.startswith(key) and _BESIDE.fullmatch(found.removeprefix(key)) is not None


def package_key(export_id: ExportId) -> str:
    """The key, in the bucket of exports, of an export's package."""
    return f"{PACKAGE_PREFIX}{export_id}"


def parse_evidence_key(key: str) -> tuple[EvidenceId, UploadId] | None:
    """The ids that a key stands for, or None for a key that this version of DEMS did not make."""
    match = _EVIDENCE_KEY.fullmatch(key)
    if match is None:
        return None
    try:
        return EvidenceId(UUID(match[1])), UploadId(UUID(match[2]))
    except ValueError:
        return None


def anchor_key(size: int, kind: str, sha256: bytes) -> str:
    """The key, in the ledger bucket, of what somebody outside gave for the checkpoint of `size` leaves, by its digest."""
    return f"anchors/{size:020}/{kind}/{sha256.hex()}"
