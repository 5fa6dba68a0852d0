"""Parts of a PDF that may be endless: its tree of attached files, and streams, inflated here where it can be stopped."""

import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from dems.model.findings import Entry
from workers.extractors import stated_times
from workers.extractors.report import Reporter

MAX_HASHED = 8 * 1024 * 1024
"""Bytes of an attached file, packed and unpacked, up to which it is hashed."""
MAX_NODES = 2_000
"""Nodes of the tree of attached files."""


def attached_files(pdf: pikepdf.Pdf, tool: Reporter) -> Iterator[Entry]:
    names: Any = pdf.Root.get("/Names")
    top: Any = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    waiting: list[Any] = [top]
    seen: set[tuple[int, int]] = set()
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if not isinstance(node, pikepdf.Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        waiting += listed(node.get("/Kids"))
        for specification in listed(node.get("/Names"))[1::2]:
            if isinstance(specification, pikepdf.Dictionary):
                yield _entry(specification)
    tool.report.partial("The list of attached files was not read to its end: it has too many branches.")


def listed(array: Any) -> list[Any]:
    if not isinstance(array, pikepdf.Array):
        return []
    return [array[at] for at in range(min(len(array), MAX_NODES))]


def _entry(specification: Any) -> Entry:
    name = next((str(specification[key]) for key in ("/UF", "/F") if key in specification), "")
    files = specification.get("/EF")
    stream = (
        next((files[key] for key in ("/UF", "/F") if key in files), None)
        if isinstance(files, pikepdf.Dictionary)
        else None
    )
    if not isinstance(stream, pikepdf.Stream):
        return Entry(name)
    params = stream.get("/Params")
    size: Any = None
    modified = None
    if isinstance(params, pikepdf.Dictionary):
        size = params.get("/Size")
        date = params.get("/ModDate")
        modified = stated_times.pdf(str(date)) if isinstance(date, pikepdf.String) else None
    data = bounded(stream, MAX_HASHED)
    kind = stream.get("/Subtype")
    return Entry(
        name=name,
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        modified=modified,
        sha256=None if data is None else hashlib.sha256(data).hexdigest(),
        kind=str(kind).lstrip("/") if isinstance(kind, pikepdf.Name) else None,
    )


def bounded(stream: Any, most: int) -> bytes | None:
    """The stream's bytes if they are at most `most`, and plain or deflated; inflated here, where it can be stopped."""
    length = stream.get("/Length")
    if not isinstance(length, int) or length > most:
        return None
    filters: Any = stream.get("/Filter")
    names = [str(name) for name in listed(filters)] if isinstance(filters, pikepdf.Array) else [str(filters or "")]
    raw: bytes = stream.read_raw_bytes()
    if names in ([""], []):
        return raw
    parameters: Any = stream.get("/DecodeParms")
    if names != ["/FlateDecode"] or (isinstance(parameters, pikepdf.Dictionary) and "/Predictor" in parameters):
        return None
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(raw, most)
    except zlib.error:
        return None
    return None if inflate.unconsumed_tail else data
