"""A paper as CSV and as JSON. Each cell is what the PDF prints."""

import csv
import io
import json

from dems.documents.schedules.papers import Paper, as_data, standing_words
from dems.documents.schedules.printable import printable

_BEGINS_A_FORMULA = frozenset("=+-@\t\r\n")


def to_csv(paper: Paper) -> bytes:
    """UTF-8 with its mark, so that spreadsheets read it as such; every cell in quotes, and none begins a formula.

    Whatever would begin one (`=`, `+`, `-`, `@` or a line break, after spaces too) has an apostrophe in front, as OWASP's page on CSV
    injection asks; their wide forms are printed as numbers. Before the columns of the form, each line says whose it is, and whether
    anybody may rely on it.
    """
    into = io.StringIO()
    writer = csv.writer(into, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    first = (paper.marking, paper.urn, paper.name, standing_words(paper.standing))
    headings = ("Marking", paper.reference_label, "Document", "Standing", *(c.heading for c in paper.columns))
    for line in (headings, *((*first, *cells) for cells in paper.lines)):
        writer.writerow([_harmless(printable(cell)) for cell in line])
    return into.getvalue().encode("utf-8-sig")


def to_json(paper: Paper) -> bytes:
    """The document in the form of `schema/schedule-document-1.json`: members in order of their names, so that equals are equal bytes."""
    return json.dumps(as_data(paper), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" \u00a0")[:1] in _BEGINS_A_FORMULA and cell.strip() else cell
