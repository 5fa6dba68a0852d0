"""A desk at which the program is used, on the real engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dems.bootstrap import Dems
from dems.cli.main import main
from dems.cli.upload.memory import remembered
from dems.cli.upload.plan import Plan
from dems.settings import Settings
from tests.api.conftest import serve
from tests.cli.desk import Desk, Run, sitting
from tests.conftest import Sent, Team
from tests.world import Somebody


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
def url(dems: Dems, settings: Settings) -> Iterator[str]:
    yield from serve(dems, settings)


@pytest.fixture
def run(url: str, team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program with these arguments, as the case's manager or somebody else; what it printed on both streams."""

    def command(*arguments: object, by: Somebody = team.manager, code: int = 0) -> str:
        monkeypatch.setenv("DEMS_URL", url)
        monkeypatch.setenv("DEMS_TOKEN", by.token)
        capsys.readouterr()
        ended = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        assert ended == code, f"{ended}: {err}{out}"
        return out + err

    return command


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    monkeypatch.setenv("DEMS_STATE_DIR", str(tmp_path / "state"))
    with remembered("case") as db:
        yield Plan(db)
