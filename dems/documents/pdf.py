"""A sheet as PDF. The same sheet gives the same bytes; the font is in it, so that it looks alike everywhere."""

import io
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from dems.documents.fonts import BOLD, ONE_AT_A_TIME, PLAIN, fonts
from dems.documents.letters import Block, Sheet, Style
from dems.documents.texts import shown

_RED, _GREY = colors.HexColor("#b00020"), colors.HexColor("#505050")
_MARGIN = 22 * mm
_FOOT = 12 * mm


def _style(style: Style) -> ParagraphStyle:
    known: Mapping[Style, dict[str, Any]] = {
        Style.TITLE: {"fontName": BOLD, "fontSize": 16, "leading": 20, "spaceAfter": 2 * mm},
        Style.SOURCE: {"textColor": _GREY, "spaceAfter": 4 * mm},
        Style.NOTICE: {
            "fontName": BOLD,
            "textColor": _RED,
            "borderColor": _RED,
            "borderWidth": 1,
            "borderPadding": 6,
            "spaceBefore": 3 * mm,
            "spaceAfter": 6 * mm,
        },
        Style.HEADING: {"fontName": BOLD, "fontSize": 10.5, "leading": 14, "spaceBefore": 5 * mm, "keepWithNext": 1},
        Style.MISSING: {
            "fontName": BOLD,
            "textColor": _RED,
            "borderColor": _RED,
            "borderWidth": 0.5,
            "borderPadding": 4,
            "spaceBefore": 2 * mm,
        },
        Style.NOTE: {"fontSize": 8, "leading": 11, "textColor": _GREY, "spaceBefore": 4 * mm},
    }
    usual: dict[str, Any] = {"fontName": PLAIN, "fontSize": 9.5, "leading": 13, "spaceAfter": 1.5 * mm}
    return ParagraphStyle(style.value, **(usual | known.get(style, {})))


def to_pdf(sheet: Sheet) -> bytes:
    """The document. What looks like markup is text, and what cannot be seen or drawn is written as a number."""
    has = fonts()
    made: list[Flowable] = [_paragraph(block, has) for block in sheet.before]
    made += [_rows(sheet, has), Spacer(1, 2 * mm), *(_paragraph(block, has) for block in sheet.blocks)]
    whole = io.BytesIO()
    template = SimpleDocTemplate(
        whole,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=shown(sheet.title, has),
        author="DEMS",
        creator="DEMS",
        lang="en-GB",
        invariant=1,
    )

    def foot(canvas: Canvas, _: object) -> None:
        canvas.setFont(PLAIN, 7.5)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, _FOOT, shown(sheet.foot, has))
        canvas.drawRightString(A4[0] - _MARGIN, _FOOT, f"Page {canvas.getPageNumber()}")

    with ONE_AT_A_TIME:
        template.build(made, onFirstPage=foot, onLaterPages=foot)
    return whole.getvalue()


def _paragraph(block: Block, has: Callable[[str], bool]) -> Paragraph:
    return Paragraph(escape(shown(block.text, has)), _style(block.style))


def _rows(sheet: Sheet, has: Callable[[str], bool]) -> Table:
    name, value = ParagraphStyle("name", _style(Style.BODY), fontName=BOLD), _style(Style.BODY)
    rows = [[Paragraph(escape(shown(n, has)), name), Paragraph(escape(shown(v, has)), value)] for n, v in sheet.rows]
    width = A4[0] - 2 * _MARGIN
    table = Table(rows, colWidths=[0.28 * width, 0.72 * width], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return table
