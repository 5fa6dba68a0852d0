"""The monthly report as CSV, for whoever makes tables of their own."""

import csv
import io

from dems.model.measures.report import Report, report_rows

_BEGINS_A_FORMULA = frozenset("=+-@\t\r")


def report_csv(report: Report) -> bytes:
    """UTF-8, one row for each figure. No text in it begins a formula, whatever a force calls itself."""
    into = io.StringIO()
    csv.writer(into).writerows([_cell(value) for value in row] for row in report_rows(report))
    return into.getvalue().encode()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in _BEGINS_A_FORMULA else value
