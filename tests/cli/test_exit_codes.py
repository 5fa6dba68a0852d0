"""One sentence, and the exit code that was promised, for what goes wrong before anything is asked of a server."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from dems.cli import beside, program
from dems.cli.main import main


@pytest.mark.parametrize("url", ["foo", "http://", "//host", "ftp://host", "localhost:8000", "http://[::1"])
def test_an_address_that_is_none_is_wrong_usage(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEMS_URL", url)
    monkeypatch.setenv("DEMS_TOKEN", "token")
    assert main(["case", "list"]) == 2
    told = capsys.readouterr().err
    assert "it looks like http://127.0.0.1:8000" in told
    assert told.count("\n") == 1


def test_a_state_that_there_is_not_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "list", "CASE", "--state", "bogus"]) == 2
    told = capsys.readouterr().err
    assert "'bogus'" in told
    assert "mismatch" in told


def test_ctrl_c_in_a_command_ends_it_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dems.cli.cases.connect", interrupted)
    assert main(["case", "list"]) == 1
    assert capsys.readouterr().err == "Interrupted; run it again to continue.\n"


def test_ctrl_c_while_it_loads_ends_it_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "app", interrupted)
    assert main([]) == 1
    assert capsys.readouterr().err == "Interrupted; run it again to continue.\n"


def test_what_takes_long_to_load_is_loaded_where_ctrl_c_is_heard() -> None:
    told = "import sys, dems.cli.main; print(sorted({'typer', 'httpx', 'rich', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "[]\n"


def test_the_time_of_a_token_is_in_the_form_of_the_api(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expires = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    people = SimpleNamespace(
        look_up=SimpleNamespace(page=lambda *_, **__: [SimpleNamespace(id="person")]),
        issue_token=lambda *_, **__: (SimpleNamespace(id="token", expires_at=expires), "secret"),
    )

    @contextmanager
    def core() -> Iterator[Any]:
        yield SimpleNamespace(people=people)

    monkeypatch.setattr(beside, "core", core)
    assert main(["token", "issue", "a.khan@example.org", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["expires_at"]
    assert told == "2026-07-01T11:00:00.000000Z"
    assert datetime.fromisoformat(told) == expires.astimezone(UTC)
