"""Evidence and custody: their use cases, put together."""

from dataclasses import dataclass
from datetime import timedelta

from dems.bootstrap.core import Core
from dems.usecases.custody.note_denial import NoteDenial
from dems.usecases.custody.prove import ProveEntry
from dems.usecases.custody.read_chain import ReadCustody
from dems.usecases.custody.write_consultations import WriteConsultations
from dems.usecases.evidence.access import GrantAccess
from dems.usecases.evidence.ask_verification import AskVerification, ScheduleRechecks
from dems.usecases.evidence.correct_ref import CorrectExhibitRef
from dems.usecases.evidence.describe import Describe
from dems.usecases.evidence.look_up import LookUpEvidence
from dems.usecases.evidence.read_content import ReadContent
from dems.usecases.evidence.receipt import GiveReceipt
from dems.usecases.evidence.recheck import Recheck
from dems.usecases.evidence.seal import Seal
from dems.usecases.evidence.seal_many import SealMany


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
    receipt: GiveReceipt

    @classmethod
    def of(cls, core: Core) -> "EvidenceActs":
        tx, clock, chosen = core.transaction, core.clock, core.settings.evidence
        period, every = timedelta(days=chosen.recheck_days), timedelta(minutes=chosen.recheck_every_minutes)
        algorithms = ("sha256", *chosen.digests)
        return cls(
            LookUpEvidence(tx),
            Describe(tx, clock),
            CorrectExhibitRef(tx),
            Seal(tx, core.store, core.locks, clock, core.lease, algorithms, chosen.resume_hash_above_bytes),
            SealMany(tx, core.store, core.locks, clock, core.lease, algorithms),
            AskVerification(tx, clock),
            ScheduleRechecks(tx, clock, period, every),
            Recheck(tx, core.store, clock, core.lease, chosen.resume_hash_above_bytes),
            GrantAccess(tx, clock, core.settings.access_lasts),
            ReadContent(tx, clock),
            GiveReceipt(tx, clock),
        )


@dataclass(frozen=True, slots=True)
class CustodyActs:
    read: ReadCustody
    prove: ProveEntry
    write_consultations: WriteConsultations
    note_denial: NoteDenial

    @classmethod
    def of(cls, core: Core) -> "CustodyActs":
        tx = core.transaction
        return cls(ReadCustody(tx), ProveEntry(tx), WriteConsultations(tx), NoteDenial(tx))
