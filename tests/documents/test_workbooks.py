"""The lawyer's workbook there and back: what they wrote is read, and every cell that somebody changed otherwise is named."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dems.documents.schedules import workbook_reading
from dems.documents.schedules.workbook_reading import Limits, read_workbook
from dems.documents.schedules.workbook_writing import to_workbook
from dems.errors import DocumentNotMade, Invalid
from dems.model.disclosure.contents import Described, Presumed
from dems.model.disclosure.recording import endorse_rows
from dems.model.disclosure.reports import Endorsement, Inspection
from dems.model.disclosure.workbooks import FilledRow, Workbook, workbook_of
from tests.filled import filled, put, read_here
from tests.model.disclosing import LAWYER, SENSITIVE, TODAY, Desk, item, schedule_id

C, D = schedule_id(1, 1), schedule_id(1, 2)
FIRST = 15
"""The row of the sheet with the first row of an MG6C: seven lines on top, five codes, an empty line, headings."""


def local(*parts: int) -> datetime:
    """As a spreadsheet holds it, which knows of no zones."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@cache
def submitted() -> Desk:
    """Three items on the MG6C, the first endorsed already, and one on the MG6D."""
    desk = Desk()
    for number in (1, 2, 3):
        desk.item(number)
    desk.item(4, SENSITIVE)
    desk.decide(item(2), Described("Photograph of the desk,\nseen from the door", "Store A, shelf 3"), Presumed("RP3"))
    desk.draft(copies=frozenset({item(2)}))
    desk.certify()
    desk.submit()
    by = desk.acting(LAWYER)
    seen = Inspection("H. Bose", datetime(2026, 3, 2, 9, tzinfo=UTC))
    desk.file = endorse_rows(desk.file, C, [Endorsement(C, desk.file.schedule(C).series, 1, "D", by, seen, "A copy.")])
    return desk


@cache
def handed_out() -> Workbook:
    return workbook_of(submitted().file, C, TODAY)


def refused(fill: Callable[[Worksheet], object], workbook: Workbook | None = None) -> list[str]:
    whole = workbook or handed_out()
    return [r.cell for r in read_here(filled(whole, fill), whole).refused]


def test_what_the_lawyer_wrote_is_read_and_what_they_left_is_left() -> None:
    workbook = handed_out()
    told = put(E16=" ND ", F16=local(2026, 4, 9, 10, 5), G16="H. Bose", H16="It shows nothing,\nand is of another day.")
    found = read_here(filled(workbook, told), workbook)
    assert found.refused == ()
    at = datetime(2026, 4, 9, 9, 5, tzinfo=UTC)
    assert found.rows == (
        FilledRow(2, "ND", Inspection("H. Bose", at), "It shows nothing,\nand is of another day.", "E16"),
    )
    as_exported = read_here(to_workbook(workbook), workbook)
    assert (as_exported.rows, as_exported.refused) == ((), ())


def test_it_is_read_in_a_process_of_its_own_within_limits(caplog: pytest.LogCaptureFixture) -> None:
    workbook = handed_out()
    told = filled(workbook, put(E16="D", F16=local(2026, 4, 9, 10, 5), G16="H. Bose", E17="=CND"))
    assert read_workbook(told, workbook) == read_here(told, workbook)
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(told)) as here, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as bomb:
        for part in here.infolist():
            content = here.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = content.replace(
                    b"</sheetData>", b'<row r="30">' + b"<c/>" * 8_000_000 + b"</row></sheetData>"
                )
            bomb.writestr(part.filename, content)
    assert len(into.getvalue()) < 40_000
    with pytest.raises(Invalid, match="more time or memory"):
        read_workbook(into.getvalue(), workbook, Limits(processor_seconds=1))
    assert "workbook_reading_ended" in caplog.text
    with pytest.raises(Invalid, match="more time or memory"):
        read_workbook(told, workbook, Limits(seconds=0))


