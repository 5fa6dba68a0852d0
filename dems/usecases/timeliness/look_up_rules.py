"""The definitions and calendars that clocks are kept by, every version of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.definitions import ClockDefinition
from dems.model.clocks.rules import Recorded
from dems.ports import Transactions

RuleT = TypeVar("RuleT", ClockDefinition, Calendar)
After = tuple[str, int]
"""Name and version of the last one of the page before."""


@dataclass(frozen=True, slots=True)
class LookUpRules:
    transaction: Transactions

    def definitions(
        self, actor: Actor, limit: int, after: After | None = None, *, clock: str | None = None
    ) -> list[Recorded[ClockDefinition]]:
        """By name and version; of one clock where it is named."""
        with self.transaction() as tx:
            tx.authorise(actor, Act.CLOCK_RULES_READ)
            return _page(tx.clocks.rules().definitions, lambda d: (d.id, d.version), limit, after, clock)

    def calendars(
        self, actor: Actor, limit: int, after: After | None = None, *, name: str | None = None
    ) -> list[Recorded[Calendar]]:
        """By name and version; of one name where it is given."""
        with self.transaction() as tx:
            tx.authorise(actor, Act.CLOCK_RULES_READ)
            return _page(tx.clocks.rules().calendars, lambda c: (c.name, c.version), limit, after, name)


def _page(
    rules: Sequence[Recorded[RuleT]],
    key: Callable[[RuleT], After],
    limit: int,
    after: After | None,
    name: str | None,
) -> list[Recorded[RuleT]]:
    found = [r for r in rules if name in {None, key(r.rule)[0]} and (after is None or key(r.rule) > after)]
    return sorted(found, key=lambda r: key(r.rule))[:limit]
