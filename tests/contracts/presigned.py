"""What a presigned PUT of any `ObjectStore` lets its holder do, and what not. The holder is urllib3, which knows no keys."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import urllib3
from urllib3 import BaseHTTPResponse, PoolManager, Retry

from storage.errors import ObjectMissing, PartsRefused, UploadMissing
from storage.interface import Lock, Multipart, ObjectStore, Part, Presigned

from .object_store import read, sha256, until

DATA = b"the bytes that were promised"
SOON = timedelta(minutes=1)
LOCK_HEADERS = {
    "x-amz-object-lock-mode": "GOVERNANCE",
    "x-amz-object-lock-retain-until-date": "2027-01-01T00:00:00Z",
    "x-amz-object-lock-legal-hold": "OFF",
}
WHOLE_HEADERS = {**LOCK_HEADERS, "if-none-match": "other", "content-type": "text/html"}
BODY_HEADERS = {
    "x-amz-checksum-sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
    "x-amz-sdk-checksum-algorithm": "CRC32",
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
}
ADDED = {
    "x-amz-bypass-governance-retention": "true",
    "x-amz-copy-source": "/evidence/another",
    "x-amz-acl": "public-read",
    "x-amz-tagging": "a=b",
    "x-amz-meta-name": "other",
    "x-amz-decoded-content-length": "5",
}

_holder = PoolManager(retries=Retry(0, redirect=False), timeout=60, maxsize=8)


def send(
    signed: Presigned,
    data: bytes | Iterable[bytes],
    *,
    change: Mapping[str, str | None] | None = None,
    url: str | None = None,
) -> BaseHTTPResponse:
    """PUT as the holder, with headers changed, added or (None) left out; without ``content-length`` urllib3 sets it."""
    headers = {**signed.headers, **(change or {})}
    given = {name: value for name, value in headers.items() if value is not None}
    return _holder.request("PUT", url or signed.url, body=data, headers=given, chunked=not isinstance(data, bytes))


def framed(data: bytes, size: int) -> bytes:
    """`data` as one aws-chunked body of `size` bytes: its frame carries an extension that fills it up."""
    bare = len(b"%x;\r\n" % len(data)) + len(data) + len(b"\r\n0\r\n\r\n")
    return b"%x;" % len(data) + b"f" * (size - bare) + b"\r\n" + data + b"\r\n0\r\n\r\n"


def refused(answer: BaseHTTPResponse) -> None:
    assert answer.status in {400, 403}, (answer.status, answer.data)


class PresignedContract:
    @pytest.fixture
    def store(self) -> ObjectStore:
        raise NotImplementedError

    @pytest.fixture
    def signed(self, store: ObjectStore, key: str) -> Presigned:
        return store.presign_put(key, size=len(DATA), sha256=sha256(DATA), lock=until(3, hold=True), valid_for=SOON)

    @pytest.fixture
    def upload(self, store: ObjectStore, key: str) -> Multipart:
        return store.begin(key, lock=until(3))

    def test_the_promised_bytes_are_stored_under_the_lock(self, store: ObjectStore, key: str) -> None:
        lock = Lock(until(3).retain_until, legal_hold=True)
        before = datetime.now(UTC)
        signed = store.presign_put(key, size=len(DATA), sha256=sha256(DATA), lock=lock, valid_for=SOON)
        assert before + SOON - timedelta(seconds=1) < signed.expires_at <= datetime.now(UTC) + SOON
        answer = send(signed, DATA)
        assert answer.status == 200
        with store.open(key, None) as stream:
            info = stream.info
        assert info.stored.version_id == answer.headers["x-amz-version-id"]
        assert info.stored.size == len(DATA)
        assert info.lock.satisfies(lock)
        assert info.lock.retain_until == lock.retain_until
        assert info == store.head(key, info.stored.version_id)
        assert read(store, info.stored) == DATA

    def test_no_bytes_at_all_can_be_sent(self, store: ObjectStore, key: str) -> None:
        signed = store.presign_put(key, size=0, sha256=sha256(b""), lock=until(2), valid_for=SOON)
        refused(send(signed, b"some", change={"content-length": None}))
        assert send(signed, b"").status == 200
        with store.open(key, None) as stream:
            assert stream.info.stored.size == 0
            assert stream.readinto(memoryview(bytearray(10))) == 0

    def test_a_second_put_is_refused_and_the_first_stays(self, store: ObjectStore, key: str, signed: Presigned) -> None:
        assert send(signed, DATA).status == 200
        stored = store.head(key).stored
        again = store.presign_put(key, size=5, sha256=sha256(b"other"), lock=until(2), valid_for=SOON)
        for answer in (send(signed, DATA), send(again, b"other")):
            assert answer.status == 412
        assert store.head(key).stored == stored

    @pytest.mark.parametrize("data", [DATA.upper(), DATA[:-1], DATA + b"!", b""])
    def test_other_bytes_are_refused_and_not_kept(
        self, store: ObjectStore, key: str, signed: Presigned, data: bytes
    ) -> None:
        refused(send(signed, data, change={"content-length": None}))
        self._nothing(store, key)

    def test_bytes_beyond_the_announced_size_are_not_kept(
        self, store: ObjectStore, key: str, signed: Presigned
    ) -> None:
        assert send(signed, DATA + b"GET / HTTP/1.1\r\n").status == 200
        assert read(store, store.head(key).stored) == DATA

    def test_bytes_without_a_size_are_refused(self, store: ObjectStore, key: str, signed: Presigned) -> None:
        with suppress(urllib3.exceptions.HTTPError):  # the store may also just hang up
            refused(send(signed, [DATA], change={"content-length": None}))
        self._nothing(store, key)

    @pytest.mark.parametrize("name", [*WHOLE_HEADERS, *BODY_HEADERS])
    def test_every_header_is_needed(self, store: ObjectStore, key: str, signed: Presigned, name: str) -> None:
        assert name in signed.headers
        refused(send(signed, DATA, change={name: None}))
        self._nothing(store, key)

    @pytest.mark.parametrize(("name", "value"), [*WHOLE_HEADERS.items(), *BODY_HEADERS.items(), *ADDED.items()])
    def test_no_header_can_be_changed_or_added(
        self, store: ObjectStore, key: str, signed: Presigned, name: str, value: str
    ) -> None:
        assert signed.headers.get(name) != value
        refused(send(signed, DATA, change={name: value}))
        self._nothing(store, key)

    def test_what_is_added_unsigned_changes_no_byte(self, store: ObjectStore, key: str, signed: Presigned) -> None:
        assert send(signed, DATA, change={"content-encoding": "gzip", "cache-control": "no-store"}).status == 200
        assert read(store, store.head(key).stored) == DATA

    def test_of_many_who_send_it_at_once_one_is_accepted(self, store: ObjectStore, key: str, signed: Presigned) -> None:
        with ThreadPoolExecutor(8) as holders:
            answers = [each.status for each in holders.map(lambda _: send(signed, DATA), range(8))]
        assert sorted(answers) == [200] + [412] * 7
        assert len(list(store.versions(key))) == 1

    def test_a_framed_body_brings_no_other_bytes_in(self, store: ObjectStore, key: str) -> None:
        """Were the payload's kind not signed, SeaweedFS would take the frame off before it looks at the bytes."""
        signed = store.presign_put(key, size=100, sha256=sha256(bytes(100)), lock=until(2), valid_for=SOON)
        for kind in ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "UNSIGNED-PAYLOAD"):
            body = framed(b"smuggled", 100)
            assert len(body) == 100
            refused(send(signed, body, change={"x-amz-content-sha256": kind, "content-encoding": "aws-chunked"}))
        self._nothing(store, key)

    def test_another_key_bucket_method_or_question_is_refused(
        self, store: ObjectStore, key: str, signed: Presigned
    ) -> None:
        for url in (
            signed.url.replace(key, key + "x"),
            signed.url.replace(f"/{store.bucket}/", "/exports/"),
            *(f"{signed.url}&{more}" for more in ("retention", "legal-hold", "acl", "versionId=x", "partNumber=1")),
        ):
            refused(send(signed, DATA, url=url))
        for method in ("GET", "DELETE"):
            refused(_holder.request(method, signed.url, body=DATA, headers=signed.headers))
        self._nothing(store, key)
        self._nothing(store, key + "x")

    def test_an_expired_permission_is_refused(self, store: ObjectStore, key: str, upload: Multipart) -> None:
        moment = timedelta(seconds=1)
        late = f"{key}-late"
        whole = store.presign_put(late, size=len(DATA), sha256=sha256(DATA), lock=until(2), valid_for=moment)
        part = upload.presign_part(1, size=len(DATA), sha256=sha256(DATA), valid_for=moment)
        time.sleep(max((each.expires_at - datetime.now(UTC)).total_seconds() for each in (whole, part)) + 1.1)
        for each in (whole, part):
            assert send(each, DATA).status == 403
        self._nothing(store, late)
        assert list(upload.parts()) == []

    @pytest.mark.parametrize("valid_for", [timedelta(0), timedelta(milliseconds=900), timedelta(days=7, seconds=1)])
    def test_a_validity_that_no_store_accepts_is_a_bug(
        self, store: ObjectStore, key: str, valid_for: timedelta
    ) -> None:
        with pytest.raises(ValueError, match="valid for"):
            store.presign_put(key, size=1, sha256=bytes(32), lock=until(2), valid_for=valid_for)

    def test_what_nobody_can_send_is_a_bug(self, store: ObjectStore, key: str, upload: Multipart) -> None:
        with pytest.raises(ValueError, match="size"):
            store.presign_put(key, size=-1, sha256=bytes(32), lock=until(2), valid_for=SOON)
        with pytest.raises(ValueError, match="32 bytes"):
            upload.presign_part(1, size=1, sha256=b"short", valid_for=SOON)
        naive = Lock(until(2).retain_until.replace(tzinfo=None))
        with pytest.raises(ValueError, match="aware"):
            store.presign_put(key, size=1, sha256=bytes(32), lock=naive, valid_for=SOON)
        with pytest.raises(ValueError, match="key"):
            store.presign_put("a//b", size=1, sha256=bytes(32), lock=until(2), valid_for=SOON)

    def test_parts_sent_by_others_complete_with_the_promised_digests(
        self, store: ObjectStore, key: str, upload: Multipart
    ) -> None:
        contents = {1: b"1" * (5 * 1024 * 1024), 2: DATA}
        for number in (2, 1):
            assert self._send_part(upload, number, contents[number]).status == 200
        listed = list(upload.parts())
        assert [(part.number, part.size) for part in listed] == [(n, len(c)) for n, c in contents.items()]
        parts = [Part(each.number, each.size, sha256(contents[each.number]), each.etag) for each in listed]
        with pytest.raises(PartsRefused):
            upload.complete([parts[0], Part(2, len(DATA), sha256(b"other"), parts[1].etag)])
        stored = upload.complete(parts)
        assert read(store, stored) == contents[1] + DATA
        assert store.head(key, stored.version_id).lock.satisfies(until(2))

    def test_nothing_but_the_promised_part_can_be_sent(self, store: ObjectStore, upload: Multipart, key: str) -> None:
        other = store.begin(key + "-other", lock=until(2))
        signed = upload.presign_part(2, size=len(DATA), sha256=sha256(DATA), valid_for=SOON)
        for data in (DATA.upper(), DATA[:-1], DATA + b"!", b"", [DATA]):
            refused(send(signed, data, change={"content-length": None}))
        for name, value in BODY_HEADERS.items():
            assert name in signed.headers
            refused(send(signed, DATA, change={name: None}))
            refused(send(signed, DATA, change={name: value}))
        for name, value in ADDED.items():
            refused(send(signed, DATA, change={name: value}))
        for there, elsewhere in (
            ("partNumber=2", "partNumber=3"),
            (f"uploadId={upload.upload_id}", f"uploadId={other.upload_id}"),
            (key, other.key),
        ):
            assert there in signed.url
            refused(send(signed, DATA, url=signed.url.replace(there, elsewhere)))
        assert list(upload.parts()) == []
        assert list(other.parts()) == []

    def test_of_two_that_were_sent_as_one_part_the_newest_is_listed_and_the_listed_one_completed(
        self, store: ObjectStore, upload: Multipart
    ) -> None:
        first, second = b"first", b"second, later"
        assert self._send_part(upload, 1, first).status == 200
        (earlier,) = upload.parts()
        time.sleep(1.1)  # the store's times are whole seconds
        assert self._send_part(upload, 1, second).status == 200
        (later,) = upload.parts()
        assert later.size == len(second)
        with pytest.raises(PartsRefused):
            upload.complete([Part(1, len(second), sha256(second), earlier.etag)])
        stored = upload.complete([Part(1, len(second), sha256(second), later.etag)])
        assert read(store, stored) == second
        assert self._send_part(upload, 1, first).status == 404
        with pytest.raises(UploadMissing):
            list(upload.parts())

    def test_the_parts_of_an_upload_that_is_not_there_are_missing(self, store: ObjectStore, key: str) -> None:
        with pytest.raises(UploadMissing):
            list(store.resume(key, "never-begun").parts())

    def _send_part(self, upload: Multipart, number: int, data: bytes) -> BaseHTTPResponse:
        return send(upload.presign_part(number, size=len(data), sha256=sha256(data), valid_for=SOON), data)

    def _nothing(self, store: ObjectStore, key: str) -> None:
        assert list(store.versions(key)) == []
        with pytest.raises(ObjectMissing), store.open(key, None):
            pass
