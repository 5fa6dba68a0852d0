"""The repositories of one transaction, each made when it is first asked for."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

from sqlalchemy import CursorResult, Executable

from dems.db.repositories.access import AccessGrantRows
from dems.db.repositories.anchors import AnchorRows
from dems.db.repositories.announcements import AnnouncementRows
from dems.db.repositories.approvals import ApprovalRows
from dems.db.repositories.base import Prepared
from dems.db.repositories.blocks import BlockRows
from dems.db.repositories.cases import CaseRows
from dems.db.repositories.clocks import ClockRows
from dems.db.repositories.custody import CustodyRows
from dems.db.repositories.disclosure import DisclosureRows
from dems.db.repositories.events import EventRows
from dems.db.repositories.evidence import EvidenceRows
from dems.db.repositories.exports import ExportRows
from dems.db.repositories.findings import FindingRows
from dems.db.repositories.hash_states import HashStateRows
from dems.db.repositories.idempotency import IdempotencyRows
from dems.db.repositories.imports import ImportRows
from dems.db.repositories.intakes import IntakeRows
from dems.db.repositories.invitations import InvitationRows
from dems.db.repositories.jobs import JobRows
from dems.db.repositories.ledger import LedgerRows
from dems.db.repositories.letters import LetterRows
from dems.db.repositories.links import LinkRows
from dems.db.repositories.lives import LifeRows
from dems.db.repositories.material import MaterialRows
from dems.db.repositories.measures import MeasureRows
from dems.db.repositories.parties import PartyRows
from dems.db.repositories.people import PeopleRows, TokenRows
from dems.db.repositories.reminders import ReminderRows
from dems.db.repositories.reopening import ReopeningRows
from dems.db.repositories.reviewing import ReviewingRows
from dems.db.repositories.schedules import ScheduleRows
from dems.db.repositories.searching import SearchRows
from dems.db.repositories.upkeep import UpkeepRows
from dems.db.repositories.uploads import UploadRows
from dems.db.repositories.verifications import VerificationRows
from dems.ports import Clock, Job


class Repositories(ABC):
    """What a transaction is to them is `execute`, `read` and its clock; `nudges` go out when it has committed."""

    clock: Clock
    nudges: list[Job]

    @abstractmethod
    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]: ...

    @abstractmethod
    def read(self, prepared: Prepared, **parameters: Any) -> list[tuple[Any, ...]]: ...

    @cached_property
    def people(self) -> PeopleRows:
        return PeopleRows(self)

    @cached_property
    def tokens(self) -> TokenRows:
        return TokenRows(self)

    @cached_property
    def cases(self) -> CaseRows:
        return CaseRows(self)

    @cached_property
    def lives(self) -> LifeRows:
        return LifeRows(self)

    @cached_property
    def parties(self) -> PartyRows:
        return PartyRows(self)

    @cached_property
    def imports(self) -> ImportRows:
        return ImportRows(self)

    @cached_property
    def evidence(self) -> EvidenceRows:
        return EvidenceRows(self)

    @cached_property
    def intakes(self) -> IntakeRows:
        return IntakeRows(self)

    @cached_property
    def invitations(self) -> InvitationRows:
        return InvitationRows(self)

    @cached_property
    def links(self) -> LinkRows:
        return LinkRows(self)

    @cached_property
    def announcements(self) -> AnnouncementRows:
        return AnnouncementRows(self)

    @cached_property
    def uploads(self) -> UploadRows:
        return UploadRows(self)

    @cached_property
    def verifications(self) -> VerificationRows:
        return VerificationRows(self)

    @cached_property
    def findings(self) -> FindingRows:
        return FindingRows(self)

    @cached_property
    def exports(self) -> ExportRows:
        return ExportRows(self)

    @cached_property
    def searching(self) -> SearchRows:
        return SearchRows(self)

    @cached_property
    def clocks(self) -> ClockRows:
        return ClockRows(self)

    @cached_property
    def letters(self) -> LetterRows:
        return LetterRows(self)

    @cached_property
    def reminders(self) -> ReminderRows:
        return ReminderRows(self)

    @cached_property
    def measures(self) -> MeasureRows:
        return MeasureRows(self)

    @cached_property
    def events(self) -> EventRows:
        return EventRows(self)

    @cached_property
    def disclosure(self) -> DisclosureRows:
        return DisclosureRows(self)

    @cached_property
    def blocks(self) -> BlockRows:
        return BlockRows(self)

    @cached_property
    def material(self) -> MaterialRows:
        return MaterialRows(self)

    @cached_property
    def reviewing(self) -> ReviewingRows:
        return ReviewingRows(self)

    @cached_property
    def schedules(self) -> ScheduleRows:
        return ScheduleRows(self)

    @cached_property
    def access_grants(self) -> AccessGrantRows:
        return AccessGrantRows(self)

    @cached_property
    def approvals(self) -> ApprovalRows:
        return ApprovalRows(self)

    @cached_property
    def reopening(self) -> ReopeningRows:
        return ReopeningRows(self)

    @cached_property
    def custody(self) -> CustodyRows:
        return CustodyRows(self)

    @cached_property
    def anchors(self) -> AnchorRows:
        return AnchorRows(self)

    @cached_property
    def ledger(self) -> LedgerRows:
        return LedgerRows(self)

    @cached_property
    def jobs(self) -> JobRows:
        return JobRows(self, self.nudges)

    @cached_property
    def hash_states(self) -> HashStateRows:
        return HashStateRows(self)

    @cached_property
    def idempotency(self) -> IdempotencyRows:
        return IdempotencyRows(self)

    @cached_property
    def upkeep(self) -> UpkeepRows:
        return UpkeepRows(self)
