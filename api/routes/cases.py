"""Cases, their teams and their walls."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, IfMatch, OnceKey, Paging, Whoever, act, answer, etag, paged, written
from api.problems import problem_responses
from api.schemas.base import Line, Listed
from api.schemas.cases import (
    CaseChange,
    CaseTakenView,
    CaseView,
    Holding,
    MemberChange,
    MemberView,
    NewCase,
    Reference,
    WallBody,
    WallView,
    WholeCaseView,
)
from api.schemas.lives import FactView, warned
from api.schemas.messages import CaseSaid
from dems.errors import Invalid
from dems.model.acts import Act
from dems.model.cases import CaseState
from dems.model.ids import CaseId, PersonId
from dems.model.life.stages import Stage
from dems.model.life.vocabulary import Mode
from dems.model.times import london_date
from dems.ports import CaseFilter
from dems.usecases.cases.put_member import Holding as Held

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=BodyRoute)

Reason = Annotated[Line | None, Query(description="Why, for the record")]


@router.post(
    "",
    status_code=201,
    openapi_extra=act(Act.CASE_OPEN),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=CaseView,
)
def open_case(body: NewCase, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Open a case. Whoever opens it joins its team with the case roles they hold in the organisation."""
    case = dems.cases.open(actor, **body.model_dump(), once=once)
    headers = {"Location": f"/v1/cases/{case.id}", "ETag": etag(case.version)}
    return answer(dems, once, 201, CaseView.of(case), headers=headers)


@router.get("", openapi_extra=act(Act.CASE_LIST), responses=problem_responses(401, 403, 429))
def list_cases(
    dems: Core,
    actor: Whoever,
    page: Paging,
    request: Request,
    response: Response,
    reference: Annotated[Line | None, Query()] = None,
    state: Annotated[CaseState | None, Query()] = None,
    force: Annotated[Line | None, Query()] = None,
    theme: Annotated[Line | None, Query()] = None,
    mode: Annotated[Mode | None, Query(description="Of investigation, today")] = None,
    stage: Annotated[Stage | None, Query()] = None,
    q: Annotated[Line | None, Query(description="Words of the title or the reference")] = None,
) -> Listed[CaseView]:
    """The cases you may know of, oldest first."""
    named = None if theme is None else dems.vocabulary.theme_named(theme)
    wanted = CaseFilter(reference, state, force, named, q, mode, stage)
    rows = dems.cases.look_up.page(actor, page, wanted)
    return Listed[CaseView](**paged(request, response, page, rows, key=lambda c: c.id, show=CaseView.of))


@router.get(
    "/by-reference/{reference:path}",
    openapi_extra=act(Act.CASE_READ),
    responses=problem_responses(401, 403, 404, 429),
    response_model=WholeCaseView,
)
def read_case_by_reference(
    reference: Annotated[Reference, Path()], dems: Core, actor: Whoever, response: Response
) -> Response:
    """One case by its reference, which may hold `/`, with all that its life says today."""
    case = dems.cases.look_up.by_reference(actor, reference)
    return read_case(case.id, dems, actor, response)


@router.put(
    "/by-reference/{reference:path}",
    openapi_extra=act(Act.CASE_OPEN),
    responses={**problem_responses(401, 403, 404, 409, 429), 201: {"model": CaseTakenView, "description": "Opened"}},
)
def put_case_by_reference(
    reference: Annotated[Reference, Path()], body: CaseSaid, dems: Core, actor: Whoever, response: Response
) -> CaseTakenView:
    """Bring the case with this reference to what is said here, or open it. What is not said stays; saying it again changes
    nothing. A message that is not newer than the last (`source_version`) and says otherwise is refused, showing both values.
    """
    taken = dems.cases.take(actor, body.message(reference))
    response.status_code = 201 if taken.opened else 200
    response.headers["ETag"] = etag(taken.case.version)
    changed = [FactView.of_fact(f) for f in taken.facts]
    return CaseTakenView(**CaseView.of(taken.case).model_dump(), changed=changed, warnings=warned(taken.warnings))


@router.get(
    "/{case_id}",
    openapi_extra=act(Act.CASE_READ),
    responses=problem_responses(401, 403, 404, 429),
    response_model=WholeCaseView,
)
def read_case(case_id: UUID, dems: Core, actor: Whoever, response: Response) -> Response:
    """One case with all that its life says today: how far it is, its mode and who decided it, its parties, linked cases."""
    found = dems.cases.life.whole(actor, CaseId(case_id))
    response.headers["ETag"] = etag(found.case.version)
    return written(WholeCaseView.whole(found, london_date(dems.clock())), response)


