"""Files of an intake on their way: what a client does, step by step, so that a test can come between any two."""

import hashlib
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dems.bootstrap import Dems
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.cases import Case
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState
from dems.model.ids import EvidenceId, IntakeId
from dems.model.names import OriginalName
from dems.model.uploads import Upload
from dems.ports import IntakeRow, Page
from dems.steps.body import Piece
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared
from dems.usecases.intake.complete_many import CompletedMany, ToComplete
from dems.usecases.intake.issue_part_urls import PartWanted
from dems.usecases.upkeep.reconcile import Reconcile
from storage.interface import ObjectStore, Part, Presigned
from tests.conftest import Owner
from tests.faults.parts_journey import part_of, put_directly
from tests.faults.verifier import Below

MIB = 2**20
LARGE = 8 * MIB + 5
_numbers = itertools.count(1)


def digest_of(data: bytes) -> Digest:
    return Digest.sha256(hashlib.sha256(data).digest())


@dataclass
class Sender:
    """Sends the files of one intake. `token` opens that intake and nothing else."""

    dems: Dems
    who: Actor
    intake: IntakeId
    token: str
    contents: Sequence[bytes]

    @classmethod
    def declares(cls, dems: Dems, who: Actor, case: Case, *contents: bytes) -> "Sender":
        names = [OriginalName(f"file {next(_numbers)}".encode()) for _ in contents]
        items = [ItemDeclared(FileDeclared(n, len(c), None)) for n, c in zip(names, contents, strict=True)]
        intake, _, token = dems.intakes.declare(who, case.id, items, defaults=Defaults("SND", "A file"))
        return cls(dems, who, intake.id, token, contents)

    def rows(self) -> list[IntakeRow]:
        return self.dems.intakes.look_up.items(self.who, self.intake, Page(500), wanted=None, extra=False)[1]

    def uploads(self) -> list[Upload]:
        return [r.upload for r in self.rows() if r.upload is not None]

    @property
    def upload(self) -> Upload:
        """As it stands now, of the only file."""
        [upload] = self.uploads()
        return upload

    @property
    def item(self) -> Evidence:
        [row] = self.rows()
        return row.evidence

    @property
    def key(self) -> str:
        return evidence_key(self.item.id, self.upload.id)

    def part(self, number: int, content: bytes | None = None) -> bytes:
        return part_of(self.contents[0] if content is None else content, self.upload, number)

    def address(self, number: int, content: bytes | None = None, *, upload: Upload | None = None) -> Presigned:
        upload = upload or self.upload
        data = part_of(self.contents[0] if content is None else content, upload, number)
        wanted = [PartWanted(upload.id, number, hashlib.sha256(data).digest())]
        [(_, signed)] = self.dems.intake.part_urls.of_upload(self.who, upload.id, wanted).urls
        return signed

    def directly(self, number: int) -> int:
        return put_directly(self.address(number), self.part(number))

    def relays(
        self, number: int, *, data: bytes | None = None, on_the_way: Callable[[], object] = lambda: None
    ) -> Part:
        """`on_the_way` happens when the body has come and nothing is stored of it yet."""
        body = self.part(number) if data is None else data

        def pieces(_: Upload) -> Iterator[Piece]:
            yield Piece(memoryview(body), len(body), None, lambda: None)
            on_the_way()

        return self.dems.intake.receive_part(
            self.who, self.upload.id, number, pieces, length=len(body), content_digest=digest_of(body)
        )

    def completes(self, *, core: Dems | None = None) -> Upload:
        return (core or self.dems).intake.complete(self.who, self.upload.id, sha256=digest_of(self.contents[0]))[0]

    def sends_all(self) -> CompletedMany:
        """Every file, each of one part: sent directly, then completed in one request."""
        for upload, content in zip(self.uploads(), self.contents, strict=True):
            assert put_directly(self.address(1, content, upload=upload), content) == 200
        return self.announces()

    def announces(self, *digests: Digest | None) -> CompletedMany:
        """Say that every file was sent, with these digests or the right ones."""
        chosen: Iterable[Digest | None] = digests or [digest_of(c) for c in self.contents]
        wanted = [ToComplete(u.id, d) for u, d in zip(self.uploads(), chosen, strict=True)]
        return self.dems.intakes.complete(self.who, self.intake, wanted)

    def sealed(self) -> Evidence:
        """The only file, read back and sealed."""
        return self.dems.evidence.seal(EvidenceId(self.item.id))


class Held:
    """A store in which one kind of call waits, done or not yet done, until the test lets it go on.

    A listing is asked for when it is read, so it is done only where it is `listed` before the wait.
    """

    def __init__(self, real: ObjectStore, call: str, *, after: bool = False, listed: bool = False) -> None:
        self._real, self._call, self._after, self._listed = real, call, after, listed
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name == "resume":
            return lambda key, upload_id: Held._within(self, found(key, upload_id))
        return self._waiting(found) if name == self._call else found

    def _within(self, multipart: Any) -> Any:
        inner = Held(multipart, self._call, after=self._after, listed=self._listed)
        inner.reached, inner.go_on = self.reached, self.go_on
        return inner

    def _waiting(self, found: Callable[..., Any]) -> Callable[..., Any]:
        def wait(*arguments: Any, **named: Any) -> Any:
            done: Any = found(*arguments, **named) if self._after else None
            done = list(done) if self._listed else done
            self.reached.set()
            assert self.go_on.wait(120)
            return done if self._after else found(*arguments, **named)

        return wait


def through(dems: Dems, store: Any) -> Dems:
    """A core on the same database, with another view of the store."""
    return Dems(dems.settings, nudge=lambda _: None, engine=dems.engine, store=store, clock=dems.clock)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of these in threads that begin together; what each gave or raised."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        start.wait(60)
        try:
            results[place] = acts[place]()
        except Exception as error:  # noqa: BLE001 the test looks at it
            results[place] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def _one_object(sender: Sender) -> None:
    assert len(list(sender.dems.store.versions(sender.key))) == 1
    if sender.upload.part_count > 1:
        sender.dems.intake.discard_parts(sender.upload.id)
    assert not list(sender.dems.store.multiparts(sender.key))


def sealed_once(sender: Sender) -> None:
    sealed = sender.sealed()
    assert sealed.state is EvidenceState.SEALED
    assert sealed.digests["sha256"].hex == hashlib.sha256(sender.contents[0]).hexdigest()
    _one_object(sender)


def orphans(dems: Dems, key: str, as_owner: Owner) -> list[str]:
    below: Any = Below(dems.store, key)
    Reconcile(dems.transaction, below, dems.clock, timedelta(0))()
    return [r.kind for r in as_owner(f"SELECT kind FROM orphans WHERE key = '{key}'")]  # noqa: S608
