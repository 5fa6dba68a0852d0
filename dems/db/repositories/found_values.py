"""A finding as the columns of its row, and back: each type of value in columns of its own, so that it can be searched."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from dems.model.findings import Confidence, Entry, Finding, Moment, Place, Value, ValueType, ZoneStatus

_NOTHING: dict[str, Any] = dict.fromkeys(
    (
        "text_value",
        "integer_value",
        "number_value",
        "boolean_value",
        "local_at",
        "zone",
        "utc_offset",
        "at",
        "latitude",
        "longitude",
        "entry",
    )
)
_PLAIN = {
    ValueType.TEXT: "text_value",
    ValueType.INTEGER: "integer_value",
    ValueType.NUMBER: "number_value",
    ValueType.BOOLEAN: "boolean_value",
}


def values_of(finding: Finding) -> dict[str, Any]:
    """The columns of a finding's row but its place."""
    return {
        **_NOTHING,
        **_value(finding),
        "name": finding.name,
        "type": finding.type.value,
        "raw": finding.raw,
        "unit": finding.unit,
        "source": finding.source,
        "tool": finding.tool,
        "tool_version": finding.tool_version,
        "confidence": finding.confidence.value,
        "flags": list(finding.flags),
    }


def to_finding(row: Row[Any]) -> Finding:
    kind = ValueType(row.type)
    return Finding(
        row.name,
        kind,
        _value_in(kind, row),
        row.raw,
        row.unit,
        row.source,
        row.tool,
        row.tool_version,
        Confidence(row.confidence),
        tuple(row.flags),
    )


def _value(finding: Finding) -> dict[str, Any]:
    value = finding.value
    if isinstance(value, Moment):
        return {"local_at": value.local, "zone": value.zone.value, "utc_offset": value.offset, "at": value.at}
    if isinstance(value, Place):
        return {"latitude": value.latitude, "longitude": value.longitude}
    if isinstance(value, Entry):
        return {"entry": _entry_out(value)}
    return {_PLAIN[finding.type]: value}


def _value_in(kind: ValueType, row: Row[Any]) -> Value:
    if kind is ValueType.TIME:
        return Moment(row.local_at, ZoneStatus(row.zone), row.utc_offset)
    if kind is ValueType.PLACE:
        return Place(row.latitude, row.longitude)
    if kind is ValueType.ENTRY:
        return _entry_in(row.entry)
    value: Value = getattr(row, _PLAIN[kind])
    return value


def _entry_out(entry: Entry) -> dict[str, Any]:
    modified = entry.modified
    return {
        "name": entry.name,
        "size": entry.size,
        "modified": None
        if modified is None
        else {
            "local": modified.local.isoformat(),
            "zone": modified.zone.value,
            "offset": None if modified.offset is None else modified.offset.total_seconds(),
        },
        "sha256": entry.sha256,
        "encrypted": entry.encrypted,
        "kind": entry.kind,
        "more": dict(entry.more),
    }


def _entry_in(told: dict[str, Any]) -> Entry:
    at = told["modified"]
    modified = None
    if at is not None:
        offset = None if at["offset"] is None else timedelta(seconds=at["offset"])
        modified = Moment(datetime.fromisoformat(at["local"]), ZoneStatus(at["zone"]), offset)
    return Entry(told["name"], told["size"], modified, told["sha256"], told["encrypted"], told["kind"], told["more"])
