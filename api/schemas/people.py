"""People and tokens on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Body, Instant, Line, View
from dems.model.actors import Actor
from dems.model.people import Links, OrganisationRole, Person, Token

Email = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$", max_length=254),
    Field(examples=["a.khan@example.org"]),
]


class PersonView(View):
    id: UUID
    name: str
    email: str
    roles: list[OrganisationRole]
    force: str | None
    active: bool

    @classmethod
    def of(cls, person: Person) -> "PersonView":
        return cls(
            id=person.id,
            name=person.name,
            email=person.email,
            roles=sorted(person.roles),
            force=person.force,
            active=person.active,
        )


class Me(PersonView):
    """Who the token is. For a service acting for somebody, `on_behalf_of` is that person."""

    kind: Literal["person", "service", "upload", "intake"]
    on_behalf_of: PersonView | None

    @classmethod
    def of_actor(cls, actor: Actor) -> "Me":
        if actor.person is None:
            raise RuntimeError("whoever sends a token is somebody")
        principal = actor.on_behalf_of
        return cls(
            **PersonView.of(actor.person).model_dump(),
            kind=actor.kind.value,
            on_behalf_of=None if principal is None else PersonView.of(principal),
        )


class NewPerson(Body):
    name: Line
    email: Email
    roles: list[OrganisationRole] = Field(min_length=1, max_length=len(OrganisationRole))
    force: Line | None = None


class PersonChange(Body):
    """Fields that are left out stay as they are; a `force` of null takes it away."""

    name: Line | None = None
    roles: list[OrganisationRole] | None = Field(default=None, max_length=len(OrganisationRole))
    force: Line | None = None
    active: bool | None = None


class NewToken(Body):
    days: int = Field(ge=1, le=366, description="How long the token works")
    service: bool = Field(default=False, description="With the right `delegate`, for people with the role integration")


class TokenView(View):
    """A token's record; the token itself is shown once, when it is issued."""

    id: UUID
    person_id: UUID
    kind: Literal["person", "service"]
    issued_by: UUID | None
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None

    @classmethod
    def of(cls, token: Token) -> "TokenView":
        return cls.model_validate(token)


class LinksView(View):
    """What opens something in a person's name and is in other hands: it outlives the token with which it was made."""

    invitations: int
    intakes: int = Field(description="Tokens of intakes")
    uploads: int = Field(description="Tokens of single uploads, also those that open only a receipt by now")

    @classmethod
    def of(cls, links: Links) -> "LinksView":
        return cls.model_validate(links)


class RevokedToken(View):
    person_id: UUID
    links: LinksView = Field(description="They work on. `DELETE /v1/people/{person_id}/links` withdraws them all")


class IssuedToken(TokenView):
    token: str = Field(description="Shown this once and not kept")
