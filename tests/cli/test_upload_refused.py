"""What an upload leaves out, what it tells of files that cannot be taken, and what it does where the store is not reached."""

from pathlib import Path

import pytest

from dems.bootstrap import Dems
from dems.settings import Settings
from tests.cli.desk import PART, Desk, kinds, of, only_declared, sitting
from tests.conftest import Sent, Team


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "evidence"
    made.mkdir()
    (made / "f").write_text("what it says")
    return made


def test_a_folder_without_files_is_said_to_be_one(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    desk.upload(tmp_path / "empty", code=1)
    assert desk.err == f"No files found in {tmp_path / 'empty'}.\n"
    assert not desk.items()


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(desk: Desk, folder: Path, tmp_path: Path) -> None:
    (folder / "link").symlink_to("f")
    events = desk.upload(tmp_path / "gone", folder, code=1)
    assert kinds(events) == {"failed": 1, "left out": 1, "declared": 1, "sent": 1, "sealed": 1}
    assert desk.err == "1 file was not sealed.\n"


def test_a_file_that_goes_after_it_was_found_is_told(desk: Desk, folder: Path) -> None:
    (folder / "g").write_text("second")
    only_declared(desk, folder)
    (folder / "g").unlink()
    (folder / "g").symlink_to("f")
    assert kinds(desk.upload(folder)) == {"left out": 1, "sent": 1, "sealed": 1}


def test_names_that_no_server_keeps_are_told_before_anything_is_sent(desk: Desk, folder: Path) -> None:
    deep = folder
    for _ in range(5):
        deep = deep / ("d" * 250)
    deep.mkdir(parents=True)
    (deep / "g").write_text("1")
    events = desk.upload(folder, code=1)
    assert kinds(events) == {"failed": 1, "declared": 1, "sent": 1, "sealed": 1}
    assert "at most 1024 bytes" in of(events, "failed")[0]["detail"]


def test_items_are_described_by_a_csv(desk: Desk, folder: Path, tmp_path: Path) -> None:
    (folder / "g").write_text("second")
    (folder / "not listed").write_text("third")
    (tmp_path / "list.csv").write_text(
        "path,exhibit_ref,description,obtained_at,obtained_by\n"
        'f,JB/7,"The log, as printed",2026-03-01T10:30:00+01:00,PC 12\n'
        "g,,,,\n"
    )
    events = desk.upload(folder, "--csv", tmp_path / "list.csv", "--exhibit-prefix", "ABC", "--source", "A disc")
    assert kinds(events) == {"left out": 1, "declared": 2, "sent": 2, "sealed": 2}
    first, second = desk.items()
    assert (first["exhibit_ref"], first["description"], first["source"]) == ("JB/7", "The log, as printed", "A disc")
    assert (first["obtained_at"], first["obtained_by"]) == ("2026-03-01T09:30:00.000000Z", "PC 12")
    assert second["exhibit_ref"] == "ABC/1"


def test_a_reference_that_is_taken_is_told_of_its_file_and_the_rest_goes_on(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    (folder / "g").write_text("second")
    (tmp_path / "one.csv").write_text("path,exhibit_ref\nf,JB/1\n")
    (tmp_path / "two.csv").write_text("path,exhibit_ref\nf,\ng,jb / 1\n")
    desk.upload(folder / "f", "--csv", tmp_path / "one.csv")
    (folder / "f").write_text("another content")
    events = desk.upload(folder, "--csv", tmp_path / "two.csv", code=1)
    assert kinds(events) == {"failed": 1, "declared": 1, "sent": 1, "sealed": 1}
    [failed] = of(events, "failed")
    assert failed["path"] == str(folder / "g")
    assert "exhibit_ref" in failed["detail"]


def test_a_case_that_is_closed_takes_nothing(desk: Desk, folder: Path) -> None:
    only_declared(desk, folder)
    case = desk.http.get(f"/v1/cases/{desk.case_id}", headers=desk.team.manager.headers)
    headers = {**desk.team.manager.headers, "If-Match": case.headers["ETag"]}
    answer = desk.http.patch(f"/v1/cases/{desk.case_id}", json={"state": "closed"}, headers=headers)
    assert answer.status_code == 200, answer.text
    desk.upload(folder, code=1)
    assert "closed" in desk.err
    assert desk.err.count("\n") == 1


def test_where_the_store_is_not_reached_files_go_through_dems(
    settings: Settings,
    sent: Sent,
    team: Team,
    checked_store: None,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The address that clients are given leads nowhere, as when a firewall lets only DEMS through."""
    del checked_store
    (folder / "large").write_bytes(b"x" * (2 * PART + 1))
    apart = settings.s3.model_copy(update={"public_endpoint": "http://127.0.0.1:9"})
    core = Dems(settings.model_copy(update={"s3": apart}), nudge=sent)
    try:
        with sitting(core, settings, sent, team, tmp_path, monkeypatch, capsys) as desk:
            assert kinds(desk.upload(folder)) == {"declared": 2, "sent": 2, "sealed": 2}
            assert desk.err.count("go through DEMS from now on") == 1
    finally:
        core.close()
