"""Intake: its use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.steps.intent import Intents
from dems.usecases.intake.abandon import AbandonUpload, ExpireUploads
from dems.usecases.intake.add_to_intake import AddToIntake
from dems.usecases.intake.complete import CompleteUpload
from dems.usecases.intake.complete_many import CompleteMany
from dems.usecases.intake.declare import Declare
from dems.usecases.intake.declare_intake import DeclareIntake
from dems.usecases.intake.discard_parts import DiscardParts
from dems.usecases.intake.finish_completion import FindOverdueCompletions, FinishCompletion
from dems.usecases.intake.issue_part_urls import IssuePartUrls
from dems.usecases.intake.look_up import LookUpUpload
from dems.usecases.intake.look_up_intake import LookUpIntake
from dems.usecases.intake.open_upload import OpenUpload
from dems.usecases.intake.receive import Receive
from dems.usecases.intake.receive_part import ReceivePart
from dems.usecases.invitations.look_up import LookUpInvitations
from dems.usecases.invitations.make import MakeInvitation
from dems.usecases.invitations.read_announcements import ReadAnnouncements
from dems.usecases.invitations.revoke import RevokeInvitation


@dataclass(frozen=True, slots=True)
class Intake:
    declare: Declare
    open_upload: OpenUpload
    look_up: LookUpUpload
    receive: Receive
    complete: CompleteUpload
    abandon: AbandonUpload
    expire: ExpireUploads
    finish_completion: FinishCompletion
    find_overdue: FindOverdueCompletions
    part_urls: IssuePartUrls
    receive_part: ReceivePart
    discard_parts: DiscardParts

    @classmethod
    def of(cls, core: Core) -> "Intake":
        tx, clock = core.transaction, core.clock
        in_flight = core.settings.api.parts_in_flight
        intents = Intents(tx, clock)
        return cls(
            Declare(tx, core.trust, core.uploads, clock),
            OpenUpload(tx, core.trust, core.uploads, clock),
            LookUpUpload(tx, core.store),
            Receive(tx, core.store, intents, core.trust, core.locks, clock, in_flight),
            CompleteUpload(tx, core.store, intents, clock),
            AbandonUpload(tx),
            ExpireUploads(tx, clock),
            FinishCompletion(tx, core.store, clock, core.lease),
            FindOverdueCompletions(tx),
            IssuePartUrls(tx, core.store, core.trust, core.locks, clock),
            ReceivePart(tx, core.store, core.trust, core.locks, clock),
            DiscardParts(tx, core.store, core.lease),
        )


@dataclass(frozen=True, slots=True)
class Intakes:
    declare: DeclareIntake
    add: AddToIntake
    look_up: LookUpIntake
    complete: CompleteMany

    @classmethod
    def of(cls, core: Core) -> "Intakes":
        tx, clock = core.transaction, core.clock
        return cls(
            DeclareIntake(tx, core.trust, core.uploads, clock),
            AddToIntake(tx, core.trust, core.uploads, clock),
            LookUpIntake(tx),
            CompleteMany(tx, clock),
        )


@dataclass(frozen=True, slots=True)
class Invitations:
    make: MakeInvitation
    look_up: LookUpInvitations
    revoke: RevokeInvitation
    announcements: ReadAnnouncements

    @classmethod
    def of(cls, core: Core) -> "Invitations":
        tx, clock = core.transaction, core.clock
        return cls(
            MakeInvitation(tx, core.uploads, clock),
            LookUpInvitations(tx, clock),
            RevokeInvitation(tx, clock),
            ReadAnnouncements(tx, clock),
        )
