"""What our processes write: one JSON object a line."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.architecture.tree import ROOT

LOGS = """
import logging, pathlib, sys
from dems import logs
from dems.model.requests import REQUEST_ID
logs.configure("INFO", process="signer")
log = logging.getLogger("dems.somewhere")
log.info("sealed", extra={"item": "i1", "n": 3, "token": "T", "file_name": "F", "Owner_Email": "E", "job_name": "seal"})
log.warning("%s of %d", "two", 3, extra={"path": pathlib.Path("/x"), "letter": "ü"})
REQUEST_ID.set("r1")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("broken")
log.critical("here", stack_info=True)
log.debug("not wanted")
logging.getLogger("botocore.auth").info("GET /?X-Amz-Signature=")
print(sorted({"rich", "pygments"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def told() -> tuple[list[dict[str, Any]], str]:
    done = subprocess.run(  # noqa: S603 our own interpreter, and nothing of a user's
        [sys.executable, "-c", LOGS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stderr.splitlines()], done.stdout.strip()


def test_each_line_is_an_object_with_what_was_said(told: tuple[list[dict[str, Any]], str]) -> None:
    sealed, two, broken, here = told[0]
    for line in (sealed, two, broken, here):
        at = datetime.fromisoformat(line.pop("timestamp"))
        assert at.tzinfo is not None
        assert abs((datetime.now(UTC) - at).total_seconds()) < 3600
        assert line.pop("process") == "signer"
    withheld = dict.fromkeys(("token", "file_name", "Owner_Email"), "[withheld]")
    assert sealed == {"event": "sealed", "level": "info", "item": "i1", "n": 3, "job_name": "seal", **withheld}
    assert two == {"event": "two of 3", "level": "warning", "path": "/x", "letter": "ü"}
    assert broken.pop("exception").splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert broken == {"event": "broken", "level": "error", "request": "r1"}
    assert here.pop("stack_info").startswith("Stack (most recent call last):")
    assert here == {"event": "here", "level": "critical", "request": "r1"}


def test_a_process_that_logs_loads_nothing_that_paints(told: tuple[list[dict[str, Any]], str]) -> None:
    assert told[1] == "[]"
