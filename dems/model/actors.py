"""Who acts. An actor says who; it never says may."""

from dataclasses import dataclass
from enum import StrEnum

from dems.model.ids import IntakeId, TokenId, UploadId
from dems.model.people import Person
from dems.model.requests import REQUEST_ID

NOBODY_NAMED = "A service acts for somebody: send On-Behalf-Of with that person's e-mail address."


class ActorKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    UPLOAD = "upload"
    """Holds an upload token: acts as the person who declared the item, on that one upload."""
    INTAKE = "intake"
    """Holds an intake token: acts as the person who declared the intake, on its uploads."""
    INVITATION = "invitation"
    """Holds an invitation: somebody without an account, for whom the person who invited them answers."""
    OPERATOR = "operator"
    """Whoever may run commands beside the database; known by the name of the system's user."""
    SYSTEM = "system"
    """The installation itself: workers and sweeps."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, on whose behalf, and through what. `people` is everyone whose permission is needed."""

    kind: ActorKind
    name: str
    person: Person | None = None
    on_behalf_of: Person | None = None
    token_id: TokenId | None = None
    upload_id: UploadId | None = None
    request_id: str | None = None
    intake_id: IntakeId | None = None

    @property
    def people(self) -> tuple[Person, ...]:
        return tuple(p for p in (self.person, self.on_behalf_of) if p is not None)

    @property
    def human(self) -> Person | None:
        """The person whose act this is: the one delegated for, else the token's own."""
        return self.on_behalf_of or self.person

    @property
    def somebody(self) -> Person:
        """The same, of an act that only people do. Raises `RuntimeError` where it is nobody's: no permission lets that come so far."""
        if self.human is None:
            raise RuntimeError("this is done by somebody")
        return self.human


def system() -> Actor:
    """The installation, acting by itself, because of the request (if any) whose work this is."""
    return Actor(ActorKind.SYSTEM, "DEMS", request_id=REQUEST_ID.get())
