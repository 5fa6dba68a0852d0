"""The monthly report as a PDF that a director would read: the figures, their trends, where they come from, what is left out."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, PageBreak, SimpleDocTemplate, Spacer, Table, TableStyle

from dems.documents.charts import MUTED, RED, bars, columns, trend
from dems.documents.fonts import BOLD, ONE_AT_A_TIME, PLAIN, fonts
from dems.documents.measures_tables import (
    corrections,
    cut_table,
    facts_table,
    heading,
    key_table,
    missed_table,
    note,
    notes,
)
from dems.model.measures.report import Cut, Report, decimal, unit_of

_MARGIN = 16 * mm
_PADDING = 6
"""Of the library's frames."""
_WIDE = A4[0] - 2 * _MARGIN - 2 * _PADDING
_HALF = (_WIDE - 8 * mm) / 2
_CHART = 165.0
_SYNTHETIC = "SYNTHETIC DATA: counts cases that a seed made up"


def report_pdf(report: Report) -> bytes:
    """The same report gives the same bytes."""
    fonts()
    title = f"Timeliness and outcomes, {_period(report)}"
    into = BytesIO()
    document = SimpleDocTemplate(
        into, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=20 * mm, bottomMargin=16 * mm,
        title=title, author="DEMS", invariant=1, lang="en-GB",
    )  # fmt: skip

    def frame(canvas: Canvas, _document: Any) -> None:
        _head_and_foot(canvas, title, report)

    with ONE_AT_A_TIME:
        document.build(_story(report, title), onFirstPage=frame, onLaterPages=frame)
    return into.getvalue()


def _period(report: Report) -> str:
    period = report.asked.period
    if period.first.day == 1 and (period.first.year, period.first.month) == (period.last.year, period.last.month):
        return f"{period.first:%B %Y}"
    return f"{period.first} to {period.last}"


def _head_and_foot(canvas: Canvas, title: str, report: Report) -> None:
    canvas.saveState()
    canvas.setFont(PLAIN, 7)
    canvas.setFillColor(MUTED)
    canvas.drawString(_MARGIN, A4[1] - 12 * mm, title)
    canvas.drawRightString(A4[0] - _MARGIN, 9 * mm, f"Page {canvas.getPageNumber()}")
    canvas.drawString(_MARGIN, 9 * mm, f"As known at {report.asked.as_of:%d %B %Y, %H:%M} UTC. Counts {report.scope}.")
    if report.synthetic:
        canvas.setFillColor(RED)
        canvas.setFont(BOLD, 8)
        canvas.drawRightString(A4[0] - _MARGIN, A4[1] - 12 * mm, _SYNTHETIC)
    canvas.restoreState()


def _story(report: Report, title: str) -> list[Flowable]:
    return [
        heading(title, 1),
        facts_table(report, _WIDE),
        Spacer(1, 4 * mm),
        key_table(report, _WIDE),
        Spacer(1, 2 * mm),
        note("Gross counts all time. Net leaves out the time that its label names, and is shown for comparison only: "
             "a statutory date is never moved by a suspension. A target that is reached exactly is met."),
        PageBreak(),
        heading("Against the targets, by month", 2),
        note("Line: gross. Dotted line: net. Dashed red line: target. A month in which nothing was completed has no point."),
        *_trends(report),
        PageBreak(),
        heading("Work in hand and work done", 2),
        *_work(report),
        KeepTogether([heading("Statutory dates missed", 2), missed_table(report, _WIDE)]),
        PageBreak(),
        heading("By force, plan year to date", 2),
        note("In bold red: the target was not met. Of a mean it is working days that are shown."),
        cut_table(report.by_force, "Force", _WIDE),
        Spacer(1, 6 * mm),
        KeepTogether([
            heading("By theme, plan year to date", 2),
            note("A case with several themes is counted in each."),
            cut_table([replace(c, key=c.key.replace("_", " ")) for c in report.by_theme], "Theme", _WIDE),
        ]),
        PageBreak(),
        heading("What is counted, and what is left out", 2),
        *notes(report),
        KeepTogether([heading("Corrected since", 2), *corrections(report, _WIDE)]),
    ]  # fmt: skip


def _labels(months: tuple[Cut, ...]) -> list[str]:
    """Months as an axis shows them: the first letters, of January with the year."""
    return [_month(cut.key) for cut in months]


def _month(key: str) -> str:
    year, month = key.split("-")
    name = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[int(month) - 1]
    return f"{name} {year[2:]}" if month in {"01", "04"} else name


def _trends(report: Report) -> list[Flowable]:
    labels = _labels(report.months)
    drawn = []
    for place, result in enumerate(report.period):
        if result.rule.target is None:
            continue
        of_months = [cut.results[place] for cut in report.months]
        gross = [decimal(r.gross.value) for r in of_months]
        net = [None if r.net is None else decimal(r.net.value) for r in of_months] if result.net else None
        drawn.append(trend(result.rule.title, labels, gross, net, result.rule.target, unit_of(result), (_HALF, _CHART)))
    return _side_by_side(drawn)


def _work(report: Report) -> list[Flowable]:
    labels = _labels(report.months)

    def by_month(name: str) -> list[int]:
        place = next((i for i, r in enumerate(report.period) if r.rule.name == name), None)
        return [] if place is None else [cut.results[place].gross.denominator for cut in report.months]

    done = [
        ("modes decided", by_month("mode-decision")),
        ("reviews decided", by_month("review")),
        ("DSI reviews decided", by_month("dsi-review")),
    ]
    ages = next((r.parts for r in report.period if r.rule.name == "open-cases"), ())
    drawn = [
        bars(f"Open cases by age, {report.asked.last}", ages, (_HALF, _CHART)),
        columns("Open cases at the end of each month", labels, [("open", by_month("open-cases"))], (_HALF, _CHART)),
        columns("Decided in each month", labels, done, (_HALF, _CHART)),
        columns("Investigations", labels, [("decided on", by_month("thematic-investigations")),
                ("completed, without major ones", by_month("investigation-12-months"))], (_HALF, _CHART)),
    ]  # fmt: skip
    return _side_by_side(drawn)


def _side_by_side(drawn: list[Drawing]) -> list[Flowable]:
    rows = [drawn[i : i + 2] for i in range(0, len(drawn), 2)]
    if not rows:
        return []
    table = Table([[*row, *[""] * (2 - len(row))] for row in rows], colWidths=[_HALF + 4 * mm] * 2, hAlign="LEFT")
    table.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 10)]))
    return [table]
