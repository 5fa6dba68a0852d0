"""A paper as XLSX: texts only, never a formula. The same paper gives the same bytes."""

import io
from datetime import UTC

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from dems.documents.schedules.papers import Paper, standing_words
from dems.documents.schedules.printable import one_line, printable
from dems.errors import DocumentNotMade

LONGEST_CELL = 32_767
"""Characters of a cell, by the format; a longer text would be cut without a word."""
_WIDTHS = {
    "number": 9,
    "quantity": 10,
    "location": 30,
    "prosecutor_decision": 9,
    "schedule": 12,
    "agreed_sensitive": 12,
    "reference": 14,
    "court_number": 10,
    "producer": 30,
    "continuity": 30,
    "digest": 66,
    "supply": 18,
    "decided_by": 40,
    "pages": 20,
    "owner": 20,
    "sensitivity": 24,
    "editing": 14,
    "onward": 24,
}
_WIDE = 60


def to_xlsx(paper: Paper) -> bytes:
    """The document. Raises `DocumentNotMade` for a text that no cell holds."""
    texts = (*_before(paper), *_after(paper), *(c for line in paper.lines for c in line))
    if any(len(printable(text)) > LONGEST_CELL for text in texts):
        raise DocumentNotMade(f"A text of {paper.name} is longer than a cell of XLSX holds: ask for PDF, CSV or JSON.")
    into = io.BytesIO()
    book = xlsxwriter.Workbook(into, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {
            "title": one_line(f"{paper.form} {paper.title}", 200),
            "author": "DEMS",
            "created": paper.made_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    sheet = book.add_worksheet(paper.form[:31])
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    heading = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bold": True, "bg_color": "#EBEBEB"})
    strong = book.add_format({"bold": True})
    _page(sheet, paper)
    for column, shown in enumerate(paper.columns):
        sheet.set_column(column, column, _WIDTHS.get(shown.key, _WIDE))
    at = 0
    for text in _before(paper):
        sheet.write_string(at, 0, printable(text), strong)
        at += 1
    if paper.columns:
        at += 1
        for column, shown in enumerate(paper.columns):
            sheet.write_string(at, column, printable(shown.heading), heading)
        sheet.repeat_rows(at)
        for line in paper.lines:
            at += 1
            for column, cell in enumerate(line):
                sheet.write_string(at, column, printable(cell), plain)
    for text in _after(paper):
        at += 1
        sheet.write_string(at, 0, printable(text))
    book.close()
    return into.getvalue()


def _before(paper: Paper) -> tuple[str, ...]:
    top = (paper.marking, standing_words(paper.standing), f"{paper.form}: {paper.title}", paper.restriction)
    pairs = (("Proceedings", paper.heading), (paper.reference_label, paper.urn), *paper.particulars)
    return (*(t for t in top if t), *(f"{name}: {value}" for name, value in pairs), *paper.statements)


def _after(paper: Paper) -> tuple[str, ...]:
    none = () if paper.lines or not paper.columns else (paper.none,)
    codes = tuple(f"{code}: {meaning}" for code, meaning in paper.legend)
    signed = tuple(f"{s.capacity}: {s.name or '(name)'}, {s.signed or '(not signed)'}" for s in paper.signatures)
    return (*none, *paper.declarations, *codes, *signed)


def _page(sheet: Worksheet, paper: Paper) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    # In heads and feet an ampersand begins a code, and two are one.
    texts = (paper.urn, paper.reference_label, paper.marking, paper.name)
    urn, label, marking, name = (one_line(t, 60).replace("&", "&&") for t in texts)
    sheet.set_header(f"&L{name}&C{marking}&R{label} {urn}")
    sheet.set_footer(f"&C{marking}&RPage &P of &N")
