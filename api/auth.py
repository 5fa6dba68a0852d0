"""From a credential to an actor: who, never may. Failed tokens are counted by address."""

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.tally import Tally
from dems.errors import BadRequest, NotAuthenticated, TooManyFailures
from dems.model.actors import NOBODY_NAMED, Actor, ActorKind
from dems.model.requests import REQUEST_ID

_bearer = HTTPBearer(auto_error=False, description="An API token, or an upload token for its own upload")
ME = "/v1/me"
"""The one thing a service may ask for itself: who it is."""

_WINDOW_SECONDS = 60.0
_LONGEST_TOKEN = 200
_LONGEST_ADDRESS = 320


class Failures:
    """How many tokens failed from each address within the last minute."""

    def __init__(self, per_minute: int) -> None:
        self._limit = per_minute
        self._tally = Tally(_WINDOW_SECONDS)

    def count(self, address: str) -> None:
        """Count one more. Raises `TooManyFailures` beyond the limit; a token that works is never refused for it."""
        failed, seconds = self._tally.count(address)
        if failed > self._limit:
            raise TooManyFailures(seconds)


def recognised(request: Request, token: str, on_behalf_of: str | None) -> Actor:
    """Whose token it is, looked up once for a request. Raises `NotAuthenticated`, `BadRequest`, `TooManyFailures`."""
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    if not token:
        raise NotAuthenticated("Send `Authorization: Bearer …` with your token.")
    if on_behalf_of is not None and not 0 < len(on_behalf_of) <= _LONGEST_ADDRESS:
        raise BadRequest("On-Behalf-Of holds one e-mail address.")
    if len(request.headers.getlist("on-behalf-of")) > 1:
        raise BadRequest("On-Behalf-Of was sent twice: a service acts for one person at a time.")
    try:
        actor: Actor = request.app.state.dems.people.recognise(
            token[:_LONGEST_TOKEN], on_behalf_of=on_behalf_of, request_id=REQUEST_ID.get()
        )
    except NotAuthenticated:
        request.app.state.failures.count(address_of(request))
        raise
    if actor.kind is ActorKind.SERVICE and actor.on_behalf_of is None and request.url.path != ME:
        # Before anything is looked up, so that the answer says nothing about what there is.
        raise BadRequest(NOBODY_NAMED)
    request.state.actor = actor
    return actor


class Caller:
    """Turns the headers of a request into an actor."""

    def __call__(
        self,
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        on_behalf_of: Annotated[
            str | None, Header(alias="On-Behalf-Of", description="For service tokens: the person's e-mail address")
        ] = None,
    ) -> Actor:
        return recognised(request, "" if credentials is None else credentials.credentials, on_behalf_of)


caller = Caller()


def caller_unless_public(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    on_behalf_of: Annotated[str | None, Header(alias="On-Behalf-Of")] = None,
) -> Actor | None:
    """For the log's own addresses: nobody in particular where a setting shows it to anyone."""
    return None if request.app.state.settings.ledger.public else caller(request, credentials, on_behalf_of)


def address_of(request: Request) -> str:
    """The client's address; behind a trusted proxy the last one that the proxy added."""
    if request.app.state.settings.api.trust_proxy_header:
        forwarded = request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded[:64]
    return request.client.host if request.client else "unknown"
