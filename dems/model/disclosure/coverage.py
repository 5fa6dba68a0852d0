"""What was looked at, for how long and by whom. Time that overlaps is counted once, of a person and of a recording alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from dems.errors import Invalid
from dems.model.ids import EvidenceId, PersonId
from dems.model.times import london_date


@dataclass(frozen=True, slots=True)
class Viewing:
    """Somebody had an item before them between two instants. Of a recording, `first` and `last` say which part was played.

    Raises `Invalid` for an end before the beginning.
    """

    item: EvidenceId
    person: PersonId
    began: datetime
    ended: datetime
    first: timedelta | None = None
    last: timedelta | None = None

    def __post_init__(self) -> None:
        london_date(self.began)
        london_date(self.ended)
        if self.ended < self.began:
            raise Invalid("A viewing does not end before it begins: check both times.")
        if (self.first is None) != (self.last is None):
            raise Invalid("Say from where to where the recording was played, or neither.")
        if self.first is not None and self.last is not None and not timedelta(0) <= self.first <= self.last:
            raise Invalid("A part of a recording does not end before it begins: check both positions.")


@dataclass(frozen=True, slots=True)
class ItemCoverage:
    """How one item was looked at. `played` is the share of the recording that somebody saw; None for what has no length."""

    item: EvidenceId
    people: tuple[PersonId, ...]
    looked: timedelta
    """Of all people together: two who look at once count twice."""
    played: Fraction | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the items asked about: how many were looked at, and each of them."""

    asked: int
    items: tuple[ItemCoverage, ...]
    by_person: tuple[tuple[PersonId, timedelta], ...]
    """The time of each person, over all items: what they had open at once counts once."""

    @property
    def seen(self) -> int:
        return sum(1 for item in self.items if item.people)

    @property
    def unseen(self) -> tuple[EvidenceId, ...]:
        return tuple(item.item for item in self.items if not item.people)


def coverage(viewings: Iterable[Viewing], items: Iterable[tuple[EvidenceId, timedelta | None]]) -> Coverage:
    """Figures over items, each with the length of its recording where it has one. Viewings of other items are left out."""
    lengths = dict(items)
    of_item: dict[EvidenceId, list[Viewing]] = {item: [] for item in lengths}
    for viewing in viewings:
        if viewing.item in of_item:
            of_item[viewing.item].append(viewing)
    people: dict[PersonId, list[Viewing]] = {}
    for viewing in (v for found in of_item.values() for v in found):
        people.setdefault(viewing.person, []).append(viewing)
    return Coverage(
        asked=len(lengths),
        items=tuple(_of_item(item, found, lengths[item]) for item, found in of_item.items()),
        by_person=tuple((person, _time(people[person])) for person in sorted(people)),
    )


def _of_item(item: EvidenceId, viewings: list[Viewing], length: timedelta | None) -> ItemCoverage:
    people = sorted({v.person for v in viewings})
    looked = sum((_time([v for v in viewings if v.person == p]) for p in people), timedelta(0))
    return ItemCoverage(item, tuple(people), looked, _played(viewings, length))


def _time(viewings: list[Viewing]) -> timedelta:
    start = min(v.began for v in viewings)
    return _covered([(v.began - start, v.ended - start) for v in viewings])


def _played(viewings: list[Viewing], length: timedelta | None) -> Fraction | None:
    if not length:
        return None
    parts = [
        (min(v.first, length), min(v.last, length)) for v in viewings if v.first is not None and v.last is not None
    ]
    return Fraction(_covered(parts) // timedelta(microseconds=1), length // timedelta(microseconds=1))


def _covered(spans: list[tuple[timedelta, timedelta]]) -> timedelta:
    """How much of a line several spans cover together."""
    covered = reached = timedelta(0)
    for first, last in sorted(spans):
        covered += max(last - max(first, reached), timedelta(0))
        reached = max(reached, last)
    return covered
