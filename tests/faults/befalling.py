"""One act, one fault at its commit: what is there before and after, by the key with which it is asked again."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from dems.errors import DatabaseUnavailable
from dems.ports import Clock, Once, Transactions
from tests.faults.faults import Fault, Faults, ProcessDied
from tests.faults.faulty_transactions import FaultyTransactions

Act = Callable[[Transactions, Once], object]
"""What is done, through the transactions it is given, with its key."""


@dataclass(frozen=True)
class Befallen:
    before: object
    after: object
    key: Once


def befall(name: str, act: Act, fault: Fault, engine: Engine, clock: Clock, look: Callable[[], object]) -> Befallen:
    """The act fails by this fault, once, at the commit of that `name`; and all of it is there, as `look` sees it, or nothing."""
    before, key = look(), Once(uuid4().bytes * 2, b"f" * 32)
    faults = Faults({f"commit {name}": fault})
    struck = FaultyTransactions(engine, clock, lambda _: None, faults)
    with pytest.raises((ProcessDied, DatabaseUnavailable)):
        act(struck, key)
    struck.gone()
    assert faults.fired == [f"commit {name}"], (name, fault)
    after = look()
    assert (after == before) is fault.before, (name, fault)
    return Befallen(before, after, key)
