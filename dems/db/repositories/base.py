"""What every repository stands on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CursorResult,
    Executable,
    Integer,
    Select,
    Tuple,
    Uuid,
    any_,
    bindparam,
    cast,
    literal,
    tuple_,
)
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.types import NullType

from dems.model.people import force_key
from dems.ports import Clock, Page

Some = TypeVar("Some")

AT_ONCE = 5_000
"""Values in one IN list: a statement has at most 65,535 parameters."""


def chunks(values: Sequence[Some]) -> Iterator[Sequence[Some]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def ids_as_array(ids: Iterable[UUID | None]) -> ColumnElement[Any]:
    """Thousands of ids as one value. They go as one text: as parameters each, they take longer than what is done with them.

    A text of no type, so that the server takes it for an array at once, and knows how long that is when it plans.
    """
    text = "{" + ",".join("NULL" if i is None else str(i) for i in ids) + "}"
    return cast(literal(text, NullType()), ARRAY(Uuid))


def among(of: ColumnElement[Any], ids: Iterable[UUID]) -> ColumnElement[bool]:
    return of == any_(ids_as_array(ids))


class Runner(Protocol):
    """The transaction, as its repositories see it."""

    clock: Clock

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]: ...

    def read(self, prepared: "Prepared", **parameters: Any) -> list[tuple[Any, ...]]: ...


class Prepared:
    """A SELECT put into words once, whose rows come in PostgreSQL's binary form: bytes as they are and not as hexadecimal text.

    For what the log reads by the million. Its parameters are named, and values of plain types.
    """

    def __init__(self, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=psycopg.dialect())  # type: ignore[no-untyped-call]
        self.words = compiled.string
        self.given = dict(compiled.params)


class Rows:
    """A repository: turns rows into the domain's things and back, and decides nothing."""

    def __init__(self, tx: Runner) -> None:
        self._tx = tx


def paged(statement: Select[Any], key: ColumnElement[Any], page: Page) -> Select[Any]:
    """One keyset page in the order of `key`."""
    if page.after is not None:
        statement = statement.where(key > page.after)
    return statement.order_by(key).limit(page.limit)


def paged_within(
    statement: Select[Any], scope: ColumnElement[Any], value: UUID, key: ColumnElement[Any], page: Page
) -> Select[Any]:
    """One keyset page of what belongs to `value`, in the order of `key`, by an index on (scope, key) and no other.

    Written as a range of pairs on purpose: with ``scope = value`` the planner may think it cheaper to walk the index of
    `key` through everybody's rows until enough of this scope's have come by.
    """
    ends = within(value, page)
    given = {name: literal(ends[name], Uuid) for name in ("scope", "least", "most")}
    return _within(statement, tuple_(scope, key), given).order_by(scope, key).limit(page.limit)


def any_page_within(statement: Select[Any], scope: ColumnElement[Any], key: ColumnElement[Any]) -> Select[Any]:
    """As `paged_within`, of any value and any page: put together once, and given the parameters that `within` makes.

    Putting a long statement together takes as long as asking it.
    """
    given = {name: bindparam(name, type_=Uuid) for name in ("scope", "least", "most")}
    return _within(statement, tuple_(scope, key), given).order_by(scope, key).limit(bindparam("limit", type_=Integer))


def within(value: UUID, page: Page) -> dict[str, Any]:
    """The parameters of `any_page_within`."""
    return {"scope": value, "least": page.after or UUID(int=0), "most": UUID(int=(1 << 128) - 1), "limit": page.limit}


def _within(statement: Select[Any], pair: Tuple, given: Mapping[str, ColumnElement[Any]]) -> Select[Any]:
    above, below = tuple_(given["scope"], given["least"]), tuple_(given["scope"], given["most"])
    return statement.where(pair > above, pair <= below)


def force_key_or_none(force: str | None) -> str | None:
    return None if force is None else force_key(force)
