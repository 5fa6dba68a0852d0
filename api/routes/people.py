"""Who the token is, people and tokens."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, IfMatch, OnceKey, Paging, Whoever, act, answer, etag, paged
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.people import (
    IssuedToken,
    LinksView,
    Me,
    NewPerson,
    NewToken,
    PersonChange,
    PersonView,
    RevokedToken,
    TokenView,
)
from dems.errors import NotFound
from dems.model.actors import ActorKind
from dems.model.acts import Act
from dems.model.ids import PersonId, TokenId
from dems.model.people import TokenKind

router = APIRouter(prefix="/v1", tags=["people"], route_class=BodyRoute)


@router.get("/me", openapi_extra=act(Act.ME_READ), responses=problem_responses(401, 403, 404, 429))
def read_me(actor: Whoever) -> Me:
    """Who the token is, and its roles. Whoever holds an invitation is nobody here: `GET /v1/invitation` is for them."""
    if actor.kind is ActorKind.INVITATION:
        raise NotFound("person")
    return Me.of_actor(actor)


@router.get("/people", openapi_extra=act(Act.PERSON_LIST), responses=problem_responses(401, 403, 429))
def list_people(
    dems: Core,
    actor: Whoever,
    page: Paging,
    request: Request,
    response: Response,
    email: Annotated[str | None, Query(max_length=254)] = None,
) -> Listed[PersonView]:
    """People, by when they were added; `email` finds one."""
    rows = dems.people.look_up.page(actor, page, email=_text(email))
    return Listed[PersonView](**paged(request, response, page, rows, key=lambda p: p.id, show=PersonView.of))


@router.post(
    "/people",
    status_code=201,
    openapi_extra=act(Act.PERSON_ADD),
    responses=problem_responses(401, 403, 409, 429),
    response_model=PersonView,
)
def add_person(body: NewPerson, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Add a person who can then be given tokens and cases."""
    person = dems.people.add(actor, name=body.name, email=body.email, roles=body.roles, force=body.force, once=once)
    return answer(dems, once, 201, PersonView.of(person), headers={"ETag": etag(person.version)})


@router.get("/people/{person_id}", openapi_extra=act(Act.PERSON_READ), responses=problem_responses(401, 403, 404, 429))
def read_person(person_id: UUID, dems: Core, actor: Whoever, response: Response) -> PersonView:
    """One person."""
    person = dems.people.look_up.one(actor, PersonId(person_id))
    response.headers["ETag"] = etag(person.version)
    return PersonView.of(person)


@router.patch(
    "/people/{person_id}",
    openapi_extra=act(Act.PERSON_CHANGE),
    responses=problem_responses(401, 403, 404, 409, 412, 428, 429),
)
def change_person(
    person_id: UUID, body: PersonChange, dems: Core, actor: Whoever, version: IfMatch, response: Response
) -> PersonView:
    """Change a name, roles or force, or say that somebody is no longer active. Nobody changes themselves."""
    force = body.force if body.force is not None else ("" if "force" in body.model_fields_set else None)
    person = dems.people.change(
        actor,
        PersonId(person_id),
        if_version=version,
        name=body.name,
        roles=body.roles,
        force=force,
        active=body.active,
    )
    response.headers["ETag"] = etag(person.version)
    return PersonView.of(person)


@router.get(
    "/people/{person_id}/tokens", openapi_extra=act(Act.TOKEN_LIST), responses=problem_responses(401, 403, 404, 429)
)
def list_tokens(
    person_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[TokenView]:
    """The records of a person's tokens."""
    rows = dems.people.look_up.tokens(actor, PersonId(person_id), page)
    return Listed[TokenView](**paged(request, response, page, rows, key=lambda t: t.id, show=TokenView.of))


@router.post(
    "/people/{person_id}/tokens",
    status_code=201,
    openapi_extra=act(Act.TOKEN_ISSUE),
    responses=problem_responses(401, 403, 404, 409, 429),
)
def issue_token(person_id: UUID, body: NewToken, dems: Core, actor: Whoever) -> IssuedToken:
    """Issue a token, shown this once. Nobody issues one to themselves. Takes no Idempotency-Key: secrets are not kept."""
    kind = TokenKind.SERVICE if body.service else TokenKind.PERSON
    token, secret = dems.people.issue_token(actor, PersonId(person_id), lasts=timedelta(days=body.days), kind=kind)
    return IssuedToken(**TokenView.of(token).model_dump(), token=secret)


@router.delete(
    "/tokens/{token_id}", openapi_extra=act(Act.TOKEN_REVOKE), responses=problem_responses(401, 403, 404, 429)
)
def revoke_token(token_id: UUID, dems: Core, actor: Whoever) -> RevokedToken:
    """Revoke a token: it stops working with the next request. Links that its person gave to others work on: see `links`."""
    person_id, links = dems.people.revoke_token(actor, TokenId(token_id))
    return RevokedToken(person_id=person_id, links=LinksView.of(links))


@router.get(
    "/people/{person_id}/links", openapi_extra=act(Act.LINK_LIST), responses=problem_responses(401, 403, 404, 429)
)
def read_links(person_id: UUID, dems: Core, actor: Whoever) -> LinksView:
    """How many invitations and tokens of intakes and uploads open something in this person's name."""
    return LinksView.of(dems.people.look_up.links(actor, PersonId(person_id), dems.clock()))


@router.delete(
    "/people/{person_id}/links", openapi_extra=act(Act.LINK_REVOKE), responses=problem_responses(401, 403, 404, 429)
)
def withdraw_links(person_id: UUID, dems: Core, actor: Whoever) -> LinksView:
    """Withdraw them all: none opens anything from the next request on, receipts included. What was sent stays."""
    return LinksView.of(dems.people.withdraw_links(actor, PersonId(person_id)))


def _text(value: str | None) -> str | None:
    """A search word that could be stored at all; others find nothing."""
    return None if value is None else value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
