"""A fact's content as JSON has it, and back: how facts are kept, sent and digested."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from types import NoneType
from typing import Any, NewType, get_args, get_origin, get_type_hints
from uuid import UUID

from dems.errors import Invalid
from dems.model.life.contents import (
    CaseLink,
    Content,
    Designation,
    Extension,
    MajorStatus,
    Milestone,
    ModeDecision,
    Particulars,
    PartyStatus,
    PauseBegun,
    PauseEnded,
    Prejudice,
    Retracted,
    ThemeStatus,
)
from dems.model.life.strands import LocalDsiReview, OtherStrand, Proceeding, Recommendation, Review
from dems.model.life.when import When
from dems.model.times import rfc3339

KINDS: Mapping[str, type[Content]] = {
    "retracted": Retracted,
    "particulars": Particulars,
    "milestone": Milestone,
    "mode_decision": ModeDecision,
    "major_status": MajorStatus,
    "theme_status": ThemeStatus,
    "party_status": PartyStatus,
    "designation": Designation,
    "prejudice": Prejudice,
    "pause_begun": PauseBegun,
    "pause_ended": PauseEnded,
    "extension": Extension,
    "case_link": CaseLink,
    "review": Review,
    "dsi_review": LocalDsiReview,
    "recommendation": Recommendation,
    "proceeding": Proceeding,
    "other_strand": OtherStrand,
}
"""The names under which facts are kept; a name that was used once never means something else."""

MOST_TEXT = 4_000
"""Characters in one text of a fact."""

FIRST_YEAR, LAST_YEAR = 1900, 8999


MOST_IDS = 200
"""Parties in one proceeding."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_KIND_OF = {content: kind for kind, content in KINDS.items()}

Read = Callable[[Any], Any]


def kind_of_content(content: Content) -> str:
    return _KIND_OF[type(content)]


def content_record(content: Content) -> tuple[str, dict[str, Any]]:
    """The name of its kind and its fields, as JSON takes them; what has its default is left out."""
    record = {}
    for one in fields(content):
        value = getattr(content, one.name)
        if one.default is MISSING or value != one.default:
            record[one.name] = _written(value)
    return kind_of_content(content), record


def content_from(kind: str, record: Mapping[str, Any]) -> Content:
    """What `content_record` wrote. Raises `Invalid`, naming the field, for whatever cannot be read as that kind of fact."""
    found = KINDS.get(kind)
    if found is None:
        raise Invalid(f"There is no kind of fact {kind!r}: use one of {', '.join(KINDS)}.", field="kind")
    shape = _SHAPES[kind]
    if unknown := sorted(set(record) - set(shape)):
        raise Invalid(f"A fact of kind {kind!r} has no field {unknown[0]!r}: leave it out.", field=unknown[0])
    values = {}
    for name, field in shape.items():
        value = record.get(name)
        if value is None and name in record and not field.nullable:
            raise Invalid(f"{name!r} of a fact of kind {kind!r} is not null: say what it is.", field=name)
        if value is not None:
            values[name] = _read(field.read, value, name)
        elif name not in record and field.needed:
            raise Invalid(f"A fact of kind {kind!r} needs {name!r}: say what it is.", field=name)
        elif field.needed or name in record:
            values[name] = None
    return found(**values)


@dataclass(frozen=True, slots=True)
class _Field:
    read: Read
    nullable: bool
    needed: bool


def _shape(content: type[Content]) -> Mapping[str, _Field]:
    hints = get_type_hints(content)
    shape = {}
    for one in fields(content):
        hint = hints[one.name]
        nullable = NoneType in get_args(hint)
        if nullable:
            hint = next(a for a in get_args(hint) if a is not NoneType)
        shape[one.name] = _Field(_reader(hint), nullable, one.default is MISSING)
    return shape


def _reader(hint: Any) -> Read:
    if isinstance(hint, NewType):
        return _id
    if get_origin(hint) is tuple:
        return _ids
    if issubclass(hint, StrEnum):
        return lambda value: _one_of(hint, value)
    return {str: _text, bool: _truth, When: when_from}[hint]


def _read(read: Read, value: Any, name: str) -> Any:
    try:
        return read(value)
    except Invalid as wrong:
        raise Invalid(f"{name!r} cannot be read: {wrong.message}", field=name) from wrong


def _written(value: Any) -> Any:
    if isinstance(value, When):
        day = value.on.isoformat()
        return {"on": day} if value.at is None else {"on": day, "at": rfc3339(value.at)}
    if isinstance(value, tuple):
        return [str(v) for v in value]
    if isinstance(value, StrEnum):
        return value.value
    return str(value) if isinstance(value, UUID) else value


def _id(value: Any) -> UUID:
    try:
        return UUID(_text(value))
    except ValueError:
        raise Invalid("it is not an id, which is a UUID.") from None


def _ids(value: Any) -> tuple[UUID, ...]:
    if not isinstance(value, list) or len(value) > MOST_IDS:
        raise Invalid(f"it is not a list of at most {MOST_IDS} ids.")
    return tuple(_id(v) for v in value)


def _one_of(kind: type[StrEnum], value: Any) -> StrEnum:
    try:
        return kind(_text(value))
    except ValueError:
        raise Invalid(f"it is not one of {', '.join(kind)}.") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid("it is not text.")
    if len(value) > MOST_TEXT:
        raise Invalid(f"it has more than {MOST_TEXT} characters.")
    if "\0" in value or _LONE_SURROGATE.search(value):
        raise Invalid("it has a character that no text can have.")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("it is neither true nor false.")
    return value


def when_from(value: Any) -> When:
    """A date, an instant with a zone, or both as `{"on": …, "at": …}`. Raises `Invalid` for anything else."""
    if isinstance(value, Mapping):
        if not {"on"} <= set(value) <= {"on", "at"}:
            raise Invalid("it has 'on', a date, and may have 'at', an instant.")
        at = value.get("at")
        return When(_date(value["on"]), None if at is None else _instant(at))
    text = _text(value)
    return When.of(_instant(text)) if "T" in text.upper() else When(_date(text))


def _date(value: Any) -> date:
    try:
        return _plausible(date.fromisoformat(_text(value)))
    except ValueError:
        raise Invalid("it is not a date as in 2021-04-09.") from None


def _plausible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid(f"it does not lie between the years {FIRST_YEAR} and {LAST_YEAR}.")
    return day


def _instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(_text(value))
        if at.tzinfo is None:
            raise Invalid("the time has no zone: write it as in 2021-04-09T08:30:00Z.")
        _plausible(at.date())
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("it is not a time as in 2021-04-09T08:30:00Z.") from None


_SHAPES = {kind: _shape(content) for kind, content in KINDS.items()}
