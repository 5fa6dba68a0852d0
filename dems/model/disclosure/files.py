"""All that disclosure in one proceeding rests on, in one value: what rules read, and what every change makes anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from dems.errors import NotFound
from dems.model.disclosure.blocks import Block
from dems.model.disclosure.causes import Cause
from dems.model.disclosure.contents import (
    MIGHT_BE_DISCLOSED,
    AgainstTest,
    Content,
    Level,
    Privilege,
    PrivilegeState,
    Relevant,
    Sensitive,
    Used,
)
from dems.model.disclosure.criminal import FORMS, REGIMES
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.forms import Forms, Series
from dems.model.disclosure.lists import MaterialList
from dems.model.disclosure.material import Material, Subject, SubjectKind
from dems.model.disclosure.numbering import live_rows
from dems.model.disclosure.parties import Happening, Opened, Regime
from dems.model.disclosure.reports import Alert, Endorsement, Returned, ScheduleSet, ServiceReport
from dems.model.disclosure.schedules import Row, Schedule, ScheduleState
from dems.model.disclosure.searches import SearchStrategy
from dems.model.ids import BlockId, EvidenceId, ScheduleId, ScheduleSetId
from dems.model.people import CaseGrant, Clearance

C = TypeVar("C", bound=Content)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation chooses where no text does. Days are calendar days, a length is in characters."""

    shortest_description: int = 12
    unscheduled_days: int = 28
    """After charge or a plea of not guilty, until unscheduled relevant material is warned about."""
    statement_days: int = 14
    """After a defence statement, until a missing report is warned about."""
    dual_list_unedited: bool = False
    """Whether the unedited version is on the MG6D where the edited one is on the MG6C: guidance differs."""


