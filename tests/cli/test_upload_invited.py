"""`dems upload --invitation`: what somebody without an account sends, and goes on sending."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import PART, Desk, kinds, of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "evidence"
    made.mkdir()
    (made / "small").write_text("what it says")
    (made / "large").write_bytes(b"x" * (PART + 3))
    return made


def invited(desk: Desk, **more: Any) -> dict[str, Any]:
    """An invitation; from here on the command has no account."""
    asked = {
        "asked_for": "The footage of 3 March",
        "recipient": "Avon and Somerset",
        "contact": "a.khan@example.org",
        "exhibit_prefix": "AVS",
        "max_files": 100,
        "max_bytes": 10**9,
        "expires_at": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
        **more,
    }
    answer = desk.http.post(f"/v1/cases/{desk.case_id}/invitations", json=asked)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    link = f"{str(desk.http.base_url).rstrip('/')}/i#{made['invitation_token']}"
    desk.monkeypatch.setenv("DEMS_INVITATION", link)
    desk.monkeypatch.delenv("DEMS_TOKEN")
    desk.monkeypatch.delenv("DEMS_URL")
    return made


def upload(desk: Desk, *arguments: object, code: int = 0) -> list[dict[str, Any]]:
    return desk.run("upload", *arguments, "--json", code=code)


@pytest.mark.parametrize("transport", ["direct", "relay"])
def test_what_is_sent_lands_in_the_case_numbered_by_who_invited(desk: Desk, folder: Path, transport: str) -> None:
    invited(desk)
    events = upload(desk, folder, "--source", "Our server", "--transport", transport)
    assert kinds(events) == {"declared": 2, "sent": 2, "sealed": 2}
    items = desk.items()
    assert sorted(i["exhibit_ref"] for i in items) == ["AVS/1", "AVS/2"]
    assert {i["source"] for i in items} == {"Our server"}
    assert kinds(upload(desk, folder)) == {"already": 2}


def test_from_another_machine_it_goes_on(desk: Desk, folder: Path) -> None:
    made = invited(desk)
    upload(desk, folder / "small")
    desk.forget()
    assert kinds(upload(desk, folder)) == {"already": 1, "declared": 1, "sent": 1, "sealed": 1}
    assert len(desk.items()) == 2
    assert made["intake_id"]


def test_beyond_its_limit_nothing_is_taken(desk: Desk, folder: Path) -> None:
    invited(desk, max_files=1)
    upload(desk, folder, code=1)
    assert desk.items() == []
    assert "2 files are still to be sealed" in desk.err


def test_a_csv_describes_the_items(desk: Desk, folder: Path, tmp_path: Path) -> None:
    invited(desk)
    (tmp_path / "list.csv").write_text("path,description\nsmall,A note\n")
    events = upload(desk, folder, "--csv", tmp_path / "list.csv")
    assert of(events, "left out")[0]["path"] == str(folder / "large")
    assert [i["description"] for i in desk.items()] == ["A note"]


def test_after_it_was_revoked_the_answer_is_in_words(desk: Desk, folder: Path) -> None:
    made = invited(desk)
    assert desk.http.delete(f"/v1/cases/{desk.case_id}/invitations/{made['id']}").status_code == 204
    upload(desk, folder, code=1)
    assert desk.err.count("\n") == 1
    assert made["invitation_token"] not in desk.err
    assert desk.items() == []
