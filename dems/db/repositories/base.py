"""What every repository stands on."""

from typing import Any, Protocol

from sqlalchemy import ColumnElement, CursorResult, Executable, Select

from dems.model.people import force_key
from dems.ports import Clock, Page


class Runner(Protocol):
    """The transaction, as its repositories see it."""

    clock: Clock

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]: ...


class Rows:
    """A repository: turns rows into the domain's things and back, and decides nothing."""

    def __init__(self, tx: Runner) -> None:
        self._tx = tx


def paged(statement: Select[Any], key: ColumnElement[Any], page: Page) -> Select[Any]:
    """One keyset page in the order of `key`."""
    if page.after is not None:
        statement = statement.where(key > page.after)
    return statement.order_by(key).limit(page.limit)


def force_key_or_none(force: str | None) -> str | None:
    return None if force is None else force_key(force)
