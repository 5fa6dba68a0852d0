"""What does not hold of the log in the database though its tree does: noted on the way, and told when all else was compared."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dems.ledger.frontier import Frontier
from dems.ledger.invalid import LedgerInvalid
from dems.model.ids import EntryId
from dems.ports.ledger import Stray, TreeHead
from dems.steps.log_check import Differs


@dataclass(slots=True)
class Remarks:
    """Of each sort the first.

    `lost` is an entry that is neither in the log nor waits for it, `elsewhere` one that is kept in another chain, or at
    another place of it, than it says; `hidden` are the sizes of published checkpoints that are not in the bucket, `largest`
    that of the largest signed checkpoint of more entries than the log had, and `unsigned` says where something lies that
    nobody of this log signed. `astray` is a leaf or node where the log has none, and `edged` whether the newest checkpoint's
    right edge is that of its root.
    """

    lost: EntryId | None = None
    elsewhere: EntryId | None = None
    hidden: list[int] = field(default_factory=list)
    largest: int = 0
    unsigned: str | None = None
    astray: Stray | None = None
    edged: bool = True

    def worst(self, size: int, grown: int) -> Differs | None:
        """The one to tell of, of a log that had `size` entries and has `grown` to more meanwhile; None where there is none."""
        return next(self._each(size, grown), None)

    def _each(self, size: int, grown: int) -> Iterator[Differs]:
        if self.lost is not None:
            problem = f"entry {self.lost} is neither in the log nor waits for it: it was taken out of the queue"
            yield Differs(problem, entry=self.lost)
        # What was signed of what it has grown by is for the next check.
        if self.largest > grown:
            yield Differs(
                f"checkpoints of up to {self.largest} entries were signed, and the log has {size}: it was set back"
            )
        if self.astray is not None:
            yield _astray(self.astray, grown)
        if not self.edged:
            yield Differs(
                "the right edge that the newest checkpoint in the database keeps is not that of its root: "
                "no entry can be taken in after it"
            )
        if self.elsewhere is not None:
            problem = (
                f"entry {self.elsewhere} says another chain, or another place in it, than it is kept under: "
                "the log may hold two tales of that chain"
            )
            yield Differs(problem, entry=self.elsewhere)
        if self.unsigned is not None:
            yield Differs(self.unsigned)
        if self.hidden:
            yield Differs(
                f"the checkpoint of {self.hidden[0]} entries was signed and published, and is not in the ledger bucket"
            )


def has_its_edge(head: TreeHead) -> bool:
    """Whether the tree would go on from the right edge that is kept beside its root."""
    try:
        return Frontier.from_bytes(head.size, head.frontier).root() == head.root
    except LedgerInvalid:
        return False


def _astray(found: Stray, size: int) -> Differs:
    if found.level:
        problem = f"node {found.place} of level {found.level} stands where the log of {size} entries has none"
        return Differs(f"{problem}: nothing is taken in that needs its place")
    problem = f"entry {found.entry} stands at place {found.place}, and the log has {size} entries"
    return Differs(f"{problem}: it is in no tree, and does not wait either", found.place, found.entry)
