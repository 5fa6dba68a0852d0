"""What docker-compose.yml tells the engines, tried on the same engines from the wheels."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest
import redis
from pydantic import SecretStr

from dems.db.migrate import head, migrate
from dems.engines import Engines
from dems.engines.binaries import postgres_bin, valkey_server, weed
from dems.engines.seaweedfs_probe import exposed
from storage.interface import Lock
from storage.s3 import S3ObjectStore
from storage.s3_client import client_for
from storage.selfcheck import check
from storage.settings import S3Identity, S3Settings
from storage.setup import prepare
from tests.architecture.compose import ROOT, compose, secret_of, services

Arguments = list[str]


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.1)


def free_ports(count: int, *, offset: int = 0) -> list[int]:
    """Ports that are free now, and so are those `offset` above them."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port + offset > 65535:
                continue
            try:
                two.bind(("127.0.0.1", port + offset if offset else 0))
            except OSError:
                continue
            found.append(port)
    return found


@contextmanager
def running(arguments: Arguments, folder: Path) -> Iterator[psutil.Process]:
    with (folder.parent / "log").open("wb") as log:
        process = psutil.Popen(
            arguments, cwd=folder, stdout=log, stderr=log, env={"PATH": os.defpath, "TMPDIR": "run", "TZ": "UTC"}
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def clients_send_by_way_of_a_proxy(settings: S3Settings) -> None:
    """Which passes on their Host, as the file asks for, and adds what proxies add."""
    store = S3ObjectStore(client_for(settings), settings.buckets.evidence, settings)
    content, lock = b"what a client sends", Lock(datetime.now(UTC) + timedelta(days=1))
    signed = store.presign_put(
        f"selfcheck/{uuid4()}",
        size=len(content),
        sha256=sha256(content).digest(),
        lock=lock,
        valid_for=timedelta(minutes=5),
    )
    public = urlsplit(signed.url)
    assert f"{public.scheme}://{public.netloc}" == settings.public_endpoint
    behind = f"{settings.endpoint}{public.path}?{public.query}"
    added = {"Host": public.netloc, "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    origin = settings.cors_origins[0]
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": ",".join(sorted(set(signed.headers) - {"content-length"})),
    }
    with httpx.Client(timeout=60, trust_env=False) as client:
        allowed = client.options(behind, headers={**added, **asked})
        assert allowed.headers["Access-Control-Allow-Origin"] == origin
        elsewhere = client.put(behind, content=content, headers=dict(signed.headers))
        assert elsewhere.status_code == 403, "the Host that the proxy was asked for is part of the signature"
        assert client.put(behind, content=content, headers={**signed.headers, **added}).status_code == 200
    assert store.head(public.path.removeprefix(f"/{store.bucket}/")).lock.satisfies(lock)


def test_the_store_of_compose_is_closed_but_for_s3_and_its_locks_hold(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    environment = {
        "PATH": os.defpath,
        "STORE_FOLDER": str(folder),
        "SETUP_SECRET_KEY": secret_of("STORE_SETUP_SECRET_KEY"),
        "APP_SECRET_KEY": secret_of("STORE_APP_SECRET_KEY"),
    }
    make_keys = [sys.executable, *services()["store-keys"]["command"][1:]]
    made = []
    for _ in range(2):  # the second time changes no key of a store that may be running
        subprocess.run(make_keys, cwd=ROOT, env=environment, check=True)  # noqa: S603 as compose runs it
        made.append((folder / "security.toml").read_bytes())
    assert made[0] == made[1]
    assert (folder / "security.toml").stat().st_mode & 0o777 == 0o600

    master, volume, filer, s3 = free_ports(4, offset=10_000)
    ports = {"master": master, "volume": volume, "filer": filer, "s3": s3}
    command = services()["store"]["command"]
    assert services()["store"]["entrypoint"] == ["/usr/bin/weed"]
    with running([str(weed()), *command, *(f"-{n}.port={p}" for n, p in ports.items())], folder) as process:
        until(lambda: answers(f"http://127.0.0.1:{s3}/healthz"))
        settings = S3Settings(
            endpoint=f"http://127.0.0.1:{s3}",
            access_key="dems-app",
            secret_key=SecretStr(environment["APP_SECRET_KEY"]),
            setup=S3Identity(access_key="dems-setup", secret_key=SecretStr(environment["SETUP_SECRET_KEY"])),
            public_endpoint=services()["api"]["environment"]["DEMS_S3__PUBLIC_ENDPOINT"],
            cors_origins=json.loads(services()["api"]["environment"]["DEMS_S3__CORS_ORIGINS"]),
        )
        prepare(settings)
        assert check(settings, settings.buckets.evidence).held
        clients_send_by_way_of_a_proxy(settings)

        listening = [c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert {a.port for a in listening if a.ip != "127.0.0.1"} == {s3, s3 + 10_000}
        assert {a.port for a in listening} == {p + n for p in ports.values() for n in (0, 10_000)}
        inner = sorted({a.port for a in listening} - {s3})
        assert exposed(closed_ports=inner, s3_port=s3, scratch=tmp_path) == []


def test_the_broker_of_compose_knows_one_user_who_may_not_reconfigure_it(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    (folder / "run").mkdir(parents=True)
    (port,) = free_ports(1)
    text = compose()["configs"]["valkey.conf"]["content"]
    text = text.replace("bind 0.0.0.0", "bind 127.0.0.1").replace("6379", str(port)).replace("dir /data", "dir run")
    (folder / "valkey.conf").write_text(text)

    def client(url: str) -> redis.Redis:
        return redis.Redis.from_url(url, socket_timeout=30)

    def refuses(act: Callable[[], object]) -> bool:
        try:
            act()
        except redis.RedisError:
            return True
        return False

    url = services()["worker"]["environment"]["DEMS_BROKER__URL"].replace("broker:6379", f"127.0.0.1:{port}")
    with running([str(valkey_server()), "valkey.conf"], folder):
        known = client(url)
        until(lambda: not refuses(known.ping))
        known.lpush("verify", "nudge")
        assert known.brpop(["verify"], timeout=1) is not None
        for command in ("FLUSHALL", "CONFIG GET *", "SHUTDOWN NOSAVE", "ACL LIST", "DEBUG SLEEP 0", "SAVE"):
            assert refuses(partial(known.execute_command, *command.split())), command
        stranger = client(f"redis://127.0.0.1:{port}/0")
        assert refuses(stranger.ping)
        for each in (known, stranger):
            each.close()


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engines, Path]]:
    folder = tmp_path_factory.mktemp("engines")
    with Engines(folder) as running_engines:
        yield running_engines, folder


def test_the_roles_of_compose_are_what_the_migrations_need(engines: tuple[Engines, Path], tmp_path: Path) -> None:
    owner = psycopg.conninfo.conninfo_to_dict(engines[0].connections.database_owner_url.replace("+psycopg", ""))
    host, port = str(owner["host"]), str(owner["port"])
    secrets = json.loads(next(engines[1].rglob("secrets.json")).read_text())
    admin = f"postgresql://dems_superuser:{secrets['dems_superuser']}@{host}:{port}"
    with psycopg.connect(f"{admin}/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE dems WITH (FORCE)")
        connection.execute("DROP ROLE dems_owner, dems_app, dems_reader, dems_sequencer, dems_signer")
        connection.execute("CREATE DATABASE dems")
    (tmp_path / "roles.sql").write_text(compose()["configs"]["roles.sql"]["content"])
    passwords = {k: v for k, v in services()["postgres"]["environment"].items() if k.endswith("_PASSWORD")}
    subprocess.run(  # noqa: S603 as the image's entry point runs it
        [str(postgres_bin("psql")), f"{admin}/dems", "--no-psqlrc", "--file", str(tmp_path / "roles.sql")],
        env={"PATH": os.defpath} | passwords,
        check=True,
    )

    def url_in(service: str, variable: str) -> str:
        found: str = services()[service]["environment"][variable]
        return found.replace("@postgres:5432", f"@{host}:{port}")

    assert migrate(url_in("migrate", "DEMS_DATABASE__OWNER_URL")) == head()
    app = url_in("api", "DEMS_DATABASE__URL").replace("+psycopg", "")
    with psycopg.connect(app, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM custody_entries").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM custody_entries")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")
    # No service reads as this role: it is for statements of the operator's own.
    reader = services()["postgres"]["environment"]["READER_PASSWORD"]
    with psycopg.connect(f"postgresql://dems_reader:{reader}@{host}:{port}/dems", autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT hash FROM tokens")
