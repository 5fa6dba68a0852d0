"""A paper as PDF/A-2a and PDF/UA-1, by the file of its form. The same paper and file give the same bytes.

Files in `templates/` never change once something was certified with them: another look is another version of the form.
"""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from dems.documents.schedules.papers import Paper, as_data, standing_words
from dems.documents.schedules.printable import one_line
from dems.errors import DocumentNotMade, Overloaded

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).with_name("templates")
_CHILD = Path(__file__).with_name("typst_child.py")
"""Not imported here: what it loads is as large as it is native."""
_REFUSED = 3
"""How it ends where a template does not compile."""
_HEADING = 90
"""Characters of the parties' names in the head of each page; all of them stand on the first."""
_ARABIC = re.compile("[\u0600-\u06ff]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: seconds by the clock and of processor, bytes of address space. 10,000 rows take 6 s and 1.3 GB."""

    seconds: int = 120
    processor_seconds: int = 120
    memory: int = 6 << 30


LIMITS = Limits()
_TURN = BoundedSemaphore(1)
"""One at a time in a process: two of 10,000 rows at once would be more memory than an API server has to spare."""
_TURN_SECONDS = 30


def to_pdf(paper: Paper, templates: Path = TEMPLATES, limits: Limits = LIMITS) -> bytes:
    """The document. Raises `DocumentNotMade` where there is no file for its form, the file does not compile or it costs too much,
    and `Overloaded` while others wait for theirs.
    """
    file = file_of(paper)
    if not (templates / file).is_file():
        raise DocumentNotMade(
            f"There is no file {file} that sets the form {paper.template}: have it added.", template=file
        )
    if not _TURN.acquire(timeout=_TURN_SECONDS):
        raise Overloaded("Other documents are being made. Try again in a minute.", retry_after=60)
    try:
        return _apart(paper, templates, limits)
    finally:
        _TURN.release()


def file_of(paper: Paper) -> str:
    """The file that sets a form: "MG6D-nil-1.typ" for "MG6D nil 1"."""
    return f"{paper.template.replace(' ', '-')}.typ"


def template_data(paper: Paper) -> Mapping[str, Any]:
    """What a template is given: the document as its JSON, and what follows from it for setting it."""
    data = as_data(paper)
    columns = range(len(paper.columns))
    longest = [max((len(word) for line in data["lines"] for word in line[c].split()), default=0) for c in columns]
    return {
        **data,
        "across": standing_words(paper.standing),
        "running_heading": one_line(paper.heading, _HEADING),
        "longest_words": longest,
        "longest_cells": [max((len(line[c]) for line in data["lines"]), default=0) for c in columns],
        "most_breaks": [max((line[c].count("\n") for line in data["lines"]), default=0) for c in columns],
        "arabic": any(_ARABIC.search(cell) for line in data["lines"] for cell in line),
    }


def _apart(paper: Paper, templates: Path, limits: Limits) -> bytes:
    data = json.dumps(template_data(paper), ensure_ascii=False).encode()
    at = int(paper.made_at.astimezone(UTC).timestamp())
    command = [
        sys.executable, "-I", str(_CHILD), str(templates), file_of(paper), str(at),
        str(limits.processor_seconds), str(limits.memory),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  (our own program; no argument is from outside but the name of a form's file)
            command, input=data, capture_output=True, timeout=limits.seconds, check=False, env={}
        )
    except subprocess.TimeoutExpired as late:
        raise _too_much(paper) from late
    if done.returncode == _REFUSED:
        said = json.loads(done.stderr)
        # What the typesetter says can quote the document, which is no matter for a log.
        log.error("template_refused", extra={"template": file_of(paper)})
        raise DocumentNotMade(
            f"The file {file_of(paper)}, which sets the form {paper.template}, does not compile: {said['message']}. Have it mended.",
            template=file_of(paper),
        )
    if done.returncode != 0:
        log.error("typesetting_ended", extra={"template": file_of(paper), "returncode": done.returncode})
        raise _too_much(paper)
    return done.stdout


def _too_much(paper: Paper) -> DocumentNotMade:
    return DocumentNotMade(
        f"{paper.name} takes more time or memory as a PDF than a document may: ask for XLSX, CSV or JSON.",
        rows=len(paper.lines),
    )
