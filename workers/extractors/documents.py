"""PDF: what its catalogue, information dictionary and XMP say, what is attached, and the beginning of its text."""

import logging
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pikepdf
import pikepdf.settings
import pypdfium2

from dems.model.findings import Confidence
from workers.extractors import markup, pictures, stated_times
from workers.extractors.pdf_parts import MAX_NODES, attached_files, bounded
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Refused, Source

MAX_XMP = 1024 * 1024
MAX_ATTACHED = 200
MAX_WALKED = 8 * 1024 * 1024
"""Bytes of a file up to which pages are counted one by one, to be compared with the count that it states."""
MAX_PAGES_WALKED = 5_000
MAX_SHOWN = 64 * 1024 * 1024
"""Bytes of a file up to which its first pages are drawn and read."""
PAGES_OF_TEXT = 3
LONGEST_SIDE = 640
"""Pixels of the first page when it is drawn, before it is made a small picture."""
MAX_SIDE = 1_000_000
"""Points of a page; what is larger is no page."""
TEXT_START = 2_000

# What qpdf has to say of a stranger's file goes to no log: it quotes the file.
logging.getLogger("pikepdf").addHandler(logging.NullHandler())
logging.getLogger("pikepdf").propagate = False
# qpdf inflates by itself what it needs to find objects: a bomb there ends in an error, not in the child's death.
pikepdf.settings.set_qpdf_limits(flate_max_memory=64 * 1024 * 1024, parser_max_nesting=100)

_TEXTS = {
    "/Title": "title",
    "/Author": "author",
    "/Subject": "subject",
    "/Keywords": "keywords",
    "/Creator": "software",
    "/Producer": "software",
}
_TIMES = {"/CreationDate": "created_at", "/ModDate": "modified_at"}
_XMP_TEXTS = {
    "title": "title",
    "creator": "author",
    "description": "description",
    "CreatorTool": "software",
    "Producer": "software",
    "Keywords": "keywords",
    "DocumentID": "document_id",
    "InstanceID": "instance_id",
}
_XMP_TIMES = {"CreateDate": "created_at", "ModifyDate": "modified_at"}
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_CIPHERS = {1: "RC4 40", 2: "RC4", 4: "RC4 or AES 128", 5: "AES 256"}


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the family has one type
    """Raises `Unreadable` for what is no PDF or too damaged for its catalogue to be found."""
    tool = report.by("pikepdf", pikepdf.__version__)
    try:
        with pikepdf.Pdf.open(
            cast("BinaryIO", source), access_mode=pikepdf.AccessMode.stream, inherit_page_attributes=False
        ) as pdf:
            _document(pdf, source, tool)
    except pikepdf.PasswordError as error:
        tool.found("encrypted", True, "PDF:Encrypt")
        if source.refused:
            raise Refused(source.refused) from error
        report.partial("The document is encrypted: without its password only its outside can be read.")
        return
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, KeyError, TypeError, AttributeError) as error:
        if source.refused:
            raise Refused(source.refused) from error
        raise Unreadable(f"The file is damaged, or no PDF: {_words(error)}.") from error
    except RecursionError as error:
        raise Unreadable("The file is damaged: its objects are nested without end.") from error
    if source.refused:
        report.partial(source.refused)
        return
    _shown(source, report)


def _words(error: Exception) -> str:
    """Without the name that qpdf gives to a stream of ours."""
    return re.sub(r"stream <[^>]*>:? ?|^'|'$", "", str(error)).rstrip(".")


def _document(pdf: pikepdf.Pdf, source: Source, tool: Reporter) -> None:
    tool.found("container", f"PDF {pdf.pdf_version}", "PDF:Version", raw=pdf.pdf_version)
    tool.found("encrypted", pdf.is_encrypted, "PDF:Encrypt")
    if pdf.is_encrypted:
        tool.found("encryption", _CIPHERS.get(pdf.encryption.V, f"version {pdf.encryption.V}"), "PDF:Encrypt/V")
    for key, value in _information(pdf):
        source_name = f"PDF:Info{key}"
        if key in _TIMES:
            stated_times.tell(tool, _TIMES[key], value, stated_times.pdf(value), source_name)
        elif key in _TEXTS:
            tool.found(_TEXTS[key], value, source_name, raw=value)
    _pages(pdf, source, tool)
    _xmp(pdf, tool)
    _active(pdf, tool)
    for number, attached in enumerate(attached_files(pdf, tool)):
        if number >= MAX_ATTACHED:
            tool.report.partial(f"Only the first {MAX_ATTACHED} attached files are listed.")
            break
        tool.found("attachment", attached, "PDF:Names/EmbeddedFiles")


