"""The CSV that describes the files: everything wrong with it is told at once, before anything is sent."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from dems.cli.screen import Failed
from dems.cli.upload.listing import Listing
from dems.cli.upload.memory import remembered


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    monkeypatch.setenv("DEMS_STATE_DIR", str(tmp_path / "state"))
    with remembered("case") as connection:
        yield connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        path = tmp_path / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "evidence"


def listing(db: sqlite3.Connection, folder: Path, text: str | bytes, *roots: Path, elsewhere: bool = False) -> Listing:
    table = folder.parent / "list.csv"
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Listing(db, table, roots or (folder,), numbered_elsewhere=elsewhere)


def wrong(
    db: sqlite3.Connection,
    folder: Path,
    text: str | bytes,
    capsys: pytest.CaptureFixture[str],
    *,
    elsewhere: bool = False,
) -> list[str]:
    """What is said of each line."""
    with pytest.raises(Failed, match="nothing was sent"):
        listing(db, folder, text, elsewhere=elsewhere)
    return [line.removeprefix(f"{folder.parent / 'list.csv'}, ") for line in capsys.readouterr().err.splitlines()]


def test_each_file_gets_what_its_line_says(db: sqlite3.Connection, folder: Path) -> None:
    text = (
        "\ufeffpath,exhibit_ref,description,source,obtained_at,obtained_by\r\n"
        'a.txt,JB/1,"Two lines,\nand a comma",A disc,2026-03-01T10:30:00+01:00,PC 12\r\n'
        ",,,,,\r\n"
        "sub/c.txt,,,,,\r\n"
    )
    found = listing(db, folder, text)
    assert json.loads(found.describes(folder / "a.txt") or "") == {
        "exhibit_ref": "JB/1",
        "description": "Two lines,\nand a comma",
        "source": "A disc",
        "obtained_at": "2026-03-01T09:30:00Z",
        "obtained_by": "PC 12",
    }
    assert found.describes(folder / "b.txt") is None
    assert list(found.not_met()) == [folder / "sub" / "c.txt"]
    assert found.describes(folder / "sub" / "c.txt") == "{}"
    assert list(found.not_met()) == []


def test_a_path_is_whole_or_begins_in_a_folder_that_was_given(db: sqlite3.Connection, folder: Path) -> None:
    text = f"path\n{folder / 'a.txt'}\nc.txt\nb.txt\n"
    found = listing(db, folder, text, folder / "sub", folder / "a.txt", folder / "b.txt")
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        assert found.describes(folder / name) == "{}"


def test_everything_wrong_is_told_by_its_line(
    db: sqlite3.Connection, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "path,exhibit_ref,obtained_at,obtained_by\n"
        "a.txt,JB/1,yesterday,\n"
        "gone.txt,,,\n"
        'b.txt,"JB/2","2026-03-01T10:30:00","two\nlines"\n'
        ",JB/9,,\n"
        "a.txt,JB/3,,\n"
        "./sub/../a.txt,JB/4,,\n"
        "b.txt,jb / 3,,\n"
        "sub,,,\n"
        "sub/c.txt,,,,,\n"
        "../list.csv,,,\n"
    )
    assert wrong(db, folder, text, capsys) == [
        "line 2: obtained_at: 'yesterday' is not a time with a zone, like 2026-03-01T09:30:00Z",
        "line 3: gone.txt is not a file in what was given",
        "line 4: obtained_by: it is one line",
        "line 4: obtained_at: '2026-03-01T10:30:00' is not a time with a zone, like 2026-03-01T09:30:00Z",
        "line 6: it names no path",
        "line 8: ./sub/../a.txt is on line 7 already",
        "line 9: exhibit_ref: jb / 3 is on line 7 already",
        "line 10: sub is not a file in what was given",
        "line 11: it has 6 cells, and there are 4 columns: put quotes round a text with commas",
        "line 12: ../list.csv is not a file in what was given",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: it is empty"),
        ("a.txt\n", "line 1: 'a.txt' is no column"),
        ("path;source\n", "line 1: its cells are divided by semicolons"),
        ("path,path\n", "line 1: the column path is there twice"),
        ("path,size\n", "line 1: 'size' is no column"),
        ('path\n"a.txt\n', "line 2: it is not CSV from here on"),
        ("path,description\na.txt,caf\u00e9\n".encode("latin-1"), "it is not UTF-8"),
        (f"path,description\na.txt,{'x' * 4001}\n", "line 2: description: it has more than 4000 characters"),
        (f"path,exhibit_ref\na.txt,{'x' * 65}\n", "line 2: exhibit_ref: an exhibit reference has at most 64"),
        ("path,obtained_at\na.txt,0001-01-01T00:00:00+10:00\n", "line 2: obtained_at"),
        ("path\na\0.txt\n", "line 2"),
    ],
)
def test_what_is_no_such_table_is_said_to_be_none(
    db: sqlite3.Connection, folder: Path, text: str | bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in wrong(db, folder, text, capsys)[0]


def test_a_path_in_two_of_the_folders_given_is_written_whole(
    db: sqlite3.Connection, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sub" / "a.txt").write_text("another")
    with pytest.raises(Failed):
        listing(db, folder, "path\na.txt\n", folder, folder / "sub")
    assert "a.txt is in several of the folders given" in capsys.readouterr().err


def test_who_was_invited_does_not_number_exhibits(
    db: sqlite3.Connection, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [told] = wrong(db, folder, "path,exhibit_ref\na.txt,JB/1\n", capsys, elsewhere=True)
    assert "whoever invited you numbers the exhibits" in told


def test_no_more_than_fifty_errors_are_told(
    db: sqlite3.Connection, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "path\n" + "".join(f"gone{n}\n" for n in range(70))
    assert len(wrong(db, folder, text, capsys)) == 50


def test_a_table_that_is_not_there_is_said(db: sqlite3.Connection, folder: Path) -> None:
    with pytest.raises(Failed, match="cannot be read"):
        Listing(db, folder / "gone.csv", (folder,), numbered_elsewhere=False)
