"""A counterpart follows the feed while it and we are killed at random: in the end both agree on every case, milestone and item.

The seed is printed; `FEED_SEED=… pytest tests/e2e/test_c_followers.py` does the same again, as far as time does.
"""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil

from tests.e2e.conftest import ROOT, Installation
from tests.e2e.counterpart import TOKEN, client, everything, opened, read

CASES, ACTS = 3, 60
KILLS = [*["counterpart"] * 5, *["sequencer"] * 2, *["api"] * 2, "signer", "worker", "database", "installation"]
UP = {
    "sequencer": ("sequencer",),
    "signer": ("signer",),
    "api": ("uvicorn",),
    "worker": ("celery", "-Q verify"),
    "database": ("postgres",),
}


@dataclass
class Meeting:
    """Our installation with somebody who works on it, and the counterpart."""

    installed: Installation
    token: str
    database: Path
    chance: random.Random
    cases: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    milestones: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        argv = [sys.executable, "-m", "tests.e2e.counterpart", str(self.database), self.installed.run["url"]]
        env = self.installed.environment(**{TOKEN: self.token})
        self.process = subprocess.Popen(argv, cwd=ROOT, env=env)  # noqa: S603

    def kill(self, who: str) -> None:
        if who == "counterpart":
            assert self.process is not None
            assert self.process.poll() is None, "it ended by itself"
            self.process.kill()
            self.process.wait()
            self.start()
            return
        if who == "installation":
            family = psutil.Process(self.installed.pid).children(recursive=True)
            self.installed.end(signal.SIGKILL)
            psutil.wait_procs(family, timeout=30)
            self.installed.start()
            return
        for victim in self.installed.children(*UP[who]):  # none where it was killed just before and is not back
            victim.kill()

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Again until it is answered: with one key, so that what was done and not answered is not done twice."""
        key = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError), client(self.installed.run["url"], self.token) as http:
                answer = http.request(method, path, headers=key, **more)
                if answer.status_code not in {409, 429, 503} or method == "GET":
                    return answer.raise_for_status().json()
            time.sleep(0.1)
        raise AssertionError(f"{method} {path} was never answered")

    def act(self, number: int) -> None:
        """Something that happens to a case or an item."""
        case = self.chance.choice(self.cases)
        what: list[Callable[[], object]] = [
            lambda: self.items.append(self._declare(case, f"FE/{number}")),
            lambda: self.items.append(self._sent(case, f"FE/{number}")),
            lambda: self._milestone(case),
            lambda: self._correct(number),
        ]
        self.chance.choice(what)()

    def _declare(self, case: str, ref: str) -> str:
        body = {"exhibit_ref": ref, "kind": "physical"}
        return str(self.ask("POST", f"/v1/cases/{case}/evidence", json=body)["id"])

    def _sent(self, case: str, ref: str) -> str:
        """With bytes, which a worker seals in its own time."""
        content = self.chance.randbytes(self.chance.randrange(1, 5000))
        body = {"exhibit_ref": ref, "file": {"name": "f", "size": len(content)}}
        declared = self.ask("POST", f"/v1/cases/{case}/evidence", json=body)
        cut_off = (httpx.TransportError, httpx.HTTPStatusError)  # then the upload is left as it is
        with contextlib.suppress(*cut_off), client(self.installed.run["url"], self.token) as http:
            http.put(f"/v1/uploads/{declared['upload']['id']}/content", content=content).raise_for_status()
        return str(declared["id"])

    def _milestone(self, case: str) -> None:
        day = f"2026-{self.chance.randrange(1, 10):02d}-{self.chance.randrange(1, 28):02d}"
        body = {"kind": "complaint_made", "when": day}
        if case in self.milestones:
            body |= {"corrects": self.milestones[case], "reason": "it was another day"}
        self.milestones[case] = self.ask("POST", f"/v1/cases/{case}/milestones", json=body)["id"]

    def _correct(self, number: int) -> None:
        if self.items:
            item = self.chance.choice(self.items)
            body = {"exhibit_ref": f"FE/{number}C", "reason": "it was misread"}
            self.ask("POST", f"/v1/evidence/{item}/exhibit-ref-corrections", json=body)

    def ours(self) -> dict[str, str]:
        """Every case, its milestones and its items, as we have them."""
        with client(self.installed.run["url"], self.token) as http:
            addresses = [a for case in self.cases for a in (f"cases/{case}", f"cases/{case}/milestones")]
            for case in self.cases:
                addresses += [f"evidence/{row['id']}" for row in everything(http, f"cases/{case}/evidence")]
            return {address: json.dumps(read(http, address), sort_keys=True) for address in addresses}

    def theirs(self) -> dict[str, str]:
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as database:
            return dict(database.execute("SELECT address, body FROM things"))

    def agree(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return self.theirs() == self.ours()
        return False


def test_a_counterpart_and_we_agree_in_the_end_whoever_was_killed(installed: Installation, tmp_path: Path) -> None:
    seed = int(os.environ.get("FEED_SEED") or random.randrange(10**9))
    sys.stdout.write(f"FEED_SEED={seed}\n")
    roles = ("--role", "investigator", "--role", "case_manager")
    installed.dems("person", "add", "Counter Part", "--email", "c.part@example.org", *roles).well()
    token = installed.dems("token", "issue", "c.part@example.org").well()
    meeting = Meeting(installed, token, tmp_path / "theirs.sqlite3", random.Random(seed))
    for number in range(CASES):
        body = {"reference": f"FEED/{number}", "title": "Followed from elsewhere"}
        meeting.cases.append(meeting.ask("POST", "/v1/cases", json=body)["id"])
    opened(meeting.database).close()
    meeting.start()
    deaths = dict(zip(meeting.chance.sample(range(ACTS), len(KILLS)), KILLS, strict=True))
    try:
        for number in range(ACTS):
            if number in deaths:
                meeting.kill(deaths[number])
            meeting.act(number)
        installed.until(meeting.agree, 120)
        assert len(meeting.items) > 10
    finally:
        assert meeting.process is not None
        meeting.process.kill()
        meeting.process.wait()
    # What it was told is, event by event, what is told to whoever asks now for the first time.
    with client(installed.run["url"], token) as http:
        page = http.get("/v1/events", params={"limit": 500}).raise_for_status().json()
        told = [(event["id"], event["type"]) for event in page["items"]]
    with contextlib.closing(sqlite3.connect(meeting.database)) as database:
        followed = database.execute("SELECT id, type FROM events ORDER BY number").fetchall()
    assert followed == told[: len(followed)]
    assert len(told) == len(set(told)) < 500
    assert {"dems.case.open", "dems.evidence.declare", "dems.life.record"} <= {kind for _, kind in told}
