"""An upload whose completion was begun and cut off."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from dems.bootstrap import Dems
from dems.layout import evidence_key
from dems.model.uploads import Upload, UploadState
from dems.ports import Completion, Job, JobKind
from storage.interface import Lock, Multipart, Part, StoredVersion
from tests.conftest import Sent
from tests.world import pieces

MIB = 2**20


@dataclass
class Begun:
    """An upload with the intent to complete it written down, and a nudge to finish it."""

    dems: Dems
    upload: Upload
    content: bytes
    sent: Sent

    @property
    def key(self) -> str:
        return evidence_key(self.upload.evidence_id, self.upload.id)

    @property
    def parts(self) -> list[Part]:
        return [
            Part(n, p.size, hashlib.sha256(p.data).digest(), "")
            for n, p in enumerate(pieces(self.content, self.upload.part_size), 1)
            if isinstance(p.data, memoryview)
        ]

    def intend(self, multipart_id: str | None = None, parts: list[Part] | None = None) -> None:
        with self.dems.transaction() as tx:
            tx.uploads.keep_parts(self.upload.id, parts or self.parts)
            completion = Completion(self.upload.id, uuid4(), multipart_id, datetime.now(UTC))
            tx.uploads.intend(completion, timedelta(seconds=-1))
            tx.jobs.due(Job(JobKind.FINISH_COMPLETION, self.upload.id))

    def put(self, content: bytes) -> StoredVersion:
        digest = hashlib.sha256(content).digest()
        lock = Lock(datetime.now(UTC) + timedelta(minutes=2))
        return self.dems.store.put(self.key, content, size=len(content), sha256=digest, lock=lock)

    def begin(self) -> tuple[Multipart, list[Part]]:
        multipart = self.dems.store.begin(self.key, lock=Lock(datetime.now(UTC) + timedelta(minutes=2)))
        parts = []
        for number, piece in enumerate(pieces(self.content, self.upload.part_size), 1):
            assert isinstance(piece.data, memoryview)
            digest = hashlib.sha256(piece.data).digest()
            parts.append(multipart.put_part(number, piece.data, size=piece.size, sha256=digest))
        return multipart, parts

    def finish(self) -> UploadState:
        return self.dems.intake.finish_completion(self.upload.id)
