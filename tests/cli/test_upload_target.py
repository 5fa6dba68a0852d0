"""Where files go, from what a person gives: a case, or the link of an invitation, whose secret is never repeated."""

import contextlib
import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from dems.cli.client import Misused
from dems.cli.main import main
from dems.cli.upload.target import invitation

ROOT = Path(__file__).parents[2]
TOKEN = "dems_in_" + "x" * 43


@pytest.mark.parametrize(
    ("link", "base"),
    [
        (f"https://dems.example.org/i#{TOKEN}", "https://dems.example.org"),
        (f" https://dems.example.org:8443/i/#{TOKEN}\n", "https://dems.example.org:8443"),
        (f"http://127.0.0.1:8000/i#{TOKEN}", "http://127.0.0.1:8000"),
        (f"https://example.org/evidence/i#{TOKEN}", "https://example.org/evidence"),
    ],
)
def test_a_link_says_where_dems_is_and_what_opens_it(link: str, base: str) -> None:
    assert invitation(link) == (base, TOKEN)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://dems.example.org/i",
        f"https://dems.example.org/j#{TOKEN}",
        f"dems.example.org/i#{TOKEN}",
        f"ftp://dems.example.org/i#{TOKEN}",
        f"https:///i#{TOKEN}",
        f"https://[::1/i#{TOKEN}",
        "https://dems.example.org/i#dems_api_" + "x" * 43,
        f"https://dems.example.org/i?{TOKEN}",
    ],
)
def test_what_is_not_the_whole_link_is_said_without_its_secret(link: str) -> None:
    with pytest.raises(Misused) as told:
        invitation(link)
    assert "https://host/i#dems_in_" in str(told.value)
    assert "xxx" not in str(told.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["upload"],
        ["upload", "2021/155555"],
        ["upload", "--invitation", f"https://127.0.0.1:9/i#{TOKEN}"],
        ["upload", "--invitation", f"https://127.0.0.1:9/i#{TOKEN}", "f", "--exhibit-prefix", "AK"],
        ["upload", "--invitation", "https://127.0.0.1:9/elsewhere", "f"],
    ],
)
def test_wrong_usage_is_told_before_anything_is_asked(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEMS_URL", raising=False)
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "xxx" not in told


def test_an_invitation_needs_no_account_and_may_come_from_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DEMS_URL", raising=False)
    monkeypatch.delenv("DEMS_TOKEN", raising=False)
    monkeypatch.setenv("DEMS_INVITATION", f"http://127.0.0.1:9/i#{TOKEN}")
    assert main(["upload", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told == "Nothing answers at http://127.0.0.1:9: see that DEMS runs there and that the link is right.\n"


def test_a_link_that_is_asked_for_is_not_on_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DEMS_URL", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"http://127.0.0.1:9/i#{TOKEN}\n"))
    assert main(["upload", "--invitation", "-", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told == "Nothing answers at http://127.0.0.1:9: see that DEMS runs there and that the link is right.\n"


def test_a_link_is_typed_unseen_at_a_terminal(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "dems.cli", "upload", "--invitation", "-", str(tmp_path)]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, cwd=ROOT, start_new_session=True) as process:  # noqa: S603
        os.close(its)
        told = b""
        while b"(it is not shown)" not in told:
            told += os.read(ours, 1000)
        os.write(ours, f"http://127.0.0.1:9/i#{TOKEN}\n".encode())
        with contextlib.suppress(OSError):  # the terminal is gone when the program is
            while more := os.read(ours, 1000):
                told += more
    os.close(ours)
    assert process.returncode == 1
    assert b"Nothing answers at http://127.0.0.1:9" in told
    assert b"xxx" not in told
