"""The demonstration's witness: what it counts has passed, and what it holds has not."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
import urllib3
from urllib3.exceptions import HTTPError

from dems.cli.demo.witness import Put, Witness, watching


class Store(ThreadingHTTPServer):
    """Keeps what is put there, once: a second object under a name is refused as S3 does when asked to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Storing)
        self.kept: dict[str, bytes] = {}
        self.hosts: set[str] = set()
        self.breaks_off = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Storing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length or self.server.breaks_off.is_set():
            self.close_connection = True
            return
        self.server.hosts.add(self.headers["Host"])
        status = 412 if self.path in self.server.kept else 200
        self.server.kept.setdefault(self.path, body)
        self.send_response(status)
        self.send_header("ETag", hashlib.sha256(body).hexdigest())
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the parent's name)
        """Nobody reads it."""


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def witness(store: Store) -> Iterator[Witness]:
    with watching(store.address) as made:
        yield made


def put(witness: Witness, url: str, body: bytes) -> urllib3.BaseHTTPResponse:
    with urllib3.ProxyManager(witness.address, retries=False, timeout=60) as pool:
        return pool.request("PUT", url, body=body)


def test_what_passes_arrives_whole_and_is_counted_with_its_answer(witness: Witness, store: Store) -> None:
    large = bytes(range(256)) * 4096
    answer = put(witness, f"{store.address}/b/k?uploadId=u&partNumber=3", large)
    assert (answer.status, answer.data) == (200, b"ok")
    assert answer.headers["ETag"] == hashlib.sha256(large).hexdigest()
    assert put(witness, f"{store.address}/b/k?uploadId=u&partNumber=3", b"other").status == 412
    assert put(witness, f"{store.address}/b/empty", b"").status == 200
    assert store.kept == {"/b/k?uploadId=u&partNumber=3": large, "/b/empty": b""}
    assert store.hosts == {store.address.removeprefix("http://")}, "a signature covers the Host that the client sent"
    assert witness.seen == [
        Put("/b/k", "3", len(large), 200),
        Put("/b/k", "3", 5, 412),
        Put("/b/empty", None, 0, 200),
    ]
    assert [p.kept for p in witness.seen] == [True, False, True]


def test_more_than_were_let_through_stand_still_and_are_never_sent(witness: Witness, store: Store) -> None:
    witness.begin(most=2)
    with ThreadPoolExecutor(5) as clients:
        sending = [clients.submit(put, witness, f"{store.address}/b/{n}", b"x" * 1000) for n in range(5)]
        until(witness.stands_still)
        assert len(store.kept) == 2
        witness.let_go()
        ended = [each.exception() for each in sending]
    assert sum(e is None for e in ended) == 2
    assert sum(isinstance(e, HTTPError) for e in ended) == 3
    assert len(store.kept) == len(witness.seen) == 2
    witness.begin()
    assert witness.seen == []
    assert put(witness, f"{store.address}/b/9", b"x").status == 200


def test_a_client_or_a_store_that_breaks_off_is_told_apart_from_an_answer(witness: Witness, store: Store) -> None:
    proxy = urlsplit(witness.address)
    client = HTTPConnection(str(proxy.hostname), proxy.port, timeout=60)
    client.putrequest("PUT", f"{store.address}/b/half")
    client.putheader("Content-Length", "1000")
    client.endheaders()
    client.send(b"x" * 400)
    client.close()
    until(lambda: len(witness.seen) == 1)
    assert witness.seen == [Put("/b/half", None, 400, None)]
    store.breaks_off.set()
    with pytest.raises(HTTPError):
        put(witness, f"{store.address}/b/whole", b"y" * 10)
    assert witness.seen[1:] == [Put("/b/whole", None, 10, None)]
    assert store.kept == {}


def test_it_is_a_way_to_the_store_and_to_nowhere_else(witness: Witness) -> None:
    assert put(witness, "http://127.0.0.1:9/b/k", b"x").status == 403
    assert witness.seen == []
