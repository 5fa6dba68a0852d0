"""Items of evidence to measure with."""

import hashlib
import itertools
import os
from pathlib import Path
from uuid import UUID

from dems.bootstrap import Dems
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.cases import Case
from dems.model.digests import Digest
from dems.model.evidence import EvidenceState, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId
from dems.model.names import OriginalName
from dems.model.uploads import Upload
from dems.steps.body import Piece
from dems.steps.declaring import FileDeclared
from dems.usecases.intake.declare import Declared
from storage.interface import StoredVersion

_BLOCK = 1024 * 1024
_numbers = itertools.count(1)


def declare(dems: Dems, actor: Actor, case: Case, size: int, sha256: bytes | None = None) -> Declared:
    return dems.intake.declare(
        actor,
        case.id,
        exhibit_ref=ExhibitRef(f"B/{next(_numbers)}"),
        description="A file of the benchmarks",
        kind=Kind.DIGITAL,
        file=FileDeclared(OriginalName(b"file.bin"), size, None if sha256 is None else Digest.sha256(sha256)),
    )


def stored_version(dems: Dems, actor: Actor, evidence_id: EvidenceId | UUID) -> StoredVersion:
    """Where the bytes of an item lie, by the record. Raises when there are none."""
    item, upload, _ = dems.evidence.look_up.one(actor, EvidenceId(evidence_id))
    if upload is None or upload.version_id is None or item.size is None:
        raise RuntimeError(f"the bytes of {evidence_id} are not in the store: {item.state.value}")
    return StoredVersion(evidence_key(item.id, upload.id), upload.version_id, item.size)


def random_file(path: Path, size: int) -> bytes:
    """Write bytes that nothing on the way can compress or recognise; returns their SHA-256."""
    hashing = hashlib.sha256()
    with path.open("wb") as file:
        for start in range(0, size, _BLOCK):
            block = os.urandom(min(_BLOCK, size - start))
            hashing.update(block)
            file.write(block)
    return hashing.digest()


def receive(dems: Dems, actor: Actor, upload: Upload | None, content: bytes) -> None:
    """Bring the bytes in through the use case, without HTTP. For content of one part."""
    if upload is None or upload.part_count != 1:
        raise ValueError("content of one part is wanted")
    piece = Piece(memoryview(content), len(content), None, lambda: None)
    dems.intake.receive(actor, upload.id, lambda _: iter([piece]))


def sealed_item(dems: Dems, actor: Actor, case: Case, content: bytes = b"a small file") -> EvidenceId:
    declared = declare(dems, actor, case, len(content), hashlib.sha256(content).digest())
    receive(dems, actor, declared.upload, content)
    sealed = dems.evidence.seal(declared.evidence.id)
    if sealed.state is not EvidenceState.SEALED:
        raise RuntimeError(f"the item is {sealed.state.value}")
    return sealed.id
