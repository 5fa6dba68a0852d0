"""What the children of `dems up` are forked from: everything that they import, and nothing that does something."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.architecture.tree import ROOT

LOADED = """
import importlib, json, os, sys, threading
from dems.cli.children import SHARED, _ENTRIES
before = set(os.listdir("/proc/self/fd"))
for name in SHARED:
    importlib.import_module(name)
shared = set(sys.modules)
found = {
    "threads": [threading.active_count(), len(os.listdir("/proc/self/task"))],
    "opened": sorted(set(os.listdir("/proc/self/fd")) - before),
    "modules": sorted(shared),
}
for entry in _ENTRIES.values():
    module, _, function = entry.partition(":")
    assert callable(getattr(importlib.import_module(module), function))
importlib.import_module("workers.app")
print(json.dumps({**found, "more": sorted(set(sys.modules) - shared)}))
"""

PARSERS = {
    "PIL", "av", "docx", "lxml", "magic", "olefile", "openpyxl", "pikepdf", "pillow_heif", "py7zr", "pyewf", "pypdfium2",
    "pypff", "pytsk3", "rarfile",
}  # fmt: skip
OF_ONE_COMMAND = {"alembic", "minio", "reportlab", "typst"}


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[Any]]:
    told = subprocess.run(  # noqa: S603 our own interpreter, and nothing of a user's
        [sys.executable, "-W", "error", "-c", LOADED],
        cwd=ROOT,
        env={"DEMS_DATABASE__URL": "postgresql+psycopg://nobody@127.0.0.1/none"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[Any]] = json.loads(told.stdout)
    return found


def test_children_import_what_is_shared_and_no_more(loaded: dict[str, list[Any]]) -> None:
    """`workers.app` reads the settings of the process, so each worker imports it for itself."""
    assert loaded["more"] == ["celery.__main__", "celery.fixups", "celery.fixups.django", "workers.app"]


def test_what_is_shared_may_be_forked(loaded: dict[str, list[Any]]) -> None:
    """No thread that a fork would lose, and nothing open that two would write into."""
    assert loaded["threads"] == [1, 1]
    assert loaded["opened"] == []


def test_nothing_that_reads_evidence_is_shared(loaded: dict[str, list[Any]]) -> None:
    """Parsers are imported where they are locked up, and what one command needs by that command."""
    assert (PARSERS | OF_ONE_COMMAND) & set(loaded["modules"]) == set()
    assert "workers.app" not in loaded["modules"]
