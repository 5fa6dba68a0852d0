"""Decide about items and blocks in a proceeding, many at once: one decision is recorded for each, or none at all."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any
from uuid import UUID

from dems.errors import DisclosureRulesBroken, Invalid, WrongState
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.authority import needed_for
from dems.model.disclosure.contents import Content
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.material import Subject
from dems.model.disclosure.recording import decide
from dems.model.disclosure.records import kind_of
from dems.model.ids import CaseId, DecisionId, FactId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports import Clock, Once, Transaction, Transactions
from dems.steps.acting import acting, clearances
from dems.steps.proceeding_files import known_to, to_decide
from dems.steps.telling_decisions import tell_decisions

MOST_AT_ONCE = 10_000
"""Decisions in one act."""
MOST_FACTS = 50
"""Facts of the case that decisions of one act rest on."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """One content for each of these subjects. `replaces` names, of those about which something of its kind stands, that decision."""

    content: Content
    subjects: Sequence[Subject]
    reason: str
    replaces: Mapping[UUID, DecisionId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecideMany:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        proceeding_id: StrandId,
        deciding: Sequence[Deciding],
        *,
        role: CaseRole | None = None,
        rests_on: Collection[FactId] = (),
        once: Once | None = None,
    ) -> list[Decision[Content]]:
        """In the order asked for. Raises `NotFound`; `Invalid` for none or too many, for what is decided twice and for no fact of
        the case; `DisclosureRulesBroken` and `WrongState` with each refused decision in `problems`, by `row` and what it `decides`.
        """
        _require_each_once(deciding)
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.DISCLOSURE_DECIDE, case_id=case_id)
            tx.disclosure.hold(proceeding_id)
            first = DecisionId(new_id())
            earlier = tx.idempotency.first(once, first) if once else None
            if earlier is not None:
                return _made_with(tx, proceeding_id, earlier)
            _require_facts(tx, case_id, rests_on)
            # After the wait for whoever held the proceeding: a decision is not made before the one whose place it takes.
            now = self.clock()
            held = clearances(tx, actor, case_id, now)
            by = {
                roles: acting(tx, actor, case_id, now, role=role, fitting=roles, done="decided")
                for roles in {needed_for(d.content, restricted=False).roles for d in deciding}
            }
            ids = chain((first,), (DecisionId(new_id()) for _ in count()))
            new = [
                Decision(
                    next(ids),
                    proceeding_id,
                    subject,
                    each.content,
                    by[needed_for(each.content, restricted=False).roles],
                    each.reason,
                    each.replaces.get(subject.id),
                )
                for each in deciding
                for subject in each.subjects
            ]
            whole = to_decide(tx, proceeding_id, {d.subject for d in new}, now)
            try:
                decide(known_to(tx, whole, actor, held), new, now)
            except (DisclosureRulesBroken, WrongState) as refused:
                refused.data["problems"] = _by_row(refused.data["problems"], new)
                raise
            tx.disclosure.add_decisions(proceeding_id, new, rests_on)
            tell_decisions(tx, authority, case_id, whole.record, new, rests_on)
        return new


def _require_each_once(deciding: Sequence[Deciding]) -> None:
    """What is asked can be done at all: nothing of the proceeding is looked at for it."""
    asked = [(kind_of(each.content), subject) for each in deciding for subject in each.subjects]
    if not 1 <= len(asked) <= MOST_AT_ONCE:
        raise Invalid(f"Decide about 1 to {MOST_AT_ONCE} subjects at once.", field="decisions")
    if len(set(asked)) < len(asked):
        twice = next(each for each, count in Counter(asked).items() if count > 1)
        raise Invalid(f"The {twice[0]} of {twice[1].key} is decided twice: say once what it is.", field="decisions")
    for each in deciding:
        others = each.replaces.keys() - {subject.id for subject in each.subjects}
        if others:
            raise Invalid(f"Nothing is decided here about {min(others)}: leave it out of `replaces`.", field="replaces")


def _require_facts(tx: Transaction, case_id: CaseId, rests_on: Collection[FactId]) -> None:
    if len(rests_on) > MOST_FACTS:
        raise Invalid(f"Name at most {MOST_FACTS} facts that this rests on.", field="rests_on")
    if rests_on and not set(rests_on) <= {fact.id for fact in tx.lives.of_case(case_id).facts}:
        raise Invalid("A decision rests on facts of its own case: name facts that this case has.", field="rests_on")


def _made_with(tx: Transaction, proceeding_id: StrandId, first: UUID) -> list[Decision[Content]]:
    """The decisions of one act, by the first of them."""
    kept = tx.disclosure.decisions(proceeding_id)
    again = next(d for d in kept if d.id == first)
    return [d for d in kept if (d.by.person, d.by.at) == (again.by.person, again.by.at)]


def _by_row(problems: Sequence[Mapping[str, Any]], new: Sequence[Decision[Content]]) -> list[dict[str, Any]]:
    """Each problem with what it is about: ids of decisions that were not recorded say nothing to anybody."""
    places = {str(decision.id): position for position, decision in enumerate(new)}
    told = []
    for problem in problems:
        stands = {"stands": problem["stands"]} if "stands" in problem else {}
        position = places[problem["decision"] if stands else problem["place"]["key"]]
        subject = new[position].subject
        told.append(
            {
                **(_SUPERSEDED if stands else problem),
                **stands,
                "place": {"kind": subject.kind.value, "key": str(subject.id)},
                "row": subject.key,
                "position": position,
                "decides": kind_of(new[position].content),
            }
        )
    return told


_SUPERSEDED = {
    "rule": "superseded",
    "message": "What this is to replace is not what stands: read that, and decide again.",
}