def test_a_day_without_a_time_begins_in_london_and_a_code_alone_is_enough() -> None:
    workbook = handed_out()
    told = put(E16="D", F16=date(2026, 4, 9), G16="H. Bose", E17="CND")
    rows = read_here(filled(workbook, told), workbook).rows
    assert rows[0].inspected == Inspection("H. Bose", datetime(2026, 4, 8, 23, tzinfo=UTC))
    assert rows[1] == FilledRow(3, "CND", None, "", "E17")


def test_an_mg6d_says_why_and_takes_its_own_codes() -> None:
    workbook = workbook_of(submitted().file, D, TODAY)
    assert [c.code for c in workbook.codes] == ["Y", "Y-PII", "N"]
    said = {c.value for row in openpyxl.load_workbook(io.BytesIO(to_workbook(workbook)))["MG6D"] for c in row}
    assert {"Reason for sensitivity", "It would show who gave the information"} <= said
    found = read_here(filled(workbook, put(E13="Y-PII", H13="It is for the court.")), workbook)
    assert [(r.number, r.code, r.reason) for r in found.rows] == [(1, "Y-PII", "It is for the court.")]


def test_the_same_schedule_gives_the_same_bytes_and_says_nothing_of_presumptions() -> None:
    workbook = handed_out()
    assert to_workbook(workbook) == to_workbook(handed_out())
    with zipfile.ZipFile(io.BytesIO(to_workbook(workbook))) as archive:
        whole = b"".join(archive.read(n) for n in archive.namelist()).decode("utf-8", "replace")
    assert "Photograph of the desk" in whole
    assert [b for b in ("RP3", "MG6D", "MG6E", "Account 4") if b in whole] == []


def test_only_what_is_for_the_lawyer_can_be_written_in() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_workbook(handed_out())))["MG6C"]
    assert sheet.protection.sheet
    free = {c.coordinate for row in sheet for c in row if not c.protection.locked}
    assert free == {f"{column}{row}" for column in "EFGH" for row in (16, 17)}
    assert sheet[f"A{FIRST}"].value == "1"
    [offered] = sheet.data_validations.dataValidation
    assert offered.formula1 == '"D,I,CND,ND,EV"'


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ({"B16": "Another description"}, ["B16"]),
        ({"D17": "=B17"}, ["D17"]),
        ({"C16": 2, "B17": None}, ["C16", "B17"]),
        ({"E16": "=CND"}, ["E16"]),
        ({"H16": '=HYPERLINK("http://example.org")', "E16": "CND"}, ["H16"]),
        ({"F16": "9 April 2026", "G16": "H. Bose", "E16": "D"}, ["F16"]),
        ({"F16": time(10, 5), "G16": "H. Bose", "E16": "D"}, ["F16"]),
        ({"F16": local(1900, 3, 1), "G16": "H. Bose", "E16": "D"}, ["F16"]),
        ({"G16": "H. Bose", "E16": "D"}, ["F16"]),
        ({"F16": local(2026, 4, 9), "E16": "D"}, ["G16"]),
        ({"H17": "It is of nothing at issue."}, ["E17"]),
        ({"E16": 4, "E17": True}, ["E16", "E17"]),
        ({"E16": "CND", "H16": "x" * 4001, "E17": "x" * 301}, ["H16", "E17"]),
        ({"E16": "CND", "H16": "a\u202eb"}, ["H16"]),
        ({"I16": "A note beside the table"}, ["I16"]),
        ({"C3": "A note above it", "A20": "and one below"}, ["C3", "A20"]),
        ({"E15": "CND", "H15": "Another reason"}, ["E15", "H15"]),
        ({"A2": "Timetable"}, ["A2"]),
        # What tells that all of it is another's is named alone.
        ({"B4": "0" * 64, "B16": "x"}, ["B4"]),
        ({"B3": str(D)}, ["B3"]),
        ({"E14": "Kode", "B16": "x"}, ["E14"]),
    ],
)  # fmt: skip
def test_every_cell_that_cannot_be_taken_is_named(cells: dict[str, object], named: list[str]) -> None:
    assert refused(put(**cells)) == named


