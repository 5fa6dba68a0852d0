"""The life of a case: its facts, its milestones, its parties, and the timeline."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from api.bodies import BodyRoute
from api.deps import Core, IfMatch, MaybeMatch, OnceKey, Paging, Whoever, act, answer, etag, listed, paged
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.lives import (
    FactsRecorded,
    FactView,
    MilestoneRecorded,
    MilestoneView,
    PartyView,
    TimelineRow,
    fact_data,
    timeline_data,
    warned,
)
from api.schemas.telling import FactsBody, MilestoneBody, PartyBody, PartyChange
from dems.bootstrap import Dems
from dems.model.acts import Act
from dems.model.ids import CaseId, FactId, PartyId
from dems.model.life.lives import Life
from dems.model.life.parties import Party
from dems.model.life.records import KINDS
from dems.model.times import london_date
from dems.usecases.cases.look_up_life import id_in_order

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["lives of cases"], route_class=BodyRoute)

_READS = problem_responses(401, 403, 404, 429)
_RECORDS = problem_responses(401, 403, 404, 409, 412, 429)
Kind = Annotated[str, StringConstraints(pattern="^[a-z_]{1,40}$")]
Standing = Annotated[bool, Query(description="Leave out what was corrected or taken back")]


@router.get("/facts", openapi_extra=act(Act.LIFE_READ), responses=_READS, response_model=Listed[FactView])
def list_facts(
    case_id: UUID,
    dems: Core,
    actor: Whoever,
    page: Paging,
    request: Request,
    kind: Annotated[list[Kind] | None, Query(description="Only facts of these kinds", max_length=len(KINDS))] = None,
    standing: Standing = False,
) -> Response:
    """All that was ever recorded of the case, oldest first: corrected facts stay, and name what took their place."""
    rows = dems.cases.life.facts(actor, CaseId(case_id), page, kinds=kind, standing=standing)
    return listed(request, page, rows, key=id_in_order, show=fact_data)


@router.post(
    "/facts", status_code=201, openapi_extra=act(Act.LIFE_RECORD), responses=_RECORDS, response_model=FactsRecorded
)
def record_facts(
    case_id: UUID, body: FactsBody, dems: Core, actor: Whoever, once: OnceKey, version: MaybeMatch
) -> Response:
    """Record facts, correct some (`corrects`, `reason`) or take them back (`retracted`): all of them or none."""
    told = dems.cases.record(actor, CaseId(case_id), [f.fact() for f in body.facts], if_version=version, once=once)
    shown = FactsRecorded(items=[FactView.of_fact(f) for f in told.facts], warnings=warned(told.warnings))
    return answer(dems, once, 201, shown, headers={"ETag": etag(told.case.version)})


@router.get("/facts/{fact_id}/story", openapi_extra=act(Act.LIFE_READ), responses=_READS)
def read_story(case_id: UUID, fact_id: UUID, dems: Core, actor: Whoever) -> Listed[FactView]:
    """A fact with all that it corrected and that corrected it, oldest first; there are never many, so this is one page."""
    told = dems.cases.life.story(actor, CaseId(case_id), FactId(fact_id))
    return Listed[FactView](items=[FactView.of_fact(f) for f in told], next=None)


@router.get("/milestones", openapi_extra=act(Act.LIFE_READ), responses=_READS)
def list_milestones(
    case_id: UUID,
    dems: Core,
    actor: Whoever,
    page: Paging,
    request: Request,
    response: Response,
    standing: Standing = False,
) -> Listed[MilestoneView]:
    """What happened to the case and to what runs beside it, in the order in which it was recorded."""
    rows = dems.cases.life.facts(actor, CaseId(case_id), page, kinds=["milestone"], standing=standing)
    return Listed[MilestoneView](**paged(request, response, page, rows, key=id_in_order, show=MilestoneView.of))


@router.post(
    "/milestones",
    status_code=201,
    openapi_extra=act(Act.LIFE_RECORD),
    responses=_RECORDS,
    response_model=MilestoneRecorded,
)
def record_milestone(
    case_id: UUID, body: MilestoneBody, dems: Core, actor: Whoever, once: OnceKey, version: MaybeMatch
) -> Response:
    """Record that something happened, or correct when."""
    told = dems.cases.record(actor, CaseId(case_id), [body.fact()], if_version=version, once=once)
    shown = MilestoneRecorded.of_fact(told.facts[0], warnings=warned(told.warnings))
    return answer(dems, once, 201, shown, headers={"ETag": etag(told.case.version)})


@router.get("/parties", openapi_extra=act(Act.LIFE_READ), responses=_READS)
def list_parties(
    case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request, response: Response
) -> Listed[PartyView]:
    """The persons that the case is about or with, with what they are to it today."""
    life, rows = dems.cases.life.parties(actor, CaseId(case_id), page)
    roles = life.roles_on(london_date(dems.clock()))
    shown = paged(
        request, response, page, rows, key=lambda p: p.id, show=lambda p: PartyView.of(p, roles.get(p.id, ()))
    )
    return Listed[PartyView](**shown)


@router.post(
    "/parties",
    status_code=201,
    openapi_extra=act(Act.LIFE_RECORD),
    responses=problem_responses(401, 403, 404, 409, 429),
    response_model=PartyView,
)
def add_party(case_id: UUID, body: PartyBody, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Add a person that the case is about or with. What they are to it is a fact of kind `party_status`."""
    party = dems.cases.parties.add(actor, CaseId(case_id), **body.model_dump(), once=once)
    headers = {"Location": f"/v1/cases/{case_id}/parties/{party.id}", "ETag": etag(party.version)}
    return answer(dems, once, 201, PartyView.of(party, ()), headers=headers)


@router.get("/parties/{party_id}", openapi_extra=act(Act.LIFE_READ), responses=_READS)
def read_party(case_id: UUID, party_id: UUID, dems: Core, actor: Whoever, response: Response) -> PartyView:
    """One of them."""
    life, party = dems.cases.life.party(actor, CaseId(case_id), PartyId(party_id))
    response.headers["ETag"] = etag(party.version)
    return _party(dems, life, party)


@router.patch(
    "/parties/{party_id}",
    openapi_extra=act(Act.LIFE_CORRECT),
    responses=problem_responses(401, 403, 404, 412, 428, 429),
)
def correct_party(
    case_id: UUID, party_id: UUID, body: PartyChange, dems: Core, actor: Whoever, version: IfMatch, response: Response
) -> PartyView:
    """Correct a name, or how somebody is reached. Facts name parties by id, so that nothing else changes."""
    party = dems.cases.parties.correct(
        actor,
        CaseId(case_id),
        PartyId(party_id),
        if_version=version,
        name=body.name,
        contact=body.contact,
        no_contact="contact" in body.model_fields_set and body.contact is None,
        reason=body.reason,
    )
    response.headers["ETag"] = etag(party.version)
    life = dems.cases.life.life(actor, CaseId(case_id))
    return _party(dems, life, party)


@router.get("/timeline", openapi_extra=act(Act.CUSTODY_READ), responses=_READS, response_model=Listed[TimelineRow])
def read_timeline(case_id: UUID, dems: Core, actor: Whoever, page: Paging, request: Request) -> Response:
    """Milestones, decisions and custody entries of the case and its items, in the order in which they were recorded."""
    rows = dems.cases.life.timeline(actor, CaseId(case_id), page)
    return listed(request, page, rows, key=id_in_order, show=timeline_data)


def _party(dems: Dems, life: Life, party: Party) -> PartyView:
    return PartyView.of(party, life.roles_on(london_date(dems.clock())).get(party.id, ()))
