"""Transactions between which somebody else does something."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from dems.bootstrap import Dems
from dems.ports import Transaction


class Meanwhile:
    """Before the transactions of these numbers, counted from 1, something is done and committed by somebody else."""

    def __init__(self, dems: Dems, done: Mapping[int, Callable[[], object]]) -> None:
        self._dems, self._done = dems, done
        self.begun = 0

    def __call__(self) -> AbstractContextManager[Transaction]:
        self.begun += 1
        self._done.get(self.begun, lambda: None)()
        return self._dems.transaction()
