"""Whether the process lives, whether it can do its work, and figures for those who watch it."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client import REGISTRY as PROCESS
from pydantic import BaseModel

from api.deps import Core
from api.late import LateRoute
from api.problems import problem_responses
from dems.bootstrap import Dems
from dems.errors import DemsError
from dems.model.readings import SANDBOX_LEVELS, reaches
from dems.usecases.anchors.look_up import Held
from storage.errors import ObjectMissing, StorageError

log = logging.getLogger(__name__)
router = APIRouter(tags=["health"], route_class=LateRoute)


_DELAYS_ONLY = {"broker", "readers", "custody_log", "anchors"}
"""Without these evidence is taken in and read all the same."""

_WAITS_TOO_LONG = 600.0
"""Seconds that an entry may wait for the log before somebody should look."""


class Alive(BaseModel):
    status: Literal["alive"]


class PartState(BaseModel):
    ok: bool
    detail: str


class Readiness(BaseModel):
    """`ready` is false while a part fails without which nothing can be taken in or read.

    A broker that is down only delays, and so do readers of files that may not read. Where the log is not signed, entries wait
    to be proved, and somebody must look.
    """

    ready: bool
    parts: dict[str, PartState]


@router.get("/healthz")
async def is_alive() -> Alive:
    """The process answers, also while every thread of it has something to do: a busy process is not a dead one."""
    return Alive(status="alive")


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready: see `parts`"}})
def is_ready(dems: Core, request: Request, response: Response) -> Readiness:
    """The database, the store, the broker, the store's self-check, how files are read, and who holds the log from outside."""
    parts = {
        "database": _database(dems),
        "store": _store(dems),
        "store_self_check": _self_check(dems),
        "space": _space(dems),
        "broker": _broker(request),
        "readers": _readers(dems),
        "custody_log": _custody_log(dems),
        "anchors": _anchors(dems),
    }
    ready = all(part.ok for name, part in parts.items() if name not in _DELAYS_ONLY)
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, parts=parts)


def _database(dems: Dems) -> PartState:
    try:
        found = dems.schema()
    except DemsError as error:
        return PartState(ok=False, detail=error.message)
    if found.current != found.head:
        return PartState(
            ok=False, detail=f"The schema is {found.current}, this program needs {found.head}: run `dems migrate`."
        )
    return PartState(ok=True, detail=f"schema {found.head}")


def _store(dems: Dems) -> PartState:
    try:
        dems.store.head("selfcheck/does-not-exist")
    except ObjectMissing:
        return PartState(ok=True, detail="answers")
    except StorageError as error:
        return PartState(ok=False, detail=f"{type(error).__name__}: the object store does not answer as it should.")
    return PartState(ok=True, detail="answers")


def _self_check(dems: Dems) -> PartState:
    try:
        check = dems.upkeep.observe().store_check
    except DemsError as error:
        return PartState(ok=False, detail=error.message)
    problem = dems.trust.problem(check)
    if problem is None:
        return PartState(ok=True, detail="every way round the lock was refused")
    if dems.trust.accept_untrusted:
        return PartState(ok=True, detail=f"ACCEPTED BY SETTING: {problem}")
    return PartState(ok=False, detail=problem)


def _space(dems: Dems) -> PartState:
    free = dems.trust.free_bytes()
    if free is None:
        return PartState(ok=True, detail="the store's disks are not on this machine")
    enough = free >= dems.trust.min_free_bytes
    return PartState(
        ok=enough, detail=f"{free} bytes free" + ("" if enough else ": below the floor, no evidence is taken in")
    )


def _broker(request: Request) -> PartState:
    try:
        request.app.state.client.ping()
    except Exception as error:  # noqa: BLE001 whatever the transport raises
        return PartState(ok=False, detail=f"{type(error).__name__}: nudges are late; work waits in the database.")
    return PartState(ok=True, detail="answers")


def _readers(dems: Dems) -> PartState:
    """Not well only where workers that read files tell of themselves and none of them may."""
    required = dems.settings.findings.required_sandbox
    try:
        heard = dems.upkeep.observe().readers
    except DemsError as error:
        return PartState(ok=True, detail=error.message)
    if not heard:
        return PartState(ok=True, detail="no worker that reads files was heard of late: findings wait")
    reached = sorted({r.sandbox for r in heard}, key=SANDBOX_LEVELS.index)
    enough = any(reaches(level, required) for level in reached)
    told = f"sandbox level {', '.join(reached)}" + ("" if enough else f", {required} is required: nothing is read")
    return PartState(ok=enough, detail=told)


