"""Schedules as the use cases see them: frozen bytes, what became of them, and the set that is being put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from dems.model.digests import Digest
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.preparing import Preparation
from dems.model.disclosure.reports import Endorsement
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.ids import AnswerId, ScheduleId, ScheduleSetId, StrandId


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A form as it was certified. `schedule` is where in its series it is, of an MG6C or MG6D; of the others None."""

    id: UUID
    of: ScheduleSetId
    form: Form
    snapshot: Snapshot
    by: Acting
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A certified form without its bytes. `place` are series, ordinal and version of an MG6C or MG6D."""

    id: UUID
    of: ScheduleSetId
    form: Form
    digest: Digest
    by: Acting
    place: tuple[Series, int, int] | None = None


@dataclass(frozen=True, slots=True)
class KeptSet:
    """A set as it was certified."""

    id: ScheduleSetId
    schedules: tuple[ScheduleId, ...]
    snapshot: Snapshot
    by: Acting


class AnswerKind(StrEnum):
    """What was done with what was certified."""

    VOIDED = "voided"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SERVED = "served"
    TOLD = "told"
    """The reviewing lawyer was told of something that moved."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`content` is what is said beside who said it and when, as JSON has it; `of` is the set, where it is about one."""

    id: AnswerId
    kind: AnswerKind
    of: ScheduleSetId | None
    content: Mapping[str, Any]
    by: Acting


class Schedules(Protocol):
    """Everything of one proceeding comes in the order in which it was recorded. Whoever writes holds the proceeding."""

    def proceeding_of(self, part: UUID) -> StrandId:
        """The proceeding of a form, certified or being prepared, or of a set. Raises `NotFound`."""
        ...

    def preparation(self, proceeding_id: StrandId) -> tuple[Preparation, int] | None:
        """The set that is being put together, with its version, from 1; None where none is."""
        ...

    def prepare(self, proceeding_id: StrandId, made: Preparation) -> int:
        """Keep it, in place of what was there. Returns its version."""
        ...

    def end_preparation(self, proceeding_id: StrandId) -> None: ...
    def documents(self, proceeding_id: StrandId) -> list[KeptDocument]:
        """Without their places in series: their bytes say them."""
        ...

    def document(self, part: UUID) -> KeptDocument:
        """One of them, likewise. Raises `NotFound`."""
        ...

    def forms(self, proceeding_id: StrandId) -> list[KeptForm]: ...
    def add_document(self, proceeding_id: StrandId, document: KeptDocument) -> None:
        """With the numbers that it gives first. Raises `AlreadyExists` where a number has another subject, or the place is taken."""
        ...

    def set(self, set_id: ScheduleSetId) -> KeptSet:
        """Raises `NotFound`."""
        ...

    def sets(self, proceeding_id: StrandId) -> list[KeptSet]: ...
    def set_digests(self, proceeding_id: StrandId) -> Mapping[ScheduleSetId, Digest]: ...
    def add_set(self, proceeding_id: StrandId, kept: KeptSet) -> None: ...
    def states(self, proceeding_id: StrandId) -> Mapping[ScheduleId, ScheduleState]:
        """The state that each certified schedule is in."""
        ...

    def enter(self, schedules: Sequence[ScheduleId], state: ScheduleState, at: datetime) -> None:
        """These are in their next state. Raises `AlreadyExists` where one went another way in this moment."""
        ...

    def endorsements(self, proceeding_id: StrandId) -> list[Endorsement]: ...
    def add_endorsements(self, given: Sequence[Endorsement]) -> None:
        """Raises `AlreadyExists` where a row has one."""
        ...

    def answers(self, proceeding_id: StrandId) -> list[Answer]: ...
    def add_answer(self, proceeding_id: StrandId, answer: Answer) -> None: ...
