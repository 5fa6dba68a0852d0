"""Give a person access to one item's bytes, for a purpose and a reason. The entry is committed before any byte is read."""

from dataclasses import dataclass
from datetime import timedelta

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.ids import EvidenceId, GrantId, new_id
from dems.model.times import rfc3339
from dems.model.verification import AccessGrant
from dems.ports import Clock, Once, Transactions


@dataclass(frozen=True, slots=True)
class GrantAccess:
    transaction: Transactions
    clock: Clock
    lasts: timedelta

    def __call__(
        self, actor: Actor, evidence_id: EvidenceId, *, purpose: str, reason: str, once: Once | None = None
    ) -> AccessGrant:
        """Raises `NotReadable` for whatever is not sealed evidence."""
        with self.transaction() as tx:
            evidence = tx.evidence.get(evidence_id)
            authority = tx.authorise(actor, Act.EVIDENCE_ACCESS, case_id=evidence.case_id)
            if actor.person is None:
                raise RuntimeError("access is given to somebody")
            now = self.clock()
            grant = AccessGrant(
                GrantId(new_id()),
                evidence_id,
                actor.person.id,
                None if actor.on_behalf_of is None else actor.on_behalf_of.id,
                purpose,
                reason,
                now,
                now + self.lasts,
            )
            earlier = tx.idempotency.first(once, grant.id) if once else None
            if earlier is not None:
                return tx.access_grants.get(GrantId(earlier))
            evidence.readable()
            tx.access_grants.add(grant)
            tx.custody.append(
                authority,
                of_item(evidence_id),
                case_id=evidence.case_id,
                evidence_id=evidence_id,
                reason=reason,
                facts={"grant": str(grant.id), "purpose": purpose, "until": rfc3339(grant.expires_at)},
            )
        return grant
