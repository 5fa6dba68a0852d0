"""The custody log as C2SP tlog-tiles says, for auditors; by a setting, for anyone. It holds commitments and no names."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.auth import caller_unless_public
from api.deps import Core, act
from api.late import LateRoute
from api.problems import problem_responses
from dems.model.actors import Actor
from dems.model.acts import Act

router = APIRouter(prefix="/ledger", tags=["ledger"], route_class=LateRoute)

TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_FULL = "max-age=31536000, immutable"
_PART = "max-age=3600"
_NEWEST = "max-age=1"


Reader = Annotated[Actor | None, Depends(caller_unless_public)]
_ANSWERS = problem_responses(401, 403, 404, 409, 429)


@router.get("/checkpoint", openapi_extra=act(Act.LEDGER_READ), responses=_ANSWERS, response_class=Response)
def read_checkpoint(dems: Core, reader: Reader) -> Response:
    """The newest signed checkpoint (C2SP tlog-checkpoint)."""
    return _answer(dems.ledger.read.checkpoint(reader), TEXT, reader, _NEWEST)


@router.get("/policy", openapi_extra=act(Act.LEDGER_READ), responses=_ANSWERS, response_class=Response)
def read_policy(dems: Core, reader: Reader) -> Response:
    """The key that signs (C2SP tlog-policy). Learn from somebody else that it is the right one."""
    return _answer(dems.ledger.read.policy(reader), TEXT, reader, _PART)


@router.get(
    "/tile/entries/{index:path}", openapi_extra=act(Act.LEDGER_READ), responses=_ANSWERS, response_class=Response
)
def read_entry_bundle(index: str, dems: Core, reader: Reader) -> Response:
    """Up to 256 leaves: `tile/entries/x001/234`, or `tile/entries/x001/234.p/5` for the first five of a bundle that is not full."""
    body = dems.ledger.read.bundle(reader, f"tile/entries/{index}")
    return _answer(body, BYTES, reader, _PART if ".p/" in index else _FULL)


@router.get(
    "/tile/{level}/{index:path}", openapi_extra=act(Act.LEDGER_READ), responses=_ANSWERS, response_class=Response
)
def read_tile(level: str, index: str, dems: Core, reader: Reader) -> Response:
    """Up to 256 hashes of one level: `tile/0/x001/234`, or `tile/0/x001/234.p/5`."""
    body = dems.ledger.read.tile(reader, f"tile/{level}/{index}")
    return _answer(body, BYTES, reader, _PART if ".p/" in index else _FULL)


def _answer(body: bytes, media_type: str, reader: Actor | None, cached: str) -> Response:
    """What was asked for with a token is kept by nobody on the way."""
    shared = "public" if reader is None else "private"
    return Response(body, media_type=media_type, headers={"Cache-Control": f"{shared}, {cached}"})
