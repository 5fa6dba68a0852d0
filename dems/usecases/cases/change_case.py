"""Change what is recorded of a case, close it, or open it again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dems.errors import Invalid, PreconditionFailed
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.cases import Case, CaseState
from dems.model.custody import Authority, of_case
from dems.model.ids import CaseId
from dems.model.times import rfc3339
from dems.ports import Clock, Transaction, Transactions

CHANGEABLE = frozenset({"title", "matter_type", "force", "themes", "is_major", "received_at"})


@dataclass(frozen=True, slots=True)
class ChangeCase:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        changes: Mapping[str, Any],
        *,
        if_version: int | None,
        state: CaseState | None = None,
        reason: str | None = None,
    ) -> Case:
        """Apply `changes` (of `CHANGEABLE` fields), then go to `state`. `if_version` None takes whatever is current.

        Raises `PreconditionFailed` when another version is current, `CaseClosed` for a change to a closed case.
        """
        if unknown := set(changes) - CHANGEABLE:
            raise ValueError(f"not changeable: {unknown}")
        with self.transaction() as tx:
            act = {None: Act.CASE_CHANGE, CaseState.CLOSED: Act.CASE_CLOSE, CaseState.OPEN: Act.CASE_REOPEN}[state]
            authority = tx.authorise(actor, act, case_id=case_id)
            changing = tx.authorise(actor, Act.CASE_CHANGE, case_id=case_id) if changes else authority
            case = tx.cases.get(case_id, for_update=True)
            if if_version is not None and case.version != if_version:
                raise PreconditionFailed("Somebody else changed this case since you read it. Read it again.")
            if state is CaseState.OPEN:
                case = self._moved(tx, authority, case, state, reason)
            case = self._changed(tx, changing, case, changes, reason)
            if state is CaseState.CLOSED:
                case = self._moved(tx, authority, case, state, reason)
        return case

    def _changed(
        self, tx: Transaction, authority: Authority, case: Case, changes: Mapping[str, Any], reason: str | None
    ) -> Case:
        new = {k: v for k, v in changes.items() if getattr(case, k) != v}
        if not new:
            return case
        case.takes_changes()
        if new.get("received_at") is not None and new["received_at"] > self.clock():
            raise Invalid("A case was not received in the future.", field="received_at")
        after = replace(case, version=case.version + 1, **new)
        tx.cases.save(after)
        tx.custody.append(
            authority,
            of_case(case.id),
            case_id=case.id,
            act=Act.CASE_CHANGE,
            reason=reason,
            facts={"before": _facts(case, new), "after": _facts(after, new)},
        )
        return after

    def _moved(self, tx: Transaction, authority: Authority, case: Case, state: CaseState, reason: str | None) -> Case:
        after = case.closed(self.clock()) if state is CaseState.CLOSED else case.reopened()
        tx.cases.save(after)
        tx.custody.append(
            authority, of_case(case.id), case_id=case.id, reason=reason, facts={"state": after.state.value}
        )
        return after


def _facts(case: Case, fields: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field in sorted(fields):
        value = getattr(case, field)
        facts[field] = (
            list(value) if field == "themes" else rfc3339(value) if field == "received_at" and value else value
        )
    return facts
