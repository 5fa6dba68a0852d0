"""PostgreSQL from the wheel: made once with `initdb`, reached over TCP on loopback with SCRAM passwords only."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from dems.engines.binaries import POSTGRES_MAJOR, postgres_bin
from dems.engines.errors import StartFailed, VersionRefused
from dems.engines.folder import sync_folder, write_private
from dems.engines.identity import Identity
from dems.engines.process import end, spawn
from dems.engines.waiting import EngineLog, wait_until

DATABASE = "dems"
SUPERUSER = "dems_superuser"
OWNER = "dems_owner"
APP = "dems_app"
READER = "dems_reader"
SEQUENCER = "dems_sequencer"
SIGNER = "dems_signer"
ROLES = (OWNER, APP, READER, SEQUENCER, SIGNER)
"""The owner migrates, the application works, the reader measures; the last two take entries into the log, and sign it."""

START_SECONDS = 60.0  # after a kill -9 under load the log is replayed before anyone is let in
_INITDB_SECONDS = 60.0

# Fast stop: clients are cut off, a checkpoint is written. Then immediate: the next start replays the log.
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a path over 107 bytes would be fatal; TCP needs no file that others could own
    "max_connections": "100",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_error_verbosity": "terse",  # without DETAIL, which quotes rows
    "log_parameter_max_length_on_error": "0",
    "max_wal_size": "1GB",
    "wal_level": "replica",
    "dynamic_shared_memory_type": "posix",
}

# One line, so that nobody is let in by a line that initdb's default might bring one day.
_HBA = "host all all 127.0.0.1/32 scram-sha-256\n"


class Postgres:
    name = "postgres"

    def __init__(self, folder: Path, log: EngineLog, identity: Identity, secrets: Mapping[str, str]) -> None:
        self._folder = folder
        self._cluster = folder / "cluster"
        self._log = log
        self._identity = identity
        self._secrets = secrets

    def check_version(self) -> None:
        """Raises `VersionRefused` when the cluster, if there is one, belongs to another major version."""
        version = self._cluster / "PG_VERSION"
        major = version.read_text().strip() if version.exists() else str(POSTGRES_MAJOR)
        if major != str(POSTGRES_MAJOR):
            raise VersionRefused(
                f"The database in {self._cluster} was written by PostgreSQL {major} and {POSTGRES_MAJOR} is installed: "
                f"start it with the release of DEMS that brought PostgreSQL {major}, and dump and restore it to change."
            )

    def launch(self, ports: Mapping[str, int]) -> subprocess.Popen[bytes]:
        """Start the server, making its cluster first where there is none."""
        self._prepare()
        arguments = [str(postgres_bin("postgres")), "-D", str(self._cluster), "-p", str(ports["postgres"])]
        for name, value in _SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        return spawn(
            arguments,
            folder=self._folder,
            log=self._log.open(),
            env=_environment(),
            identity=self._identity,
            on_our_death=signal.SIGQUIT,
        )

    def wait_ready(self, process: subprocess.Popen[bytes], ports: Mapping[str, int]) -> None:
        """Return when the server takes statements and the roles are as they should be. Raises `EngineError`s."""
        wait_until(lambda: self.answers(ports), process, name=self.name, seconds=START_SECONDS, log=self._log)
        try:
            with self._connect(ports, "postgres") as connection:
                self._make_roles(connection)
            with self._connect(ports, DATABASE) as connection:
                self._own_schema(connection)
        except psycopg.Error as error:
            raise self._log.reason() or StartFailed(
                f"The roles of the database could not be set up ({error.sqlstate}): read the end of {self._log.path}."
            ) from error

    def answers(self, ports: Mapping[str, int]) -> bool:
        try:
            with self._connect(ports, "postgres") as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def url(self, ports: Mapping[str, int], role: str) -> str:
        return f"postgresql+psycopg://{role}:{self._secrets[role]}@127.0.0.1:{ports['postgres']}/{DATABASE}"

    def _connect(self, ports: Mapping[str, int], database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=ports["postgres"],
            dbname=database,
            user=SUPERUSER,
            password=self._secrets[SUPERUSER],
            connect_timeout=5,
            autocommit=True,
            application_name="dems engines",
        )

    def _prepare(self) -> None:
        """Make the cluster if there is none. Half-made ones of an interrupted start are made anew.

        The pid file of a server that is gone is removed; the caller has made sure that nothing works in this folder.
        PostgreSQL would take any process of ours that reuses the id for that server, and refuse to start.
        """
        if not (self._cluster / "PG_VERSION").exists():
            self._initdb()
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        hba = self._cluster / "pg_hba.conf"
        write_private(hba, _HBA.encode())
        self._identity.hand_over(hba)

    def _initdb(self) -> None:
        unfinished = self._folder / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = self._folder / "password"
        write_private(password, self._secrets[SUPERUSER].encode())
        self._identity.hand_over(password)
        command = [
            str(postgres_bin("initdb")),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth-local=scram-sha-256",
            "--auth-host=scram-sha-256",
            "--data-checksums",
            "--no-instructions",
        ]
        try:
            process = spawn(
                command, folder=self._folder, log=self._log.open(), env=_environment(), identity=self._identity
            )
            try:
                status = process.wait(_INITDB_SECONDS)
            except subprocess.TimeoutExpired:
                end(process)
                status = -1
        finally:
            password.unlink(missing_ok=True)
        if status != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise self._log.reason() or StartFailed(
                f"PostgreSQL could not make its database folder: read the end of {self._log.path}."
            )
        unfinished.rename(self._cluster)
        sync_folder(self._folder)

    def _make_roles(self, connection: psycopg.Connection) -> None:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in ROLES:
            # The hash is made here: a statement with a password in it could end up in the server's log.
            verifier = connection.pgconn.encrypt_password(
                self._secrets[role].encode(), role.encode(), b"scram-sha-256"
            ).decode()
            verb = sql.SQL("ALTER" if role in known else "CREATE")
            connection.execute(
                sql.SQL(
                    "{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}"
                ).format(verb, sql.Identifier(role), sql.Literal(verifier))
            )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(_DATABASE, _OWNER))
        for name in ("postgres", "template1", DATABASE):
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(_DATABASE, _OWNER))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(_DATABASE, _OTHERS))

    def _own_schema(self, connection: psycopg.Connection) -> None:
        connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(_OWNER))
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(_OTHERS))


_DATABASE = sql.Identifier(DATABASE)
_OWNER = sql.Identifier(OWNER)
_OTHERS = sql.SQL(", ").join(sql.Identifier(role) for role in ROLES if role != OWNER)


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
