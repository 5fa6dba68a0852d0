"""People, cases and items for tests: made through the use cases, as anyone would make them."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from dems.bootstrap import Dems
from dems.model.actors import Actor, ActorKind
from dems.model.cases import Case
from dems.model.digests import Digest
from dems.model.evidence import Evidence, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId, UploadId
from dems.model.names import OriginalName
from dems.model.people import CaseRole, OrganisationRole, Person, TokenKind
from dems.model.uploads import Upload
from dems.steps.body import Piece
from dems.steps.declaring import FileDeclared
from dems.usecases.cases.put_member import Holding
from dems.usecases.intake.declare import Declared

OPERATOR = Actor(ActorKind.OPERATOR, "tests")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Somebody:
    """A person, with the actor they are in the core and the token they send over HTTP."""

    person: Person
    token: str

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.PERSON, self.person.name, self.person)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class World:
    """Makes what a test needs, on one core."""

    def __init__(self, dems: Dems) -> None:
        self.dems = dems

    def somebody(self, *roles: str, force: str | None = None, service: bool = False) -> Somebody:
        number = next(_numbers)
        person = self.dems.people.add(
            OPERATOR,
            name=f"Person {number}",
            email=f"p{number}.{uuid4().hex[:8]}@example.org",
            roles=[OrganisationRole(r) for r in roles],
            force=force,
        )
        kind = TokenKind.SERVICE if service else TokenKind.PERSON
        _, token = self.dems.people.issue_token(OPERATOR, person.id, lasts=timedelta(days=300), kind=kind)
        return Somebody(person, token)

    def case(self, by: Somebody, reference: str | None = None) -> Case:
        return self.dems.cases.open(by.actor, reference=reference or f"T/{uuid4()}", title="A case of the tests")

    def join(self, case: Case, who: Somebody, *roles: str, by: Somebody) -> None:
        holdings = [Holding(CaseRole(r)) for r in roles]
        self.dems.cases.put_member(by.actor, case.id, who.person.id, holdings)

    def declare(
        self, by: Somebody, case: Case, content: bytes, *, sha256: bytes | None = None, size: int | None = None
    ) -> Declared:
        return self.dems.intake.declare(
            by.actor,
            case.id,
            exhibit_ref=ExhibitRef(f"ABC/{next(_numbers)}"),
            description="A recording",
            kind=Kind.DIGITAL,
            file=FileDeclared(
                OriginalName(b"recording.mp4"),
                len(content) if size is None else size,
                None if sha256 is None else Digest.sha256(sha256),
            ),
        )

    def receive(self, by: Somebody, upload: Upload | UploadId | None, content: bytes) -> tuple[Upload, Evidence]:
        assert upload is not None
        upload_id = upload.id if isinstance(upload, Upload) else upload
        return self.dems.intake.receive(by.actor, upload_id, lambda u: pieces(content, u.part_size))

    def verifying(self, by: Somebody, case: Case, content: bytes, *, sha256: bytes | None = None) -> Evidence:
        """An item whose bytes are in the store, unread."""
        declared = self.declare(by, case, content, sha256=sha256)
        return self.receive(by, declared.upload, content)[1]

    def sealed(self, by: Somebody, case: Case, content: bytes) -> Evidence:
        item = self.verifying(by, case, content, sha256=hashlib.sha256(content).digest())
        return self.dems.evidence.seal(EvidenceId(item.id))


def pieces(content: bytes, part_size: int) -> Iterator[Piece]:
    """A body cut into parts, as the API cuts it; at least one."""
    starts: Iterable[int] = range(0, len(content), part_size) or [0]
    for start in starts:
        part = memoryview(content)[start : start + part_size]
        yield Piece(part, len(part), None, lambda: None)
