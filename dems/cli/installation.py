"""One embedded installation, from an empty folder to a running DEMS and back."""

import contextlib
import errno
import json
import os
import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from dems.bootstrap import Dems
from dems.cli.backup.take import note_schema
from dems.cli.beside import operator, plain_words, read_settings
from dems.cli.children import ROOT, SHARED, children, settings_beside, surroundings, unready, url_of
from dems.cli.screen import Failed, say, warn
from dems.db.migrate import migrate
from dems.engines import Engines, read_connections
from dems.engines.folder import disk_errors, write_private
from dems.engines.forking import ForkServer
from dems.engines.signals import when_told_to_stop
from dems.engines.supervisor import Supervisor
from dems.errors import DemsError, NotAuthenticated, Refused
from dems.model.people import OrganisationRole
from dems.ports import Page, StoreCheck
from dems.settings import Settings
from storage.errors import StorageError
from storage.setup import prepare

RUN_FILE = "run.json"
TOKEN_FILE = "first-admin-token"  # noqa: S105  (the name of a file)
FIRST_NAME = "First administrator"
FIRST_EMAIL = "admin@localhost"
_TOKEN_LASTS = timedelta(hours=24)
_CHECK_EVERY = timedelta(hours=24)
_CHECK_AGAIN = timedelta(minutes=1)
_MORE_TRIES, _TRY_AGAIN_SECONDS = 3, 2.0
_PORTS = 200


class _Stopped(BaseException):
    """SIGTERM or SIGINT came before everything was up."""


def keep_running(data_dir: Path | None, port: int | None) -> None:
    """Start everything, keep it running and return after SIGTERM or SIGINT, when all of it has stopped."""
    with plain_words(), contextlib.suppress(_Stopped), when_told_to_stop(_stop):
        settings = read_settings(data_dir=data_dir, port=port)
        folder = settings.data_dir.expanduser().absolute()
        if read_connections(folder) is None:
            _remove_run_file(folder)  # of a run that was killed
        with Engines(folder) as engines, disk_errors(folder):
            _remove_run_file(folder)
            log = folder / "logs" / "fork-server.log"
            with ForkServer(
                SHARED, folder=ROOT, log=log, env=surroundings()
            ) as forks:  # it loads while we look after ours
                _Installation(engines, settings_beside(settings, engines.connections), folder).run(forks)
    say("Stopped.")


class _Installation:
    def __init__(self, engines: Engines, settings: Settings, folder: Path) -> None:
        self._engines = engines
        self._settings = settings
        self._folder = folder
        self._ending = threading.Event()

    def run(self, forks: ForkServer) -> None:
        dems = Dems(self._settings, nudge=lambda _: None)
        try:
            note_schema(self._folder, migrate(self._engines.connections.database_owner_url))
            prepare(self._settings.s3)
            check = self._first_check(dems)
            if not check.held:
                failed = ", ".join(sorted({str(row["name"]) for row in check.rows if not row["held"]}))
                warn(f"The store's Object Lock does not hold ({failed}): no evidence is taken in until it does.")
            token_file = self._first_token(dems)
            port = free_port(self._settings.api.host, self._settings.api.port)
            url = url_of(self._settings.api.host, port)
            watch = threading.Thread(target=self._check_daily, args=(dems, check.held), name="self-check", daemon=True)
            watch.start()
            Supervisor(
                self._engines,
                children(self._settings, self._engines.connections, self._folder, port),
                on_ready=lambda: self._ready(url, token_file),
                on_stopping=self._stopping,
                report=warn,
                forks=forks,
            ).run()
        finally:
            self._ending.set()
            dems.close()

    def _first_token(self, dems: Dems) -> Path | None:
        """A fresh token for the first administrator, who is made where there is none; the one before works no more."""
        path = self._folder / TOKEN_FILE
        actor = operator()
        known = dems.people.look_up.page(actor, Page(1), email=FIRST_EMAIL)
        person = (
            known[0]
            if known
            else dems.people.add(actor, name=FIRST_NAME, email=FIRST_EMAIL, roles=[OrganisationRole.ADMINISTRATOR])
        )
        before = None
        with contextlib.suppress(OSError, UnicodeDecodeError, NotAuthenticated):
            before = dems.people.recognise(path.read_text().strip(), on_behalf_of=None, request_id=None).token_id
        try:
            _, secret = dems.people.issue_token(actor, person.id, lasts=_TOKEN_LASTS)
        except Refused:
            path.unlink(missing_ok=True)
            warn(f"{FIRST_EMAIL} is not active any more, so no administrator token was made.")
            return None
        write_private(path, f"{secret}\n".encode())
        if before is not None:
            dems.people.revoke_token(actor, before)
        return path

    def _ready(self, url: str, token_file: Path | None) -> None:
        found = self._engines.connections
        buckets = self._settings.s3.buckets
        document = {
            "url": url,
            "token_file": None if token_file is None else str(token_file),
            "database_url": found.database_url.replace("postgresql+psycopg://", "postgresql://", 1),
            "s3": {
                "endpoint": found.s3_endpoint,
                "access_key": found.s3_app[0],
                "secret_key": found.s3_app[1],
                "buckets": buckets.model_dump(),
            },
            "pid": os.getpid(),
        }
        write_private(self._folder / RUN_FILE, json.dumps(document, indent=1).encode())
        say(f"DEMS is running at {url} (its API is described at {url}/openapi.json).")
        say(f"Data, logs and keys are in {self._folder}.")
        if token_file is not None:
            say(f"A token of the first administrator, good for 24 hours, is in {token_file}.")
        for part in sorted(unready(url)):
            warn(f"Not well: {part}; see {url}/readyz.")
        say("Ctrl-C stops everything in order; starting again continues where it was.")

    def _stopping(self) -> None:
        _remove_run_file(self._folder)
        self._ending.set()

    def _first_check(self, dems: Dems) -> StoreCheck:
        """A store that was just started may fail once at what it does a moment later; one that does not hold never does it."""
        check = dems.upkeep.check_store()
        for _ in range(_MORE_TRIES):
            if check.held or self._ending.wait(_TRY_AGAIN_SECONDS):
                break
            check = dems.upkeep.check_store()
        return check

    def _check_daily(self, dems: Dems, held: bool) -> None:
        """With the set-up identity, which the workers do not have. Where it did not hold nothing is taken in: soon again."""
        while not self._ending.wait((_CHECK_EVERY if held else _CHECK_AGAIN).total_seconds()):
            try:
                held = dems.upkeep.check_store().held
                if not held:
                    warn("The store's Object Lock does not hold: run `dems doctor`.")
            except (DemsError, StorageError) as error:
                warn(f"The store's self-check could not be run: {error}")


def free_port(host: str, first: int) -> int:
    """The first port from `first` on that nobody listens on; any free one for 0."""
    for port in range(first, min(first + _PORTS, 65536)) if first else (0,):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((host, port))
                listener.listen(1)
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EACCES):
                    continue
                raise Failed(f"The API cannot listen on {host} ({error.strerror}): set DEMS_API__HOST.") from error
            return int(listener.getsockname()[1])
    raise Failed(f"No port from {first} on is free: name another one with --port.")


def _remove_run_file(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / RUN_FILE).unlink(missing_ok=True)


def _stop() -> NoReturn:
    """Until the supervisor listens itself, a signal ends whatever is going on, and what was started is stopped."""
    raise _Stopped
