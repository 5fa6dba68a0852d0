"""Read an item's bytes under a grant. Record first, then bytes: the entry of each reading is committed before it begins."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from dems.errors import NotFound, Refused
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence
from dems.model.ids import EvidenceId, GrantId
from dems.model.spans import Span
from dems.ports import Clock, Job, JobKind, Transactions
from storage.interface import StoredVersion

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadContent:
    transaction: Transactions
    clock: Clock

    def __call__(
        self, actor: Actor, evidence_id: EvidenceId, grant_id: GrantId, wanted: Callable[[int], Span]
    ) -> tuple[Evidence, StoredVersion, Span]:
        """What to read: `wanted` turns the size into the bytes asked for, and may raise `RangeNotSatisfiable`.

        Raises `NotFound` for a grant of another person or item, `Refused` for one that has expired, `NotReadable`.
        """
        with self.transaction() as tx:
            evidence = tx.evidence.get(evidence_id)
            authority = tx.authorise(actor, Act.EVIDENCE_CONTENT, case_id=evidence.case_id)
            grant = tx.access_grants.get(grant_id)
            principal = None if actor.on_behalf_of is None else actor.on_behalf_of.id
            mine = actor.person is not None and (grant.person_id, grant.on_behalf_of) == (actor.person.id, principal)
            if grant.evidence_id != evidence_id or not mine:
                raise NotFound("grant")
            if self.clock() >= grant.expires_at:
                raise Refused("This grant has expired. Ask for access again.")
            version_id = evidence.readable()
            if evidence.upload_id is None or evidence.size is None:
                raise RuntimeError("sealed evidence has an upload and a size")
            span = wanted(evidence.size)
            tx.custody.append(
                authority,
                of_item(evidence_id),
                case_id=evidence.case_id,
                evidence_id=evidence_id,
                reason=grant.reason,
                facts={"grant": str(grant.id), "from": span.start, "to": span.end, "size": evidence.size},
            )
        key = evidence_key(evidence_id, evidence.upload_id)
        return evidence, StoredVersion(key, version_id, evidence.size), span

    def doubted(self, evidence_id: EvidenceId) -> None:
        """What was read on the way out was not what was sealed: have it verified at once."""
        log.critical("content_differs_from_seal", extra={"evidence": str(evidence_id)})
        with self.transaction() as tx:
            tx.jobs.due(Job(JobKind.RECHECK, evidence_id))
