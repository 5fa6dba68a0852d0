"""Checkpoints in the order of their sizes, compared with a tree that is computed anew beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dems.ledger.rederived import Rederived
from dems.steps.log_check import Differs


@dataclass(frozen=True, slots=True)
class Claim:
    """That the log had this root at this size; `root` is None where nobody of this log signed what says so."""

    size: int
    root: bytes | None
    where: str


@dataclass
class Claims:
    """Those of one source. `agreed` is the size of the last that was found to hold."""

    source: Iterable[Claim]
    compared: int = field(default=0, init=False)
    agreed: int = field(default=0, init=False)
    _coming: Iterator[Claim] = field(init=False)
    _next: Claim | None = field(init=False)

    def __post_init__(self) -> None:
        self._coming = iter(self.source)
        self._next = next(self._coming, None)

    def compare(self, tree: Rederived) -> None:
        """With the tile that came last. Raises `Differs`."""
        while (claim := self._next) and claim.size <= tree.size:
            if claim.root is None:
                raise Differs(f"{claim.where} of {claim.size} entries is not signed by this log's key")
            if claim.size and tree.root(claim.size) != claim.root:
                raise Differs(
                    f"the first {claim.size} entries do not make the root that {claim.where} says; "
                    f"the first {self.agreed} are as they were"
                )
            self.agreed = claim.size
            self.compared += 1
            self._next = next(self._coming, None)

    def left(self) -> list[Claim]:
        """The first few thousand that the tree did not reach."""
        found = [] if self._next is None else [self._next]
        for claim in self._coming:
            found.append(claim)
            if len(found) == _MOST_LEFT:
                break
        return found


_MOST_LEFT = 10_000
