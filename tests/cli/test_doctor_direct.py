"""What `dems doctor` says of the direct path, asked of real servers: the store itself, TLS before it, and odd ones."""

import base64
import hashlib
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dems.bootstrap import Dems
from dems.cli.doctor import direct
from dems.cli.doctor.findings import Finding, State, looked_at
from dems.settings import Settings
from storage.interface import StoredVersion
from storage.s3_client import client_for
from storage.settings import S3Settings
from storage.setup import prepare
from tests.contracts.object_store import until

from .tls_servers import Authority, Request, answering, tls_before

PAGE = "https://dems.example"

Look = Callable[..., dict[str, Finding]]


@pytest.fixture
def look(settings: Settings) -> Iterator[Look]:
    """Look at the direct path with some settings of the store changed; the findings by their part."""
    cores: list[Dems] = []

    def run(**changes: object) -> dict[str, Finding]:
        core = Dems(settings.model_copy(update={"s3": settings.s3.model_copy(update=changes)}), nudge=lambda _: None)
        cores.append(core)
        found = list(looked_at("direct upload", lambda: direct.path(core)))
        told: dict[str, Finding] = {}
        for each in found:
            part = each.part.removeprefix("direct upload: ")
            told[part if part not in told else f"{part} again"] = each
        return told

    yield run
    for core in cores:
        core.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def real(s3: S3Settings) -> tuple[str, int]:
    parts = urlsplit(s3.endpoint or "")
    return parts.hostname or "", parts.port or 0


def says(found: Finding, state: State, *words: str) -> None:
    assert found.state is state, found
    assert all(word in found.detail for word in words), found


def checksum_holds(request: Request) -> bool:
    promised = request.headers.get("x-amz-checksum-sha256")
    return base64.b64encode(hashlib.sha256(request.body).digest()).decode() == promised


def test_a_store_beside_us_takes_evidence_from_this_machine(look: Look, s3: S3Settings) -> None:
    told = look()
    assert list(told) == ["address", "clock", "canary"]
    says(told["address"], State.NOTE, s3.endpoint or "", "this machine", "through the API", "DEMS_S3__PUBLIC_ENDPOINT")
    says(told["clock"], State.WELL)
    says(told["canary"], State.WELL, "other bytes", "refused", "locked")


def test_plain_http_elsewhere_is_warned_of_and_what_has_no_name_is_not_reached(look: Look) -> None:
    told = look(public_endpoint="http://store.invalid:8333")
    says(told["TLS"], State.WARNING, "unencrypted", "https://")
    says(told["address"], State.WELL, "http://store.invalid:8333 (DEMS_S3__PUBLIC_ENDPOINT)")
    says(told["address again"], State.WRONG, "cannot be reached from here", "through the API")
    assert "canary" not in told


def test_nobody_at_the_address_is_told_at_once(look: Look) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    for scheme in ("http", "https"):
        told = look(public_endpoint=f"{scheme}://127.0.0.1:{free}")
        says(told["address again"], State.WRONG, f"127.0.0.1:{free}", "refused")


def test_an_address_that_sends_on_is_wrong(look: Look) -> None:
    with answering(lambda _: 308, {"Location": "https://store.example/"}) as address:
        told = look(public_endpoint=address)
    says(told["address again"], State.WRONG, "sends on to https://store.example/")


