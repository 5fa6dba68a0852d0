"""Change what is recorded of a case, close it, or open it again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from dems.errors import Invalid, PreconditionFailed
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.cases import Case, CaseState
from dems.model.custody import Authority, of_case
from dems.model.ids import CaseId
from dems.model.life.saying import FIELDS, facts_saying
from dems.model.life.vocabulary import Vocabulary
from dems.model.times import london_date, rfc3339
from dems.ports import Clock, Transaction, Transactions
from dems.steps.telling import tell

CHANGEABLE = FIELDS | {"title"}


@dataclass(frozen=True, slots=True)
class ChangeCase:
    transaction: Transactions
    clock: Clock
    vocabulary: Vocabulary

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

        All but the title are facts: what was said before is corrected; themes, and being major, hold from today.

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
            case = self._changed(tx, changing, case, self.vocabulary.meant(changes), reason)
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
        now = self.clock()
        titled = replace(case, title=new.get("title", case.title))
        said = facts_saying(tx.lives.of_case(case.id), new, london_date(now), reason)
        if said:
            after = tell(tx, authority.actor, titled, said, now=now, vocabulary=self.vocabulary).case
        else:
            after = replace(titled, version=case.version + 1)
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
        facts[field] = _written(getattr(case, field))
    return facts


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
