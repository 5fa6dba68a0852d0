"""Start, stop and start again; one instance a folder; an engine that dies comes back where it was."""

import contextlib
import json
import os
import signal
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from dems.engines import AlreadyRunning, Engines, FolderRefused, VersionRefused, read_connections
from dems.engines.binaries import POSTGRES_MAJOR
from dems.engines.credentials import _NAMES
from tests.engines import s3
from tests.engines.conftest import AWKWARD

Until = Callable[[Callable[[], bool]], None]


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), connect_timeout=5)


def test_data_survives_a_stop_and_a_change_of_ports(tmp_path: Path) -> None:
    folder = tmp_path / AWKWARD
    began = time.monotonic()
    with Engines(folder) as engines:
        took = time.monotonic() - began
        first, ports, pids = engines.connections, engines._ports, engines.processes().values()
        assert read_connections(folder) == first
        with connect(first.database_owner_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")
        s3.make_buckets(first, "evidence")
        version = s3.put_locked(first)
        began = time.monotonic()
    stopped = time.monotonic() - began
    assert took < 60
    assert stopped < 60
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert read_connections(folder) is None
    assert not (folder / "engines.json").exists()
    engines.stop()  # once more is no error
    with contextlib.ExitStack() as stack:
        for port in ports.values():  # another program takes them all
            squatter = stack.enter_context(socket.socket())
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind(("127.0.0.1", port))
            squatter.listen()
        second = stack.enter_context(Engines(folder)).connections
        assert second.s3_endpoint != first.s3_endpoint
        with connect(second.database_owner_url) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("still here",)]
        assert s3.read(second, version) == s3.BODY
        app = s3.client(second, second.s3_app)
        app.put_object(Bucket="evidence", Key="later", Body=b"x")
        app.close()


