"""A real server in a thread of the test process, on the real engines."""

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from api.main import create_app
from dems.bootstrap import Dems
from dems.settings import Settings


@pytest.fixture
def url(dems: Dems, settings: Settings) -> Iterator[str]:
    yield from serve(dems, settings)


def serve(dems: Dems, settings: Settings) -> Iterator[str]:
    """Serve a core over HTTP on a free port until the test ends."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(settings, dems=dems), log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client
