from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from pydantic import ValidationError
from urllib3 import request

from storage.errors import AccessRefused, StorageError
from storage.s3_client import S3Client, client_for
from storage.selfcheck import check
from storage.settings import Buckets, S3Identity, S3Settings
from storage.setup import prepare

from .bad_servers import RefusingProxy

PAGE = "https://dems.example"
HEADERS = "content-type,if-none-match,x-amz-checksum-sha256,x-amz-object-lock-mode"


@pytest.fixture
def client(s3_settings: S3Settings) -> Iterator[S3Client]:
    client = client_for(s3_settings, s3_settings.setup)
    yield client
    client.close()


def names() -> Buckets:
    some = uuid4().hex
    return Buckets(evidence=f"e-{some}", ledger=f"l-{some}", exports=f"x-{some}")


def test_buckets_are_made_with_versioning_and_lock_and_without_default_retention(
    s3_settings: S3Settings, client: S3Client
) -> None:
    buckets = names()
    for _ in range(2):
        prepare(s3_settings.model_copy(update={"buckets": buckets}))
    for name in (buckets.evidence, buckets.ledger, buckets.exports):
        assert client.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        found = client.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
        assert found == {"ObjectLockEnabled": "Enabled"}


@pytest.mark.parametrize("versioning", [False, True])
def test_an_existing_bucket_without_protection_is_refused(
    s3_settings: S3Settings, client: S3Client, *, versioning: bool
) -> None:
    buckets = names()
    client.create_bucket(Bucket=buckets.ledger)
    if versioning:
        client.put_bucket_versioning(Bucket=buckets.ledger, VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(StorageError, match=f"{buckets.ledger} .*(Object Lock|versioning)"):
        prepare(s3_settings.model_copy(update={"buckets": buckets}))


def test_only_the_set_up_identity_makes_buckets(s3_settings: S3Settings) -> None:
    application = S3Identity(access_key=s3_settings.access_key, secret_key=s3_settings.secret_key)
    with pytest.raises(AccessRefused):
        prepare(s3_settings.model_copy(update={"buckets": names(), "setup": application}))
    with pytest.raises(StorageError, match="set-up identity"):
        prepare(s3_settings.model_copy(update={"setup": None}))


def test_one_bucket_for_two_purposes_is_refused(s3_settings: S3Settings) -> None:
    with pytest.raises(StorageError, match="different"):
        prepare(s3_settings.model_copy(update={"buckets": Buckets(evidence="one", ledger="one")}))


def preflight(settings: S3Settings, bucket: str, origin: str, method: str = "PUT") -> tuple[str | None, str | None]:
    """Whom and what the store lets a browser send: the question that goes ahead of a PUT to another address."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": HEADERS,
    }
    answer = request("OPTIONS", f"{settings.endpoint}/{bucket}/some/key", headers=asked, retries=False, timeout=60)
    return answer.headers.get("Access-Control-Allow-Origin"), answer.headers.get("Access-Control-Allow-Headers")


def test_pages_of_the_named_addresses_and_no_others_may_send(s3_settings: S3Settings, client: S3Client) -> None:
    buckets = names()
    named = s3_settings.model_copy(update={"buckets": buckets, "cors_origins": (PAGE, "http://127.0.0.1:8000")})
    for _ in range(2):
        prepare(named)
    for origin in named.cors_origins:
        allowed, headers = preflight(named, buckets.evidence, origin)
        assert allowed == origin
        assert {name.strip() for name in (headers or "").split(",")} == set(HEADERS.split(","))
    for origin, method in (("https://elsewhere.example", "PUT"), ("http://127.0.0.1:8001", "PUT"), (PAGE, "DELETE")):
        assert preflight(named, buckets.evidence, origin, method)[1] is None
    (rule,) = client.get_bucket_cors(Bucket=buckets.evidence)["CORSRules"]
    assert rule["ExposeHeaders"] == ["ETag", "x-amz-version-id"]
    prepare(named.model_copy(update={"cors_origins": ("https://another.example",)}))
    assert preflight(named, buckets.evidence, PAGE) == (None, None)
    prepare(named.model_copy(update={"cors_origins": ()}))
    assert preflight(named, buckets.evidence, "https://another.example")[0] == "https://another.example"
    for other in (buckets.ledger, buckets.exports):
        with pytest.raises(client.exceptions.ClientError, match="NoSuchCORSConfiguration"):
            client.get_bucket_cors(Bucket=other)


def test_the_application_cannot_change_who_may_send_and_the_store_still_holds(s3_settings: S3Settings) -> None:
    prepare(s3_settings.model_copy(update={"cors_origins": (PAGE,)}))
    application = client_for(s3_settings)
    setup = client_for(s3_settings, s3_settings.setup)
    try:
        rules = {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"]}]}
        with pytest.raises(application.exceptions.ClientError, match="AccessDenied"):
            application.put_bucket_cors(Bucket="evidence", CORSConfiguration=rules)
        with pytest.raises(application.exceptions.ClientError, match="AccessDenied"):
            application.delete_bucket_cors(Bucket="evidence")
        assert check(s3_settings, "evidence").held
        assert preflight(s3_settings, "evidence", PAGE)[0] == PAGE
    finally:
        setup.delete_bucket_cors(Bucket="evidence")
        setup.close()
        application.close()


def test_a_store_that_knows_no_such_rules_is_left_as_it_is_and_a_refusal_is_told(s3_settings: S3Settings) -> None:
    real = urlsplit(s3_settings.endpoint or "")
    host, port = real.hostname or "", real.port or 0
    named = s3_settings.model_copy(update={"buckets": names(), "cors_origins": (PAGE,), "attempts": 1})
    with RefusingProxy(host, port, word="?cors", status="501 Not Implemented", code="NotImplemented") as without:
        prepare(named.model_copy(update={"endpoint": without.endpoint}))
        assert without.refused
    with (
        RefusingProxy(host, port, word="?cors", status="403 Forbidden", code="AccessDenied") as forbids,
        pytest.raises(AccessRefused, match="set the CORS rules of bucket e-"),
    ):
        prepare(named.model_copy(update={"endpoint": forbids.endpoint}))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "*",
        "https://*",
        "dems.example",
        "https://dems.example/i",
        "https://a@b",
        "ftp://x",
        "https://x:port",
        "https://x?a",
    ],
)
def test_an_address_that_is_none_is_refused_in_words(wrong: str) -> None:
    for given in ({"cors_origins": (PAGE, wrong)}, {"public_endpoint": wrong}):
        with pytest.raises(ValidationError, match="https://name:port"):
            S3Settings.model_validate(given)


def test_a_final_slash_is_no_path() -> None:
    assert S3Settings(public_endpoint="https://[::1]:8333/").public_endpoint == "https://[::1]:8333"
