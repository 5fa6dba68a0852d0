import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import CredentialRetrievalError
from pydantic import SecretStr

from storage import s3_multipart
from storage.errors import AccessRefused, StorageError
from storage.interface import Multipart, Presigned
from storage.s3 import S3ObjectStore, connect
from storage.settings import S3Settings

from .object_store import put, sha256, until
from .presigned import DATA, SOON
from .presigned import send as send_presigned

AWS = S3Settings(region="eu-west-2", access_key="AKIA", secret_key=SecretStr("secret"))


def signed(store: S3ObjectStore, key: str) -> Presigned:
    return store.presign_put(key, size=len(DATA), sha256=sha256(DATA), lock=until(2), valid_for=SOON)


def test_it_is_made_for_the_address_that_clients_reach(s3_settings: S3Settings, key: str) -> None:
    outside = connect(s3_settings.model_copy(update={"public_endpoint": "https://store.example:8443"}), "evidence")
    made = signed(outside, key)
    assert made.url.startswith(f"https://store.example:8443/evidence/{key}?")
    # The host is signed with the rest: the same request at another address is refused.
    here = made.url.replace("https://store.example:8443", s3_settings.endpoint or "")
    assert send_presigned(made, DATA, url=here).status == 403
    put(outside, key, DATA)  # our own way is the other address


@pytest.mark.parametrize(
    ("settings", "bucket", "address"),
    [
        (AWS, "evidence", "https://evidence.s3.eu-west-2.amazonaws.com/a/b?"),
        (AWS, "evidence.of.ours", "https://s3.eu-west-2.amazonaws.com/evidence.of.ours/a/b?"),
        (
            AWS.model_copy(update={"region": "us-east-1"}),
            "evidence",
            "https://evidence.s3.us-east-1.amazonaws.com/a/b?",
        ),
        (
            AWS.model_copy(update={"public_endpoint": "https://s3.example"}),
            "evidence",
            "https://s3.example/evidence/a/b?",
        ),
        (AWS.model_copy(update={"endpoint": "http://127.0.0.1:9/"}), "evidence", "http://127.0.0.1:9/evidence/a/b?"),
    ],
)
def test_each_bucket_has_its_address_and_nothing_is_asked(settings: S3Settings, bucket: str, address: str) -> None:
    store = connect(settings, bucket)
    assert signed(store, "a/b").url.startswith(address)
    part = store.resume("a/b", "id with/odd&signs").presign_part(3, size=1, sha256=bytes(32), valid_for=SOON)
    query = parse_qs(urlsplit(part.url).query)
    assert (query["uploadId"], query["partNumber"]) == (["id with/odd&signs"], ["3"])
    names = set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert names == {"host", *part.headers}


def test_keys_of_a_role_are_renewed_told_and_end_what_they_signed() -> None:
    ends = datetime.now(UTC) + timedelta(minutes=30)
    renewed = {"access_key": "ASIA", "secret_key": "s", "token": "of/the session", "expiry_time": ends.isoformat()}
    store = connect(AWS, "evidence")
    store._client._request_signer._credentials = RefreshableCredentials.create_from_metadata(
        renewed, refresh_using=lambda: renewed, method="role"
    )
    short, long = (
        store.presign_put("a/b", size=1, sha256=bytes(32), lock=until(2), valid_for=timedelta(minutes=minutes))
        for minutes in (15, 60)
    )
    assert parse_qs(urlsplit(short.url).query)["X-Amz-Security-Token"] == ["of/the session"]
    assert short.expires_at < ends - timedelta(minutes=10)
    assert long.expires_at == ends


def test_keys_of_a_role_that_cannot_be_renewed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> dict[str, str]:
        raise CredentialRetrievalError(provider="role", error_msg="nobody answers")

    over = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    stale = {"access_key": "ASIA", "secret_key": "s", "token": "t", "expiry_time": over}
    store = connect(AWS, "evidence")
    ended = RefreshableCredentials.create_from_metadata(stale, refresh_using=refuse, method="role")
    monkeypatch.setattr(store._client._request_signer, "_credentials", ended)
    with pytest.raises(StorageError, match="nobody answers"):
        signed(store, "a/b")


def test_without_keys_it_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    store = connect(AWS, "evidence")
    monkeypatch.setattr(store._client._request_signer, "_credentials", None)
    with pytest.raises(AccessRefused, match="DEMS_S3__ACCESS_KEY"):
        signed(store, "a/b")


def test_many_threads_make_them_at_once_and_all_are_accepted(s3_store: S3ObjectStore, key: str) -> None:
    answers: list[int] = []

    def work(number: int) -> None:
        answers.extend(send_presigned(signed(s3_store, f"{key}/{number}-{turn}"), DATA).status for turn in range(10))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 80


@pytest.mark.parametrize("per_page", [1, 2, 3, 4, 1000])
def test_parts_are_listed_over_pages_each_once_and_the_newest(
    s3_store: S3ObjectStore, key: str, monkeypatch: pytest.MonkeyPatch, per_page: int
) -> None:
    monkeypatch.setattr(s3_multipart, "PARTS_PER_PAGE", per_page)
    upload: Multipart = s3_store.begin(key, lock=until(2))
    for number in (2, 9, 3, 5, 1, 5):
        _send(upload, number, b"same")
    listed = list(upload.parts())
    assert [part.number for part in listed] == [1, 2, 3, 5, 9]
    assert {(part.size, part.etag) for part in listed} == {(4, _send(upload, 2, b"same"))}


def test_an_upload_without_parts_lists_none(s3_store: S3ObjectStore, key: str) -> None:
    assert list(s3_store.begin(key, lock=until(2)).parts()) == []


def _send(upload: Multipart, number: int, data: bytes) -> str:
    return upload.put_part(number, data, size=len(data), sha256=sha256(data)).etag
