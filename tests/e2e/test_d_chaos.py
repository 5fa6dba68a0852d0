"""An intake of 300 files during which client, workers, API and store are killed at random: it ends whole, and nothing is doubled.

The seed is printed; `CHAOS_SEED=… pytest tests/e2e/test_d_chaos.py` does the same kills again, as far as time does.
"""

import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from dems.bootstrap import Dems
from dems.cli.children import answers
from dems.settings import DatabaseSettings, Settings
from dems.usecases.upkeep.reconcile import Reconcile
from storage.settings import S3Settings
from tests.e2e.conftest import REFERENCE, ROOT, Installation, free_port, inhabited
from tests.faults.verifier import Verifier

FILES = 300
KILLS = [*["client"] * 5, *["reader"] * 3, "worker", "upkeep worker", *["api"] * 2, *["store"] * 2]
UP = {
    "worker": ("celery", "-Q verify"),
    "upkeep worker": ("celery", "-Q upkeep"),
    "api": ("uvicorn",),
    "store": ("weed",),
}
PREFIX = "CHAOS"


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("CHAOS_SEED") or random.randrange(10**9))


@pytest.fixture(scope="module")
def battered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation of its own: what becomes of the others is not to depend on what is killed here."""
    folder = tmp_path_factory.mktemp("battered")
    with inhabited(Installation(folder, folder / "state", free_port())) as installation:
        yield installation
        installation.end(signal.SIGKILL)  # what it has still to read nobody waits for


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Path:
    """0 B to 20 MiB, about a quarter of a gigabyte, in folders, under the names that people and their programs give."""
    chance = random.Random(seed)
    root = tmp_path_factory.mktemp("originals")
    names = [
        b"plain",
        b"with a space",
        "Übergabe \u202etxt.exe".encode(),
        b"\xff\xfe not utf-8",
        b"new\nline",
        b"-rf *",
    ]
    sizes = {range(5): (0, 1), range(5, 240): (1, 60_000), range(240, 284): (100_000, 2_000_000)}
    for number in range(FILES):
        bounds = next((b for numbers, b in sizes.items() if number in numbers), (6 * 2**20, 20 * 2**20))
        name = os.fsdecode(b"%03d %s" % (number, names[number % len(names)]))
        folder = root / str(number % 7)
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(chance.randbytes(chance.randrange(*bounds)))
    return root


@dataclass
class Chaos:
    """A client that is started again whenever it ended before its time, and who dies beside it."""

    installation: Installation
    originals: Path
    chance: random.Random
    died: Counter[str] = field(default_factory=Counter)
    client: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.begin()

    def begin(self) -> "subprocess.Popen[bytes]":
        """The same command, each time."""
        argv = [sys.executable, "-m", "dems.cli", "upload", REFERENCE, str(self.originals), "--exhibit-prefix", PREFIX]
        url = f"http://127.0.0.1:{self.installation.port}"
        environment = self.installation.environment(DEMS_URL=url, DEMS_TOKEN=self.installation.token)
        with (self.installation.folder / "client.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 our own program
                [*argv, "--json"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def strike(self, what: str) -> bool:
        """Kill -9 of one, as soon as there is one: it may be on its way back from the last time. False when all is done."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not self._at_work():
                return False
            if what == "client":
                self.client.kill()
                self.died[what] += self.client.wait() == -signal.SIGKILL
                return True
            if victims := self._processes(what):
                self.chance.choice(victims).kill()
                self.died[what] += 1
                return True
            time.sleep(0.1)
        raise AssertionError(f"the {what} did not come back")

    def _at_work(self) -> bool:
        """See that the client works; one that found no API at its start is started again. False when it has done it all."""
        while (code := self.client.poll()) is not None:
            if code == 0:
                return False
            time.sleep(0.3)
            self.client = self.begin()
            # So long it takes to begin: less, and it would never get to send anything.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.client.wait(1.5)
        return True

    def _processes(self, what: str) -> list[psutil.Process]:
        if what == "reader":  # a process of the worker's pool: Celery puts another in its place
            return [p for worker in self.installation.children(*UP["worker"]) for p in worker.children()]
        return self.installation.children(*UP[what])

    def rage(self) -> bool:
        """Kill one after another while the client works. Whether it was at work to the last."""
        kills = KILLS.copy()
        self.chance.shuffle(kills)
        for number, what in enumerate(kills, start=1):
            self._let_work(self.chance.uniform(0.3, 1.8), number / (len(kills) + 1))
            if not self.strike(what):
                return False
        return True

    def _let_work(self, seconds: float, share: float) -> None:
        """So long, or until this share of all bytes is announced: on a quick machine the kills are to come in time as well."""
        total = sum(file.stat().st_size for file in self.originals.rglob("*") if file.is_file())
        deadline = time.monotonic() + seconds
        with psycopg.connect(self.installation.run["database_url"], autocommit=True) as connection:
            while time.monotonic() < deadline:
                [[announced]] = connection.execute("SELECT coalesce(sum(size), 0) FROM upload_parts").fetchall()
                if announced >= share * total:
                    return
                time.sleep(0.05)

    def calm(self, seconds: float) -> int:
        """Nobody is killed any more: the client that is at work, and then the same command again."""
        self.client.wait(seconds)
        self.installation.until(lambda: answers(f"http://127.0.0.1:{self.installation.port}"))
        return self.begin().wait(seconds)


