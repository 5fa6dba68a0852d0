"""OOXML, ODF and EPUB: properties, counts, what is embedded, and the beginning of the text, from the parts that hold them."""

import re
from collections.abc import Iterator
from typing import Any

from dems.model.findings import Confidence, Entry
from workers.extractors import markup, stated_times
from workers.extractors.report import Report, Reporter, Unreadable
from workers.extractors.source import Source
from workers.extractors.version import OWN_READERS
from workers.extractors.zips import Member, Zip

READER, VERSION = "dems-office", OWN_READERS
MAX_MEMBERS = 20_000
MAX_PART = 1024 * 1024
"""Bytes of a part of properties; real ones have a few thousand."""
MAX_BODY = 4 * 1024 * 1024
"""Bytes of a body that are inflated to find the beginning of its text."""
MAX_EMBEDDED = 200
TEXT_START = 2_000

_CORE = {
    "creator": "author",
    "title": "title",
    "subject": "subject",
    "keywords": "keywords",
    "description": "description",
    "lastModifiedBy": "last_modified_by",
    "language": "language",
    "category": "category",
    "revision": "revision",
    "contentStatus": "status",
    "identifier": "identifier",
}
_CORE_TIMES = {"created": "created_at", "modified": "modified_at", "lastPrinted": "printed_at"}
_APP = {
    "Application": "software",
    "AppVersion": "software.version",
    "Company": "organisation",
    "Manager": "manager",
    "Template": "template",
}
_APP_COUNTS = {"Pages": "pages", "Slides": "pages", "Words": "words", "TotalTime": "editing_minutes"}
_META = {
    "title": "title",
    "initial-creator": "author",
    "creator": "last_modified_by",
    "generator": "software",
    "keyword": "keywords",
    "description": "description",
    "subject": "subject",
    "language": "language",
    "editing-cycles": "revision",
    "printed-by": "printed_by",
}
_META_TIMES = {"creation-date": "created_at", "date": "modified_at", "print-date": "printed_at"}
_STATISTICS = {"page-count": "pages", "word-count": "words"}
_EDITING_TIME = re.compile(r"P(?:(\d{1,6})D)?T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:\d{1,6}(?:\.\d+)?S)?", re.ASCII)

_BODIES = (
    ("word/document.xml", "p", "t"),
    ("ppt/slides/slide1.xml", "p", "t"),
    ("xl/sharedStrings.xml", "si", "t"),
    ("content.xml", "p", None),
)
_MACROS = re.compile(r"(^|/)vbaProject\.bin$|^Basic/.+\.xml$|^Scripts/.+", re.IGNORECASE)
_EMBEDDED = re.compile(
    r"^(word|ppt|xl)/(embeddings|activeX)/[^/]+$|^(Object|Bilder|ObjectReplacements) ?\d*/?$", re.IGNORECASE
)


def extract(source: Source, media_type: str, report: Report) -> None:  # noqa: ARG001 - the parts tell which of the two it is
    """Raises `Unreadable` for what is no archive, or holds the parts of neither family."""
    tool = report.by(READER, VERSION)
    archive = Zip(source)
    parts = _parts(archive, report)
    if "docProps/core.xml" in parts or "[Content_Types].xml" in parts:
        _ooxml(archive, parts, tool)
    elif "meta.xml" in parts or "content.xml" in parts:
        _odf(archive, parts, tool)
    elif (package := next((name for name in parts if name.endswith(".opf")), None)) is not None:
        _book(archive, parts[package], tool)
    else:
        raise Unreadable("The archive holds none of the parts that an office document has.")
    _active(parts, tool)
    _embedded(parts, tool)
    _text(archive, parts, tool)


def _parts(archive: Zip, report: Report) -> dict[str, Member]:
    parts: dict[str, Member] = {}
    twice: set[str] = set()
    try:
        for number, member in enumerate(archive.members()):
            if number >= MAX_MEMBERS:
                report.partial(f"Only the first {MAX_MEMBERS:,} of {archive.claimed:,} parts were looked at.")
                break
            if member.name in parts:
                twice.add(member.name)
            parts[member.name] = member
    except Unreadable as reason:
        report.partial(str(reason))
    if twice:
        report.warn(f"The part {min(twice)} is there more than once: programs may show different contents.")
    return parts


def _properties(archive: Zip, parts: dict[str, Member], name: str, report: Report) -> Iterator[tuple[str, str]]:
    """Local names and texts of a part; none, and the reading partial, where it cannot be read."""
    member = parts.get(name)
    if member is None:
        return
    try:
        root = markup.tree(archive.read(member, MAX_PART), name)
    except Unreadable as reason:
        report.partial(str(reason))
        return
    yield from markup.children(root)


