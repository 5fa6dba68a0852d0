"""One file's way through DEMS, as a sensible client and a worker go it: each tries again, neither knows of the other's faults."""

import hashlib
import os
from dataclasses import dataclass

from dems.model.digests import Digest
from dems.model.evidence import Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId, UploadId
from dems.model.names import OriginalName
from dems.model.spans import Span
from dems.model.uploads import UploadState
from dems.ports import Once
from dems.steps.declaring import FileDeclared
from tests.faults.simulated import TRIES, Simulated
from tests.world import pieces

NAME = b"a.mp4"


@dataclass
class Journey(Simulated):
    content: bytes

    def run(self) -> bytes:
        """Declare, send, wait until sealed, ask for access, read. What came out."""
        self.faults.enter("declare")
        self.declare()
        self.faults.enter("receive")
        self.bring()
        self.settle()
        self.faults.enter("content")
        return self._read()

    def declare(self) -> None:
        key = Once(os.urandom(32), os.urandom(32))
        file = FileDeclared(OriginalName(NAME), len(self.content), Digest.sha256(hashlib.sha256(self.content).digest()))
        ref = ExhibitRef(f"XY/{int.from_bytes(os.urandom(2), 'big')}")
        declared = self.ask(
            lambda: self.core.intake.declare(
                self.who,
                self.case_id,
                exhibit_ref=ref,
                description="A recording",
                kind=Kind.DIGITAL,
                file=file,
                once=key,
            )
        )
        assert declared.upload is not None
        self.item, self.upload = EvidenceId(declared.evidence.id), UploadId(declared.upload.id)
        self.items.add(self.item)
        self.uploads.add(self.upload)

    def bring(self) -> None:
        """Send the bytes; after any trouble look how the upload stands, and go on from there."""
        for _ in range(TRIES):
            state = self.ask(lambda: self.core.intake.look_up(self.who, self.upload))[0].state
            if state is UploadState.COMPLETED:
                return
            if state is UploadState.COMPLETING:
                self.ask(lambda: self.core.intake.complete(self.who, self.upload))
                self.work()
                self.clock_strikes()
                continue
            self.tries(self.send)
        raise AssertionError(f"the bytes did not get in: {self.told}")

    def send(self) -> None:
        """The whole file in one request."""
        self.core.intake.receive(self.who, self.upload, lambda u: pieces(self.content, u.part_size))

    def _read(self) -> bytes:
        key = Once(os.urandom(32), os.urandom(32))
        grant = self.ask(
            lambda: self.core.evidence.grant_access(self.who, self.item, purpose="viewing", reason="because", once=key)
        )

        def content() -> bytes:
            _, stored, span = self.core.evidence.read_content(self.who, self.item, grant.id, lambda size: Span(0, size))
            out = bytearray(span.end - span.start)
            view, at = memoryview(out), 0
            with self.store.open(stored.key, stored.version_id) as stream:
                while count := stream.readinto(view[at:]) if at < len(out) else 0:
                    at += count
            return bytes(out)

        return self.ask(content)
