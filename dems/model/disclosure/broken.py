"""A rule that is broken, and where: what is listed in full before anything is refused."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from dems.model.disclosure.material import Subject


class PlaceKind(StrEnum):
    """What a broken rule is found in."""

    ROW = "row"
    ITEM = "item"
    BLOCK = "block"
    DECISION = "decision"
    SCHEDULE = "schedule"
    SET = "set"
    REPORT = "report"
    ENDORSEMENT = "endorsement"
    SERVICE = "service"
    HAPPENING = "happening"
    LIST = "list"
    PERSON = "person"
    """Who acts: what they do is refused before it is looked at."""


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """One place: a row as "MG6C 3", a schedule as "MG6C 2.1", a list as "MG12, version 2", everything else by its id."""

    kind: PlaceKind
    key: str

    @classmethod
    def row(cls, place: str) -> "Where":
        return cls(PlaceKind.ROW, place)

    @classmethod
    def subject(cls, subject: Subject) -> "Where":
        return cls(PlaceKind(subject.kind.value), str(subject.id))

    @classmethod
    def of(cls, kind: PlaceKind, thing: UUID) -> "Where":
        return cls(kind, str(thing))


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule, broken in one place. `message` is a sentence that says what to do.

    `hit` is the id of the leak guard's hit that is to be answered, where it is one.
    """

    rule: str
    where: Where
    message: str
    hit: str | None = None
