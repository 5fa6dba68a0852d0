"""Each part dies in turn while files are on their way: it comes back, and no upload needs to be begun again.

What was delayed is finished side by side, and looked at in the last tests.
"""

import contextlib
import os
import signal
import sqlite3
from pathlib import Path

import httpx
import psutil
import pytest

from tests.e2e.conftest import REFERENCE, Installation, sha256sum

PARTS = {
    "worker": ("celery", "-Q verify"),
    "api": ("uvicorn",),
    "database": ("postgres",),
    "store": ("weed",),
}


def begin(installed: Installation, part: str, files: int, size: int) -> Path:
    """An upload under way, with a state of its own so that several may run side by side."""
    folder = installed.folder / f"while the {part} dies"
    folder.mkdir()
    for number in range(files):
        (folder / f"{part} {number}").write_bytes(os.urandom(size))
    state = installed.folder / f"state of {part}"
    command = ("upload", REFERENCE, str(folder), "--exhibit-prefix", part.upper(), "--json")
    installed.begun[part] = installed.begin(*command, DEMS_STATE_DIR=str(state))
    return state


def test_a_broker_that_hears_nothing_is_replaced(installed: Installation) -> None:
    """What is sent to it reaches its socket and is lost: the sweep must find the work (see the last tests)."""
    broker = installed.child("valkey-server")
    broker.suspend()
    begin(installed, "broker", 1, 1000)
    installed.until(lambda: broker not in installed.children() and ready(installed))
    assert "nudge_not_sent" in (installed.data / "logs" / "api.log").read_text(), "it was really lost"


@pytest.mark.parametrize("part", PARTS)
def test_kill_9_of_one_part_is_made_good(part: str, installed: Installation) -> None:
    state = begin(installed, part, 3, 20_000_000)
    installed.until(lambda: declared(state) >= 2)
    victim = installed.child(*PARTS[part])
    victim.kill()
    installed.until(
        lambda: victim not in (back := installed.children(*PARTS[part])) and bool(back) and ready(installed)
    )


def declared(state: Path) -> int:
    """How many files have become items, by the plan of the upload."""
    for plan in state.rglob("plan.sqlite3"):
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(f"{plan.as_uri()}?mode=ro", uri=True)) as db,
        ):
            return int(db.execute("SELECT count(*) FROM files WHERE evidence IS NOT NULL").fetchone()[0])
    return 0


def ready(installed: Installation) -> bool:
    with contextlib.suppress(httpx.HTTPError), httpx.Client(base_url=installed.run["url"], timeout=10) as client:
        return client.get("/readyz").status_code == 200
    return False


def test_killed_as_a_whole_it_continues_where_it_was(installed: Installation, folder: Path) -> None:
    (folder / "before").write_bytes(os.urandom(100_000))
    done = installed.dems("upload", REFERENCE, str(folder), "--exhibit-prefix", "WHOLE", "--json")
    evidence_id = done.events[-1]["evidence_id"]
    token = (installed.data / "first-admin-token").read_text()
    family = psutil.Process(installed.pid).children(recursive=True)
    installed.end(signal.SIGKILL)
    assert installed.run_file.exists(), "nobody was left to remove it"
    _, alive = psutil.wait_procs(family, timeout=60)
    assert not alive, "nothing outlives it"
    refused = installed.dems("case", "list").refused()
    assert refused.startswith("Nothing answers at ")

    installed.start()
    target = folder / "after"
    installed.dems("evidence", "get", evidence_id, "--reason", "Is it there?", "-o", str(target)).well()
    assert sha256sum(target) == sha256sum(folder / "before")
    assert "chain holds" in installed.dems("custody", "show", evidence_id).well()
    headers = {"Authorization": f"Bearer {token.strip()}"}
    with httpx.Client(base_url=installed.run["url"], headers=headers, timeout=60) as client:
        assert client.get("/v1/me").status_code == 401, "the first token of the run before works no more"
