"""Findings as JSON and back. The way back checks everything; the way out uses the same checks, so that nothing honest is refused."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from dems.model.findings import (
    MAX_FLAGS,
    MAX_NAME,
    Confidence,
    Entry,
    Finding,
    Moment,
    Place,
    Value,
    ValueType,
    ZoneStatus,
)
from workers.extractors.wire import (
    Garbled,
    boolean_of,
    integer_of,
    list_of,
    name_of,
    number_of,
    object_of,
    text_of,
    text_or_none,
)

MAX_MORE = 64
_SHA256_HEX = frozenset("0123456789abcdef")
_SHA256_LENGTH = 64

_FINDING = frozenset({"name", "type", "value", "raw", "unit", "source", "tool", "tool_version", "confidence", "flags"})
_MOMENT = frozenset({"local", "zone", "offset"})
_PLACE = frozenset({"latitude", "longitude"})
_ENTRY = frozenset({"name", "size", "modified", "sha256", "encrypted", "kind", "more"})

_Word = TypeVar("_Word", bound=StrEnum)


def finding_out(finding: Finding) -> dict[str, Any]:
    """As JSON has it. Raises `Garbled` where the worker would: a number beyond 64 bits, a name that is none."""
    told = {
        "name": finding.name,
        "type": finding.type.value,
        "value": _value_out(finding.value),
        "raw": finding.raw,
        "unit": finding.unit,
        "source": finding.source,
        "tool": finding.tool,
        "tool_version": finding.tool_version,
        "confidence": finding.confidence.value,
        "flags": list(finding.flags),
    }
    finding_in(told)
    return told


def finding_in(told: Any) -> Finding:
    """Raises `Garbled` for all that is not exactly a finding."""
    told = object_of(told, _FINDING, "a finding")
    name = name_of(told["name"], "a finding's name")
    kind = _word(ValueType, told["type"], f"the type of {name}")
    return Finding(
        name,
        kind,
        _VALUES[kind](told["value"], name),
        text_or_none(told["raw"], f"the raw value of {name}"),
        text_or_none(told["unit"], f"the unit of {name}", MAX_NAME),
        text_of(told["source"], f"the source of {name}", 4 * MAX_NAME),
        text_of(told["tool"], f"the tool of {name}", MAX_NAME),
        text_of(told["tool_version"], f"the tool's version of {name}", MAX_NAME),
        _word(Confidence, told["confidence"], f"the confidence of {name}"),
        tuple(name_of(each, f"a flag of {name}") for each in list_of(told["flags"], MAX_FLAGS, f"the flags of {name}")),
    )


def _value_out(value: Value) -> Any:
    if isinstance(value, Moment):
        return _moment_out(value)
    if isinstance(value, Place):
        return {"latitude": value.latitude, "longitude": value.longitude}
    if isinstance(value, Entry):
        return {
            "name": value.name,
            "size": value.size,
            "modified": None if value.modified is None else _moment_out(value.modified),
            "sha256": value.sha256,
            "encrypted": value.encrypted,
            "kind": value.kind,
            "more": dict(value.more),
        }
    return value


def _moment_out(moment: Moment) -> dict[str, Any]:
    return {
        "local": moment.local.isoformat(),
        "zone": moment.zone.value,
        "offset": None if moment.offset is None else moment.offset.total_seconds(),
    }


def _moment(told: Any, what: str) -> Moment:
    told = object_of(told, _MOMENT, what)
    zone = _word(ZoneStatus, told["zone"], f"the zone of {what}")
    try:
        local = datetime.fromisoformat(text_of(told["local"], what, MAX_NAME))
        offset = (
            None if told["offset"] is None else timedelta(seconds=number_of(told["offset"], f"the offset of {what}"))
        )
        return Moment(local, zone, offset)
    except (ValueError, OverflowError) as error:
        raise Garbled(f"{what}: no time") from error


def _place(told: Any, what: str) -> Place:
    told = object_of(told, _PLACE, what)
    try:
        return Place(number_of(told["latitude"], what), number_of(told["longitude"], what))
    except ValueError as error:
        raise Garbled(f"{what}: no place on earth") from error


def _entry(told: Any, what: str) -> Entry:
    told = object_of(told, _ENTRY, what)
    digest = told["sha256"]
    if digest is not None and not (
        isinstance(digest, str) and len(digest) == _SHA256_LENGTH and _SHA256_HEX.issuperset(digest)
    ):
        raise Garbled(f"{what}: no SHA-256")
    return Entry(
        text_of(told["name"], f"the name of {what}"),
        None if told["size"] is None else integer_of(told["size"], f"the size of {what}", least=0),
        None if told["modified"] is None else _moment(told["modified"], f"the time of {what}"),
        digest,
        None if told["encrypted"] is None else boolean_of(told["encrypted"], f"the encryption of {what}"),
        text_or_none(told["kind"], f"the kind of {what}", 2 * MAX_NAME),
        _more(told["more"], what),
    )


def _more(told: Any, what: str) -> Mapping[str, str | int | float | bool]:
    if not isinstance(told, dict) or len(told) > MAX_MORE:
        raise Garbled(f"more of {what}: not an object, or of more than {MAX_MORE}")
    return {name_of(key, f"more of {what}"): _scalar(value, f"more of {what}") for key, value in told.items()}


def _scalar(value: Any, what: str) -> str | int | float | bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return integer_of(value, what)
    return number_of(value, what) if isinstance(value, float) else text_of(value, what)


def _word(words: type[_Word], value: Any, what: str) -> _Word:
    try:
        return words(value)
    except ValueError:
        raise Garbled(f"{what}: none of ours") from None


_VALUES: Mapping[ValueType, Callable[[Any, str], Value]] = {
    ValueType.TEXT: text_of,
    ValueType.INTEGER: integer_of,
    ValueType.NUMBER: number_of,
    ValueType.BOOLEAN: boolean_of,
    ValueType.TIME: _moment,
    ValueType.PLACE: _place,
    ValueType.ENTRY: _entry,
}
