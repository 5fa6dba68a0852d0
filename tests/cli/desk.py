"""Where somebody sits who takes files in: the real API, database and store, and what workers do in a thread beside them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from dems.bootstrap import Dems
from dems.cli.client import Client, connect
from dems.cli.main import main
from dems.cli.upload.asking import Asking
from dems.cli.upload.declaring import Declaring
from dems.cli.upload.memory import remembered
from dems.cli.upload.numbering import initials
from dems.cli.upload.patience import Patience
from dems.cli.upload.plan import Plan
from dems.cli.upload.progress import Bars
from dems.cli.upload.telling import Telling
from dems.cli.upload.walk import Found, walk
from dems.errors import DemsError
from dems.model.ids import EvidenceId, UploadId
from dems.ports import Job, JobKind
from dems.settings import Settings
from storage.errors import StorageError
from tests.api.conftest import PLAIN, serve
from tests.conftest import Sent, Team

PART = 8 * 1024 * 1024
ROOT = Path(__file__).parents[2]
Events = list[dict[str, Any]]
Run = Callable[..., str]
"""Runs the program in this process, as the fixture `run` does; what it printed."""
_KILLED = """
import os, signal, sys
from dems.cli.main import main
from dems.cli.upload import crew
from dems.cli.upload.transport import Ways

crew._TALKERS = 1  # two ask for leave side by side, and whose parts are asked for second may be sent first

left, sends = int(sys.argv[1]), Ways.send

def send(*arguments):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    sends(*arguments)
    left -= 1

Ways.send = send
main(sys.argv[2:])
"""


class Working:
    """Does what is nudged for, and sweeps, as the workers would."""

    def __init__(self, dems: Dems, sent: Sent) -> None:
        self._dems = dems
        self._sent = sent
        self.resting = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(120)

    def _run(self) -> None:
        swept = 0.0
        while not self._over.wait(0.02):
            if self.resting.is_set():
                continue
            if time.monotonic() - swept > 1:
                swept = time.monotonic()
                self._sent.jobs += self._dems.upkeep.sweep(at_most=500)
            while self._sent.jobs and not self.resting.is_set():
                with contextlib.suppress(DemsError, StorageError):
                    self._do(self._sent.jobs.pop(0))

    def _do(self, job: Job) -> None:
        match job.kind:
            case JobKind.VERIFY:
                self._dems.evidence.seal(EvidenceId(job.subject))
            case JobKind.VERIFY_MANY:
                self._dems.evidence.seal_many()
            case JobKind.FINISH_COMPLETION:
                self._dems.intake.finish_completion(UploadId(job.subject))
            case JobKind.DISCARD_PARTS:
                self._dems.intake.discard_parts(UploadId(job.subject))


@dataclass
class Desk:
    case_id: str
    http: httpx.Client
    dems: Dems
    working: Working
    team: Team
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    tmp_path: Path
    err: str = ""
    """What the last command said to the person."""

    def forget(self) -> None:
        """From here on as on another machine, which remembers nothing."""
        number = len(list(self.tmp_path.glob("state *")))
        (self.tmp_path / f"state {number}").mkdir()
        self.monkeypatch.setenv("DEMS_STATE_DIR", str(self.tmp_path / f"state {number}"))

    def upload(self, *arguments: object, code: int = 0) -> Events:
        """What `dems upload CASE … --json` told."""
        return self.run("upload", self.case_id, *arguments, "--json", code=code)

    def run(self, *arguments: object, code: int = 0) -> Events:
        self.capsys.readouterr()
        ended = main([str(a) for a in arguments])
        out, self.err = self.capsys.readouterr()
        assert ended == code, self.err + out
        return [json.loads(line) for line in out.splitlines()]

    def begin(self, *arguments: object) -> "subprocess.Popen[str]":
        """The program in a process of its own, which can be killed."""
        command = [sys.executable, "-m", "dems.cli", "upload", self.case_id, *map(str, arguments), "--json"]
        return subprocess.Popen(  # noqa: S603  (our own program)
            command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def killed_after(self, parts: int, *arguments: object) -> None:
        """`dems upload` of one part after the other in a process of its own, with kill -9 when so many are there."""
        command = [
            sys.executable,
            "-c",
            _KILLED,
            str(parts),
            "upload",
            self.case_id,
            *map(str, arguments),
            "--jobs",
            "1",
        ]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  (our own)
        assert ended.returncode == -signal.SIGKILL, ended.stderr + ended.stdout

    def items(self, **params: str) -> Events:
        """All items of the case."""
        found: Events = []
        after: dict[str, str] = {}
        while True:
            asked = {"limit": "500", **after, **params}
            page = self.http.get(f"/v1/cases/{self.case_id}/evidence", params=asked).json()
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    def acts(self, item: dict[str, Any]) -> list[str]:
        entries = self.http.get(f"/v1/evidence/{item['id']}/custody", params={"limit": 500}).json()["items"]
        return [e["act"] for e in entries]


@contextmanager
def sitting(
    dems: Dems,
    settings: Settings,
    sent: Sent,
    team: Team,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    running = serve(dems, settings)
    url = next(running)
    try:
        monkeypatch.setenv("DEMS_URL", url)
        monkeypatch.setenv("DEMS_TOKEN", team.investigator.token)
        headers = team.investigator.headers
        with (
            httpx.Client(base_url=url, headers=headers, timeout=60, verify=PLAIN) as http,
            Working(dems, sent) as working,
        ):
            desk = Desk(str(team.case.id), http, dems, working, team, monkeypatch, capsys, tmp_path)
            desk.forget()
            yield desk
    finally:
        next(running, None)


def only_declared(
    desk: Desk, folder: Path, *, by: Client | None = None, where: str | None = None, **opening: str
) -> None:
    """As an upload that was killed when all was declared and nothing sent; `where` is the intake of an invitation."""
    prefix = initials(desk.http.get("/v1/me").json()["name"])
    opening = {} if where else {**opening, "exhibit_prefix": prefix}
    with by or connect() as client, remembered(where or desk.case_id) as db:
        plan = Plan(db, opening)
        for found in walk([folder]):
            assert isinstance(found, Found)
            plan.see(found)
        asking, tell = Asking(client, Patience(print), {}), Telling(plan, Bars(), as_json=False)
        Declaring(plan, asking, tell, case_id=desk.case_id, where=where, opening=opening).all()


def of(events: Events, kind: str) -> Events:
    return [e for e in events if e["event"] == kind]


def kinds(events: Events) -> dict[str, int]:
    return dict(Counter(e["event"] for e in events))
