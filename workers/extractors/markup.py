"""XML of strangers: no entities, no network, no DTD, nothing huge; small parts as a tree, large ones as a stream of text."""

import html
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from workers.extractors.report import Unreadable

MAX_TREE = 4 * 1024 * 1024
"""Bytes of a part that is read as a tree."""
MAX_ELEMENTS = 200_000
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def tree(data: bytes, what: str) -> Any:
    """The root element. Raises `Unreadable` with a sentence about `what` for damage, a document type, or too much."""
    if len(data) > MAX_TREE:
        raise Unreadable(f"The part {what} is larger than {MAX_TREE:,} bytes and was not read.")
    try:
        root = etree.fromstring(data, etree.XMLParser(**_SAFE))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise Unreadable(f"The part {what} is not well-formed XML: {error}.") from error
    if root is None:
        raise Unreadable(f"The part {what} is empty.")
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(f"The part {what} declares a document type, which such parts never do: it was not read.")
    return root


def local(element: Any) -> str:
    """The name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(root: Any, most: int = 2_000) -> Iterator[tuple[str, str]]:
    """Local name and text of each child, in order; at most `most`."""
    for number, child in enumerate(root):
        if number >= most:
            return
        name = local(child)
        if name:
            yield name, (child.text or "").strip()


def stream(pieces: Iterable[bytes], most: int = MAX_ELEMENTS) -> Iterator[tuple[str, Any]]:
    """``("start" | "end", element)`` as they come. An element is emptied after its end was seen.

    Raises `Unreadable` for damage, after what came before it was given, and beyond `most` elements.
    """
    parser = etree.XMLPullParser(events=("start", "end"), **_SAFE)
    seen = 0
    try:
        for piece in pieces:
            parser.feed(piece)
            for event, element in parser.read_events():
                seen += event == "start"
                if seen > most:
                    raise Unreadable(f"The XML has more than {most:,} elements.")
                yield event, element
                if event == "end":
                    element.clear(keep_tail=False)
                    while element.getprevious() is not None and element.getparent() is not None:
                        del element.getparent()[0]
        parser.close()
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise Unreadable(f"The XML is damaged: {error}.") from error


def words(pieces: Iterable[bytes], block: str, leaf: str | None, most: int) -> str:
    """Up to about `most` characters of text, a line for each element named `block`, of which only what stands in `leaf` counts.

    What stands before damage is given: the text is for searching. The caller bounds `pieces`.
    """
    parser = etree.XMLPullParser(events=("end",), **_SAFE)
    found: list[str] = []
    length = 0
    try:
        for piece in pieces:
            parser.feed(piece)
            for _, element in parser.read_events():
                if local(element) != block:
                    continue
                kept = (part.text or "" for part in element.iter() if local(part) == leaf)
                line = "".join(kept if leaf else element.itertext())
                element.clear()
                found.append(line)
                length += len(line) + 1
            if length >= most:
                break
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return "\n".join(found)[:most]
    return "\n".join(found)[:most]


def plain_of_html(text: str) -> str:
    """The words of a page, without its tags, scripts and styles; linear in the length, no page is built."""
    found: list[str] = []
    hidden = ""
    for piece in text.split("<"):
        tag, closed, words_after = piece.partition(">")
        if not closed:
            words_after = piece if not found else ""
            tag = ""
        name = tag.split(None, 1)[0].lower().rstrip("/") if tag.strip() else ""
        if hidden:
            hidden = "" if name == f"/{hidden}" else hidden
        elif name in {"script", "style", "head", "title"}:
            hidden = name
        if not hidden:
            found.append(words_after)
    return html.unescape(" ".join(" ".join(found).split()))
