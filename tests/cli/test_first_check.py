"""A store that was just started may fail its first self-check: whether evidence is taken in does not hang on that moment."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dems.bootstrap import Dems
from dems.cli.installation import _Installation
from dems.settings import Settings


class _Checks:
    """Says what it was given, one after the other; as a store that comes to itself, or does not."""

    def __init__(self, *held: bool) -> None:
        self.coming: Iterator[bool] = iter(held)
        self.asked = 0

    def check_store(self) -> Any:
        self.asked += 1
        return SimpleNamespace(held=next(self.coming))


@pytest.mark.parametrize(("held", "asked"), [((True,), 1), ((False, True), 2), ((False,) * 4, 4)])
def test_what_failed_once_is_tried_again_a_few_times(held: tuple[bool, ...], asked: int, tmp_path: Path) -> None:
    checks = _Checks(*held)
    installation = _Installation(cast("Any", None), Settings(), tmp_path)
    found = installation._first_check(cast("Dems", SimpleNamespace(upkeep=checks)))
    assert (found.held, checks.asked) == (held[-1], asked)
