"""Facts: what was recorded, by whom and when. A wrong one is corrected by a new one that names it; none is ever lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from dems.errors import AlreadyExists, Invalid, WrongState
from dems.model.ids import FactId, PersonId
from dems.model.life.contents import Content, Retracted

NO_SUCH_FACT = "This case has no such fact."

ContentT_co = TypeVar("ContentT_co", bound=Content, covariant=True)


@dataclass(frozen=True, slots=True)
class Fact(Generic[ContentT_co]):
    """One recorded fact. `corrects` names the fact whose place it takes; a correction says why.

    Raises `Invalid` for a correction without a reason, and for a retraction that names nothing.
    """

    id: FactId
    content: ContentT_co
    recorded_by: PersonId
    recorded_at: datetime
    corrects: FactId | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.corrects is not None and not (self.reason or "").strip():
            raise Invalid("Say why the earlier fact is corrected.")
        if self.corrects is None and isinstance(self.content, Retracted):
            raise Invalid("Name the fact that is taken back.")


@dataclass(frozen=True, slots=True)
class Correction:
    """A fact and what took its place."""

    old: Fact[Content]
    new: Fact[Content]


def appended(facts: tuple[Fact[Content], ...], new: Fact[Content]) -> tuple[Fact[Content], ...]:
    """`facts` with one more. Raises `AlreadyExists`, `Invalid` or `WrongState` where it cannot stand with them."""
    if any(f.id == new.id for f in facts):
        raise AlreadyExists("This fact is recorded already. To change it, record a correction that names it.")
    if new.corrects is None:
        return (*facts, new)
    old = next((f for f in facts if f.id == new.corrects), None)
    if old is None:
        raise Invalid("The correction names a fact that this case does not have.")
    if isinstance(old.content, Retracted):
        raise Invalid("A retraction is not corrected: record what happened as a new fact.")
    if type(new.content) not in {Retracted, type(old.content)}:
        raise Invalid("A correction says the same kind of thing as the fact that it corrects.")
    if any(f.corrects == old.id for f in facts):
        raise WrongState(
            "This fact was corrected meanwhile. Read the case again, and correct the fact that stands now.",
            state="corrected",
        )
    return (*facts, new)


def standing(facts: Sequence[Fact[Content]]) -> tuple[Fact[Content], ...]:
    """Those that nothing has corrected, without retractions, in the order in which they were recorded."""
    corrected = {f.corrects for f in facts}
    return tuple(f for f in facts if f.id not in corrected and not isinstance(f.content, Retracted))


def known_at(facts: Sequence[Fact[Content]], at: datetime) -> tuple[Fact[Content], ...]:
    """What had been recorded by an instant."""
    return tuple(f for f in facts if f.recorded_at <= at)


def corrected_since(facts: Sequence[Fact[Content]], at: datetime) -> tuple[Correction, ...]:
    """Facts known at an instant that have been corrected since: why a report of then would say something else now."""
    then = {f.id: f for f in known_at(facts, at)}
    return tuple(
        Correction(then[f.corrects], f)
        for f in facts
        if f.corrects is not None and f.corrects in then and f.recorded_at > at
    )


def story_of(facts: Sequence[Fact[Content]], fact_id: FactId) -> tuple[Fact[Content], ...]:
    """A fact with all that it corrected and that corrected it, oldest first. Raises `Invalid` for an unknown one."""
    by_id = {f.id: f for f in facts}
    if fact_id not in by_id:
        raise Invalid(NO_SUCH_FACT)
    by_corrected = {f.corrects: f for f in facts if f.corrects is not None}
    first = by_id[fact_id]
    while first.corrects is not None:
        first = by_id[first.corrects]
    told = [first]
    while told[-1].id in by_corrected:
        told.append(by_corrected[told[-1].id])
    return tuple(told)
