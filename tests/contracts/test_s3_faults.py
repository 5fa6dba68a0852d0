import gc
import io
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from storage.errors import (
    AccessRefused,
    BytesDamaged,
    LockRefused,
    ObjectExists,
    ObjectMissing,
    PartsRefused,
    StorageError,
    StoreFull,
    StoreUnavailable,
    UploadMissing,
)
from storage.interface import Part, StoredVersion
from storage.s3 import S3ObjectStore, connect
from storage.settings import S3Settings

from .bad_servers import AnsweringServer, LyingServer, Proxy
from .object_store import put, read, send, sha256, until

ANYTHING = StoredVersion("some/key", "v1", 100_000)
PART = Part(1, 1, bytes(32), '"etag"')


def at(settings: S3Settings, endpoint: str, **changes: object) -> S3ObjectStore:
    """With a server of a test: patient, since that may be given the processor late, unless silence is what is tested."""
    patient = {"connect_timeout_seconds": 30, "read_timeout_seconds": 30, "attempts": 2, "sync_path": None}
    return connect(settings.model_copy(update={"endpoint": endpoint, **patient, **changes}), "evidence")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_store_that_is_not_there_is_unavailable_within_a_bounded_time(s3_settings: S3Settings) -> None:
    store = at(s3_settings, f"http://127.0.0.1:{free_port()}", attempts=4)
    began = time.monotonic()
    asked: list[Callable[[], object]] = [
        lambda: store.head("a/b"),
        lambda: store.open("a/b", "v"),
        lambda: put(store, "a/b", bytes(200_000)),
        lambda: store.begin("a/b", lock=until(1)),
        lambda: send(store.resume("a/b", "u"), 1, b"x"),
        lambda: store.resume("a/b", "u").abort(),
        lambda: list(store.versions("a")),
        lambda: list(store.multiparts("a")),
        lambda: store.lock(ANYTHING, until(1)),
        lambda: store.release_hold(ANYTHING),
    ]
    for ask in asked:
        with pytest.raises(StoreUnavailable):
            ask()
    assert time.monotonic() - began < 120


def test_a_store_that_says_nothing_is_unavailable_within_a_bounded_time(s3_settings: S3Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = at(s3_settings, f"http://127.0.0.1:{silent.getsockname()[1]}", read_timeout_seconds=0.5)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.head("a/b")
        assert time.monotonic() - began < 30


@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_stream_that_ends_early_is_damage(s3_settings: S3Settings, then: str) -> None:
    with LyingServer(announced=100_000, sent=50_000, then=then) as server:
        store = at(s3_settings, server.endpoint)
        with pytest.raises(BytesDamaged, match="early"):
            read(store, ANYTHING)
        gc.collect()


def test_a_stream_that_stalls_is_unavailable(s3_settings: S3Settings) -> None:
    with LyingServer(announced=100_000, sent=50_000, then="stall") as server:
        store = at(s3_settings, server.endpoint, read_timeout_seconds=0.5)
        with pytest.raises(StoreUnavailable):
            read(store, ANYTHING)


def test_a_waiting_read_is_ended_from_another_thread(s3_settings: S3Settings) -> None:
    with LyingServer(announced=100_000, sent=10, then="stall") as server:
        store = at(s3_settings, server.endpoint)
        with store.open("some/key", "v1") as stream:
            assert stream.readinto(memoryview(bytearray(10))) == 10
            threading.Timer(0.2, stream.abort).start()
            began = time.monotonic()
            with pytest.raises(BytesDamaged):
                stream.readinto(memoryview(bytearray(10)))
            assert time.monotonic() - began < 25, "not for as long as the store is waited for"


def test_a_stream_left_early_poisons_no_connection(s3_settings: S3Settings, key: str) -> None:
    store = connect(s3_settings.model_copy(update={"max_connections": 2}), "evidence")
    data = bytes(range(256)) * 20_000
    stored = put(store, key, data)
    for taken in (0, 1, 1000, 100_000):
        with store.open(key, stored.version_id) as stream:
            stream.readinto(memoryview(bytearray(taken)))
        gc.collect()
        assert read(store, stored) == data
        assert store.head(key).stored == stored


def test_many_threads_share_one_store(s3_store: S3ObjectStore, key: str) -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                data = f"{number}-{turn}".encode() * 10_000
                if read(s3_store, put(s3_store, f"{key}/{number}-{turn}", data)) != data:
                    wrong.append((number, turn))
        except StorageError as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_put_whose_answer_was_lost_is_told_as_existing(s3_settings: S3Settings, key: str) -> None:
    real = urlsplit(s3_settings.endpoint or "")
    assert real.hostname is not None
    assert real.port is not None
    with Proxy(real.hostname, real.port) as proxy:
        store = at(s3_settings, proxy.endpoint)
        for size in (100, 500_000):
            proxy.lose_answers = 1
            with pytest.raises(ObjectExists):
                put(store, f"{key}/{size}", bytes(size))
            assert proxy.lost
            info = store.head(f"{key}/{size}")
            assert info.stored.size == size
            assert read(store, info.stored) == bytes(size)
        upload = store.begin(key + "/multi", lock=until(2))
        proxy.lose_answers = 1
        part = send(upload, 1, b"part")
        proxy.lose_answers = 1
        with pytest.raises((ObjectExists, UploadMissing)):
            upload.complete([part])
        assert store.head(key + "/multi").stored.size == 4


def test_a_busy_store_is_asked_again_and_then_called_unavailable(s3_settings: S3Settings) -> None:
    with AnsweringServer("503 Slow Down", "SlowDown") as server:
        store = at(s3_settings, server.endpoint, attempts=3)
        with pytest.raises(StoreUnavailable, match="SlowDown"):
            store.open("a/b", "v")
        assert server.requests == 1 + 3, "once leanly, then as often as the settings say"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("500 Internal Server Error", "InternalError", StoreUnavailable),
        ("409 Conflict", "ConditionalRequestConflict", StoreUnavailable),
        ("400 Bad Request", "RequestTimeout", StoreUnavailable),
        ("507 Insufficient Storage", "XMinioStorageFull", StoreFull),
        ("412 Precondition Failed", "PreconditionFailed", ObjectExists),
        ("403 Forbidden", "AccessDenied", AccessRefused),
        ("401 Unauthorized", "InvalidToken", AccessRefused),
        ("400 Bad Request", "EntityTooSmall", PartsRefused),
        ("400 Bad Request", "InvalidPartOrder", PartsRefused),
        ("400 Bad Request", "BadDigest", PartsRefused),
        ("404 Not Found", "NoSuchUpload", UploadMissing),
        ("404 Not Found", "NoSuchKey", ObjectMissing),
        ("404 Not Found", "NoSuchBucket", StorageError),
        ("418 Teapot", "Teapot", StorageError),
    ],
)
def test_what_a_store_answers_has_one_name(
    s3_settings: S3Settings, status: str, code: str, expected: type[StorageError]
) -> None:
    with AnsweringServer(status, code) as server:
        upload = at(s3_settings, server.endpoint, attempts=1).resume("a/b", "u")
        with pytest.raises(expected, match=code) as caught:
            upload.complete([PART])
        assert type(caught.value) is expected


