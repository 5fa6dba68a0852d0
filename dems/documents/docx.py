"""A sheet as DOCX. The same sheet gives the same bytes: no time of making and no name of a machine is in them."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as Opened
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.run import Run

from dems.documents.letters import Block, Sheet, Style
from dems.documents.texts import shown

_MADE = datetime(1980, 1, 1, tzinfo=UTC)
"""The earliest time that an archive can hold: not when it was made, which its text says."""

_RED, _GREY = RGBColor(0xB0, 0x00, 0x20), RGBColor(0x50, 0x50, 0x50)
_SIZES: Mapping[Style, int] = {Style.TITLE: 18, Style.HEADING: 12, Style.SOURCE: 10, Style.NOTE: 9}
_BOLD = frozenset({Style.TITLE, Style.HEADING, Style.NOTICE, Style.MISSING})
_COLOURS = {Style.NOTICE: _RED, Style.MISSING: _RED, Style.SOURCE: _GREY, Style.NOTE: _GREY}


def to_docx(sheet: Sheet) -> bytes:
    """The document. Characters that XML does not allow, and those that cannot be seen, are written as numbers."""
    made = Document()
    properties = made.core_properties
    properties.title, properties.author, properties.last_modified_by = shown(sheet.title), "DEMS", "DEMS"
    properties.comments, properties.created, properties.modified = "", _MADE, _MADE
    for block in sheet.before:
        _add(made, block)
    table = made.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for name, value in sheet.rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = shown(name), shown(value)
        cells[0].paragraphs[0].runs[0].bold = True
    for block in sheet.blocks:
        _add(made, block)
    foot = made.sections[0].footer.paragraphs[0]
    foot.add_run(f"{shown(sheet.foot)} Page ").font.size = Pt(8)
    _page_number(foot.add_run())
    whole = io.BytesIO()
    made.save(whole)
    return _without_times(whole.getvalue())


def _add(made: Opened, block: Block) -> None:
    paragraph = made.add_paragraph(style="Heading 2" if block.style is Style.HEADING else None)
    run = paragraph.add_run(shown(block.text))
    run.bold = block.style in _BOLD
    run.font.size = Pt(_SIZES.get(block.style, 11))
    colour = _COLOURS.get(block.style)
    if colour is not None:
        run.font.color.rgb = colour


def _page_number(run: Run) -> None:
    """A field that the reading program fills in."""
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if text is None else "w:instrText")
        if text is None:
            element.set(qn("w:fldCharType"), str(kind))
        else:
            element.text = text
        run._r.append(element)  # noqa: SLF001  (the library has no other way to add a field)
    run.font.size = Pt(8)


def _without_times(archive: bytes) -> bytes:
    """The same archive, its members in the same order, each as if made at one time on one kind of machine."""
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as read, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            member = zipfile.ZipInfo(name, (_MADE.year, _MADE.month, _MADE.day, 0, 0, 0))
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, 3
            written.writestr(member, read.read(name))
    return whole.getvalue()
