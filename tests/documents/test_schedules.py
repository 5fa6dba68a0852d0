"""Schedules as people get them, read back out of the files: what an MG6C says, and what nothing in it may."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import pikepdf
import pytest

from dems.documents.schedules.of_reports import of_report, of_streamlined
from dems.documents.schedules.of_schedules import Asked, of_nil, of_schedule
from dems.documents.schedules.papers import FORMAT, Paper, PaperColumn, Standing
from dems.documents.schedules.pdf import TEMPLATES, Limits, to_pdf
from dems.documents.schedules.printable import DRAWN, printable
from dems.documents.schedules.tables import to_csv, to_json
from dems.documents.schedules.xlsx import to_xlsx
from dems.errors import DocumentNotMade, Invalid, NotFound
from dems.model.disclosure.contents import AgainstTest, Presumed, Result
from dems.model.disclosure.criminal import TEMPLATES as FORMS
from dems.model.disclosure.forms import Series
from dems.model.disclosure.reports import ReportRow
from dems.model.disclosure.visibility import seen_by
from tests.model.disclosing import NOW, SENSITIVE, Desk, item, schedule_id, set_id
from tests.printed import pdf_inside, pdf_pages, xlsx_inside

ASKED = Asked("2026/004711", "Official-Sensitive", NOW)
HOSTILE = (
    '#read("/etc/passwd") $x$ \\ ] [ *b* `r` @ref <lab> // /* ŵŷ \u202eevil \x00 😀 e\u0323\u0301 שלום مرحبا '
    + "W" * 300
)
SCHEMA = Path("dems/documents/schedules/schema/schedule-document-1.json")


def certified() -> Desk:
    """One item on each schedule; the MG6C's is presumed to meet the test, and the report names both."""
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.decide(item(1), Presumed("RP3"), AgainstTest(Result.MEETS))
    rows = (
        ReportRow(Series.MG6C, 1, "It undermines the first account", "COPY/1"),
        ReportRow(Series.MG6D, 1, "It assists the accused", "COPY/2"),
    )
    schedules = [schedule_id(1, 1), schedule_id(1, 2)]
    desk.draft(copies=frozenset({item(1), item(2)}), reports=(desk.report(1, schedules, *rows),))
    desk.certify()
    return desk


def paper(**changes: object) -> Paper:
    usual: dict[str, object] = {
        "form": "MG6C", "template": "MG6C 1", "title": "Schedule", "name": "MG6C 1.0", "standing": Standing.IN_FORCE,
        "heading": "R v Moss", "urn": "13AB1234526", "marking": "Official", "made_at": NOW,
        "columns": (PaperColumn("number", "Item No."), PaperColumn("description", "Description")),
        "lines": (("1", "A notebook"),),
    }  # fmt: skip
    return Paper(**{**usual, **changes})  # type: ignore[arg-type]


def test_an_mg6c_carries_no_trace_of_what_is_not_served() -> None:
    desk = certified()
    made = of_schedule(desk.file, schedule_id(1, 1), ASKED)
    files = [pdf_inside(to_pdf(made)), xlsx_inside(to_xlsx(made)), to_csv(made).decode(), to_json(made).decode()]
    betraying = (
        "MG6D",
        "MG6E",
        "RP3",
        "undermine",
        "assists",
        "meets",
        "So it appears",
        "Account 2",
        "COPY/",
        "gave the information",
    )
    for said in files:
        assert "Photograph 1 of the custody desk on the night" in said
        assert "13AB1234526" in said
        assert [b for b in betraying if b.lower() in said.lower()] == []
        assert [str(d.id) for d in desk.file.record.decisions if str(d.id) in said] == []


def test_an_mg6d_says_why_and_that_it_is_for_the_prosecution_only() -> None:
    desk = certified()
    [page] = pdf_pages(to_pdf(of_schedule(desk.file, schedule_id(1, 2), ASKED)))
    for text in ("MG6D", "For police and prosecution only", "It would show who gave the information", "Account 2"):
        assert text in page
    assert "Photograph 1" not in page


def test_an_mg6e_names_its_rows_its_certificate_and_who_signed() -> None:
    desk = certified()
    [report] = desk.set().reports
    [page] = pdf_pages(to_pdf(of_report(desk.file, set_id(1), report.id, ASKED)))
    for text in ("It undermines the first account", "COPY/2", "MG6C 1.0; MG6D 1.0", "D. Okoro", "I certify that"):
        assert text in page


def test_endorsements_show_their_codes_and_on_the_mg6d_what_they_mean() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.through()
    c, d = (of_schedule(desk.file, schedule_id(1, n), ASKED) for n in (1, 2))
    assert c.lines[0][4] == "CND"
    assert d.lines[0][4:] == ("Y", "N: It is of nothing at issue.")
    assert [s.name for s in c.signatures] == ["D. Okoro", "H. Bose"]


def test_a_nil_mg6d_is_signed_and_there_is_none_where_nobody_signed() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    desk.certify()
    [page] = pdf_pages(to_pdf(of_nil(desk.file, set_id(1), ASKED)))
    assert "There is no relevant sensitive unused material." in page
    assert "D. Okoro" in page
    with pytest.raises(NotFound):
        of_nil(certified().file, set_id(1), ASKED)


