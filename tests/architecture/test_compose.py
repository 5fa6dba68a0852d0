"""docker-compose.yml and Dockerfile, read as text: there is no Docker where the tests run."""

import inspect
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from dems.settings import Settings, load
from tests.architecture.compose import ROOT, compose, ours, raw_text, services

ONE_SHOT = {"store-keys", "migrate", "doctor"}
ADDRESSES = {"API_PUBLIC_URL", "STORE_PUBLIC_URL"}
PORTS = {"API_PORT", "STORE_PORT"}
OUR_PACKAGES = ("api", "dems", "storage", "workers")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def environment_of(service: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in service.get("environment", {}).items()}


def settings_of(name: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for variable in [v for v in os.environ if v.startswith("DEMS_")]:
        monkeypatch.delenv(variable)
    for variable, value in environment_of(services()[name]).items():
        if variable.startswith("DEMS_"):
            monkeypatch.setenv(variable, value)
    return load()


@pytest.mark.parametrize("name", sorted(ours()))
def test_every_variable_of_ours_is_a_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(name, monkeypatch)
    if name == "store-keys":
        assert not any(v.startswith("DEMS_") for v in environment_of(services()[name]))
        return
    role = {"sequencer": "dems_sequencer", "signer": "dems_signer"}.get(name, "dems_app")
    assert settings.database.url.get_secret_value().startswith(f"postgresql+psycopg://{role}:")
    assert settings.s3.endpoint == (None if name == "sequencer" else "http://store:8333"), "it has no business there"
    assert not settings.embedded


@pytest.mark.parametrize("name", ["api", "doctor", "extract", "extract-large", "migrate", "signer", "upkeep", "worker"])
def test_clients_and_pages_are_sent_to_the_addresses_that_were_given(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(name, monkeypatch)
    assert settings.s3.public_endpoint == "https://store.example.org"
    assert settings.s3.cors_origins == ("https://api.example.org",)
    assert settings.api.public_url == ("https://api.example.org" if name == "api" else None)
    assert settings.api.trust_proxy_header is (name == "api"), "it is reached by way of a proxy on its host only"


def test_a_service_has_only_the_identities_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    owner, setup, broker = set(), set(), set()
    for name in set(ours()) - {"store-keys"}:
        with monkeypatch.context() as patch:
            settings = settings_of(name, patch)
        owner |= {name} if settings.database.owner_url else set()
        setup |= {name} if settings.s3.setup else set()
        broker |= {name} if settings.broker.url.get_secret_value() else set()
    assert owner == {"migrate"}
    assert setup == {"migrate", "upkeep", "doctor"}
    assert broker == {"api", "worker", "extract", "extract-large", "upkeep", "beat", "doctor"}


def test_every_address_is_a_service_on_a_network_that_both_are_on() -> None:
    everything = services()
    for name, service in everything.items():
        for value in environment_of(service).values():
            for host in re.findall(r"(?:@|http://)([a-z-]+):\d+", value):
                if name == "beat" and host != "broker":
                    continue  # it carries the settings of the worker's application and sends messages only
                assert set(service["networks"]) & set(everything[host]["networks"]), (name, host)


@pytest.mark.parametrize("kind", ["volumes", "networks", "configs"])
def test_everything_declared_is_used_and_everything_used_is_declared(kind: str) -> None:
    used: set[str] = set()
    for service in services().values():
        for use in service.get(kind, []):
            used.add(use["source"] if isinstance(use, dict) else use.split(":")[0])
    assert used == set(compose()[kind])


def test_services_depend_on_services_and_wait_for_what_they_can_be() -> None:
    for service in services().values():
        for other, how in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
            assert how == {"condition": expected}


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_has_a_health_check_or_is_done_once(name: str) -> None:
    service = services()[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
        assert "healthcheck" not in service
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_is_confined(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))
    assert bool(service.get("cap_add")) is (name == "postgres")


@pytest.mark.parametrize("name", sorted(services()))
def test_every_image_has_a_version(name: str) -> None:
    image, _, tag = services()[name]["image"].partition(":")
    assert image
    assert re.fullmatch(r"\d[\w.-]*", tag)


def test_the_api_and_the_stores_s3_are_published_and_only_on_this_host() -> None:
    published = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert published == {"api": ["127.0.0.1:8000:8000"], "store": ["127.0.0.1:8333:8333"]}
    assert f"-s3.port={published['store'][0].rpartition(':')[2]}" in services()["store"]["command"]
    assert not any("network_mode" in s and s["network_mode"] != "none" for s in services().values())


def test_every_network_but_the_two_fronts_is_internal() -> None:
    networks = compose()["networks"]
    assert {name for name, network in networks.items() if not network.get("internal")} == {"front", "store-front"}
    on = {front: {n for n, s in services().items() if front in s.get("networks", [])} for front in networks}
    assert on["front"] == {"api", "doctor"}
    assert on["store-front"] == {"store"}, "nobody of ours is beside its gRPC port there"


def test_what_is_asked_for_only_when_wanted_is_started_with_nothing_else() -> None:
    with_profile = {name for name, service in services().items() if "profiles" in service}
    assert with_profile == {"doctor"}
    needed = {other for service in services().values() for other in service.get("depends_on", {})}
    assert not needed & with_profile


def test_every_secret_and_address_is_asked_for_and_none_has_a_default() -> None:
    asked = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", raw_text())
    assert {name for name, rest in asked if not rest.startswith(":?")} == PORTS
    told = raw_text().split("name: dems")[0]
    named = set(re.findall(r"\b(?:POSTGRES|STORE|BROKER)_[A-Z_]*(?:PASSWORD|KEY)\b|\b[A-Z]+_PUBLIC_URL\b", told))
    assert named == {name for name, _ in asked} - PORTS
    assert named >= ADDRESSES


def application(code: str) -> Any:
    """What the Celery application says, loaded as the worker loads it."""
    environment = {v: value for v, value in os.environ.items() if not v.startswith("DEMS_")}
    environment |= environment_of(services()["worker"])
    code = f"import json; from workers.app import app; app.loader.import_default_modules(); print(json.dumps({code}))"
    done = subprocess.run(  # noqa: S603 our own interpreter and code
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_workers_take_from_every_queue_that_something_is_sent_to() -> None:
    consumed = {}
    for name in ("worker", "upkeep", "extract", "extract-large"):
        queues = next(a for a in services()[name]["command"] if a.startswith("--queues="))
        consumed[name] = queues.removeprefix("--queues=").split(",")
    routed = application(
        "sorted({r['queue'] for r in app.conf.task_routes.values()}"
        " | {e['options']['queue'] for e in app.conf.beat_schedule.values()} | {app.conf.task_default_queue})"
    )
    assert consumed == {
        "worker": ["verify"],
        "upkeep": ["upkeep"],
        "extract": ["extract"],
        "extract-large": ["extract_large"],
    }
    assert sorted(q for queues in consumed.values() for q in queues) == routed


def test_the_queue_that_asks_for_the_set_up_identity_is_where_it_is() -> None:
    """The self-check tries it; who reads files back all day does not have it."""
    assert application("app.conf.beat_schedule['check_store']['options']['queue']") == "upkeep"
    assert "check_store" not in application("sorted(app.conf.task_routes)")


def test_the_health_check_of_the_worker_can_be_answered() -> None:
    assert application("bool(app.conf.worker_enable_remote_control)") is True


def test_the_commands_name_what_there_is() -> None:
    commands = {name: service["command"] for name, service in ours().items()}
    assert commands["api"][:3] == ["uvicorn", "--factory", "api.main:app"]
    assert commands["worker"][:4] == [*commands["beat"][:3], "worker"] == ["celery", "-A", "workers.app:app", "worker"]
    assert commands["migrate"] == ["dems", "migrate"]
    inspect.signature(import_module("api.main").app).bind()  # a factory that takes nothing


# --- Dockerfile ---


def test_the_image_holds_every_package_and_nothing_else_of_the_project() -> None:
    copied = re.findall(r"^COPY ([\w/.]+) ", DOCKERFILE, re.MULTILINE)
    assert sorted(copied) == sorted([*OUR_PACKAGES, "requirements/runtime.txt"])
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages == set(OUR_PACKAGES)
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in kept if line.startswith("!")} == set(copied)
    assert "*" in kept


def test_the_image_installs_by_hash_and_runs_as_nobody_in_particular() -> None:
    assert re.search(r"pip install .*--only-binary :all: *\\?\s*--require-hashes -r /tmp/runtime.txt", DOCKERFILE)
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert services()["store"]["user"] == "10001:10001"
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"python:3.11-slim"}


def test_every_volume_of_ours_is_made_for_our_user_in_the_image() -> None:
    made = re.search(r"install --directory --owner=10001 --group=10001 --mode=0700 (.*)$", DOCKERFILE, re.MULTILINE)
    assert made
    mounted = {volume.split(":")[1] for service in ours().values() for volume in service.get("volumes", [])}
    assert mounted == set(made[1].split())