def _ooxml(archive: Zip, parts: dict[str, Member], tool: Reporter) -> None:
    for field, text in _properties(archive, parts, "docProps/core.xml", tool.report):
        source = f"OOXML:docProps/core.xml/{field}"
        if field in _CORE_TIMES and text:
            stated_times.tell(tool, _CORE_TIMES[field], text, stated_times.iso(text), source)
        elif field in _CORE:
            tool.found(_CORE[field], text, source)
    for field, text in _properties(archive, parts, "docProps/app.xml", tool.report):
        source = f"OOXML:docProps/app.xml/{field}"
        if field in _APP:
            tool.found(_APP[field], text, source)
        elif field in _APP_COUNTS:
            _count(tool, _APP_COUNTS[field], text, source)
    for number, (field, _) in enumerate(_properties(archive, parts, "docProps/custom.xml", tool.report)):
        if field == "property" and number == 0:
            tool.found("custom_properties", True, "OOXML:docProps/custom.xml", confidence=Confidence.DETECTED)
    if any(name.startswith("_xmlsignatures/") for name in parts):
        tool.found("signed", True, "OOXML:_xmlsignatures", confidence=Confidence.DETECTED)


def _count(tool: Reporter, name: str, text: str, source: str) -> None:
    if text.isascii() and text.isdigit() and len(text) <= 12:  # noqa: PLR2004 - more digits count nothing
        tool.found(name, int(text), source, raw=text, unit="min" if name == "editing_minutes" else None)


def _odf(archive: Zip, parts: dict[str, Member], tool: Reporter) -> None:
    manifest, meta = parts.get("META-INF/manifest.xml"), parts.get("meta.xml")
    encrypted = False
    try:
        if manifest is not None:
            encrypted = b"encryption-data" in archive.read(manifest, MAX_PART)
        tool.found("encrypted", encrypted, "ODF:META-INF/manifest.xml")
        if encrypted:
            tool.report.partial("The document is encrypted: without its password only its outside can be read.")
        elif meta is not None:
            _meta(markup.tree(archive.read(meta, MAX_PART), "meta.xml"), tool)
    except Unreadable as reason:
        tool.report.partial(str(reason))
    if any(name.startswith("META-INF/") and "signatures" in name for name in parts):
        tool.found("signed", True, "ODF:META-INF", confidence=Confidence.DETECTED)


def _meta(root: Any, tool: Reporter) -> None:
    for element in list(root.iter())[:2_000]:
        field, text = markup.local(element), (element.text or "").strip()
        source = f"ODF:meta.xml/{field}"
        if field in _META_TIMES and text:
            stated_times.tell(tool, _META_TIMES[field], text, stated_times.iso(text), source)
        elif field in _META:
            tool.found(_META[field], text, source)
        elif field == "editing-duration" and (match := _EDITING_TIME.fullmatch(text)):
            days, hours, minutes = (int(part or 0) for part in match.groups())
            tool.found("editing_minutes", (days * 24 + hours) * 60 + minutes, source, raw=text, unit="min")
        elif field == "document-statistic":
            for attribute, value in element.attrib.items():
                name = attribute.rpartition("}")[2]
                if name in _STATISTICS:
                    _count(tool, _STATISTICS[name], str(value), f"{source}/{name}")


def _book(archive: Zip, package: Member, tool: Reporter) -> None:
    try:
        root = markup.tree(archive.read(package, MAX_PART), package.name)
    except Unreadable as reason:
        tool.report.partial(str(reason))
        return
    metadata = next((element for element in root if markup.local(element) == "metadata"), None)
    for field, text in markup.children([] if metadata is None else metadata):
        if field in _CORE:
            tool.found(_CORE[field], text, f"EPUB:{package.name}/{field}")


def _active(parts: dict[str, Member], tool: Reporter) -> None:
    macros = next((name for name in parts if _MACROS.search(name)), None)
    if macros is not None:
        tool.found("macros", True, macros, confidence=Confidence.DETECTED)
        tool.report.warn("The document holds macros: programs that may run when it is opened.")


def _embedded(parts: dict[str, Member], tool: Reporter) -> None:
    embedded = [member for name, member in parts.items() if _EMBEDDED.match(name)]
    for member in embedded[:MAX_EMBEDDED]:
        tool.found("attachment", Entry(member.name, member.size, encrypted=member.encrypted), "ZIP:central directory")
    if len(embedded) > MAX_EMBEDDED:
        tool.report.partial(f"Only the first {MAX_EMBEDDED} of {len(embedded):,} embedded objects are listed.")


def _text(archive: Zip, parts: dict[str, Member], tool: Reporter) -> None:
    for name, block, leaf in _BODIES:
        member = parts.get(name)
        if member is None:
            continue
        try:
            text = markup.words(archive.pieces(member, MAX_BODY), block, leaf, TEXT_START)
        except Unreadable as reason:
            tool.report.partial(str(reason))
            return
        tool.found("text.start", text, name, confidence=Confidence.DERIVED)
        return