def _information(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    info: Any = pdf.trailer.get("/Info")
    if not isinstance(info, pikepdf.Dictionary):
        return
    for key in (*_TEXTS, *_TIMES):
        value = info.get(key)
        if isinstance(value, pikepdf.String):
            yield key, str(value)


def _pages(pdf: pikepdf.Pdf, source: Source, tool: Reporter) -> None:
    tree: Any = pdf.Root.get("/Pages")
    stated: Any = tree.get("/Count") if isinstance(tree, pikepdf.Dictionary) else None
    if not isinstance(stated, int) or isinstance(stated, bool):
        stated = None
    walked = None
    if source.size <= MAX_WALKED and (stated is None or stated <= MAX_PAGES_WALKED):
        try:
            walked = len(pdf.pages)
        except pikepdf.PdfError as error:
            tool.report.partial(f"The pages could not be counted: {_words(error)}.")
    flags = ("disagrees",) if None not in {stated, walked} and stated != walked else ()
    if stated is not None:
        tool.found("pages", int(stated), "PDF:Pages/Count", flags=flags if stated >= 0 else (*flags, "impossible"))
    if walked is not None and (flags or stated is None):
        tool.found("pages", walked, "PDF:Pages", confidence=Confidence.DERIVED, flags=flags)


def _xmp(pdf: pikepdf.Pdf, tool: Reporter) -> None:
    stream: Any = pdf.Root.get("/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        return
    data = bounded(stream, MAX_XMP)
    if data is None:
        tool.report.partial(f"The document's XMP is larger than {MAX_XMP:,} bytes, or packed in a way not read here.")
        return
    start = data.find(b"<x:xmpmeta")
    data = data[max(start, 0) :].partition(b"<?xpacket end")[0]
    try:
        root = markup.tree(data, "XMP")
    except Unreadable as reason:
        tool.report.warn(str(reason))
        return
    for description in root.iter(f"{_RDF}Description"):
        pairs = [(name.rpartition("}")[2], str(value)) for name, value in description.attrib.items()]
        pairs += [(markup.local(child), value) for child in description for value in _stated(child)]
        for name, value in pairs[:MAX_NODES]:
            if name in _XMP_TIMES:
                stated_times.tell(tool, _XMP_TIMES[name], value, stated_times.iso(value), f"XMP:{name}")
            elif name in _XMP_TEXTS:
                tool.found(_XMP_TEXTS[name], value, f"XMP:{name}")


def _stated(element: Any) -> Iterator[str]:
    """Each of the values of a property: those of a list, an address it points to, or its text."""
    listed = list(element.iter(f"{_RDF}li"))
    for one in listed or [element]:
        yield " ".join("".join(one.itertext()).split()) or str(one.get(f"{_RDF}resource", ""))


def _active(pdf: pikepdf.Pdf, tool: Reporter) -> None:
    names: Any = pdf.Root.get("/Names")
    scripts = isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names
    action: Any = pdf.Root.get("/OpenAction")
    kind = action.get("/S") if isinstance(action, pikepdf.Dictionary) else None
    if scripts or "/AA" in pdf.Root or kind in {pikepdf.Name.JavaScript, pikepdf.Name.Launch}:
        tool.found("active_content", True, "PDF:Root", confidence=Confidence.DETECTED)
        tool.report.warn("The document holds a script or starts an action when it is opened.")
    form: Any = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        tool.found("form", True, "PDF:AcroForm")


def _shown(source: Source, report: Report) -> None:
    """The beginning of the text, for searching, and the first page as a picture."""
    tool = report.by("pdfium", str(pypdfium2.PYPDFIUM_INFO))
    if source.size > MAX_SHOWN:
        report.partial(f"The pages were not read: the file is larger than {MAX_SHOWN:,} bytes.")
        return
    source.seek(0)
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        report.warn(f"The pages could not be read: {error}.")
        return
    texts = []
    try:
        for number in range(min(len(document), PAGES_OF_TEXT)):
            page = document[number].get_textpage()
            texts.append(page.get_text_range(0, min(page.count_chars(), TEXT_START)))
        if texts:
            _draw(document[0], report)
    except (pypdfium2.PdfiumError, ValueError, OSError) as error:
        report.warn(f"The pages could not be read: {error}.")
    finally:
        document.close()
    text = " ".join("\n".join(texts).split())
    tool.found("text.start", text[:TEXT_START], "PDF:text", confidence=Confidence.DERIVED)
    if source.refused:
        report.partial(source.refused)


def _draw(page: Any, report: Report) -> None:
    width, height = page.get_size()
    if not (0 < width < MAX_SIDE and 0 < height < MAX_SIDE):
        report.warn("The first page has no size that can be drawn.")
        return
    image = page.render(scale=LONGEST_SIDE / max(width, height), may_draw_forms=False).to_pil()
    report.picture(pictures.of_image(image))