def test_a_failed_write_on_a_full_disk_is_a_full_store(s3_settings: S3Settings, tmp_path: Path) -> None:
    with AnsweringServer("500 Internal Server Error", "InternalError") as server:
        store = at(s3_settings, server.endpoint, attempts=1, sync_path=tmp_path)
        with pytest.raises(StoreUnavailable) as caught:
            store.put("a/b", b"x", size=1, sha256=sha256(b"x"), lock=until(1))
        assert type(caught.value) is StoreUnavailable
        # A file system without a byte of room, on every Linux.
        full = at(s3_settings, server.endpoint, attempts=1, sync_path=Path("/proc"))
        with pytest.raises(StoreFull):
            full.put("a/b", b"x", size=1, sha256=sha256(b"x"), lock=until(1))


def test_a_refused_lock_is_told_apart_from_refused_access(s3_settings: S3Settings, key: str) -> None:
    with AnsweringServer("403 Forbidden", "AccessDenied") as server:
        store = at(s3_settings, server.endpoint)
        with pytest.raises(LockRefused):
            store.release_hold(ANYTHING)
        with pytest.raises(AccessRefused):
            store.head(key)


def test_the_application_can_delete_nothing(s3_settings: S3Settings, s3_store: S3ObjectStore, key: str) -> None:
    stored = put(s3_store, key, b"kept")
    for arguments in ({}, {"VersionId": stored.version_id}):
        with pytest.raises(s3_store._client.exceptions.ClientError, match="AccessDenied"):
            s3_store._client.delete_object(Bucket=s3_settings.buckets.evidence, Key=key, **arguments)
    assert read(s3_store, stored) == b"kept"


def test_a_missing_bucket_is_never_missing_evidence(s3_settings: S3Settings) -> None:
    assert s3_settings.setup is not None
    as_setup = {"access_key": s3_settings.setup.access_key, "secret_key": s3_settings.setup.secret_key}
    store = connect(s3_settings.model_copy(update=as_setup), "no-such-bucket")
    for ask in (lambda: store.head("a/b"), lambda: store.open("a/b", "0" * 32)):
        with pytest.raises(StorageError) as caught:
            ask()
        assert not isinstance(caught.value, ObjectMissing)


def test_wrong_keys_are_refused_access(s3_settings: S3Settings, key: str) -> None:
    store = connect(s3_settings.model_copy(update={"access_key": "nobody"}), "evidence")
    with pytest.raises(AccessRefused):
        put(store, key, b"x")
    with pytest.raises(AccessRefused):
        store.head(key)


def test_the_environment_of_a_shell_changes_nothing(
    s3_settings: S3Settings, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "of-somebody-else")
    assert read(connect(s3_settings, "evidence"), put(connect(s3_settings, "evidence"), key, b"x")) == b"x"


def test_a_body_is_read_once_and_not_hashed_again_for_the_signature(s3_settings: S3Settings, key: str) -> None:
    class Counted(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            self.given += len(piece)
            return piece

    store = connect(s3_settings, "evidence")
    signed: list[bytes] = []
    store._client.meta.events.register(
        "before-send.s3.PutObject", lambda request, **_: signed.append(request.headers["X-Amz-Content-SHA256"])
    )
    data = bytes(1_000_000)
    body = Counted(data)
    store.put(key, body, size=len(data), sha256=sha256(data), lock=until(2))
    assert signed == [sha256(data).hex().encode()]
    assert body.given == len(data)


def test_settling_a_folder_that_is_not_there_is_an_error(s3_settings: S3Settings, tmp_path: Path) -> None:
    store = connect(s3_settings.model_copy(update={"sync_path": tmp_path / "gone"}), "evidence")
    with pytest.raises(StorageError, match="gone"):
        store.settle()