def test_a_trusted_certificate_is_well_and_evidence_goes_through(
    look: Look, authority: Authority, real: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with tls_before(*real, authority.context(ends_in=timedelta(days=60))) as address:
        told = look(public_endpoint=address)
    says(told["TLS"], State.WELL, "127.0.0.1 is known to this system's authorities", "good until")
    assert {each.state for part, each in told.items() if part != "address"} == {State.WELL}
    assert "canary" in told


def test_a_certificate_that_soon_ends_is_warned_of(
    look: Look, authority: Authority, real: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with tls_before(*real, authority.context(ends_in=timedelta(days=13, hours=1))) as address:
        told = look(public_endpoint=address)
    says(told["TLS"], State.WARNING, "ends in 13 days", "renew it")
    says(told["canary"], State.WELL)


def test_an_authority_of_our_own_is_warned_of_because_clients_need_it_too(
    look: Look, authority: Authority, real: tuple[str, int]
) -> None:
    with tls_before(*real, authority.context(ends_in=timedelta(days=60))) as address:
        told = look(public_endpoint=address, ca_file=authority.file)
        says(told["TLS"], State.WELL, "known to DEMS_S3__CA_FILE")
        says(told["TLS again"], State.WARNING, "clients refuse it")
        says(told["canary"], State.WELL)
        told = look(public_endpoint=address)
        says(told["TLS"], State.WRONG, "refused", "unable to get local issuer certificate")
        assert "canary" not in told


def test_the_stores_own_authority_does_not_stand_in_the_way_of_a_public_one(
    look: Look, authority: Authority, real: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    (tmp_path / "other").mkdir()
    with tls_before(*real, authority.context(ends_in=timedelta(days=60))) as address:
        told = look(public_endpoint=address, ca_file=Authority(tmp_path / "other").file)
    says(told["TLS"], State.WELL)
    says(told["canary"], State.WELL)


@pytest.mark.parametrize(
    ("ends_in", "name", "reason"),
    [
        (timedelta(hours=-1), "127.0.0.1", "certificate has expired"),
        (timedelta(days=60), "127.0.0.2", "IP address mismatch"),
    ],
)
def test_a_certificate_that_clients_refuse_is_wrong(
    look: Look, authority: Authority, real: tuple[str, int], ends_in: timedelta, name: str, reason: str
) -> None:
    with tls_before(*real, authority.context(ends_in=ends_in, address=name)) as address:
        told = look(public_endpoint=address, ca_file=authority.file)
    says(told["TLS"], State.WRONG, reason)
    assert set(told) == {"address", "TLS"}


def test_plain_http_behind_an_https_address_is_wrong(look: Look, s3: S3Settings) -> None:
    told = look(public_endpoint=(s3.endpoint or "").replace("http://", "https://"))
    says(told["TLS"], State.WRONG, "does not speak TLS")


@pytest.mark.parametrize(
    ("ahead", "state", "words"),
    [
        (timedelta(seconds=0), State.WELL, "0 s"),
        (timedelta(seconds=90), State.WARNING, "ahead of"),
        (timedelta(seconds=-90), State.WARNING, "behind"),
        (timedelta(minutes=6), State.WRONG, "presigned URLs fail"),
        (timedelta(days=-1), State.WRONG, "behind"),
    ],
)
def test_clocks_that_differ_are_told(look: Look, ahead: timedelta, state: State, words: str) -> None:
    with answering(lambda _: 403, ahead=ahead) as address:
        told = look(public_endpoint=address)
    says(told["clock"], state, words)


def test_a_refused_permission_is_told_with_the_answer(look: Look, settings: Settings) -> None:
    with answering(lambda _: 403) as address:
        says(look(public_endpoint=address)["canary"], State.WRONG, "refused: 403", "as it was signed")
    assert settings.s3.endpoint is not None
    elsewhere = settings.s3.endpoint.replace("127.0.0.1", "localhost")
    says(look(public_endpoint=elsewhere)["canary"], State.WELL)


def test_a_store_that_keeps_anything_is_wrong(look: Look) -> None:
    with answering(lambda _: 200) as address:
        says(look(public_endpoint=address)["canary"], State.WRONG, "keeps other bytes")


def test_another_store_behind_the_address_is_wrong(look: Look) -> None:
    with answering(lambda request: 200 if checksum_holds(request) else 400) as address:
        says(look(public_endpoint=address)["canary"], State.WRONG, "leads to another one")


@pytest.mark.parametrize(
    ("spoil", "minutes", "words"), [(bytes.upper, 2000, "other bytes"), (bytes, 5, "not locked as signed")]
)
def test_what_changes_on_the_way_is_wrong(
    look: Look, settings: Settings, spoil: Callable[[bytes], bytes], minutes: int, words: str
) -> None:
    """Something between clients and store that answers for it, and keeps other bytes or a shorter lock."""
    core = Dems(settings, nudge=lambda _: None)

    def keep(request: Request) -> int:
        if request.method != "PUT" or not checksum_holds(request):
            return 400
        data = spoil(request.body)
        key = urlsplit(request.path).path.removeprefix("/evidence/")
        digest = hashlib.sha256(data).digest()
        stored: StoredVersion = core.store.put(key, data, size=len(data), sha256=digest, lock=until(minutes))
        return 200 if stored.version_id else 500

    with answering(keep) as address:
        says(look(public_endpoint=address)["canary"], State.WRONG, words)
    core.close()


def test_pages_of_the_named_addresses_may_send(look: Look, s3: S3Settings) -> None:
    prepare(s3.model_copy(update={"cors_origins": (PAGE,)}))
    client = client_for(s3, s3.setup)
    try:
        told = look(cors_origins=(PAGE, "https://elsewhere.example"))
        says(told["browsers"], State.WELL, PAGE)
        says(told["browsers again"], State.WRONG, "https://elsewhere.example", "403", "set-up identity")
    finally:
        client.delete_bucket_cors(Bucket=s3.buckets.evidence)
        client.close()


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "that address"),
        ({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "PUT"}, "x-amz-checksum-sha256"),
        ({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}, "does not allow PUT"),
        (
            {
                "Access-Control-Allow-Origin": "https://other.example",
                "Access-Control-Allow-Headers": "*",
                "Access-Control-Allow-Methods": "PUT",
            },
            "that address",
        ),
    ],
)
def test_an_answer_that_browsers_do_not_accept_is_wrong(look: Look, headers: dict[str, str], words: str) -> None:
    with answering(lambda _: 200, headers) as address:
        says(look(public_endpoint=address, cors_origins=(PAGE,))["browsers"], State.WRONG, PAGE, words)


def test_an_answer_that_allows_everything_will_do(look: Look) -> None:
    generous = {f"Access-Control-Allow-{what}": "*" for what in ("Origin", "Headers", "Methods")}
    with answering(lambda _: 204, generous) as address:
        says(look(public_endpoint=address, cors_origins=(PAGE,))["browsers"], State.WELL, PAGE)
