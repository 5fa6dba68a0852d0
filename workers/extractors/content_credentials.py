"""Content credentials (C2PA): that a file carries them, and which program says that it made the last claim.

Nothing is verified here. Whom to trust cannot be known by a reader without a network, so nothing says that a claim is true.
The boxes are those of JUMBF (ISO 19566-5).
"""

from collections.abc import Iterator

from dems.model.findings import Confidence
from workers.extractors import cbor
from workers.extractors.report import Report
from workers.extractors.signed_credentials import tell_signature
from workers.extractors.source import Source
from workers.extractors.version import OWN_READERS

TOOL = "dems-content-credentials"
MAX_STORE = 4 * 1024 * 1024
"""Bytes of a manifest store that are looked at."""
BOX_OF_MOVIES = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""The `uuid` of the box that holds a manifest store in HEIC, MP4 and MOV."""
_MAX_BOXES, _MAX_DEPTH, _MAX_LABEL = 2_000, 6, 200
_SUPERBOX, _DESCRIPTION, _CBOR = b"jumb", b"jumd", b"cbor"
_STORE, _CLAIMS = "c2pa", ("c2pa.claim", "c2pa.claim.v2")
_REQUESTABLE_WITH_LABEL = 3
_PURPOSE = b"manifest\x00"


def tell(store: bytes, source: Source, media_type: str, report: Report) -> None:
    """Findings of a manifest store of this file; nothing where the bytes are none."""
    by = report.by(TOOL, OWN_READERS)
    label, manifests, claim = "", 0, None
    for depth, name, content in _labelled(store):
        if depth == 0 and name != _STORE:
            return
        if depth == 1:
            label, manifests, claim = name, manifests + 1, None
        elif depth == 2 and name in _CLAIMS:  # noqa: PLR2004 - store, manifest, claim
            claim = content
    if not manifests:
        return
    by.found(
        "content_credentials", "present", "C2PA", raw=label, confidence=Confidence.DETECTED, flags=("not_verified",)
    )
    by.found("content_credentials.manifests", manifests, "C2PA", confidence=Confidence.DERIVED)
    if len(store) >= MAX_STORE:
        report.partial(f"Of the content credentials only the first {MAX_STORE:,} bytes were looked at.")
    generator = None if claim is None else _generator(claim)
    if generator:
        field = "C2PA:claim_generator"
        by.found("content_credentials.generator", generator, field, raw=generator, flags=("not_verified",))
    tell_signature(source, media_type, report)


def in_movie_box(content: bytes) -> bytes:
    """The manifest store in the contents of a `uuid` box, after version, purpose and an offset; empty where the purpose is another."""
    body = content[len(BOX_OF_MOVIES) + 4 :]
    return body[len(_PURPOSE) + 8 :] if body.startswith(_PURPOSE) else b""


def _labelled(data: bytes) -> Iterator[tuple[int, str, bytes]]:
    """Every superbox in order: its depth, its label, and what its first box of CBOR holds."""
    left = _MAX_BOXES
    waiting = [(0, 0, len(data))]
    while waiting:
        depth, begin, end = waiting.pop()
        inner = []
        for kind, at, stop in _boxes(data, begin, end):
            left -= 1
            if left < 0:
                return
            if kind == _SUPERBOX and depth < _MAX_DEPTH:
                inner.append((at, stop))
        # Depth first, in the order of the file: what follows a manifest's label is that manifest's.
        for at, stop in reversed(inner):
            waiting.append((depth + 1, at, stop))
        if depth:
            rows = list(_boxes(data, begin, end))
            content = next((data[at:stop] for kind, at, stop in rows if kind == _CBOR), b"")
            label = next((_label(data[at:stop]) for kind, at, stop in rows[:1] if kind == _DESCRIPTION), "")
            yield depth - 1, label, content


def _boxes(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    at = begin
    while at + 8 <= end:
        size, lead = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, lead = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < lead:
            return
        yield data[at + 4 : at + 8], at + lead, min(at + size, end)
        at += size


def _label(description: bytes) -> str:
    if len(description) < 17 or description[16] & _REQUESTABLE_WITH_LABEL != _REQUESTABLE_WITH_LABEL:  # noqa: PLR2004
        return ""
    return description[17 : 17 + _MAX_LABEL].split(b"\x00", 1)[0].decode("utf-8", "replace")


def _generator(claim: bytes) -> str | None:
    try:
        told = cbor.read(claim)
    except cbor.NoCbor:
        return None
    if not isinstance(told, dict):
        return None
    info = told.get("claim_generator_info")
    first = info[0] if isinstance(info, list) and info else info
    if isinstance(first, dict) and isinstance(first.get("name"), str):
        words = [first["name"], first.get("version")]
        return " ".join(word for word in words if isinstance(word, str))
    named = told.get("claim_generator")
    return named if isinstance(named, str) else None
