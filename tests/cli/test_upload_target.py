"""Where files go, from what a person gives: a case, or the link of an invitation, whose secret is never repeated."""

from pathlib import Path

import pytest

from dems.cli.client import Misused
from dems.cli.main import main
from dems.cli.upload.target import invitation

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