def test_a_streamlined_certificate_says_nothing_that_is_not_true() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    [report] = desk.set().reports
    [page] = pdf_pages(to_pdf(of_streamlined(desk.file, set_id(1), report.id, ASKED)))
    assert "There is no material that might meet the test for disclosure." in page
    with_sensitive = certified()
    [names_both] = with_sensitive.set().reports
    with pytest.raises(Invalid, match="streamlined"):
        of_streamlined(with_sensitive.file, set_id(1), names_both.id, ASKED)


def test_a_draft_says_so_on_every_page_and_is_signed_by_nobody() -> None:
    desk = Desk()
    for number in range(1, 31):
        desk.item(number)
    desk.draft()
    made = of_schedule(desk.file, schedule_id(1, 1), ASKED)
    pages = pdf_pages(to_pdf(made))
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        for text in (
            "DRAFT: not certified",
            "13AB1234526",
            "R v Moss",
            "OFFICIAL-SENSITIVE",
            f"Page {number} of {len(pages)}",
        ):
            assert text in page
    assert all("Description and relevance" in page for page in pages[:-1])
    assert [s.name for s in made.signatures] == ["", ""]
    assert "DRAFT" in xlsx_inside(to_xlsx(made))
    assert to_csv(made).decode().count("DRAFT") == 30


def test_the_same_paper_gives_the_same_bytes() -> None:
    desk = certified()
    later = Asked(ASKED.case_reference, ASKED.marking, NOW + timedelta(days=3))
    first, again = (of_schedule(desk.file, schedule_id(1, 1), asked) for asked in (ASKED, later))
    for make in (to_pdf, to_xlsx, to_csv, to_json):
        assert make(first) == make(again)


def test_a_pdf_is_archival_tagged_and_has_its_fonts_in_it() -> None:
    with pikepdf.open(io.BytesIO(to_pdf(paper()))) as opened:
        with opened.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
            assert metadata["pdfuaid:part"] == "1"
        assert opened.Root.MarkInfo.Marked
        described = [
            o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"
        ]
        assert described
        assert all({"/FontFile2", "/FontFile3"} & set(d.keys()) for d in described)


def test_what_looks_like_a_program_is_text_in_every_form() -> None:
    made = paper(lines=(("1", HOSTILE),), heading=HOSTILE, urn="#panic()", title="& #x", marking="&P")
    [page] = pdf_pages(to_pdf(made))
    for text in ('#read("/etc/passwd") $x$ \\ ] [ *b* `r` @ref <lab> // /* ŵŷ [U+202E]evil', "#panic()"):
        assert text in page
    assert "#panic()" in xlsx_inside(to_xlsx(made))


def test_every_character_that_counts_as_drawn_is() -> None:
    every = [chr(c) for first, last in DRAWN for c in range(first, last + 1)]
    assert all(printable(c) == c for c in every if c == printable(c)[:1])
    assert to_pdf(paper(lines=tuple((c, f"{c}x{c}") for c in every))).startswith(b"%PDF")


@pytest.mark.parametrize("begins", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\u00a0=1", "\n=1"])
def test_no_cell_of_a_csv_begins_a_formula(begins: str) -> None:
    made = to_csv(paper(lines=(("1", begins),), urn=begins))
    assert made.startswith(b"\xef\xbb\xbf")
    _, row = csv.reader(io.StringIO(made.decode("utf-8-sig")))
    assert row[1] == f"'{begins}"
    assert row[-1] == f"'{begins}"


def test_wide_signs_are_written_as_numbers() -> None:
    assert "[U+FF1D]1" in to_csv(paper(lines=(("1", "\uff1d1"),))).decode()


def test_the_json_is_what_its_schema_says() -> None:
    schema = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    data = json.loads(to_json(paper(lines=(("1", HOSTILE),))))
    schema.validate(data)
    assert data["format"] == FORMAT
    assert not schema.is_valid({**data, "internal_comment": "x"})


@pytest.mark.parametrize("text", ['#panic("x")', "#unknown", '#read("/etc/passwd")', '#import "@preview/cetz:0.3.0"'])
def test_a_template_that_does_not_compile_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "MG6C-1.typ").write_text(text)
    with pytest.raises(DocumentNotMade, match=r"MG6C-1\.typ.*does not compile"):
        to_pdf(paper(), tmp_path)


def test_a_form_without_its_file_and_a_document_that_costs_too_much_are_refused() -> None:
    with pytest.raises(DocumentNotMade, match=r"no file MG6C-9\.typ"):
        to_pdf(paper(template="MG6C 9"))
    with pytest.raises(DocumentNotMade, match="more time or memory"):
        to_pdf(paper(), limits=Limits(memory=64 << 20))
    with pytest.raises(DocumentNotMade, match="longer than a cell"):
        to_xlsx(paper(lines=(("1", "x" * 32_768),)))


def test_every_form_has_a_file() -> None:
    assert [t.reference for t in FORMS if not (TEMPLATES / f"{t.reference.replace(' ', '-')}.typ").is_file()] == []


def test_no_document_is_made_from_a_file_that_hides_something() -> None:
    hidden = seen_by(certified().file, frozenset())
    with pytest.raises(ValueError, match="not what was certified"):
        of_schedule(hidden, schedule_id(1, 1), ASKED)