def _custody_log(dems: Dems) -> PartState:
    """Whether entries are taken in and signed, and what the checks of the log found."""
    try:
        seen = dems.ledger.observe()
    except DemsError as error:
        return PartState(ok=True, detail=error.message)
    bad = [report.detail for _, report in sorted(seen.reports.items()) if not report.held]
    if bad:
        return PartState(ok=False, detail=" ".join(bad))
    if seen.oldest > _WAITS_TOO_LONG:
        return PartState(
            ok=False, detail=f"{seen.waiting} entries wait for the sequencer, which does not take them in."
        )
    if seen.signer_is_missed(dems.clock()):
        return PartState(
            ok=False,
            detail="The signer says nothing, and entries wait to be signed: look after its process, and the clock of its machine.",
        )
    size = seen.head.size if seen.head else 0
    return PartState(ok=True, detail=f"{size - seen.unsigned} of {size} entries signed")


def _anchors(dems: Dems) -> PartState:
    """How long what was signed has been waiting to be held by somebody outside."""
    try:
        ways = dems.anchors.held()
    except DemsError as error:
        return PartState(ok=True, detail=error.message)
    except (ValueError, OSError) as error:
        return PartState(ok=False, detail=f"The file of witnesses cannot be read ({type(error).__name__}).")
    if not ways:
        return PartState(ok=True, detail="the settings name no witness and no timestamp authority")
    most = timedelta(minutes=dems.settings.ledger.unanchored_warning_minutes)
    return PartState(ok=all(way.unheld_for <= most for way in ways), detail="; ".join(way.text for way in ways))


@router.get(
    "/metrics", responses={200: {"content": {"text/plain": {}}}, **problem_responses()}, response_class=Response
)
def metrics(dems: Core) -> Response:
    """For Prometheus: no names, no references, nothing about anyone."""
    now = CollectorRegistry()
    _observed(dems, now)
    return Response(generate_latest(PROCESS) + generate_latest(now), media_type=CONTENT_TYPE_LATEST)


def _observed(dems: Dems, registry: CollectorRegistry) -> None:
    """Figures that are the database's, read as they are asked for."""
    waiting = Gauge("dems_jobs_waiting", "Jobs that are due", ["kind"], registry=registry)
    oldest = Gauge("dems_jobs_oldest_seconds", "Age of the oldest job that is due", ["kind"], registry=registry)
    trusted = Gauge("dems_store_trusted", "1 while the last self-check held and is not too old", registry=registry)
    orphans = Gauge("dems_store_orphans", "Versions in the store that no record explains", registry=registry)
    size = Gauge("dems_log_entries", "Entries that the custody log has taken in", registry=registry)
    signed = Gauge("dems_log_signed", "Entries that the newest signed checkpoint covers", registry=registry)
    signed_at = Gauge("dems_log_signed_timestamp_seconds", "When that was signed", registry=registry)
    held = Gauge("dems_log_held", "1 while the last word of it was that the log holds", ["by"], registry=registry)
    log_waits = Gauge("dems_log_waiting_seconds", "Age of the oldest entry that waits for the log", registry=registry)
    try:
        found, ledger = dems.upkeep.observe(), dems.ledger.observe()
    except DemsError as error:
        log.warning("figures_not_read", extra={"error": type(error).__name__})
        return
    for kind, (count, age) in found.backlog.items():
        waiting.labels(kind.value).set(count)
        oldest.labels(kind.value).set(age)
    size.set(ledger.head.size if ledger.head else 0)
    log_waits.set(ledger.oldest)
    if ledger.signed is not None:
        signed.set(ledger.signed.size)
        signed_at.set(ledger.signed.at.timestamp())
    for name, report in ledger.reports.items():
        held.labels(name).set(report.held)
    trusted.set(dems.trust.problem(found.store_check) is None)
    orphans.set(found.orphans)
    unheld = Gauge(
        "dems_ledger_unanchored_seconds", "Age of what is signed and not held from outside", ["kind"], registry=registry
    )
    for way in _held(dems):
        unheld.labels(way.kind.value).set(way.unheld_for.total_seconds())
    free: Any = dems.trust.free_bytes()
    if free is not None:
        Gauge("dems_store_free_bytes", "Room on the store's disk", registry=registry).set(free)


def _held(dems: Dems) -> Sequence[Held]:
    try:
        return dems.anchors.held()
    except (DemsError, ValueError, OSError) as error:
        log.warning("figures_not_read", extra={"error": type(error).__name__})
        return ()
