"""Change what is said about an item: description, source, where and by whom it was obtained. Never its bytes or its name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dems.errors import Invalid, PreconditionFailed
from dems.ledger.canonical import canonical
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence
from dems.model.ids import EvidenceId
from dems.model.times import rfc3339
from dems.ports import Clock, Transactions
from dems.steps.many_facts import MOST_BYTES

CHANGEABLE = frozenset({"description", "source", "obtained_at", "obtained_by"})


@dataclass(frozen=True, slots=True)
class Describe:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        evidence_id: EvidenceId,
        changes: Mapping[str, Any],
        *,
        if_version: int,
        reason: str | None = None,
    ) -> Evidence:
        """Raises `PreconditionFailed` when another version is current, `CaseClosed`."""
        if unknown := set(changes) - CHANGEABLE:
            raise ValueError(f"not changeable: {unknown}")
        with self.transaction() as tx:
            case_id = tx.evidence.get(evidence_id).case_id
            authority = tx.authorise(actor, Act.EVIDENCE_DESCRIBE, case_id=case_id)
            tx.cases.get(case_id, keep_as_is=True).takes_changes()
            evidence = tx.evidence.get(evidence_id, for_update=True)
            if evidence.version != if_version:
                raise PreconditionFailed("Somebody else changed this item since you read it. Read it again.")
            if changes.get("obtained_at") is not None and changes["obtained_at"] > self.clock():
                raise Invalid("An item was not obtained in the future.", field="obtained_at")
            new = {k: v for k, v in changes.items() if getattr(evidence, k) != v}
            if not new:
                return evidence
            after = replace(evidence, version=evidence.version + 1, **new)
            tx.evidence.save(after)
            for fields in _together(evidence, after, new):
                tx.custody.append(
                    authority,
                    of_item(evidence_id),
                    case_id=case_id,
                    evidence_id=evidence_id,
                    reason=reason,
                    facts={"before": _facts(evidence, fields), "after": _facts(after, fields)},
                )
        return after


def _together(before: Evidence, after: Evidence, fields: Mapping[str, Any]) -> list[list[str]]:
    """The changes of one entry: all of them, or one by one where texts are so long that they need an entry each."""
    names = sorted(fields)
    if len(canonical([_facts(before, names), _facts(after, names)])) > MOST_BYTES:
        return [[name] for name in names]
    return [names]


def _facts(evidence: Evidence, fields: Iterable[str]) -> dict[str, Any]:
    values = {field: getattr(evidence, field) for field in fields}
    return {k: rfc3339(v) if k == "obtained_at" and v is not None else v for k, v in values.items()}
