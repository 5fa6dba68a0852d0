"""Checkpoints that were given earlier, or to somebody else: a log that tells two histories is found out by comparing them."""

from collections.abc import Iterable
from dataclasses import dataclass

from dems.ledger.fields import shown
from dems.ledger.invalid import Contradicted, LedgerInvalid, NotProved
from dems.ledger.judgement import judge
from dems.ledger.policy import Policy


@dataclass(frozen=True, slots=True)
class Held:
    """A signed checkpoint (C2SP tlog-checkpoint), and what it is called."""

    name: str
    note: bytes


class Earlier:
    """Each was signed of the first so many entries of the log; whatever the log became since, it must begin with these."""

    def __init__(self, held: Iterable[Held], policy: Policy) -> None:
        self._due: dict[tuple[str, int], list[tuple[str, bytes]]] = {}
        self._count = 0
        self._unsigned: str | None = None
        self._broken: str | None = None
        for one in held:
            self._count += 1
            try:
                checkpoint = judge(one.note, policy).checkpoint
            except LedgerInvalid as error:
                self._unsigned = (
                    self._unsigned or f"{shown(one.name)} is no checkpoint that a known log signed: {error}"
                )
            else:
                self._due.setdefault((checkpoint.origin, checkpoint.size), []).append((one.name, checkpoint.root))

    def sizes(self, origin: str) -> set[int]:
        """Of how many entries of this log they are: the trees to `compare`."""
        return {size for of, size in self._due if of == origin}

    def compare(self, origin: str, size: int, root: bytes) -> None:
        """The log has a tree of this size with this root."""
        for name, said in self._due.pop((origin, size), []):
            if said != root:
                self._broken = self._broken or (
                    f"{shown(name)} was signed of another tree of {size} entries than this is: the log was changed since, or "
                    f"shows two people two histories. Keep both files: together they prove it"
                )

    def told(self, words: str) -> str:
        """`words`, where all hold. Raises `Contradicted`, and `NotProved` where one could not be compared with anything."""
        if self._broken is not None:
            raise Contradicted(self._broken)
        if self._unsigned is not None:
            raise NotProved(self._unsigned)
        for (origin, size), ((name, _), *_) in self._due.items():
            raise NotProved(
                f"{shown(name)} is of {size} entries of the log {shown(origin)}, and nothing here says what tree those make. A copy of "
                "that log with as many or more does: verify it with --checkpoint for each that you have"
            )
        return f"{self._count} of {self._count} {words}"
