"""Routes are put together when they are first asked for, and the OpenAPI document when it is."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import FastAPIError
from pydantic import BaseModel, SecretStr
from starlette.requests import Request
from starlette.routing import BaseRoute

from api.description import Description
from api.late import LateRoute
from api.main import create_app
from dems.settings import DatabaseSettings, Settings
from tests.architecture.tree import ROOT

NOWHERE = Settings(database=DatabaseSettings(url=SecretStr("postgresql+psycopg://nobody@127.0.0.1/none")))

_MADE_AT_THE_START = """
from api.description import Description
from api.late import LateRoute
made = []
LateRoute._make = lambda route, wanted: made.append(route.path)
from api.main import create_app
from dems.settings import DatabaseSettings, Settings
routes = create_app(Settings(database=DatabaseSettings(url="postgresql+psycopg://nobody@127.0.0.1/none"))).routes
late = [r for r in routes if isinstance(r, LateRoute)]
print(len(made), len(routes) - len(late), len(late) > 150)
"""


def test_a_process_that_starts_makes_no_route() -> None:
    """All but the one of the OpenAPI document are late."""
    told = subprocess.run(  # noqa: S603 our own interpreter, and nothing of a user's
        [sys.executable, "-c", _MADE_AT_THE_START], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["0", "1", "True"]


class Sent(BaseModel):
    size: int


def _route() -> LateRoute:
    router = APIRouter(prefix="/things", route_class=LateRoute)

    @router.post("/{name}")
    def put(name: str, body: Sent) -> Sent:
        return Sent(size=body.size + len(name))

    route = router.routes[0]
    assert isinstance(route, LateRoute)
    return route


def test_a_route_is_made_once_whoever_looks_at_it_at_once() -> None:
    route, together = _route(), threading.Barrier(8)

    def look() -> int:
        together.wait()
        return id(route.dependant)

    with ThreadPoolExecutor(8) as pool:
        assert len({looked.result() for looked in [pool.submit(look) for _ in range(8)]}) == 1


def test_what_a_route_has_not_is_said_as_of_any_object() -> None:
    route = _route()
    assert not hasattr(route, "colour")
    assert route.body_field is not None, "and it was made all the same"


def test_what_is_wrong_with_a_route_is_said_at_every_look() -> None:
    router = APIRouter(route_class=LateRoute)
    router.get("/wrong", response_model=threading.Barrier)(len)
    for _ in range(2):
        with pytest.raises(FastAPIError, match="Barrier"):
            _ = router.routes[0].app  # type: ignore[attr-defined]


class Watched(FastAPI):
    """Says which thread went through its routes."""

    def __init__(self) -> None:
        self.gone_through: list[int] = []
        super().__init__(openapi_url=None)

    @property
    def routes(self) -> list[BaseRoute]:
        self.gone_through.append(threading.get_ident())
        return super().routes


def test_the_document_is_made_once_and_beside_the_event_loop() -> None:
    app = Watched()
    app.router.routes.append(_route())
    described, bodies = Description(app), list[bytes]()

    async def ask(root: str) -> None:
        answer = await described.answer(Request({"type": "http", "root_path": root}))
        bodies.append(bytes(answer.body))

    async def ask_at_once() -> None:
        async with anyio.create_task_group() as group:
            for root in ("", "", "/dems", "/dems"):
                group.start_soon(ask, root)

    anyio.run(ask_at_once)
    assert len(app.gone_through) == 1
    assert app.gone_through[0] != threading.get_ident()
    plain, moved = sorted(map(len, map(json.loads, bodies)))[::2]
    assert moved == plain + 1, "it says where it was moved to"
    assert all(json.loads(body).get("servers", [{"url": "/dems"}]) == [{"url": "/dems"}] for body in bodies)


def test_the_document_that_is_served_is_the_applications(http: httpx.Client) -> None:
    answer = http.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(create_app(NOWHERE).openapi()))
