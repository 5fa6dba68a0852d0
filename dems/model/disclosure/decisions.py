"""Decisions, append-only: each names the one whose place it takes, so that of two made at once only one is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, cast

from dems.errors import AlreadyExists, Invalid, WrongState
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.contents import Content
from dems.model.disclosure.material import Subject
from dems.model.ids import DecisionId, StrandId
from dems.model.life.strands import said

ContentT_co = TypeVar("ContentT_co", bound=Content, covariant=True)
C = TypeVar("C", bound=Content)


@dataclass(frozen=True, slots=True)
class Decision(Generic[ContentT_co]):
    """One decision of one person about one subject in one proceeding. Raises `Invalid` without a reason."""

    id: DecisionId
    proceeding: StrandId
    subject: Subject
    content: ContentT_co
    by: Acting
    reason: str
    replaces: DecisionId | None = None

    def __post_init__(self) -> None:
        said(self.reason, "why this was decided")


@dataclass(frozen=True)
class Record:
    """All decisions of one proceeding, in the order in which they were recorded. Nothing of another proceeding is in it."""

    proceeding: StrandId
    decisions: tuple[Decision[Content], ...] = ()

    @cached_property
    def _newest(self) -> dict[tuple[Subject, type], Decision[Content]]:
        return {(d.subject, type(d.content)): d for d in self.decisions}

    @cached_property
    def subjects(self) -> frozenset[Subject]:
        """Of whatever anything was decided."""
        return frozenset(d.subject for d in self.decisions)

    def stands(self, subject: Subject, kind: type[C]) -> Decision[C] | None:
        """The decision of one kind that holds now."""
        return cast("Decision[C] | None", self._newest.get((subject, kind)))

    def says(self, subject: Subject, kind: type[C]) -> C | None:
        """What the decision that holds now says."""
        found = self.stands(subject, kind)
        return None if found is None else found.content

    def standing(self, subject: Subject) -> tuple[Decision[Content], ...]:
        """Every decision about a subject that holds now, in the order in which they were recorded."""
        return tuple(self._by_subject.get(subject, ()))

    @cached_property
    def _by_subject(self) -> dict[Subject, list[Decision[Content]]]:
        found: dict[Subject, list[Decision[Content]]] = {}
        for decision in self.decisions:
            if self._newest[decision.subject, type(decision.content)] is decision:
                found.setdefault(decision.subject, []).append(decision)
        return found

    def history(self, subject: Subject, kind: type[C]) -> tuple[Decision[C], ...]:
        """Every decision of one kind about a subject, oldest first."""
        return tuple(
            cast("Decision[C]", d) for d in self.decisions if d.subject == subject and isinstance(d.content, kind)
        )

    def appended(self, new: Iterable[Decision[Content]]) -> "Record":
        """The record with all of `new`. Raises `AlreadyExists`, `Invalid` or `WrongState` where one cannot stand with the others.

        `WrongState` names in `problems` each `decision` that replaces something else than what `stands`.
        """
        ids = {d.id for d in self.decisions}
        newest = dict(self._newest)
        added, superseded = [], []
        for decision in new:
            if decision.id in ids:
                raise AlreadyExists("This decision is recorded already. To change it, record one that takes its place.")
            key = decision.subject, type(decision.content)
            before = newest.get(key)
            if before is not None and decision.by.at < before.by.at:
                raise Invalid(
                    "A decision is not made before the one whose place it takes: give the time it was made at."
                )
            stands = None if before is None else before.id
            if decision.replaces != stands:
                superseded.append({"decision": str(decision.id), "stands": None if stands is None else str(stands)})
            ids.add(decision.id)
            newest[key] = decision
            added.append(decision)
        if superseded:
            raise WrongState(
                "Somebody decided this meanwhile, or the decision that it is to replace is not the one that stands. "
                "Read what stands now, and decide again.",
                state="superseded",
                problems=superseded,
            )
        return Record(self.proceeding, (*self.decisions, *added))
