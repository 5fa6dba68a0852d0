"""What does not hold of the log in the database though its tree does: noted on the way, and told when all else was compared."""

from dataclasses import dataclass, field

from dems.model.ids import EntryId
from dems.steps.log_check import Differs


@dataclass(slots=True)
class Remarks:
    """Of each sort the first.

    `lost` is an entry that is neither in the log nor waits for it, `elsewhere` one that is kept in another chain, or at
    another place of it, than it says; `hidden` are the sizes of published checkpoints that are not in the bucket, `largest`
    that of the largest signed checkpoint of more entries than the log had, and `unsigned` says where something lies that
    nobody of this log signed.
    """

    lost: EntryId | None = None
    elsewhere: EntryId | None = None
    hidden: list[int] = field(default_factory=list)
    largest: int = 0
    unsigned: str | None = None

    def worst(self, size: int, grown: int) -> Differs | None:
        """The one to tell of, of a log that had `size` entries and has `grown` to more meanwhile; None where there is none."""
        if self.lost is not None:
            problem = f"entry {self.lost} is neither in the log nor waits for it: it was taken out of the queue"
            return Differs(problem, entry=self.lost)
        # What was signed of what it has grown by is for the next check.
        if self.largest > grown:
            problem = (
                f"checkpoints of up to {self.largest} entries were signed, and the log has {size}: it was set back"
            )
            return Differs(problem)
        if self.elsewhere is not None:
            problem = (
                f"entry {self.elsewhere} says another chain, or another place in it, than it is kept under: "
                "the log may hold two tales of that chain"
            )
            return Differs(problem, entry=self.elsewhere)
        if self.unsigned is not None:
            return Differs(self.unsigned)
        if self.hidden:
            problem = (
                f"the checkpoint of {self.hidden[0]} entries was signed and published, and is not in the ledger bucket"
            )
            return Differs(problem)
        return None
