"""A real server in a thread of the test process, on the real engines."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from api.main import create_app
from dems.bootstrap import Dems
from dems.settings import Settings

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of plain HTTP: reading all the authorities of this machine takes a client longer than most tests take."""


@pytest.fixture
def url(dems: Dems, settings: Settings) -> Iterator[str]:
    yield from serve(dems, settings)


def serve(dems: Dems, settings: Settings) -> Iterator[str]:
    """Serve a core over HTTP on a free port until the test ends."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(settings, dems=dems), log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    # A test that fails within a loop over this leaves it where it is, and the run must end all the same.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.002)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60, verify=PLAIN) as client:
        yield client
