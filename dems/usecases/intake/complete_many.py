"""Finish many uploads of an intake at once.

A file of one part that went to the store directly is not looked for here: that it was sent is written down, with the
digest that the sender declares, and whoever reads it back confirms it and seals it in the same transaction. So a small
file costs the store one PUT and one GET.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from dems.errors import DemsError, NotFound, PartsMissing, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority, of_case
from dems.model.digests import Digest
from dems.model.ids import IntakeId, UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import Clock, Completion, Job, JobKind, Promise, Transaction, Transactions
from dems.steps.completion import sender_of

ANNOUNCED_LEASE = timedelta(minutes=10)
"""How long the readers-back have before what was announced is looked for one by one."""

IN_ONE_ENTRY = 400
"""Declarations in one custody entry, which must stay below 64 KiB."""


@dataclass(frozen=True, slots=True)
class ToComplete:
    """An upload that was sent, and the SHA-256 of the whole file where it is declared now."""

    upload_id: UploadId
    sha256: Digest | None


@dataclass(frozen=True, slots=True)
class CompletedMany:
    """How each upload stands, what is wrong with others, and those that are to be completed one by one."""

    uploads: list[Upload]
    problems: list[tuple[UploadId, DemsError]]
    one_by_one: list[ToComplete]


@dataclass(frozen=True, slots=True)
class CompleteMany:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, intake_id: IntakeId, wanted: Sequence[ToComplete]) -> CompletedMany:
        """Raises what concerns the intake as a whole; what is wrong with one upload is in the answer."""
        with self.transaction() as tx:
            intake = tx.intakes.get(intake_id)
            authority = tx.authorise(actor, Act.UPLOAD_COMPLETE, case_id=intake.case_id, intake_id=intake_id)
            tx.cases.get(intake.case_id, keep_as_is=True).takes_changes()
            result, announced, declared = self._look(tx, intake_id, wanted)
            self._record(tx, authority, intake_id, announced, declared)
        return result

    def _look(
        self, tx: Transaction, intake_id: IntakeId, wanted: Sequence[ToComplete]
    ) -> tuple[CompletedMany, list[Upload], list[Upload]]:
        result, now = CompletedMany([], [], []), self.clock()
        announced, declared = list[Upload](), list[Upload]()
        ids = sorted({w.upload_id for w in wanted})
        uploads = dict(tx.uploads.many(ids, for_update=True))
        promised = tx.uploads.promised([(i, 1) for i in ids])
        for one in wanted:
            upload = uploads.get(one.upload_id)
            try:
                if upload is None or upload.intake_id != intake_id:
                    raise NotFound("upload")
                if upload.part_count > 1 or upload.state is UploadState.COMPLETED:
                    result.one_by_one.append(one)
                    continue
                if upload.state is UploadState.COMPLETING:
                    # Said again, or of another file: whoever holds that must not hear that it is there.
                    upload.declaring(one.sha256)
                else:
                    after = self._announced(upload, one, promised.get((upload.id, 1)))
                    upload.takes_bytes(now)
                    announced.append(after)
                    if after.declared != upload.declared:
                        declared.append(after)
                    uploads[upload.id] = after
                result.uploads.append(uploads[upload.id])
            except DemsError as problem:
                result.problems.append((one.upload_id, problem))
        return result, announced, declared

    @staticmethod
    def _announced(upload: Upload, one: ToComplete, promise: Promise | None) -> Upload:
        if upload.state is not UploadState.OPEN:
            raise WrongState(f"This upload was {upload.state.value}.", state=upload.state.value)
        if promise is None:
            raise PartsMissing(
                "Nothing of this upload was announced: ask for the address of its part, send it there, then complete it.",
                upload=str(upload.id),
                missing=[1],
                missing_count=1,
            )
        return upload.declaring(one.sha256 or Digest.sha256(promise.sha256)).completing()

    def _record(
        self,
        tx: Transaction,
        authority: Authority,
        intake_id: IntakeId,
        announced: Sequence[Upload],
        declared: Sequence[Upload],
    ) -> None:
        if not announced:
            return
        tx.uploads.save_many(declared)
        now, sender = self.clock(), sender_of(authority)
        tx.uploads.intend_many(
            [Completion(u.id, uuid4(), None, now, sender=sender) for u in announced], ANNOUNCED_LEASE
        )
        jobs = [Job(JobKind.VERIFY, u.evidence_id) for u in announced]
        tx.jobs.due_many(jobs, [Job(JobKind.VERIFY_MANY, intake_id)])
        for some in _split(announced):
            digests = [[str(u.id), None if u.declared is None else u.declared.hex] for u in some]
            tx.custody.append(
                authority,
                of_case(announced[0].case_id),
                case_id=announced[0].case_id,
                facts={"intake": str(intake_id), "declared_sha256": digests},
            )


def _split(uploads: Sequence[Upload]) -> Iterator[Sequence[Upload]]:
    for start in range(0, len(uploads), IN_ONE_ENTRY):
        yield uploads[start : start + IN_ONE_ENTRY]
