"""A desk at which the program is used, on the real engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dems.bootstrap import Dems
from dems.cli.upload.memory import remembered
from dems.cli.upload.plan import Plan
from dems.settings import Settings
from tests.cli.desk import Desk, sitting
from tests.conftest import Sent, Team


@pytest.fixture
def desk(
    dems: Dems,
    settings: Settings,
    sent: Sent,
    team: Team,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    with sitting(dems, settings, sent, team, tmp_path, monkeypatch, capsys) as made:
        yield made


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    monkeypatch.setenv("DEMS_STATE_DIR", str(tmp_path / "state"))
    with remembered("case") as db:
        yield Plan(db)
