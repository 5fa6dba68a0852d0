"""Transactions in which some calls of a repository answer otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dems.bootstrap import Dems


class Altered:
    """A transaction, or a repository of it, of which some calls answer otherwise."""

    def __init__(self, real: Any, **answers: Any) -> None:
        self._real, self._answers = real, answers

    def __getattr__(self, name: str) -> Any:
        return self._answers[name] if name in self._answers else getattr(self._real, name)


def altering(dems: Dems, repository: str, **answers: Callable[..., Any]) -> Callable[[], Any]:
    """Transactions in which calls of one repository answer otherwise."""

    @contextmanager
    def transaction() -> Iterator[Any]:
        with dems.transaction() as tx:
            yield Altered(tx, **{repository: Altered(getattr(tx, repository), **answers)})

    return transaction
