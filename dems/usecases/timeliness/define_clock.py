"""Record another version of a clock's definition, or the first of a new clock."""

from dataclasses import dataclass, replace
from hashlib import sha256

from dems.errors import Invalid
from dems.ledger.canonical import canonical
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.clocks.definitions import ClockDefinition
from dems.model.clocks.records import record_of
from dems.model.clocks.rules import Recorded
from dems.model.custody import INSTALLATION
from dems.model.ids import new_id
from dems.ports import Clock, Once, Transactions
from dems.steps.changing_rules import have_clocks_renewed, newest_is


@dataclass(frozen=True, slots=True)
class DefineClock:
    transaction: Transactions
    clock: Clock

    def __call__(
        self, actor: Actor, definition: ClockDefinition, *, replaces: int, reason: str, once: Once | None = None
    ) -> Recorded[ClockDefinition]:
        """`replaces` is the newest version that the actor has read, 0 for a clock that there was not; the next number follows.

        Raises `Invalid` for a definition without a date from which it holds, or of a calendar that there is not;
        `WrongState` and `AlreadyExists` where somebody else was first.
        """
        if definition.in_force_from is None:
            raise Invalid(
                "Say from which date this version holds: clocks that started before keep theirs.", field="in_force_from"
            )
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.CLOCK_RULES_RECORD)
            human = actor.somebody
            rules = tx.clocks.rules()
            if once is not None and tx.idempotency.first(once, new_id()) is not None:
                said = (definition.id, replaces + 1)
                return next(d for d in rules.definitions if (d.rule.id, d.rule.version) == said)
            if definition.calendar is not None and definition.calendar not in rules.newest:
                known = ", ".join(sorted(rules.newest))
                raise Invalid(f"There is no calendar {definition.calendar!r}: use one of {known}.", field="calendar")
            newest = max((d.rule.version for d in rules.definitions if d.rule.id == definition.id), default=0)
            version = newest_is(newest, replaces, f"the clock {definition.id!r}")
            recorded = Recorded(replace(definition, version=version), self.clock(), human.id, reason)
            tx.clocks.add_definition(recorded)
            tx.custody.append(
                authority,
                INSTALLATION,
                reason=reason,
                facts={
                    "clock": definition.id,
                    "version": version,
                    "in_force_from": definition.in_force_from.isoformat(),
                    "sha256": sha256(canonical(record_of(recorded.rule))).hexdigest(),
                },
            )
            have_clocks_renewed(tx)
            return recorded
