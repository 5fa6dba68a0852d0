"""Declare an item of evidence: what it is, and for digital ones the file that is to come."""

from dataclasses import dataclass
from datetime import datetime

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence, EvidenceState, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, UploadId, new_id
from dems.model.uploads import MAX_OBJECT_SIZE, Upload, UploadState, part_size_for
from dems.ports import Clock, Once, Transaction, Transactions
from dems.steps.declaring import FileDeclared, declared_facts, of_other_cases
from dems.steps.tokens import UploadPolicy, issue_upload_token, issue_upload_token_again
from dems.steps.trust import StoreTrust


@dataclass(frozen=True, slots=True)
class Declared:
    """The item, its upload and the token that opens only this upload; the last two for digital items."""

    evidence: Evidence
    upload: Upload | None
    upload_token: str | None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Declare:
    transaction: Transactions
    trust: StoreTrust
    policy: UploadPolicy
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        *,
        exhibit_ref: ExhibitRef,
        description: str,
        kind: Kind,
        file: FileDeclared | None = None,
        source: str | None = None,
        obtained_at: datetime | None = None,
        obtained_by: str | None = None,
        derived_from: EvidenceId | None = None,
        part_of: EvidenceId | None = None,
        once: Once | None = None,
    ) -> Declared:
        """Raises `CaseClosed`, `AlreadyExists` for an exhibit reference the case has used, `StoreNotTrusted`, `NoSpace`."""
        if (kind is Kind.DIGITAL) != (file is not None):
            raise Invalid("A digital item has a file, and only a digital item has one.", field="file")
        if file is not None and file.size > MAX_OBJECT_SIZE:
            raise Invalid("A file has at most 5 TiB: split it and declare the parts as items.", field="file.size")
        now = self.clock()
        if obtained_at is not None and obtained_at > now:
            raise Invalid("An item was not obtained in the future.", field="obtained_at")
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.EVIDENCE_DECLARE, case_id=case_id)
            human = actor.somebody
            evidence_id = EvidenceId(new_id())
            earlier = tx.idempotency.first(once, evidence_id) if once else None
            if earlier is not None:
                return self._again(tx, actor, EvidenceId(earlier), now)
            tx.cases.get(case_id, keep_as_is=True).takes_changes()
            if file is not None:
                self.trust.require(tx, file.size)
            if of_other_cases(tx, [e for e in (derived_from, part_of) if e is not None], case_id):
                raise Invalid(
                    "There is no such item in this case to derive from or to be a part of.", field="derived_from"
                )
            evidence = Evidence(
                evidence_id,
                case_id,
                exhibit_ref,
                description,
                kind,
                EvidenceState.REGISTERED if file is None else EvidenceState.DECLARED,
                human.id,
                now,
                source,
                obtained_at,
                obtained_by,
                derived_from,
                part_of,
            )
            upload, token, token_id = None, None, None
            if file is not None:
                upload = Upload(
                    UploadId(new_id()),
                    evidence_id,
                    case_id,
                    UploadState.OPEN,
                    file.size,
                    part_size_for(file.size),
                    file.sha256,
                    human.id,
                    now,
                    now + self.policy.open_for,
                )
                evidence = evidence.with_file(file.name, upload)
            tx.evidence.add(evidence)
            if upload is not None:
                tx.uploads.add(upload)
                token, token_id = issue_upload_token(tx, actor, upload, receipt_for=self.policy.receipt_for, at=now)
            facts = declared_facts(evidence, upload) | ({} if token_id is None else {"upload_token": str(token_id)})
            tx.custody.append(authority, of_item(evidence_id), case_id=case_id, evidence_id=evidence_id, facts=facts)
        return Declared(evidence, upload, token)

    def _again(self, tx: Transaction, actor: Actor, evidence_id: EvidenceId, now: datetime) -> Declared:
        """The answer to a repeated request: the same item, and a new token that puts an end to the old one."""
        evidence = tx.evidence.get(evidence_id)
        authority = tx.authorise(actor, Act.EVIDENCE_DECLARE, case_id=evidence.case_id)
        if evidence.upload_id is None:
            return Declared(evidence, None, None, replayed=True)
        upload = tx.uploads.get(evidence.upload_id)
        if upload.created_at != evidence.declared_at or upload.state not in {UploadState.OPEN, UploadState.COMPLETING}:
            # The upload that the key made is over, or another took its place: its token has nothing left to open.
            return Declared(evidence, upload, None, replayed=True)
        token = issue_upload_token_again(tx, authority, upload, receipt_for=self.policy.receipt_for, at=now)
        return Declared(evidence, upload, token, replayed=True)
