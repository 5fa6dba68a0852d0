"""Verify sealed bytes again and say what was found: intact, altered, missing or unreadable.

`altered` freezes the item and is logged as critical: the store has given other bytes under the version id that was
sealed, which its Object Lock should make impossible.
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from dems.errors import NoLongerDue
from dems.layout import evidence_key
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import EvidenceState, Found, Integrity, outcome_of
from dems.model.ids import EvidenceId, VerificationId, new_id
from dems.model.verification import Verification
from dems.ports import Clock, Job, JobKind, Lease, Transactions
from dems.steps.reading import RESUME_ABOVE_BYTES, Reading, found_by, pause_after
from storage.errors import BytesDamaged, ObjectMissing, StorageError
from storage.interface import ObjectStore, StoredVersion

log = logging.getLogger(__name__)

TRIES = 3
"""So often must a store that answers otherwise fail to give the bytes before they are called unreadable."""


@dataclass(frozen=True, slots=True)
class Recheck:
    transaction: Transactions
    store: ObjectStore
    clock: Clock
    lease: timedelta
    resume_above: int = RESUME_ABOVE_BYTES

    def __call__(self, evidence_id: EvidenceId) -> Integrity:
        """Raises `NoLongerDue`; while the store does not answer, the work stays due."""
        with self.transaction() as tx:
            lease = tx.jobs.claim(Job(JobKind.RECHECK, evidence_id), self.lease)
            evidence = tx.evidence.get(evidence_id)
            if evidence.state not in {EvidenceState.SEALED, EvidenceState.FROZEN} or evidence.upload_id is None:
                tx.jobs.finish(lease)
                raise NoLongerDue(f"The item is {evidence.state.value} and has no sealed bytes.")
        key = evidence_key(evidence.id, evidence.upload_id)
        stored = StoredVersion(key, evidence.checkable(), evidence.size or 0)
        try:
            algorithms = tuple(sorted(evidence.digests))
            read = Reading(self.transaction, self.store, key, algorithms, lease, self.lease, self.resume_above)
            found = found_by(read(stored))
            if read.resumed and outcome_of(evidence, found) is not Integrity.INTACT:
                # A saved state must not freeze good bytes.
                found = found_by(read.from_the_start(stored))
        except ObjectMissing as error:
            return self._record(lease, evidence_id, Integrity.MISSING, None, str(error))
        except StorageError as error:
            if lease.attempts >= TRIES and self._answers_otherwise(error, stored):
                return self._record(lease, evidence_id, Integrity.UNREADABLE, None, str(error))
            with self.transaction() as tx:
                tx.jobs.put_back(lease, f"{type(error).__name__}: {error}", pause_after(lease))
            raise
        resumed_at = () if read.last is None else read.last.resumed_at
        return self._record(lease, evidence_id, outcome_of(evidence, found), found, None, resumed_at)

    def _answers_otherwise(self, error: StorageError, stored: StoredVersion) -> bool:
        """Whether the trouble is with these bytes and not with the store: it still knows the version."""
        if isinstance(error, BytesDamaged):
            return True
        try:
            self.store.head(stored.key, stored.version_id)
        except StorageError:
            return False
        return True

    def _record(
        self,
        lease: Lease,
        evidence_id: EvidenceId,
        outcome: Integrity,
        found: Found | None,
        problem: str | None,
        resumed_at: tuple[int, ...] = (),
    ) -> Integrity:
        with self.transaction() as tx:
            authority = tx.authorise(system(), Act.EVIDENCE_RECHECK)
            # The item's row before the job's, as whoever asks for a verification has them: else the two could deadlock.
            before = tx.evidence.get(evidence_id, for_update=True)
            tx.jobs.finish(lease)
            now = self.clock()
            evidence = before.rechecked(outcome, now)
            tx.evidence.save(evidence)
            verification = tx.verifications.pending_for(evidence_id)
            if verification is None:
                verification = Verification(VerificationId(new_id()), evidence_id, None, now, "scheduled")
                tx.verifications.add(verification)
            verification = replace(
                verification,
                finished_at=now,
                outcome=outcome,
                size=None if found is None else found.size,
                digests=() if found is None else tuple(d for _, d in sorted(found.digests.items())),
                problem=problem,
            )
            tx.verifications.save(verification)
            facts = {
                "verification": str(verification.id),
                "outcome": outcome.value,
                "version_id": evidence.version_id,
                "sealed": {a: d.hex for a, d in sorted(evidence.digests.items())},
                "found": {d.algorithm: d.hex for d in verification.digests},
                "size": verification.size,
                "problem": problem,
                **({"resumed_at": list(resumed_at)} if resumed_at else {}),
            }
            tx.custody.append(
                authority, of_item(evidence_id), case_id=evidence.case_id, evidence_id=evidence_id, facts=facts
            )
            if evidence.state is EvidenceState.FROZEN and before.state is not EvidenceState.FROZEN:
                tx.custody.append(
                    authority,
                    of_item(evidence_id),
                    act=Act.EVIDENCE_FREEZE,
                    case_id=evidence.case_id,
                    evidence_id=evidence_id,
                    facts={"verification": str(verification.id)},
                )
        if outcome is not Integrity.INTACT:
            log.critical("evidence_not_intact", extra={"evidence": str(evidence_id), "outcome": outcome.value})
        return outcome