def test_files_are_private(engines: Engines) -> None:
    folder = engines._folder.path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("postgres", "store", "broker", "logs"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o700
    for name in ("secrets.json", "engines.json", "processes.json", "store/security.toml", "store/engine.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_no_secret_is_on_a_command_line_or_in_a_log(engines: Engines) -> None:
    secrets = json.loads((engines._folder.path / "secrets.json").read_text())
    seen = b"".join(path.read_bytes() for path in (engines._folder.path / "logs").iterdir())
    for pid in engines.processes().values():
        seen += Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
    assert not [name for name, value in secrets.items() if value.encode() in seen]


def test_engines_are_not_root_and_have_no_capability(engines: Engines) -> None:
    for pid in engines.processes().values():
        text = Path(f"/proc/{pid}/status").read_text()
        assert "CapEff:\t0000000000000000" in text
        assert "NoNewPrivs:\t1" in text or os.geteuid() != 0


def test_a_second_start_is_refused_and_says_who_runs(engines: Engines) -> None:
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}") as refusal:
        Engines(engines._folder.path).start()
    assert refusal.value.pid == os.getpid()
    assert engines.check() == []


@pytest.mark.parametrize("name", ["postgres", "seaweedfs", "valkey"])
def test_a_killed_engine_is_noticed_and_comes_back(engines: Engines, name: str, until: Until) -> None:
    before, pid = engines.connections, engines.processes()[name]
    os.kill(pid, signal.SIGKILL)
    until(lambda: engines.died() == [name])
    assert engines.check() == [name]
    engines.restart(name)
    assert engines.check() == []
    assert engines.connections == before
    assert engines.processes()[name] != pid
    assert read_connections(engines._folder.path) == before


def test_an_engine_that_hangs_is_noticed(engines: Engines) -> None:
    pid = engines.processes()["valkey"]
    os.kill(pid, signal.SIGSTOP)
    try:
        assert engines.check() == ["valkey"]
        assert engines.died() == []
    finally:
        os.kill(pid, signal.SIGCONT)
    assert engines.check() == []


def test_roles_own_what_they_should_and_nothing_else(engines: Engines) -> None:
    with connect(engines.connections.database_owner_url) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS owned (id int)")
        assert (
            owner.execute(
                "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            == (False,) * 3
        )
    for url in (engines.connections.database_url, engines.connections.database_reader_url):
        with connect(url) as connection:
            for statement in (
                "CREATE TABLE mine (id int)",
                "CREATE SCHEMA mine",
                "SELECT * FROM owned",
                "ALTER ROLE dems_owner SUPERUSER",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(statement)
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            connect(url.removesuffix("/dems") + "/postgres")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(
            engines.connections.database_url.replace(":", ":x", 2).replace(
                "postgresql+psycopg:x", "postgresql+psycopg:"
            )
        )


def test_settings_that_protect_data_are_on(engines: Engines) -> None:
    wanted = {
        "fsync": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "TimeZone": "UTC",
        "log_statement": "none",
    }
    with connect(engines.connections.database_url) as connection:
        found = {name: connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in wanted}
        collation = connection.execute(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'dems'"
        ).fetchone()
    assert found == {name: (value,) for name, value in wanted.items()}
    assert collation == ("C.UTF-8", "UTF8")


def test_the_broker_refuses_strangers_and_dangerous_commands(engines: Engines) -> None:
    url = engines.connections.broker_url
    stranger = redis.Redis(port=int(url.rpartition(":")[2].partition("/")[0]), protocol=2)
    with pytest.raises(redis.AuthenticationError):
        stranger.ping()
    stranger.close()
    client = redis.Redis.from_url(url)
    send: Callable[..., object] = client.execute_command
    for command in (
        "FLUSHALL",
        "FLUSHDB",
        "CONFIG GET *",
        "SHUTDOWN",
        "SAVE",
        "BGSAVE",
        "REPLICAOF NO ONE",
        "ACL LIST",
        "MODULE LIST",
        "KEYS *",
        "MONITOR",
        "MIGRATE h 1 k 0 1",
    ):
        with pytest.raises(redis.ResponseError, match="no permissions"):
            send(*command.split())
    with pytest.raises(redis.ResponseError):
        send("DEBUG", "SLEEP", "0")
    with pytest.raises(redis.ResponseError, match="no permissions"):
        client.eval("return redis.call('FLUSHALL')", 0)
    client.close()


def test_connections_do_not_print_their_secrets(engines: Engines) -> None:
    secrets = json.loads((engines._folder.path / "secrets.json").read_text())
    assert not [name for name, value in secrets.items() if value in repr(engines.connections)]


def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "documents"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("Dear")
    with pytest.raises(FolderRefused, match=r"not empty .* 'letter.txt'"):
        Engines(foreign).start()
    assert [path.name for path in foreign.iterdir()] == ["letter.txt"]
    with pytest.raises(FolderRefused, match="is not a folder"):
        Engines(foreign / "letter.txt").start()


def test_a_folder_open_to_others_is_refused_and_its_mode_kept(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(FolderRefused, match="chmod go-w"):
        Engines(shared).start()
    assert stat.S_IMODE(shared.stat().st_mode) == 0o777


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    cluster = folder / "postgres/cluster"
    cluster.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    (folder / "dems-data.json").write_text('{"format": 1}')
    (folder / "secrets.json").write_text(json.dumps(dict.fromkeys(_NAMES, "abc")))
    (cluster / "PG_VERSION").write_text(f"{POSTGRES_MAJOR + 1}\n")
    with pytest.raises(VersionRefused, match=f"PostgreSQL {POSTGRES_MAJOR + 1} and {POSTGRES_MAJOR} is installed"):
        Engines(folder).start()
    (folder / "dems-data.json").write_text('{"format": 2}')
    with pytest.raises(VersionRefused, match="format 2"):
        Engines(folder).start()


def test_lost_secrets_are_not_made_anew_beside_a_database(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "dems-data.json").write_text('{"format": 1}')
    (folder / "postgres/cluster").mkdir(parents=True)
    with pytest.raises(FolderRefused, match=r"secrets.json is missing"):
        Engines(folder).start()


def test_connections_of_nothing_are_none(tmp_path: Path) -> None:
    assert read_connections(tmp_path / "absent") is None
    (tmp_path / "engines.json").write_text("{")
    assert read_connections(tmp_path) is None
