"""Open a fresh upload of an item whose bytes did not come, or came other than declared."""

from dataclasses import dataclass
from datetime import datetime

from dems.errors import Busy, Invalid, LimitReached, WrongState
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.custody import Authority, of_item
from dems.model.digests import Digest
from dems.model.evidence import Evidence
from dems.model.ids import EvidenceId, UploadId, new_id
from dems.model.invitations import Invitation, Sent, invited
from dems.model.uploads import MAX_OBJECT_SIZE, Upload, UploadState, part_size_for
from dems.ports import Clock, Once, Transaction, Transactions
from dems.steps.tokens import UploadPolicy, issue_upload_token, issue_upload_token_again
from dems.steps.trust import StoreTrust

MOST_TIMES_BEGUN = 20
"""Uploads of one item by the holder of an invitation: each may leave something in the store that nobody can remove."""


@dataclass(frozen=True, slots=True)
class OpenUpload:
    transaction: Transactions
    trust: StoreTrust
    policy: UploadPolicy
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        evidence_id: EvidenceId,
        *,
        size: int | None = None,
        sha256: Digest | None = None,
        once: Once | None = None,
    ) -> tuple[Evidence, Upload, str | None]:
        """`size` in bytes, as before where None. An upload that is still open must be abandoned first.

        The holder of an invitation is given no token: theirs opens the upload, for as long as they are invited.

        Raises `WrongState`, `CaseClosed`, `LimitReached`, `StoreNotTrusted`, `NoSpace`.
        """
        if size is not None and size > MAX_OBJECT_SIZE:
            raise Invalid("A file has at most 5 TiB: split it and declare the parts as items.", field="size")
        now = self.clock()
        with self.transaction() as tx:
            evidence = tx.evidence.get(evidence_id)
            authority = tx.authorise(actor, Act.UPLOAD_OPEN, case_id=evidence.case_id, intake_id=evidence.intake_id)
            tx.cases.get(evidence.case_id, keep_as_is=True).takes_changes()
            invitation = self._invitation(tx, actor)
            if actor.kind is ActorKind.INTAKE and actor.intake_id is not None:
                # Its token still tells what became of an intake that is over; it begins nothing any more.
                tx.intakes.get(actor.intake_id).takes_items(now)
            # Rows are locked in one order by everyone: intake, upload, item. Else two of them could deadlock.
            before = None if evidence.upload_id is None else tx.uploads.get(evidence.upload_id, for_update=True)
            evidence = tx.evidence.get(evidence_id, for_update=True)
            if evidence.upload_id != (None if before is None else before.id):
                raise Busy("Somebody else has just opened an upload of this item. Look at it again.")
            upload_id = UploadId(new_id())
            earlier = tx.idempotency.first(once, upload_id) if once else None
            if earlier is not None:
                upload = tx.uploads.get(UploadId(earlier))
                return evidence, upload, self._token_again(tx, authority, upload, now)
            if before is not None and before.state in {UploadState.OPEN, UploadState.COMPLETING}:
                raise WrongState(
                    "An upload of this item is still open. Send its bytes, or abandon it before opening another.",
                    state=before.state.value,
                    upload=str(before.id),
                )
            human = actor.somebody
            length = evidence.size if size is None else size
            upload = Upload(
                upload_id,
                evidence.id,
                evidence.case_id,
                UploadState.OPEN,
                length or 0,
                part_size_for(length or 0),
                sha256,
                human.id,
                now,
                self._open_until(now, invitation),
                intake_id=evidence.intake_id,
            )
            evidence = evidence.reopened_for(upload)
            if invitation is not None:
                self._within_its_limits(tx, invitation, before, upload)
            self.trust.require(tx, upload.size)
            tx.uploads.add(upload)
            tx.evidence.save(evidence)
            token, token_id = None, None
            if invitation is None:
                token, token_id = issue_upload_token(tx, actor, upload, receipt_for=self.policy.receipt_for, at=now)
            tx.custody.append(
                authority,
                of_item(evidence.id),
                case_id=evidence.case_id,
                evidence_id=evidence.id,
                facts={
                    "upload": str(upload.id),
                    "size": upload.size,
                    "declared_sha256": None if sha256 is None else sha256.hex,
                    "upload_token": None if token_id is None else str(token_id),
                    "previous_upload": None if before is None else str(before.id),
                    **({} if invitation is None else invited(invitation)),
                },
            )
        return evidence, upload, token

    @staticmethod
    def _invitation(tx: Transaction, actor: Actor) -> Invitation | None:
        """The invitation by which this is done; its intake's row is held, so that nobody else adds to it meanwhile."""
        if actor.kind is not ActorKind.INVITATION or actor.intake_id is None:
            return None
        tx.intakes.get(actor.intake_id, for_update=True)
        return tx.invitations.of_intake(actor.intake_id)

    @staticmethod
    def _within_its_limits(tx: Transaction, invitation: Invitation, before: Upload | None, upload: Upload) -> None:
        """The upload takes the place of the one before, unless that brought bytes which may lie in the store now."""
        if tx.invitations.begun(upload.evidence_id) >= MOST_TIMES_BEGUN:
            raise LimitReached(
                f"This file was begun {MOST_TIMES_BEGUN} times: send it as a new file, or ask {invitation.terms.contact}.",
                most=MOST_TIMES_BEGUN,
            )
        sent = tx.invitations.sent(invitation.intake_id)
        gone = 0 if before is None or _may_be_there(tx, before) else before.size
        invitation.takes(Sent(0, upload.size), Sent(sent.files, sent.bytes - gone))

    def _open_until(self, now: datetime, invitation: Invitation | None) -> datetime:
        until = now + self.policy.open_for
        return until if invitation is None else min(until, invitation.terms.expires_at)

    def _token_again(self, tx: Transaction, authority: Authority, upload: Upload, now: datetime) -> str | None:
        if authority.actor.kind is ActorKind.INVITATION:
            return None
        return issue_upload_token_again(tx, authority, upload, receipt_for=self.policy.receipt_for, at=now)


def _may_be_there(tx: Transaction, upload: Upload) -> bool:
    """Of one part, which is the whole object: once it was announced it may lie in the store under lock."""
    return upload.state is UploadState.COMPLETED or (
        upload.part_count == 1 and bool(tx.uploads.promised([(upload.id, 1)]))
    )
