"""One real `dems up` for all tests here, in a folder with a space in its path, worked by the real program.

Commands that end by themselves run in this process, by the program's own `main`: loading it anew took most of their time.
"""

import contextlib
import io
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from dems.cli.main import main

ROOT = Path(__file__).parents[2]
REFERENCE = "E2E/2026 1"
SHORT = {"DEMS_EVIDENCE__LEASE_SECONDS": "10"}
"""What a killed worker had in hand is soon taken up by another."""


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def well(self) -> str:
        assert self.code == 0, self.err + self.out
        return self.out.strip()

    def refused(self, code: int = 1) -> str:
        """The one sentence."""
        assert self.code == code, self.err + self.out
        assert "Traceback" not in self.err
        return self.err.strip()


@dataclass
class Installation:
    """A `dems up` on one folder, and whoever works with it."""

    folder: Path
    state: Path
    port: int
    token: str = ""
    started_in: float = 0.0
    process: "subprocess.Popen[bytes] | None" = None
    case_id: str = ""
    begun: "dict[str, subprocess.Popen[str]]" = field(default_factory=dict)
    """Uploads that a test of a crash began and the last tests finish."""
    chosen: dict[str, str] = field(default_factory=dict)
    """Settings that this one has beside those of all."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def run_file(self) -> Path:
        return self.data / "run.json"

    @property
    def run(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.run_file.read_bytes())
        return document

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEMS_", "AWS_"))}
        return {**kept, "DEMS_DATA_DIR": str(self.data), "DEMS_STATE_DIR": str(self.state), **more}

    def start(self) -> None:
        began = time.monotonic()
        argv = [sys.executable, "-m", "dems.cli", "up", "--port", str(self.port)]
        with (self.folder / "up.log").open("ab") as log:
            env = self.environment(**SHORT, **self.chosen)
            self.process = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=log, stderr=log)  # noqa: S603
        self.until(lambda: self.run_file.exists() and self.run["pid"] == self.pid, 200)
        self.started_in = time.monotonic() - began

    @property
    def pid(self) -> int:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "up.log").read_text()
        return self.process.pid

    def end(self, number: signal.Signals) -> int:
        """Signal `dems up` and wait for it."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(120)

    def begin(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        env = self.environment(**self._known_to())
        return subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "dems.cli", *arguments],
            cwd=ROOT,
            env={**env, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, begun: "subprocess.Popen[str]", seconds: float = 150) -> Done:
        try:
            out, err = begun.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            begun.kill()
            out, err = begun.communicate()
            raise AssertionError(f"not done after {seconds} s: {out}{err}") from None
        return Done(begun.returncode, out, err)

    def program(self, *arguments: str, **environment: str) -> Done:
        """One command in a process of its own, as people run it."""
        return self.finish(self.begin(*arguments, **environment))

    def dems(self, *arguments: str, **environment: str) -> Done:
        """One command in this process, with the environment and the answer that it would have in one of its own."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True) for _ in range(2))
        with (
            _surroundings({**self.environment(**self._known_to()), **environment}),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(arguments)
        out.seek(0)
        err.seek(0)
        return Done(code, out.read(), err.read())

    def _known_to(self) -> dict[str, str]:
        return {"DEMS_URL": f"http://127.0.0.1:{self.port}", "DEMS_TOKEN": self.token}

    def child(self, *words: str) -> psutil.Process:
        """The child of `dems up` whose command line holds all these words."""
        [found] = self.children(*words)
        return found

    def children(self, *words: str) -> list[psutil.Process]:
        """Its children that live and whose command line holds all these words."""
        found = []
        for process in psutil.Process(self.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # a zombie, or gone since
                line = " ".join(process.cmdline())
                found += [process] if all(word in line for word in words) else []
        return found

    def until(self, true: Callable[[], bool], seconds: float = 150.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, (self.folder / "up.log").read_text()
            time.sleep(0.05)


@contextlib.contextmanager
def _surroundings(environment: dict[str, str]) -> Iterator[None]:
    """The environment, folder and logs of a process of its own, for the length of one command."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(ROOT):
        for name in set(os.environ) - set(environment):
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            yield
        finally:
            root.setLevel(level)
            root.handlers[:] = handlers


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def inhabited(installation: Installation) -> Iterator[Installation]:
    """Running, with a case manager who investigates, and a case."""
    try:
        installation.start()
        roles = ("--role", "investigator", "--role", "case_manager")
        installation.dems("person", "add", "Amina Khan", "--email", "a.khan@example.org", *roles).well()
        installation.token = installation.dems("token", "issue", "a.khan@example.org").well()
        installation.case_id = installation.dems("case", "open", REFERENCE, "--title", "End to end").well()
        yield installation
    finally:
        for begun in installation.begun.values():
            begun.kill()
            begun.communicate()
        if installation.process is not None and installation.process.poll() is None:
            installation.end(signal.SIGTERM)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The one that the tests here share."""
    folder = tmp_path_factory.mktemp("one machine's installation")
    with inhabited(Installation(folder, folder / "state", free_port())) as installation:
        yield installation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a test puts its originals."""
    path = tmp_path / "originals of a test"
    path.mkdir()
    return path


def sha256sum(path: Path) -> str:
    """By the program that everyone has."""
    given = subprocess.run(["sha256sum", "--zero", path], stdout=subprocess.PIPE, check=True)  # noqa: S603, S607
    return given.stdout[:64].decode()