@router.patch(
    "/{case_id}", openapi_extra=act(Act.CASE_CHANGE), responses=problem_responses(401, 403, 404, 409, 412, 428, 429)
)
def change_case(
    case_id: UUID, body: CaseChange, dems: Core, actor: Whoever, version: IfMatch, response: Response
) -> CaseView:
    """Change what is recorded of a case, close it (`state: closed`) or reopen it (`state: open`)."""
    sent = body.model_dump(exclude_unset=True, exclude={"state", "reason"})
    never_null = {"title", "themes", "is_major", "jurisdiction"}
    changes = {k: v for k, v in sent.items() if not (v is None and k in never_null)}
    if "themes" in changes:
        changes["themes"] = tuple(changes["themes"])
    state = None if body.state is None else CaseState(body.state)
    case = dems.cases.change(actor, CaseId(case_id), changes, if_version=version, state=state, reason=body.reason)
    response.headers["ETag"] = etag(case.version)
    return CaseView.of(case)


@router.get("/{case_id}/team", openapi_extra=act(Act.TEAM_READ), responses=problem_responses(401, 403, 404, 429))
def list_team(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[MemberView]:
    """Who holds what on the case."""
    rows = dems.cases.look_up.team(actor, CaseId(case_id), page)
    return Listed[MemberView](
        **paged(request, response, page, rows, key=lambda m: m[0].id, show=lambda m: MemberView.of(*m))
    )


@router.get(
    "/{case_id}/team/{person_id}", openapi_extra=act(Act.TEAM_READ), responses=problem_responses(401, 403, 404, 429)
)
def read_member(case_id: UUID, person_id: UUID, dems: Core, actor: Whoever) -> MemberView:
    """What one person holds on the case."""
    return MemberView.of(*dems.cases.look_up.member(actor, CaseId(case_id), PersonId(person_id)))


@router.put(
    "/{case_id}/team/{person_id}",
    openapi_extra=act(Act.TEAM_GRANT),
    responses=problem_responses(401, 403, 404, 409, 429),
)
def put_member(case_id: UUID, person_id: UUID, body: MemberChange, dems: Core, actor: Whoever) -> MemberView:
    """Say everything that a person is to hold on the case. Nobody grants anything to themselves."""
    named = [*body.roles, *body.clearances, *([body.role] if body.role is not None else [])]
    holdings = [
        Held(n.name, n.from_ or body.from_, n.until or body.until)
        if isinstance(n, Holding)
        else Held(n, body.from_, body.until)
        for n in named
    ]
    return MemberView.of(
        *dems.cases.put_member(actor, CaseId(case_id), PersonId(person_id), holdings, reason=body.reason)
    )


@router.delete(
    "/{case_id}/team/{person_id}",
    status_code=204,
    openapi_extra=act(Act.TEAM_END),
    responses=problem_responses(401, 403, 404, 429),
)
def end_member(case_id: UUID, person_id: UUID, dems: Core, actor: Whoever, reason: Reason = None) -> None:
    """Take a person off the case, from this moment on."""
    dems.cases.end_member(actor, CaseId(case_id), PersonId(person_id), reason=reason)


@router.get("/{case_id}/walls", openapi_extra=act(Act.WALL_READ), responses=problem_responses(401, 403, 404, 429))
def list_walls(case_id: UUID, dems: Core, actor: Whoever) -> Listed[WallView]:
    """The walls that stand around the case; there are never many, so this is one page."""
    walls = dems.cases.look_up.walls(actor, CaseId(case_id))
    return Listed[WallView](items=[WallView.of(w) for w in walls], next=None)


Walled = Annotated[Line, Path(description="A person's id, or the code of a force")]


@router.put(
    "/{case_id}/walls/{subject}",
    openapi_extra=act(Act.WALL_RAISE),
    responses=problem_responses(401, 403, 404, 409, 429),
)
def raise_wall(case_id: UUID, subject: Walled, dems: Core, actor: Whoever, body: WallBody | None = None) -> WallView:
    """Keep a person, or everyone of a force, from knowing of the case."""
    reason = None if body is None else body.reason
    person, force = _subject(subject)
    return WallView.of(dems.cases.raise_wall(actor, CaseId(case_id), person_id=person, force=force, reason=reason))


@router.delete(
    "/{case_id}/walls/{subject}",
    status_code=204,
    openapi_extra=act(Act.WALL_LOWER),
    responses=problem_responses(401, 403, 404, 429),
)
def lower_wall(case_id: UUID, subject: Walled, dems: Core, actor: Whoever, reason: Reason = None) -> None:
    """Lower a wall."""
    person, force = _subject(subject)
    dems.cases.lower_wall(actor, CaseId(case_id), person_id=person, force=force, reason=reason)


def _subject(text: str) -> tuple[PersonId | None, str | None]:
    """A person's id, or else the code of a force. What looks like an attempt at a person is not taken for a force."""
    try:
        return PersonId(UUID(text.strip())), None
    except ValueError:
        pass
    if "@" in text:
        raise Invalid("A wall against a person names the person's id, not an e-mail address.", field="subject")
    return None, text
