"""Custody chains, with the exact bytes by which anyone can check them."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.deps import Core, Paging, Whoever, act, listed
from api.late import LateRoute
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.custody import EntryView, entry_data
from api.waiting import Wait, when_logged
from dems.errors import NotYetLogged
from dems.model.acts import Act
from dems.model.ids import CaseId, EntryId, EvidenceId, PersonId

router = APIRouter(prefix="/v1", tags=["custody"], route_class=LateRoute)


@router.get(
    "/evidence/{evidence_id}/custody",
    openapi_extra=act(Act.CUSTODY_READ),
    responses=problem_responses(401, 403, 404, 429),
    response_model=Listed[EntryView],
)
def read_item_custody(evidence_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request) -> Response:
    """The chain of one item, from its beginning."""
    rows = dems.custody.read.item(actor, EvidenceId(evidence_id), page)
    return listed(request, page, rows, key=lambda r: r.id, show=entry_data)


@router.get(
    "/cases/{case_id}/custody",
    openapi_extra=act(Act.CUSTODY_READ),
    responses=problem_responses(401, 403, 404, 429),
    response_model=Listed[EntryView],
)
def read_case_custody(case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request) -> Response:
    """Entries of a case and of its items, in the order in which they were recorded."""
    rows = dems.custody.read.case(actor, CaseId(case_id), page)
    return listed(request, page, rows, key=lambda r: r.id, show=entry_data)


@router.get(
    "/people/{person_id}/custody",
    openapi_extra=act(Act.PERSON_CUSTODY),
    responses=problem_responses(401, 403, 404, 429),
    response_model=Listed[EntryView],
)
def read_person_custody(person_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request) -> Response:
    """The chain of one person: what was done to their record, and in batches what they looked at or were denied."""
    rows = dems.custody.read.person(actor, PersonId(person_id), page)
    return listed(request, page, rows, key=lambda r: r.id, show=entry_data)


@router.get(
    "/custody",
    openapi_extra=act(Act.INSTALLATION_CUSTODY),
    responses=problem_responses(401, 403, 429),
    response_model=Listed[EntryView],
)
def read_installation_custody(dems: Core, actor: Whoever, page: Paging, request: Request) -> Response:
    """The chain of the installation: what belongs to no case and no person."""
    rows = dems.custody.read.installation(actor, page)
    return listed(request, page, rows, key=lambda r: r.id, show=entry_data)


@router.get(
    "/custody/entries/{entry_id}", openapi_extra=act(Act.CUSTODY_READ), responses=problem_responses(401, 403, 404, 429)
)
def read_entry(entry_id: UUID, dems: Core, actor: Whoever) -> EntryView:
    """One entry with its exact bytes."""
    return EntryView.of(dems.custody.read.entry(actor, EntryId(entry_id)))


@router.get(
    "/custody/entries/{entry_id}/proof",
    openapi_extra=act(Act.CUSTODY_READ),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_class=Response,
)
async def read_proof(entry_id: UUID, dems: Core, actor: Whoever, request: Request, wait: Wait) -> Response:
    """The entry's `.tlog-proof` (C2SP tlog-proof): its place in the log, the hashes from there to the root, the signed checkpoint.

    409 with `Retry-After` while the log has not taken it in or is not signed over it. `Prefer: wait=2` waits for that.
    """

    def ask() -> bytes | None:
        try:
            return dems.custody.prove(actor, EntryId(entry_id))
        except NotYetLogged:
            return None

    proof = await when_logged(request, wait, ask, logged=lambda found: found is not None)
    if proof is None:
        raise NotYetLogged
    return Response(proof, media_type="text/plain; charset=utf-8")
