"""Destroying what lies beside the leaf of an entry: the detail and its nonce. The leaf, its chain and the log stay whole.

The leaf holds a commitment over 32 random bytes and the detail. Once both are gone nobody can tell what it committed to,
not even by guessing.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dems.errors import NotFound, NotPermitted, WrongState
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.approvals import Approval
from dems.model.custody import Authority, ChainKind, ChainOf
from dems.model.ids import CaseId, EntryId, EvidenceId
from dems.model.people import Person
from dems.ports import CustodyRow, Transaction

KEPT = frozenset({Act.APPROVAL_ASK.value, Act.DETAIL_DESTROY.value})
"""Who destroyed a detail, and why, is never destroyed."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What an approval is about: the entry, the case that it belongs to, and the chain that tells of it."""

    row: CustodyRow
    case_id: CaseId
    chain: ChainOf

    @property
    def evidence_id(self) -> EvidenceId | None:
        """The item, where the chain is an item's."""
        return EvidenceId(self.chain.subject) if self.chain.kind is ChainKind.ITEM else None

    def facts(self) -> dict[str, Any]:
        """How the entries about it name it."""
        return {"entry": str(self.row.id), "seq": self.row.seq, "leaf_hash": self.row.leaf_hash.hex()}


def themselves(actor: Actor) -> Person:
    """The person who asks or agrees. Raises `NotPermitted` for the installation, and for whoever speaks for somebody.

    A service names the person that it acts for: whoever has its token would be both of the two people.
    """
    if actor.person is None or actor.kind is not ActorKind.PERSON:
        raise NotPermitted("Two people do this, each signed in as themselves: no service and no installation is one.")
    return actor.person


def matter(tx: Transaction, subject: UUID) -> Matter:
    """The entry with this id. Those of no case are not destroyed: raises `NotFound`, as where there is none."""
    row, case_id = tx.custody.get(EntryId(subject))
    if case_id is None:
        raise NotFound("entry")
    return Matter(row, case_id, tx.custody.whose(row.chain_id))


def require_destroyable(found: Matter) -> None:
    """Raises `WrongState` where the detail is gone already, or tells of a destruction itself."""
    if found.row.detail is None:
        raise WrongState("The detail of this entry was destroyed before.", state="destroyed")
    if json.loads(found.row.detail)["act"] in KEPT:
        raise WrongState("What an entry says of a destruction stays, so that anyone can ask why.", state="kept")


def destroy(tx: Transaction, authority: Authority, found: Matter, approval: Approval) -> None:
    """Destroy it and say so, in the chain that the entry stands in: who asked, who agreed, and why."""
    require_destroyable(found)
    tx.approvals.destroy_detail(approval)
    tx.custody.append(
        authority,
        found.chain,
        case_id=found.case_id,
        evidence_id=found.evidence_id,
        reason=approval.reason,
        facts={
            **found.facts(),
            "approval": str(approval.id),
            "asked_by": {"id": str(approval.asked_by), "name": approval.asked_name},
        },
    )
