"""The HTTP application: `create_app(settings)` puts it together; `app()` is what a server loads."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api import problems
from api.auth import Failures
from api.denials import Denials
from api.description import ADDRESS, Description
from api.middleware import Surroundings
from api.relays import Relays
from api.routes import (
    answers,
    approvals,
    beside,
    cases,
    clocks,
    custody,
    disclosure,
    documents,
    events,
    evidence,
    exports,
    findings,
    health,
    imports,
    intakes,
    invitations,
    ledger,
    lists,
    lives,
    material,
    measures,
    page,
    people,
    reviewing,
    schedules,
    searching,
    strategies,
    submissions,
    uploads,
)
from api.waiting import Waiting
from dems import logs
from dems import settings as dems_settings
from dems.bootstrap import Dems
from dems.settings import Settings
from workers.client import Client

_THREADS = 40
"""Requests that wait for the database or the store at once; each holds a thread, not a connection, while it waits."""

_LOADS = 2
"""Loads of history at once: each keeps a thread and the rows of its batch; who comes third waits, unread."""

_DOCUMENTS = 4
"""Documents and workbooks of schedules at once: each may hold a thread for two minutes; others wait without one."""

_DESCRIPTION = """
Digital evidence management: write-once storage, verified hashes, a chain of custody.

Send `Authorization: Bearer …`. Errors are problem documents (RFC 9457). Lists are paged by `limit` and `after`.
`POST` takes an `Idempotency-Key`; `PATCH` wants `If-Match`.
"""


def create_app(settings: Settings, *, dems: Dems | None = None) -> FastAPI:
    """The application on these settings. Nothing is connected before the first request needs it."""
    client = Client(settings.broker)
    core = dems or Dems(settings, nudge=client.nudge)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        app.state.relays = Relays(settings.api.max_relays)
        app.state.waiting = Waiting(core.ledger.observe.reach)
        app.state.documents = anyio.CapacityLimiter(_DOCUMENTS)
        app.state.loads = anyio.CapacityLimiter(_LOADS)
        yield
        core.close()

    app = FastAPI(title="DEMS", version="0.1.0", description=_DESCRIPTION, openapi_url=None, lifespan=lifespan)
    app.state.settings = settings
    app.state.dems = core
    app.state.client = client
    app.state.failures = Failures(settings.api.failed_tokens_per_minute)
    app.state.denials = Denials()
    problems.install(app)
    app.add_middleware(
        Surroundings,
        max_body_bytes=settings.api.max_body_bytes,
        max_manifest_bytes=settings.api.max_manifest_bytes,
        stall_seconds=settings.api.stall_seconds,
    )
    for router in _ROUTERS:
        # Including a router makes every route a second time, at the first request. Nothing is added to ours.
        app.router.routes.extend(router.routes)
    app.state.methods_at = _methods_at
    described = Description(app)
    app.openapi = described.document  # type: ignore[method-assign]  # FastAPI's documented way
    app.add_route(ADDRESS, described.answer, include_in_schema=False)
    return app


_ROUTERS = (
    health.router,
    people.router,
    cases.router,
    clocks.router,
    lives.router,
    beside.router,
    disclosure.router,
    schedules.router,
    schedules.drafts,
    submissions.router,
    answers.router,
    documents.router,
    lists.router,
    disclosure.decisions,
    material.router,
    reviewing.router,
    strategies.router,
    imports.router,
    evidence.router,
    intakes.manifests,
    intakes.router,
    invitations.router,
    uploads.router,
    custody.router,
    events.router,
    approvals.router,
    ledger.router,
    findings.router,
    exports.router,
    searching.router,
    measures.router,
    page.router,
)


def _methods_at(path: str) -> set[str]:
    """Every method that some route takes at this address."""
    routes = [r for router in _ROUTERS for r in router.routes if isinstance(r, APIRoute)]
    return {m for r in routes if r.path_regex.fullmatch(path) for m in r.methods or ()}


def app() -> FastAPI:
    """Built from the environment: ``uvicorn --factory api.main:app``."""
    settings = dems_settings.load()
    logs.configure(settings.log_level, process="api")
    made = create_app(settings)
    # What is there now stays for as long as the process: walking it again and again took a fifth of a large answer's time.
    gc.collect()
    gc.freeze()
    # One large answer has ten thousand things: by Python's own numbers it would be walked through a dozen times while it is made.
    gc.set_threshold(20_000, 20, 20)
    return made