@pytest.fixture(scope="module")
def after(battered: Installation, originals: Path, seed: int) -> Chaos:
    chaos = Chaos(battered, originals, random.Random(seed))
    sys.stdout.write(f"seed {seed}\n")
    assert chaos.rage(), f"the intake was over before the last kill: {chaos.died}"
    code = chaos.calm(240)
    assert code == 0, (battered.folder / "client.log").read_text()[-4000:]
    assert chaos.died.total() >= 12, chaos.died
    assert set(chaos.died) == set(KILLS)
    return chaos


@pytest.fixture(scope="module")
def core(after: Chaos) -> Iterator[Dems]:
    """A core beside the battered one, to judge it by."""
    run = after.installation.run
    s3 = S3Settings(
        endpoint=run["s3"]["endpoint"],
        access_key=run["s3"]["access_key"],
        secret_key=SecretStr(run["s3"]["secret_key"]),
    )
    settings = Settings(database=DatabaseSettings(url=SecretStr(run["database_url"])), s3=s3)
    made = Dems(settings, nudge=lambda _: None)
    yield made
    made.close()


@pytest.fixture(scope="module")
def verifier(core: Dems) -> Iterator[Verifier]:
    engine = create_engine(core.engine.url)

    def run(statement: str) -> list[Any]:
        with engine.begin() as connection:
            return list(connection.execute(text(statement)))

    yield Verifier(core, run)
    engine.dispose()


def test_every_file_is_sealed_once_with_its_own_digest(after: Chaos, verifier: Verifier) -> None:
    wanted = {
        os.fsencode(path.relative_to(after.originals)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in after.originals.rglob("*")
        if path.is_file()
    }
    assert len(wanted) == FILES
    rows = verifier.owner("SELECT name, state, digests, exhibit_ref FROM evidence")
    assert Counter(r.state for r in rows) == {"sealed": FILES}
    assert {bytes(r.name): r.digests["sha256"] for r in rows} == wanted
    assert len({r.exhibit_ref for r in rows}) == FILES


def test_every_chain_holds_and_has_one_intake_entry(verifier: Verifier) -> None:
    chains = verifier.owner("SELECT DISTINCT chain_id FROM custody_entries")
    items = 0
    for (chain,) in chains:
        entries = verifier.chain(chain)
        acts = Counter(str(e["act"]) for e in entries)
        if acts["evidence.declare"]:
            items += 1
            arrived = [e for e in entries if e["act"] == "upload.complete" and "version_id" in e["facts"]]
            assert (acts["evidence.declare"], len(arrived), acts["evidence.seal"]) == (1, 1, 1), acts
            assert acts["evidence.mismatch"] == 0
    assert items == FILES


def test_nothing_lies_in_the_store_that_is_neither_recorded_nor_reported(core: Dems, verifier: Verifier) -> None:
    Reconcile(core.transaction, core.store, core.clock, timedelta(0))()
    recorded = {r.version_id for r in verifier.owner("SELECT version_id FROM evidence")}
    reported = {r.version_id for r in verifier.owner("SELECT version_id FROM orphans")}
    assert {v.version_id for v in core.store.versions("evidence/")} == recorded | reported
    assert not recorded & reported


def test_nothing_is_left_to_do_but_to_read_and_to_throw_parts_away(verifier: Verifier) -> None:
    assert {r.kind for r in verifier.owner("SELECT kind FROM jobs")} <= {"discard_parts", "extract", "extract_large"}
    assert verifier.owner("SELECT * FROM upload_completions") == []
    assert {r.state for r in verifier.owner("SELECT state FROM uploads")} == {"completed"}


def test_what_is_in_each_file_was_read_or_is_still_to_be(verifier: Verifier) -> None:
    forgotten = verifier.owner(
        "SELECT e.id FROM evidence e WHERE NOT EXISTS (SELECT FROM readings WHERE evidence_id = e.id) "
        "AND NOT EXISTS (SELECT FROM jobs WHERE subject = e.id AND kind LIKE 'extract%')"
    )
    assert forgotten == []
    twice = verifier.owner("SELECT evidence_id FROM readings GROUP BY evidence_id HAVING count(*) > 1")
    assert twice == [], "one whose worker was killed has one record of it"


def test_the_same_command_once_more_finds_everything_there(after: Chaos) -> None:
    log = after.installation.folder / "client.log"
    before = log.stat().st_size
    assert after.begin().wait(120) == 0
    told = [json.loads(line) for line in log.read_bytes()[before:].splitlines()]
    assert Counter(e["event"] for e in told) == {"already": FILES}
