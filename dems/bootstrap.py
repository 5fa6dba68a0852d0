"""The composition root: settings in, everything that DEMS can do out. The only module that names S3 and SQLAlchemy together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sqlalchemy import Engine

from dems.db.engine import connect, told_apart
from dems.db.holdings import DatabaseHoldings
from dems.db.migrate import head, revision_of
from dems.db.transaction import DatabaseTransactions
from dems.model.ids import new_id
from dems.ports import Clock, Job, StoreCheck
from dems.settings import Settings
from dems.steps.intent import Intents
from dems.steps.locks import Locks
from dems.steps.tokens import UploadPolicy
from dems.steps.trust import StoreTrust
from dems.usecases.cases.change_case import ChangeCase
from dems.usecases.cases.end_member import EndMember
from dems.usecases.cases.look_up import LookUpCases
from dems.usecases.cases.lower_wall import LowerWall
from dems.usecases.cases.open_case import OpenCase
from dems.usecases.cases.put_member import PutMember
from dems.usecases.cases.raise_wall import RaiseWall
from dems.usecases.custody.note_denial import NoteDenial
from dems.usecases.custody.read_chain import ReadCustody
from dems.usecases.custody.write_consultations import WriteConsultations
from dems.usecases.evidence.access import GrantAccess
from dems.usecases.evidence.ask_verification import AskVerification, ScheduleRechecks
from dems.usecases.evidence.correct_ref import CorrectExhibitRef
from dems.usecases.evidence.describe import Describe
from dems.usecases.evidence.look_up import LookUpEvidence
from dems.usecases.evidence.read_content import ReadContent
from dems.usecases.evidence.recheck import Recheck
from dems.usecases.evidence.seal import Seal
from dems.usecases.evidence.seal_many import SealMany
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
from dems.usecases.people.add_person import AddPerson
from dems.usecases.people.change_person import ChangePerson
from dems.usecases.people.issue_token import IssueToken
from dems.usecases.people.look_up import LookUpPeople
from dems.usecases.people.recognise import Recognise
from dems.usecases.people.revoke_token import RevokeToken
from dems.usecases.upkeep.check_store import CheckStore
from dems.usecases.upkeep.extend_locks import ExtendLocks
from dems.usecases.upkeep.forget import ForgetOld
from dems.usecases.upkeep.keep_answer import KeepAnswer
from dems.usecases.upkeep.observe import Observe
from dems.usecases.upkeep.reconcile import Reconcile
from dems.usecases.upkeep.sweep import Sweep
from dems.usecases.upkeep.verify_all import VerifyAll
from storage.interface import ObjectStore
from storage.s3 import connect as connect_store
from storage.selfcheck import check as check_store


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class People:
    recognise: Recognise
    add: AddPerson
    change: ChangePerson
    look_up: LookUpPeople
    issue_token: IssueToken
    revoke_token: RevokeToken


@dataclass(frozen=True, slots=True)
class Cases:
    open: OpenCase
    look_up: LookUpCases
    change: ChangeCase
    put_member: PutMember
    end_member: EndMember
    raise_wall: RaiseWall
    lower_wall: LowerWall


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


@dataclass(frozen=True, slots=True)
class Intakes:
    declare: DeclareIntake
    add: AddToIntake
    look_up: LookUpIntake
    complete: CompleteMany


@dataclass(frozen=True, slots=True)
class EvidenceActs:
    look_up: LookUpEvidence
    describe: Describe
    correct_ref: CorrectExhibitRef
    seal: Seal
    seal_many: SealMany
    ask_verification: AskVerification
    schedule_rechecks: ScheduleRechecks
    recheck: Recheck
    grant_access: GrantAccess
    read_content: ReadContent


@dataclass(frozen=True, slots=True)
class CustodyActs:
    read: ReadCustody
    write_consultations: WriteConsultations
    note_denial: NoteDenial


@dataclass(frozen=True, slots=True)
class Upkeep:
    sweep: Sweep
    extend_locks: ExtendLocks
    reconcile: Reconcile
    check_store: CheckStore
    forget_old: ForgetOld
    keep_answer: KeepAnswer
    observe: Observe
    verify_all: VerifyAll


class Dems:
    """Everything DEMS can do, on one database and one store. Nothing is connected before it is used."""

    def __init__(
        self,
        settings: Settings,
        *,
        nudge: Callable[[Job], None],
        clock: Clock = utc_now,
        engine: Engine | None = None,
        store: ObjectStore | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.engine = engine or connect(settings.database)
        self.store = store or connect_store(settings.s3, settings.s3.buckets.evidence)
        self.transaction = DatabaseTransactions(self.engine, clock, nudge)
        chosen = settings.evidence
        self.locks = Locks(timedelta(days=chosen.lock_days), timedelta(days=chosen.quarantine_days), chosen.legal_hold)
        self.trust = StoreTrust(
            clock,
            timedelta(hours=chosen.self_check_max_age_hours),
            chosen.accept_untrusted_store,
            settings.s3.sync_path,
            chosen.min_free_bytes,
        )
        self._lease = timedelta(seconds=chosen.lease_seconds)
        self._uploads = UploadPolicy(timedelta(days=chosen.upload_days), timedelta(days=chosen.receipt_days))

    def close(self) -> None:
        """Give back the connections to the database."""
        self.engine.dispose()

    @cached_property
    def people(self) -> People:
        tx, clock = self.transaction, self.clock
        return People(
            Recognise(tx, clock),
            AddPerson(tx, clock),
            ChangePerson(tx),
            LookUpPeople(tx),
            IssueToken(tx, clock),
            RevokeToken(tx, clock),
        )

    @cached_property
    def cases(self) -> Cases:
        tx, clock = self.transaction, self.clock
        return Cases(
            OpenCase(tx, clock),
            LookUpCases(tx),
            ChangeCase(tx, clock),
            PutMember(tx, clock),
            EndMember(tx, clock),
            RaiseWall(tx, clock),
            LowerWall(tx, clock),
        )

    @cached_property
    def intake(self) -> Intake:
        tx, clock = self.transaction, self.clock
        in_flight = self.settings.api.parts_in_flight
        intents = Intents(tx, clock)
        return Intake(
            Declare(tx, self.trust, self._uploads, clock),
            OpenUpload(tx, self.trust, self._uploads, clock),
            LookUpUpload(tx, self.store),
            Receive(tx, self.store, intents, self.trust, self.locks, clock, in_flight),
            CompleteUpload(tx, self.store, intents, clock),
            AbandonUpload(tx),
            ExpireUploads(tx, clock),
            FinishCompletion(tx, self.store, clock, self._lease),
            FindOverdueCompletions(tx),
            IssuePartUrls(tx, self.store, self.trust, self.locks, clock),
            ReceivePart(tx, self.store, self.trust, self.locks, clock),
            DiscardParts(tx, self.store, self._lease),
        )

    @cached_property
    def intakes(self) -> Intakes:
        tx, clock = self.transaction, self.clock
        return Intakes(
            DeclareIntake(tx, self.trust, self._uploads, clock),
            AddToIntake(tx, self.trust, self._uploads, clock),
            LookUpIntake(tx),
            CompleteMany(tx, clock),
        )

    @cached_property
    def evidence(self) -> EvidenceActs:
        tx, clock, chosen = self.transaction, self.clock, self.settings.evidence
        period, every = timedelta(days=chosen.recheck_days), timedelta(minutes=chosen.recheck_every_minutes)
        algorithms = ("sha256", *chosen.digests)
        return EvidenceActs(
            LookUpEvidence(tx),
            Describe(tx, clock),
            CorrectExhibitRef(tx),
            Seal(tx, self.store, self.locks, clock, self._lease, algorithms),
            SealMany(tx, self.store, self.locks, clock, self._lease, algorithms),
            AskVerification(tx, clock),
            ScheduleRechecks(tx, clock, period, every),
            Recheck(tx, self.store, clock, self._lease),
            GrantAccess(tx, clock, self.settings.access_lasts),
            ReadContent(tx, clock),
        )

    @cached_property
    def custody(self) -> CustodyActs:
        tx = self.transaction
        return CustodyActs(ReadCustody(tx), WriteConsultations(tx), NoteDenial(tx))

    @cached_property
    def upkeep(self) -> Upkeep:
        tx, clock = self.transaction, self.clock
        return Upkeep(
            Sweep(tx),
            ExtendLocks(tx, self.store, self.locks, clock),
            Reconcile(tx, self.store, clock),
            CheckStore(tx, self.probe_store),
            ForgetOld(tx, clock),
            KeepAnswer(tx),
            Observe(tx),
            VerifyAll(tx, DatabaseHoldings(self.engine), self.store, clock),
        )

    def probe_store(self) -> StoreCheck:
        """One run of the store's self-check, on the evidence bucket, with the identities that the settings have."""
        found = check_store(self.settings.s3, self.settings.s3.buckets.evidence)
        rows = [{"name": r.name, "identity": r.identity, "held": r.held, "detail": r.detail} for r in found.rows]
        return StoreCheck(new_id(), found.at, found.endpoint, found.held, rows)

    def schema(self) -> "Schema":
        """Which revision the database is at, and which this program needs. Raises `DatabaseUnavailable`."""
        with told_apart(), self.engine.connect() as connection:
            return Schema(revision_of(connection), head())


@dataclass(frozen=True, slots=True)
class Schema:
    """`current` is None before the first migration."""

    current: str | None
    head: str
