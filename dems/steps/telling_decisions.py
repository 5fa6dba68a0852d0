"""Entries of decisions: what everybody on the case may know in the proceeding's chain, the rest in its restricted one."""

from collections.abc import Collection, Sequence

from dems.model.custody import Authority, of_proceeding, restricted_of
from dems.model.disclosure.contents import Content
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.entries import told_of_decisions
from dems.model.ids import CaseId, FactId
from dems.ports import Transaction
from dems.steps.many_facts import shared_out

_STATEMENTS = 1_000


def tell_decisions(
    tx: Transaction,
    authority: Authority,
    case_id: CaseId,
    before: Record,
    new: Sequence[Decision[Content]],
    rests_on: Collection[FactId] = (),
) -> None:
    """`before` is the record that they were made in; entries of the restricted chain do not name the case."""
    facts = {"rests_on": [str(fact) for fact in sorted(rests_on)]} if rests_on else {}
    plain, restricted = told_of_decisions(before, new, tx.material.restricted(case_id))
    for some in shared_out(plain, _STATEMENTS):
        tx.custody.append(
            authority, of_proceeding(before.proceeding), case_id=case_id, facts={**facts, "decided": some}
        )
    for some in shared_out(restricted, _STATEMENTS):
        tx.custody.append(authority, restricted_of(before.proceeding), facts={**facts, "decided": some})
