"""Intakes: many items declared, sent and finished together."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.bodies import BodyRoute
from api.deps import Core, OnceKey, Paging, Whoever, act, answer, paged
from api.manifests import ManifestRoute
from api.problems import problem_responses
from api.schemas.base import Listed
from api.schemas.intakes import (
    AddedItems,
    CompletedUploads,
    DeclaredIntake,
    IntakeItemView,
    IntakeView,
    Manifest,
    NewIntake,
    PartsOfIntake,
    PartUrlOfIntake,
    PartUrlsOfIntake,
    Problematic,
    ProblematicPart,
    UploadStands,
    UploadsToComplete,
)
from dems.errors import Busy, DatabaseUnavailable, DemsError, StoreUnavailable
from dems.model.acts import Act
from dems.model.ids import CaseId, IntakeId, UploadId
from dems.model.intakes import Outcome

router = APIRouter(prefix="/v1", tags=["intakes"], route_class=BodyRoute)
manifests = APIRouter(prefix="/v1", tags=["intakes"], route_class=ManifestRoute)


class Wanted(StrEnum):
    """Which items of an intake: by their outcome, or those that were added to its manifest."""

    RECEIVED = "received"
    SEALED = "sealed"
    MISSING = "missing"
    DIFFERENT = "different"
    FAILED = "failed"
    EXTRA = "extra"


@manifests.post(
    "/cases/{case_id}/intakes",
    status_code=201,
    openapi_extra=act(Act.INTAKE_DECLARE),
    responses=problem_responses(401, 403, 404, 409, 413, 429, 507),
    response_model=DeclaredIntake,
)
def declare_intake(case_id: UUID, body: NewIntake, dems: Core, actor: Whoever, once: OnceKey) -> Response:
    """Declare up to 10,000 items at once: all of them or, with every error by position, none."""
    intake, counts, token = dems.intakes.declare(
        actor,
        CaseId(case_id),
        [i.declared() for i in body.items],
        defaults=body.defaults(),
        label=body.label,
        once=once,
    )
    headers = {"Location": f"/v1/intakes/{intake.id}"}
    return answer(dems, once, 201, IntakeView.of(intake, counts), headers=headers, secrets={"intake_token": token})


@router.get("/intakes/{intake_id}", openapi_extra=act(Act.INTAKE_READ), responses=problem_responses(401, 403, 404, 429))
def read_intake(intake_id: UUID, dems: Core, actor: Whoever) -> IntakeView:
    """How an intake stands, in numbers."""
    return IntakeView.of(*dems.intakes.look_up.one(actor, IntakeId(intake_id)))


@router.get(
    "/intakes/{intake_id}/items",
    openapi_extra=act(Act.INTAKE_READ),
    responses=problem_responses(401, 403, 404, 429),
)
def list_intake_items(
    intake_id: UUID,
    dems: Core,
    actor: Whoever,
    page: Paging,
    request: Request,
    response: Response,
    state: Annotated[Wanted | None, Query(description="Only those; all where it is left out")] = None,
) -> Listed[IntakeItemView]:
    """The items behind the numbers, in the order of the manifest, with the reason for each that is not sealed."""
    extra = state is Wanted.EXTRA
    wanted = None if state is None or extra else Outcome(state.value)
    intake, rows = dems.intakes.look_up.items(actor, IntakeId(intake_id), page, wanted=wanted, extra=extra)
    return Listed[IntakeItemView](
        **paged(
            request,
            response,
            page,
            rows,
            key=lambda r: r.evidence.id,
            show=lambda r: IntakeItemView.of(intake, r),
        )
    )


@manifests.post(
    "/intakes/{intake_id}/items",
    status_code=201,
    openapi_extra=act(Act.INTAKE_ADD),
    responses=problem_responses(401, 403, 404, 409, 413, 429, 507),
)
def add_intake_items(intake_id: UUID, body: Manifest, dems: Core, actor: Whoever, once: OnceKey) -> AddedItems:
    """Add items to an intake: all of them or none. A repeated request is answered with how its items stand."""
    items = [i.declared() for i in body.items]
    rows = dems.intakes.add(actor, IntakeId(intake_id), items, defaults=body.defaults(), once=once)
    intake, _ = dems.intakes.look_up.one(actor, IntakeId(intake_id))
    return AddedItems(items=[IntakeItemView.of(intake, r) for r in rows])


@router.post(
    "/intakes/{intake_id}/part-urls",
    openapi_extra=act(Act.UPLOAD_RECEIVE),
    responses=problem_responses(401, 403, 404, 409, 429, 507),
)
def intake_part_urls(intake_id: UUID, body: PartsOfIntake, dems: Core, actor: Whoever) -> PartUrlsOfIntake:
    """Where to send up to 500 parts of any uploads of the intake; what is wrong with one does not hold up the others."""
    found = dems.intake.part_urls.of_intake(actor, IntakeId(intake_id), [p.wanted(p.upload) for p in body.parts])
    return PartUrlsOfIntake(
        parts=[PartUrlOfIntake(upload=p.upload_id, **PartUrlOfIntake.fields_of(p, s)) for p, s in found.urls],
        problems=[ProblematicPart(number=p.number, **Problematic.fields_of(p.upload_id, e)) for p, e in found.problems],
    )


@router.post(
    "/intakes/{intake_id}/complete",
    openapi_extra=act(Act.UPLOAD_COMPLETE),
    responses=problem_responses(401, 403, 404, 409, 429),
)
def complete_intake_uploads(intake_id: UUID, body: UploadsToComplete, dems: Core, actor: Whoever) -> CompletedUploads:
    """Finish up to 500 uploads. One that is `completing` is confirmed when it is read back, which also seals it.

    What passes, as a database that starts again, is answered for the whole request: repeat it, nothing is done twice.
    """
    done = dems.intakes.complete(actor, IntakeId(intake_id), [u.wanted() for u in body.uploads])
    stand = [UploadStands(upload=u.id, state=u.state) for u in done.uploads]
    problems: list[tuple[UploadId, DemsError]] = list(done.problems)
    for one in done.one_by_one:
        try:
            upload, _ = dems.intake.complete(actor, one.upload_id, sha256=one.sha256)
            stand.append(UploadStands(upload=upload.id, state=upload.state))
        except (Busy, DatabaseUnavailable, StoreUnavailable):
            raise  # it is not this upload's: told as its problem, the sender would give the file up
        except DemsError as problem:
            problems.append((one.upload_id, problem))
    return CompletedUploads(uploads=stand, problems=[Problematic(**Problematic.fields_of(u, e)) for u, e in problems])
