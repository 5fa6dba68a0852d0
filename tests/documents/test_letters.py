"""Letters as people get them: read back out of the PDF and the DOCX that were made."""

import io
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from dems.documents.docx import to_docx
from dems.documents.letters import HEADINGS, About, Sheet, sheet_of
from dems.documents.pdf import to_pdf
from dems.documents.texts import paragraphs, shown
from dems.model.clocks.letters import REGULATION_19, Letter
from dems.model.clocks.timeliness import Recipient, ReportField
from tests.model.lives import under_investigation
from tests.model.test_letters import WRITTEN, letter, wanted

ABOUT = About("2021/155555", "Report on timeliness of an investigation", "Regulation 13", "Ada Moss")
COMPLETE = letter(under_investigation(), wanted())
HALF = letter(under_investigation(), wanted(progress="It goes on.", estimate="In June."))
HOSTILE = "\u202egnp.exe\u2066 <b>bold</b> & &#0; ]]> <w:t/>\x00\x1b[31m \ud800 D\u0175r \u05d0\u05d1\ufdfa\u200b\ufeff\U000e0001"


def pdf_text(content: bytes) -> str:
    opened = pypdfium2.PdfDocument(content)
    text = " ".join(page.get_textpage().get_text_range() for page in opened)
    opened.close()
    return " ".join(text.split())


def docx_text(content: bytes) -> str:
    made = Document(io.BytesIO(content))
    cells = [c.text for t in made.tables for r in t.rows for c in r.cells]
    foot = made.sections[0].footer.paragraphs[0].text
    return " ".join(" ".join([*(p.text for p in made.paragraphs), *cells, foot]).split())


FORMATS = pytest.mark.parametrize(("made", "read"), [(to_pdf, pdf_text), (to_docx, docx_text)], ids=["pdf", "docx"])
Made = Callable[[Sheet], bytes]
Read = Callable[[bytes], str]


@FORMATS
def test_a_letter_says_all_six_parts_its_period_and_who_is_sent_it(made: Made, read: Read) -> None:
    said = read(made(sheet_of(COMPLETE, ABOUT)))
    for part in ReportField:
        assert HEADINGS[part] in said
    for text in (*WRITTEN.values(), "Complaint made on 30 March 2021.", "No notice has been served."):
        assert text in said
    assert "1: the first 12 months, 30 March 2021 to 29 March 2022" in said
    assert "The local policing body and the chief officer of the force" in said
    assert "Case 2021/155555." in said
    assert "MISSING" not in said
    assert "All six parts are there" in said


@FORMATS
def test_what_is_missing_is_said_at_the_top_and_in_its_place(made: Made, read: Read) -> None:
    said = read(made(sheet_of(HALF, ABOUT)))
    assert "DRAFT, NOT COMPLETE. 2 of 6 parts are missing" in said
    assert said.count("MISSING: this has to be written before the report is sent.") == 2
    assert "All six parts" not in said


def changed(**what: object) -> Letter:
    return replace(COMPLETE, **what)  # type: ignore[arg-type]


def test_prejudice_and_regulation_19_are_explained() -> None:
    nobody = changed(would_prejudice=True, recipients=frozenset())
    said = docx_text(to_docx(sheet_of(nobody, ABOUT)))
    assert "Nobody" in said
    assert "owed to nobody" in said
    local = changed(would_prejudice=True, recipients=frozenset({Recipient.DIRECTOR_GENERAL}))
    assert "the local policing body is not sent it" in docx_text(to_docx(sheet_of(local, ABOUT)))
    force_led = changed(wanted=wanted(REGULATION_19), number=2, first=date(2022, 4, 1), last=date(2022, 9, 30))
    said = docx_text(to_docx(sheet_of(force_led, ABOUT)))
    assert "subject to the harm test" in said
    assert "2: 6 months, 1 April 2022 to 30 September 2022" in said


@FORMATS
def test_the_same_letter_is_the_same_bytes(made: Made, read: Read) -> None:
    assert made(sheet_of(HALF, ABOUT)) == made(sheet_of(replace(HALF), replace(ABOUT)))
    del read


@FORMATS
def test_hostile_text_is_shown_and_does_nothing(made: Made, read: Read) -> None:
    told = changed(content={**COMPLETE.content, ReportField.PROGRESS: HOSTILE})
    about = replace(ABOUT, reference=f"T/{HOSTILE[:8]}", drafted_by=HOSTILE, title=HOSTILE)
    said = read(made(sheet_of(told, about)))
    assert "<b>bold</b> & &#0; ]]> <w:t/>" in said
    for number in ("202E", "2066", "0000", "001B", "D800", "200B", "FEFF", "E0001"):
        assert f"[U+{number}]" in said
    assert not {"\u202e", "\u2066", "\x00", "\x1b", "\u200b", "\ufeff"} & set(said)


def test_letters_that_the_font_does_not_have_are_numbers_in_the_pdf_and_themselves_in_the_docx() -> None:
    welsh = changed(content={**COMPLETE.content, ReportField.REASON: "Dŵr a thŷ"})
    assert "D[U+0175]r a th[U+0177]" in pdf_text(to_pdf(sheet_of(welsh, ABOUT)))
    assert "Dŵr a thŷ" in docx_text(to_docx(sheet_of(welsh, ABOUT)))


def test_a_docx_runs_nothing_and_asks_for_nothing_from_outside() -> None:
    with zipfile.ZipFile(io.BytesIO(to_docx(sheet_of(COMPLETE, ABOUT)))) as archive:
        assert archive.testzip() is None
        assert not [n for n in archive.namelist() if "vba" in n.lower() or "embeddings" in n]
        links = b"".join(archive.read(n) for n in archive.namelist() if n.endswith(".rels"))
        assert b'TargetMode="External"' not in links
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_long_letter_goes_on_on_the_next_page_with_its_reference() -> None:
    long = changed(content={**COMPLETE.content, ReportField.PROGRESS: "\n".join(["A witness was heard."] * 120)})
    opened = pypdfium2.PdfDocument(to_pdf(sheet_of(long, ABOUT)))
    pages = [page.get_textpage().get_text_range() for page in opened]
    assert len(pages) > 2
    assert all("Case 2021/155555." in text and f"Page {n}" in text for n, text in enumerate(pages, start=1))
    opened.close()


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_becomes_one_that_can_be_seen(text: str) -> None:
    said = shown(text)
    said.encode("utf-8")
    assert shown(said) == said
    assert all(unicodedata.category(c)[0] != "C" or c in "\n\t" for c in said)
    assert all(p.strip() for p in paragraphs(said))