def test_what_can_be_taken_is_read_beside_what_cannot() -> None:
    workbook = handed_out()
    found = read_here(filled(workbook, put(E16="CND", E17="=1")), workbook)
    assert ([r.number for r in found.rows], [r.cell for r in found.refused]) == ([2], ["E17"])


def test_moved_columns_and_rows_are_seen() -> None:
    assert refused(lambda sheet: sheet.insert_cols(3))[0] == "C14"
    assert refused(lambda sheet: sheet.delete_cols(6))[0] == "F14"
    assert "B16" in refused(lambda sheet: sheet.delete_rows(16))


def test_what_was_taken_out_of_a_row_that_is_endorsed_changes_nothing() -> None:
    assert refused(put(E15=None, F15=None, G15=None, H15=None)) == []


def test_spaces_at_ends_and_numbers_that_a_program_made_of_texts_are_no_changes() -> None:
    assert refused(put(A16=2, C16=1.0, B17="Photograph 3 of the custody desk on the night ")) == []


def test_what_is_no_workbook_of_ours_is_refused() -> None:
    workbook = handed_out()
    with pytest.raises(Invalid, match="not exported for endorsing"):
        read_here(filled(workbook, put(A1="Shopping")), workbook)
    with pytest.raises(Invalid, match="one sheet"):
        read_here(filled(workbook, lambda sheet: sheet.parent.create_sheet("Notes")), workbook)  # type: ignore[union-attr]
    with pytest.raises(Invalid, match="far beyond"):
        read_here(filled(workbook, put(ZZ900="x")), workbook)
    for junk in (b"", b"PK\x03\x04", b"Item No.,Description\r\n", to_workbook(workbook)[:2000]):
        with pytest.raises(Invalid, match="not a workbook"):
            read_workbook(junk, workbook)


def archive(*parts: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", compression) as made:
        for name, content in parts:
            made.writestr(name, content)
    return into.getvalue()


def test_a_file_that_unpacks_to_very_much_or_to_programs_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = handed_out()
    many = [(f"{n}.xml", b"<a/>") for n in range(201)]
    bomb = b'<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>'
    for content, why in (
        (archive(*many), "unpacks to more"),
        (archive(("xl/vbaProject.bin", b"x")), "without macros"),
        (archive(("xl/workbook.xml", b"<a/>"), compression=zipfile.ZIP_BZIP2), "plain workbook"),
        (archive(("xl/workbook.xml", b" " * 40_000 + bomb)), "document type"),
        (archive(("xl/workbook.xml", b"<a")), "not a workbook that can be read"),
        (archive(("xl/workbook.xml", b"<<")), "cannot be read"),
    ):
        with pytest.raises(Invalid, match=why):
            read_workbook(content, workbook)
    monkeypatch.setattr(workbook_reading, "MOST_UNPACKED", 1 << 20)
    with pytest.raises(Invalid, match="unpacks to more"):
        read_workbook(archive(("xl/worksheets/sheet1.xml", b" " * (2 << 20))), workbook)


def test_of_very_many_cells_the_first_are_named() -> None:
    workbook = handed_out()
    row = workbook.rows[1]
    large = replace(workbook, rows=tuple(replace(row, number=n) for n in range(1, 2102)))
    changed = replace(large, rows=tuple(replace(r, description="Another") for r in large.rows))
    assert len(read_here(to_workbook(changed), large).refused) == workbook_reading.MOST_REFUSED


def test_a_text_that_no_cell_holds_is_refused() -> None:
    workbook = handed_out()
    with pytest.raises(DocumentNotMade, match="longer than a cell"):
        to_workbook(replace(workbook, rows=(replace(workbook.rows[1], about="x" * 32_768),)))
