"""What goes wrong, and when: one plan for the store, the commits and the sends of one simulated process."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """Faults come in pairs: the deed was not done, or it was done and nobody heard of it; with and without a crash."""

    REFUSED = "refused"
    ANSWER_LOST = "answer lost"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"

    @property
    def before(self) -> bool:
        return self in {Fault.REFUSED, Fault.CRASH_BEFORE}

    @property
    def crash(self) -> bool:
        return self in {Fault.CRASH_BEFORE, Fault.CRASH_AFTER}


class ProcessDied(BaseException):
    """Stands for kill -9: no handler of ours may take it for an error, and nothing works after it until a restart."""


class RuleBroken(BaseException):
    """The code under test did what it must never do. No handler of ours may swallow it."""


_APART = frozenset({"content", "extract"})
"""Phases in which the store is asked for what it was asked for before: those deeds have names of their own."""


@dataclass
class Faults:
    """Each planned effect fails once, the way it says. `seen` are all effects in order."""

    plan: dict[str, Fault] = field(default_factory=dict)
    phase: str = ""
    seen: list[str] = field(default_factory=list)
    fired: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    dead: bool = False
    _count: Counter[str] = field(default_factory=Counter)
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _here: threading.local = field(default_factory=threading.local)
    _open_transactions: int = 0

    @contextmanager
    def on(self, effect: str, refusal: Callable[[], Exception]) -> Iterator[None]:
        """Around one deed. The second of one name is called ``name #2``."""
        self.alive()
        if self.phase in _APART and not effect.startswith("commit"):
            effect = f"{self.phase} {effect}"
        with self._counting:
            self._count[effect] += 1
            number = self._count[effect]
            name = effect if number == 1 else f"{effect} #{number}"
            self.seen.append(name)
            fault = self.plan.pop(name, None)
        if fault is not None and fault.before:
            self._strike(name, fault, refusal)
        yield
        if fault is not None:
            self._strike(name, fault, refusal)

    @property
    def kinds(self) -> set[str]:
        """The effects that occurred, whatever their number."""
        return {name.split(" #")[0] for name in self.seen}

    def _strike(self, name: str, fault: Fault, refusal: Callable[[], Exception]) -> None:
        self.fired.append(name)
        if fault.crash:
            self.dead = True
            raise ProcessDied(name)
        raise refusal()

    def alive(self) -> None:
        if self.dead:
            raise ProcessDied("a dead process does nothing")

    def restarted(self) -> None:
        self.dead = False

    def enter(self, phase: str) -> None:
        self.phase = phase

    @contextmanager
    def in_transaction(self, name: str) -> Iterator[None]:
        if self.transaction is not None:
            self.break_rule(f"transaction {name} inside transaction {self.transaction}")
        self._here.name = name
        self._open_transactions += 1
        try:
            yield
        finally:
            self._here.name = None
            self._open_transactions -= 1

    @property
    def transaction(self) -> str | None:
        """The name of the transaction that this thread is in."""
        name: str | None = getattr(self._here, "name", None)
        return name

    def outside_transactions(self, what: str) -> None:
        """Called by the store. Threads that send parts work for the thread that holds a transaction, if one does."""
        sends_parts = threading.current_thread().name.startswith("part") and self._open_transactions
        if self.transaction is not None or sends_parts:
            self.break_rule(f"{what} inside transaction {self.transaction}")

    def break_rule(self, what: str) -> None:
        self.broken.append(what)
        raise RuleBroken(what)
