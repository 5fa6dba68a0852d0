"""The result of a reading as bytes: what its custody entry commits to by digest, and what tells sets of tools apart."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from dems.ledger.canonical import canonical
from dems.model.findings import Entry, Finding, Moment, Place, Reading, Rendition, Value
from dems.model.readings import KeptReading, KeptRendition, Original

FORMAT = "dems.findings/1"


def result_document(original: Original, reading: Reading) -> bytes:
    """All that a reading says of an original, in canonical JSON: what the digest in the custody entry is of.

    Numbers are written as texts, so that every one has exactly one form. What differs from run to run of the same
    tools (how long it took, how much was read) is not in it.
    """
    pictures = [_picture(r, sha256(r.data).digest()) for r in reading.renditions]
    return _document(original, reading, reading.findings, pictures)


def kept_document(kept: KeptReading, findings: Sequence[Finding], renditions: Sequence[KeptRendition]) -> bytes:
    """The same bytes from what was kept of a reading: all its findings and renditions, in their order."""
    return _document(kept.original, kept, findings, [_picture(r, r.sha256) for r in renditions])


def _document(
    original: Original, said: Reading | KeptReading, findings: Sequence[Finding], pictures: list[dict[str, Any]]
) -> bytes:
    return canonical(
        {
            "format": FORMAT,
            "original": {
                "evidence": str(original.evidence_id),
                "version_id": original.version_id,
                "sha256": original.sha256.hex,
                "size": str(original.size),
            },
            "state": said.state.value,
            "reason": said.reason,
            "media_type": said.media_type,
            "sandbox": said.sandbox,
            "tools": dict(said.tools),
            "warnings": list(said.warnings),
            "findings": [_finding(f) for f in findings],
            "renditions": pictures,
        }
    )


def _picture(shown: Rendition | KeptRendition, digest: bytes) -> dict[str, Any]:
    return {
        "kind": shown.kind.value,
        "media_type": shown.media_type,
        "width": str(shown.width),
        "height": str(shown.height),
        "at_seconds": None if shown.at_seconds is None else repr(shown.at_seconds),
        "sha256": digest.hex(),
    }


def toolset(tools: Mapping[str, str]) -> bytes:
    """SHA-256 over the names and versions of tools: one value for everything that was read with the same ones."""
    return sha256(canonical(dict(tools))).digest()


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "type": finding.type.value,
        "value": _exact(finding.value),
        "raw": finding.raw,
        "unit": finding.unit,
        "source": finding.source,
        "tool": finding.tool,
        "tool_version": finding.tool_version,
        "confidence": finding.confidence.value,
        "flags": list(finding.flags),
    }


def _exact(value: Value) -> Any:
    if isinstance(value, Moment):
        return _moment(value)
    if isinstance(value, Place):
        return {"latitude": repr(value.latitude), "longitude": repr(value.longitude)}
    if isinstance(value, Entry):
        return {
            "name": value.name,
            "size": None if value.size is None else str(value.size),
            "modified": None if value.modified is None else _moment(value.modified),
            "sha256": value.sha256,
            "encrypted": value.encrypted,
            "kind": value.kind,
            "more": {name: _exact(each) for name, each in value.more.items()},
        }
    if isinstance(value, str | bool):
        return value
    return {"number" if isinstance(value, float) else "integer": repr(value)}


def _moment(moment: Moment) -> dict[str, Any]:
    offset = None if moment.offset is None else repr(moment.offset.total_seconds())
    return {"local": moment.local.isoformat(), "zone": moment.zone.value, "offset_seconds": offset}
