"""Dataclasses of several kinds as JSON has them, and back: strict, so that what is read is what was written and nothing else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from types import NoneType
from typing import Any, Generic, NewType, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from dems.errors import Invalid
from dems.model.life.when import When
from dems.model.times import rfc3339

MOST_TEXT = 4_000
"""Characters in one text."""

MOST_LISTED = 200
"""Values in one list, such as the parties in one proceeding."""

MOST_NUMBER = 2**53 - 1
"""What every reader of JSON takes for a whole number."""

FIRST_YEAR, LAST_YEAR = 1900, 8999

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

T = TypeVar("T")

Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Field:
    read: Read
    nullable: bool
    needed: bool
    default: Any


class Kinds(Generic[T]):
    """The kinds of one thing that is called `thing` in messages, by the names that they are kept under.

    A name that was used once never means something else.
    """

    def __init__(self, thing: str, kinds: Mapping[str, type[T]]) -> None:
        self._thing = thing
        self._kinds = kinds
        self._names = {kind: name for name, kind in kinds.items()}
        self._shapes = {name: _shape(kind) for name, kind in kinds.items()}

    def name_of(self, value: T) -> str:
        return self._names[type(value)]

    def record(self, value: T) -> tuple[str, dict[str, Any]]:
        """The name of its kind and its fields, as JSON takes them; what has its default is left out."""
        record, name = {}, self._names[type(value)]
        for part, field in self._shapes[name].items():
            inner = getattr(value, part)
            if field.needed or inner != field.default:
                record[part] = _WRITERS.get(type(inner), _written)(inner)
        return name, record

    def read(self, name: str, record: Mapping[str, Any]) -> T:
        """What `record` wrote. Raises `Invalid`, naming the field, for whatever cannot be read as that kind."""
        found, thing = self._kinds.get(name), self._thing
        if found is None:
            raise Invalid(f"There is no kind of {thing} {name!r}: use one of {', '.join(self._kinds)}.", field="kind")
        shape = self._shapes[name]
        if not record.keys() <= shape.keys():
            unknown = min(record.keys() - shape.keys())
            raise Invalid(f"A {thing} of kind {name!r} has no field {unknown!r}: leave it out.", field=unknown)
        values = {}
        for part, field in shape.items():
            value = record.get(part)
            if value is not None:
                try:
                    values[part] = field.read(value)
                except Invalid as wrong:
                    raise Invalid(f"{part!r} cannot be read: {wrong.message}", field=part) from wrong
            elif part in record:
                if not field.nullable:
                    raise Invalid(f"{part!r} of a {thing} of kind {name!r} is not null: say what it is.", field=part)
                values[part] = None
            elif field.needed:
                raise Invalid(f"A {thing} of kind {name!r} needs {part!r}: say what it is.", field=part)
        return found(**values)


def _shape(kind: type[Any]) -> Mapping[str, _Field]:
    hints = get_type_hints(kind)
    shape = {}
    for one in fields(kind):
        hint = hints[one.name]
        nullable = NoneType in get_args(hint)
        if nullable:
            hint = next(a for a in get_args(hint) if a is not NoneType)
        shape[one.name] = _Field(_reader(hint), nullable, one.default is MISSING, one.default)
    return shape


def _reader(hint: Any) -> Read:
    if isinstance(hint, NewType):
        return _id
    if get_origin(hint) is tuple:
        return _texts if get_args(hint)[0] is str else _ids
    if issubclass(hint, StrEnum):
        return _one_of(hint)
    return {str: text_from, bool: _truth, int: _whole, date: date_from, When: when_from}[hint]


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(v) for v in value]
    return value.value if isinstance(value, StrEnum) else value


def _when_written(value: When) -> dict[str, str]:
    day = value.on.isoformat()
    return {"on": day} if value.at is None else {"on": day, "at": rfc3339(value.at)}


_WRITERS: Mapping[type, Callable[[Any], Any]] = {When: _when_written, date: date.isoformat, UUID: str}
"""Of the types of which each value is written alike; `_written` has the others."""

_known_id = lru_cache(maxsize=4_096)(UUID)
"""The same persons and strands are named in fact after fact, and reading an id costs more than the rest of a fact."""


def _id(value: Any) -> UUID:
    try:
        return _known_id(text_from(value))
    except ValueError:
        raise Invalid("it is not an id, which is a UUID.") from None


def _ids(value: Any) -> tuple[UUID, ...]:
    if not isinstance(value, list) or len(value) > MOST_LISTED:
        raise Invalid(f"it is not a list of at most {MOST_LISTED} ids.")
    return tuple(_id(v) for v in value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_LISTED:
        raise Invalid(f"it is not a list of at most {MOST_LISTED} texts.")
    return tuple(text_from(v) for v in value)


def _one_of(kind: type[StrEnum]) -> Read:
    members = {member.value: member for member in kind}

    def read(value: Any) -> StrEnum:
        found = members.get(text_from(value))
        if found is None:
            raise Invalid(f"it is not one of {', '.join(kind)}.")
        return found

    return read


def text_from(value: Any) -> str:
    """A text that can be kept. Raises `Invalid` for anything else."""
    if not isinstance(value, str):
        raise Invalid("it is not text.")
    if len(value) > MOST_TEXT:
        raise Invalid(f"it has more than {MOST_TEXT} characters.")
    # What is printable throughout, as almost every text is, has neither.
    if not value.isprintable() and ("\0" in value or _LONE_SURROGATE.search(value)):
        raise Invalid("it has a character that no text can have.")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("it is neither true nor false.")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST_NUMBER:
        raise Invalid("it is not a whole number.")
    return value


def when_from(value: Any) -> When:
    """A date, an instant with a zone, or both as `{"on": …, "at": …}`. Raises `Invalid` for anything else."""
    if isinstance(value, Mapping):
        if "on" not in value or not value.keys() <= {"on", "at"}:
            raise Invalid("it has 'on', a date, and may have 'at', an instant.")
        at = value.get("at")
        return When(date_from(value["on"]), None if at is None else _instant(at))
    text = text_from(value)
    return When.of(_instant(text)) if "T" in text.upper() else When(date_from(text))


def date_from(value: Any) -> date:
    """A date. Raises `Invalid` for anything else."""
    try:
        return _plausible(date.fromisoformat(text_from(value)))
    except ValueError:
        raise Invalid("it is not a date as in 2021-04-09.") from None


def _plausible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid(f"it does not lie between the years {FIRST_YEAR} and {LAST_YEAR}.")
    return day


def _instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text_from(value))
        if at.tzinfo is None:
            raise Invalid("the time has no zone: write it as in 2021-04-09T08:30:00Z.")
        _plausible(at.date())
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("it is not a time as in 2021-04-09T08:30:00Z.") from None
