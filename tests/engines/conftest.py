"""Real engines in an awkward place: a long path with spaces, a comma and a quote."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from dems.engines import Engines

ROOT = Path(__file__).parents[2]
PACKAGES = Path(psutil.__file__).parents[1]
AWKWARD = Path('a data folder, it\'s "long"') / ("x" * 120)


@pytest.fixture(scope="package")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Running engines, for tests that leave them as they found them."""
    with Engines(tmp_path_factory.mktemp("engines") / AWKWARD) as running:
        yield running


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for something to become true, with an end."""

    def wait(true: Callable[[], bool], seconds: float = 120.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it did not come true in time"
            time.sleep(0.05)

    return wait


class Script:
    """A Python program in a process of its own, with this tree importable."""

    def __init__(
        self, text: str, *arguments: str, prefix: tuple[str, ...] = (), interpreter: str = sys.executable
    ) -> None:
        self.process = subprocess.Popen(  # noqa: S603  (this interpreter)
            [*prefix, interpreter, "-c", text, *arguments],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{ROOT}:{PACKAGES}",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def output(self, seconds: float = 240) -> str:
        """Everything it says, once it has ended well."""
        text, _ = self.process.communicate(timeout=seconds)
        assert self.process.returncode == 0, text
        return text

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def script() -> Iterator[Callable[..., Script]]:
    begun: list[Script] = []

    def begin(text: str, *arguments: str, **options: Any) -> Script:
        begun.append(Script(text, *arguments, **options))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()
