"""Checkpoints in the order of their sizes, compared with a tree that is computed anew beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dems.errors import LogRefused
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.rederived import Rederived
from dems.steps.kept_checkpoints import KeptCheckpoints
from dems.steps.log_check import Differs


@dataclass(frozen=True, slots=True)
class Claim:
    """That the log had this root at this size; `root` is None where nobody of this log signed what says so."""

    size: int
    root: bytes | None
    where: str


@dataclass(frozen=True, slots=True)
class Left:
    """Claims beyond a tree: how many, and the sizes of the last but one and of the last; 0 where there is none."""

    count: int
    second: int
    largest: int


@dataclass
class Claims:
    """Those of one source. `agreed` is the size of the last that was found to hold.

    Whoever may write into the bucket can lay something there that nobody signed: it says nothing of the log, so it must
    not keep what comes behind it from being compared. `unsigned` tells of it when all else was.
    """

    source: Iterable[Claim]
    compared: int = field(default=0, init=False)
    agreed: int = field(default=0, init=False)
    _unsigned: Claim | None = field(default=None, init=False)
    _coming: Iterator[Claim] = field(init=False)
    _next: list[Claim] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._coming = iter(self.source)

    def compare(self, tree: Rederived) -> None:
        """With the leaves that came last. Raises `Differs`, also what `source` raises of it."""
        while (claim := self._look()) and claim.size <= tree.size:
            if claim.size and tree.root(claim.size) != claim.root:
                raise Differs(
                    f"the first {claim.size} entries do not make the root that {claim.where} says; "
                    f"the first {self.agreed} are as they were"
                )
            self.agreed = claim.size
            self.compared += 1
            self._next.clear()

    def left(self) -> Left:
        """What the tree did not reach. Raises as `compare`."""
        count, second, largest = 0, 0, 0
        while claim := self._look():
            count, second, largest = count + 1, largest, claim.size
            self._next.clear()
        return Left(count, second, largest)

    @property
    def unsigned(self) -> str | None:
        """Where something lies in the place of a checkpoint that this log did not sign: the first, when all were read."""
        found = self._unsigned
        return None if found is None else f"{found.where} of {found.size} entries is not signed by this log's key"

    def _look(self) -> Claim | None:
        """The next that was signed and not compared yet."""
        while not self._next and (claim := next(self._coming, None)):
            if claim.root is None:
                self._unsigned = self._unsigned or claim
            else:
                self._next.append(claim)
        return next(iter(self._next), None)


def of_checkpoint(held: Checkpoint | None) -> Claims:
    """What a checkpoint says that whoever asks has from elsewhere; nothing where they have none."""
    return Claims([Claim(held.size, held.root, "the checkpoint that you hold")] if held else [])


def of_bucket(kept: KeptCheckpoints) -> Claims:
    """What the signed checkpoints in the bucket say. Two of one size are a fork, which is found where they are compared."""

    def each() -> Iterator[Claim]:
        try:
            for size, one in kept.each_after(-1):
                yield Claim(size, one.checkpoint.root if one else None, "a kept checkpoint")
        except LogRefused as error:
            raise Differs(error.message) from error

    return Claims(each())
