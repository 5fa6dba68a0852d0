"""The programs themselves, where they are installed. Where one is not, its tests are left out, and the run says so at its end."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.workers.installed.programs import absent
from workers.extractors.nursery import Nursery

collect_ignore = [f"test_{name}.py" for name in absent()]
ANYTHING = "tests.workers.installed.anything"


@pytest.fixture(scope="package")
def nursery() -> Iterator[Nursery]:
    """All readers, and the programs."""
    with contextlib.closing(Nursery()) as one:
        yield one


@pytest.fixture(scope="package")
def credulous() -> Iterator[Nursery]:
    """Takes every file for a video, so that the programs are asked about it, and reads nothing itself."""
    with contextlib.closing(Nursery(identifier=ANYTHING, families=(ANYTHING,))) as one:
        yield one
