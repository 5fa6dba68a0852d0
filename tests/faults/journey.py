"""One file's way through DEMS, as a sensible client and a worker go it: each tries again, neither knows of the other's faults."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dems.bootstrap import Dems
from dems.errors import Busy, DatabaseUnavailable, DemsError, WrongState
from dems.model.actors import Actor
from dems.model.digests import Digest
from dems.model.evidence import EvidenceState, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, UploadId
from dems.model.names import OriginalName
from dems.model.uploads import UploadState
from dems.ports import Job, JobKind, Once
from dems.settings import Settings
from dems.steps.declaring import FileDeclared
from dems.usecases.evidence.read_content import Span
from storage.errors import StorageError
from tests.conftest import Sent
from tests.faults.faults import Faults, ProcessDied
from tests.faults.faulty_store import FaultyStore
from tests.faults.faulty_transactions import FaultyTransactions
from tests.faults.verifier import Owner
from tests.world import pieces

Answer = TypeVar("Answer")
TRIES = 8


@dataclass
class Journey:
    settings: Settings
    quiet: Dems
    """A core without faults: its store is the real one."""
    who: Actor
    case_id: CaseId
    owner: Owner
    faults: Faults
    content: bytes
    sent: Sent = field(default_factory=Sent)
    told: list[str] = field(default_factory=list)
    """What the client was told on the way that was not an answer."""

    def __post_init__(self) -> None:
        self.store = FaultyStore(self.quiet.store, self.faults)
        self.core = self._start()

    def _start(self) -> Dems:
        core = Dems(self.settings, nudge=self._send, store=self.store)
        core.transaction = FaultyTransactions(core.engine, core.clock, self._send, self.faults)
        return core

    def _send(self, job: Job) -> None:
        with self.faults.on(f"send {job.kind.value}", lambda: ConnectionError("injected: the broker is gone")):
            self.sent(job)

    def _restart(self) -> None:
        """A dead process is followed by a new one, which knows what the database knows."""
        self.core.close()
        self.faults.restarted()
        self.core = self._start()

    def ask(self, act: Callable[[], Answer]) -> Answer:
        """As a client that repeats a request that was not answered or answered with 5xx or `Retry-After`."""
        for _ in range(TRIES):
            try:
                return act()
            except (DatabaseUnavailable, Busy, StorageError) as error:
                self.told.append(type(error).__name__)
            except ProcessDied:
                self.told.append("connection lost")
                self._restart()
        raise AssertionError(f"the client gave up after being told {self.told}")

    def run(self) -> bytes:
        """Declare, send, wait until sealed, ask for access, read. What came out."""
        self.faults.enter("declare")
        self._declare()
        self.faults.enter("receive")
        self._bring()
        self._settle()
        self.faults.enter("content")
        return self._read()

    def close(self) -> None:
        self.core.close()

    def _declare(self) -> None:
        key = Once(os.urandom(32), os.urandom(32))
        file = FileDeclared(
            OriginalName(b"a.mp4"), len(self.content), Digest.sha256(hashlib.sha256(self.content).digest())
        )
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

    def _bring(self) -> None:
        """Send the bytes; after any trouble look how the upload stands, and go on from there."""
        for _ in range(TRIES):
            state = self.ask(lambda: self.core.intake.look_up(self.who, self.upload))[0].state
            if state is UploadState.COMPLETED:
                return
            if state is UploadState.COMPLETING:
                self.ask(lambda: self.core.intake.complete(self.who, self.upload))
                self._work()
                self._clock_strikes()
                continue
            try:
                self.core.intake.receive(self.who, self.upload, lambda u: pieces(self.content, u.part_size))
            except (DatabaseUnavailable, Busy, StorageError, WrongState) as error:
                self.told.append(type(error).__name__)
            except ProcessDied:
                self.told.append("connection lost")
                self._restart()
        raise AssertionError(f"the bytes did not get in: {self.told}")

    def _settle(self) -> None:
        """Workers and the clock go on until the item is sealed. First the messages that came, then the sweep."""
        for _ in range(TRIES):
            self.faults.enter("seal")
            self._work()
            state = self.owner(f"SELECT state FROM evidence WHERE id = '{self.item}'")[0].state  # noqa: S608
            if state != EvidenceState.VERIFYING.value and not self._jobs():
                return
            self._clock_strikes()
        raise AssertionError(f"work stays undone: {self._jobs()}")

    def _clock_strikes(self) -> None:
        """What beat does, after leases have run out and pauses are over."""
        self._time_passes()
        self._supervised(self.core.intake.find_overdue)
        self.sent.jobs += self._supervised(lambda: self.core.upkeep.sweep(at_most=10_000)) or []

    def _jobs(self) -> list[Any]:
        return self.owner(f"SELECT * FROM jobs WHERE subject IN ('{self.item}', '{self.upload}')")  # noqa: S608

    def _time_passes(self) -> None:
        """Leases and pauses are the database's; so is the clock they are measured by. Only this journey's are moved."""
        self.owner(
            "UPDATE jobs SET leased_until = now() - interval '1 s', due_at = now() - interval '1 h', nudged_at = NULL "  # noqa: S608
            f"WHERE subject IN ('{self.item}', '{self.upload}')"
        )
        self.owner(
            f"UPDATE upload_completions SET leased_until = now() - interval '1 s' WHERE upload_id = '{self.upload}'"  # noqa: S608
        )

    def _work(self) -> None:
        """Carry out the messages that came, as `workers.tasks` does."""
        while self.sent.jobs:
            job = self.sent.jobs.pop(0)
            if job.subject in {self.item, self.upload}:
                self._supervised(lambda job=job: self._do(job))  # type: ignore[misc]

    def _do(self, job: Job) -> None:
        if job.kind is JobKind.VERIFY:
            self.core.evidence.seal(EvidenceId(job.subject))
        elif job.kind is JobKind.FINISH_COMPLETION:
            self.core.intake.finish_completion(UploadId(job.subject))
        else:
            raise AssertionError(f"{job} was not to be due")

    def _supervised(self, act: Callable[[], Answer]) -> Answer | None:
        try:
            return act()
        except (DemsError, StorageError):
            return None
        except ProcessDied:
            self._restart()
            return None

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
