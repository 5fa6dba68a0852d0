"""`dems case clocks`, `dems due` and `dems case letter`."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pytest
from docx import Document

from dems.bootstrap import Dems
from dems.cli import beside
from dems.cli import clocks as cli_clocks
from dems.cli.main import main
from tests.casework import investigated
from tests.cli.desk import Run
from tests.conftest import Owner, Team


@pytest.fixture
def url(url: str, dems: Dems, team: Team) -> str:
    """After a case that is investigated."""
    investigated(dems, team.case, team.manager)
    return url


def test_clocks_and_dates_are_printed_and_explained(run: Run, team: Team) -> None:
    table = run("case", "clocks", team.case.reference)
    (line,) = [row for row in table.splitlines() if row.startswith("investigation-6-months")]
    assert "2021-04-07" in line
    assert "2021-10-07" in line
    assert "appropriate-authority-views" not in table, "what has not started is in --json"
    assert "It started: Decided to investigate on 7 April 2021." in run("case", "clocks", team.case.id, "--why")
    whole = json.loads(run("case", "clocks", team.case.id, "--json"))
    assert "appropriate-authority-views" in {c["definition"]["id"] for c in whole}
    listed = json.loads(run("due", "--case", team.case.reference, "--json"))
    assert [d["clock"] for d in listed][:2] == ["investigation-6-months", "investigation-9-months"]
    statutory = run("due", "--case", team.case.id, "--statutory", "--by", "2022-12-31")
    assert "Report on timeliness of an investigation" in statutory
    assert "Investigation within" not in statutory


def test_a_letter_is_written_as_its_name_says(run: Run, team: Team, tmp_path: Path) -> None:
    who = ("--authority-is-chief-officer", "--no-chief-officer-is-subject")
    pdf, docx = tmp_path / "report.pdf", tmp_path / "report.docx"
    said = run("case", "letter", team.case.reference, "-o", pdf, *who, "--progress", "Twelve were heard.")
    assert "Not complete: estimate, reason, planned steps is still to be written." in said
    opened = pypdfium2.PdfDocument(pdf.read_bytes())
    assert "Twelve were heard." in opened[0].get_textpage().get_text_range()
    opened.close()
    parts = ("--progress", "a", "--estimate", "b", "--reason", "c", "--planned-steps", "d")
    made = json.loads(run("case", "letter", team.case.id, "-o", docx, *who, *parts, "--json"))
    assert made["complete"] is True
    text = "\n".join(p.text for p in Document(io.BytesIO(docx.read_bytes())).paragraphs)
    assert "All six parts are there" in text
    run("case", "letter", team.case.id, "-o", tmp_path / "report.txt", *who, code=2)
    run("case", "letter", team.case.id, "-o", pdf, *who, "--regulation", "19", code=1)


def test_rows_of_clocks_are_compared_with_facts_and_rules(
    dems: Dems, team: Team, as_owner: Owner, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other tests leave rows behind that are none of their cases' any more: only ours are looked at."""

    @contextmanager
    def core() -> Iterator[Dems]:
        yield dems

    monkeypatch.setattr(beside, "core", core)
    monkeypatch.setattr(cli_clocks, "_AT_ONCE", 20)
    investigated(dems, team.case, team.manager)
    ours = f"of case {team.case.id}: its row is not what its facts and rules say."

    def verified() -> list[str]:
        main(["clocks", "verify"])
        return [line for line in capsys.readouterr().out.splitlines() if ours in line]

    assert verified() == []
    row = f"case_id = '{team.case.id}' AND clock = 'investigation-6-months'"
    as_owner(f"UPDATE case_clocks SET due_on = due_on + 1 WHERE {row}")  # noqa: S608
    assert verified() == [f"Clock 'investigation-6-months' {ours}"]
    assert main(["clocks", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["held"]
    assert f"Clock 'investigation-6-months' {ours}" in told["wrong"]
