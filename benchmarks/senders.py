"""The two clients that are compared, each run in one process apart from ours, so that neither shares its interpreter."""

import hashlib
import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from boto3.s3.transfer import TransferConfig

_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Store:
    """How the plain client reaches the store that DEMS uses."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class Sent:
    """`seconds` from the connection to the end of the answer; `cpu` is what the client's process spent in them."""

    seconds: float
    cpu: float
    answer: dict[str, Any]


@contextmanager
def sender_process() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


def relay(url: str, token: str, path: Path) -> Sent:
    """One PUT of a file: `http.client`, 1 MiB blocks, nothing hashed."""
    with path.open("rb", buffering=0) as file:
        return _put(url, token, file, path.stat().st_size)


def relay_made_up(url: str, token: str, size: int, block: bytes) -> Sent:
    """One PUT of `size` bytes that were never in a file: a block over and over. The answer's `sha256` is theirs."""
    hashing = hashlib.sha256()

    def blocks() -> Iterator[bytes]:
        for _ in range(size // len(block)):
            hashing.update(block)
            yield block

    sent = _put(url, token, blocks(), size)
    return Sent(sent.seconds, sent.cpu, {**sent.answer, "sha256": hashing.hexdigest()})


def _put(url: str, token: str, body: Any, size: int) -> Sent:
    begun, spent = time.perf_counter(), time.process_time()
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=120, blocksize=_BLOCK)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Length": str(size)}
        connection.request("PUT", parts.path, body=body, headers=headers)
        answer = connection.getresponse()
        document = json.loads(answer.read())
    finally:
        connection.close()
    sent = Sent(time.perf_counter() - begun, time.process_time() - spent, document)
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{answer.status}: {document}")
    return sent


_clients: dict[str, Any] = {}


def upload_file(store: Store, key: str, path: Path, part_size: int, threads: int) -> Sent:
    """`boto3` as it comes: `upload_file` with SHA-256, in parts of `part_size`, `threads` at once."""
    if store.endpoint not in _clients:
        _clients[store.endpoint] = boto3.client(
            "s3",
            endpoint_url=store.endpoint,
            region_name="us-east-1",
            aws_access_key_id=store.access_key,
            aws_secret_access_key=store.secret_key,
        )
    config = TransferConfig(multipart_threshold=part_size, multipart_chunksize=part_size, max_concurrency=threads)
    begun, spent = time.perf_counter(), time.process_time()
    _clients[store.endpoint].upload_file(
        str(path), store.bucket, key, ExtraArgs={"ChecksumAlgorithm": "SHA256"}, Config=config
    )
    return Sent(time.perf_counter() - begun, time.process_time() - spent, {})
