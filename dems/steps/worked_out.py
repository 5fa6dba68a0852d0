"""What takes long is worked out while nobody waits for it: before the proceeding is held, and good if nothing changed until it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from dems.errors import DemsError
from dems.model.custody import ChainOf, restricted_of
from dems.model.disclosure.preparing import Preparation
from dems.model.ids import CaseId, StrandId
from dems.model.times import london_date
from dems.ports import Transaction

Made = TypeVar("Made")
Next = TypeVar("Next")

AHEAD = 2
"""How often something is worked out ahead. Where somebody else was faster each time, it is worked out while the proceeding is held."""


@dataclass(frozen=True, slots=True)
class AsItWas:
    """Two of one proceeding are equal only where nothing that its file is made of was committed between them, and it is the same day.

    Every change has an entry in the same transaction, of the case and its items or, of what is restricted, of a proceeding of the
    case. The set that is put together has none: it is compared itself.
    """

    on: date
    entries: int
    restricted: Mapping[ChainOf, int]
    made: tuple[Preparation, int] | None


def as_it_is(tx: Transaction, proceeding: StrandId, case_id: CaseId, now: datetime) -> AsItWas:
    """To be asked before anything else is read, and again once the proceeding is held."""
    return AsItWas(
        london_date(now),
        tx.custody.recorded(case_id),
        tx.custody.lengths([restricted_of(p) for p in tx.disclosure.proceedings(case_id)]),
        tx.schedules.preparation(proceeding),
    )


@dataclass(frozen=True, slots=True)
class WorkedOut(Generic[Made]):
    """What an act would make of a proceeding as it was, or why it is refused."""

    of: AsItWas
    made: Made | DemsError

    @classmethod
    def by(cls, of: AsItWas, work: Callable[[], Made]) -> "WorkedOut[Made]":
        try:
            return cls(of, work())
        except DemsError as refused:
            return cls(of, refused)

    def then(self, work: Callable[[Made], Next]) -> "WorkedOut[Next]":
        """Further; what was refused stays so."""
        return WorkedOut.by(self.of, lambda: work(self.result()))

    def result(self) -> Made:
        """Raises what it was refused with."""
        if isinstance(self.made, DemsError):
            raise self.made
        return self.made