@dataclass(frozen=True)
class ProceedingFile:
    """One proceeding's disclosure as it stands on a London date, `on`. `grants` are of the whole case, ended ones too.

    `shown_to` are the clearances of whom it was prepared for; None is the whole file, which nobody is shown.
    """

    opened: Opened
    record: Record
    on: date
    grants: tuple[CaseGrant, ...] = ()
    material: Mapping[EvidenceId, Material] = field(default_factory=dict)
    unread: frozenset[EvidenceId] = frozenset()
    """Things of its case of which nothing else was read: that they are there is all that deciding about them asks."""
    blocks: Mapping[BlockId, Block] = field(default_factory=dict)
    searches: tuple[SearchStrategy, ...] = ()
    happenings: tuple[Happening, ...] = ()
    causes: tuple[Cause, ...] = ()
    """What has put decisions in question: until each is decided anew, nothing is certified."""
    schedules: tuple[Schedule, ...] = ()
    sets: tuple[ScheduleSet, ...] = ()
    endorsements: tuple[Endorsement, ...] = ()
    returns: tuple[Returned, ...] = ()
    services: tuple[ServiceReport, ...] = ()
    alerts: tuple[Alert, ...] = ()
    lists: tuple[MaterialList, ...] = ()
    """Every certified version, and the one that is about to be certified."""
    forms: Forms = FORMS
    regimes: tuple[Regime, ...] = REGIMES
    policy: Policy = Policy()
    shown_to: frozenset[Clearance] | None = None

    @cached_property
    def _by_id(self) -> dict[ScheduleId, Schedule]:
        return {s.id: s for s in self.schedules}

    def schedule(self, schedule: ScheduleId) -> Schedule:
        """One version of one schedule, whatever became of it. Raises `NotFound`."""
        if schedule not in self._by_id:
            raise NotFound("schedule")
        return self._by_id[schedule]

    def set_of(self, wanted: ScheduleSetId) -> ScheduleSet:
        """One set. Raises `NotFound`."""
        found = next((s for s in self.sets if s.id == wanted), None)
        if found is None:
            raise NotFound("set of schedules")
        return found

    def state_of(self, of: ScheduleSet) -> ScheduleState:
        """The state of a set: a draft until all of it is certified, then that of its schedules.

        They are certified one by one or together and submitted together; the lawyer may be done with one before the other.
        """
        states = [self.schedule(s).state for s in of.schedules]
        if states[0] is ScheduleState.CERTIFIED and of.basis is None and of.snapshot is None and self.shown_to is None:
            return ScheduleState.DRAFT
        return ScheduleState.SUBMITTED if ScheduleState.SUBMITTED in states else states[0]

    @cached_property
    def live(self) -> Mapping[Series, dict[Subject, list[Row]]]:
        """The rows that count now, by series and subject; drafts are among them."""
        return {series: live_rows(self.schedules, series) for series in Series}

    @cached_property
    def open_rows(self) -> tuple[Row, ...]:
        """Live rows of what has not gone to the prosecutor yet."""
        return tuple(row for s in self.schedules if s.open for row in s.rows if row.live)

    @property
    def open_sets(self) -> tuple[ScheduleSet, ...]:
        """Sets that have not gone to the prosecutor yet, and still may."""
        return tuple(s for s in self.sets if self.schedule(s.schedules[0]).open)

    @cached_property
    def listing(self) -> dict[EvidenceId, list[Block]]:
        """The blocks of each item: those that are relevant and unused, and so are listed."""
        found: dict[EvidenceId, list[Block]] = {}
        for block in self.blocks.values():
            relevant, used = self.record.says(block.subject, Relevant), self.record.says(block.subject, Used)
            if relevant is not None and relevant.relevant and used is not None and not used.used:
                for item in block.items:
                    found.setdefault(item, []).append(block)
        return found

    def decided(self, subject: Subject, kind: type[C]) -> Decision[C] | None:
        """What stands of one kind for a subject: its own decision or, of an item without one, that of its block."""
        own = self.record.stands(subject, kind)
        if own is not None or subject.kind is SubjectKind.BLOCK:
            return own
        blocks = self.listing.get(EvidenceId(subject.id), ())
        return next((d for b in blocks if (d := self.record.stands(b.subject, kind)) is not None), None)

    def relevant(self, subject: Subject) -> bool:
        found = self.decided(subject, Relevant)
        return found is not None and found.content.relevant

    def unused(self, subject: Subject) -> bool:
        """Whether it was decided that it is no part of the case; what is not decided is not unused."""
        found = self.decided(subject, Used)
        return found is not None and not found.content.used

    def might_be_disclosed(self, subject: Subject) -> bool:
        """Whether the subject's own test was met, or may be."""
        found = self.record.says(subject, AgainstTest)
        return found is not None and found.result in MIGHT_BE_DISCLOSED

    def quarantined(self, subject: Subject) -> bool:
        """Whether privilege was suspected or found, and is not cleared: then it is for independent counsel alone."""
        found = self.record.says(subject, Privilege)
        return found is not None and found.state is not PrivilegeState.CLEARED

    def sensitive(self, subject: Subject) -> bool:
        """Whether its own decision makes it sensitive, in whatever degree."""
        found = self.record.says(subject, Sensitive)
        return found is not None and found.level is not Level.NOT_SENSITIVE

    def members(self, subject: Subject) -> tuple[Subject, ...]:
        """The subject itself and, of a block, its items."""
        block = self.blocks.get(BlockId(subject.id)) if subject.kind is SubjectKind.BLOCK else None
        return (subject, *(Subject.item(i) for i in sorted(block.items))) if block is not None else (subject,)

    @property
    def listable(self) -> tuple[Subject, ...]:
        """Everything that a schedule may list, in the order in which it would be numbered: items by date and exhibit, then blocks."""
        items = sorted(self.material.values(), key=lambda m: (m.added_on, m.exhibit_ref, m.id))
        blocks = sorted(self.blocks.values(), key=lambda b: (b.title, b.id))
        return (*(m.subject for m in items), *(b.subject for b in blocks))
