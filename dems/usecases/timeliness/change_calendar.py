"""Record another version of a calendar: a holiday was proclaimed, or one was wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.rules import Recorded, Rules
from dems.model.custody import INSTALLATION
from dems.model.ids import new_id
from dems.ports import Clock, Once, Transactions
from dems.steps.changing_rules import have_clocks_renewed, newest_is


@dataclass(frozen=True, slots=True)
class ChangeCalendar:
    transaction: Transactions
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        name: str,
        *,
        replaces: int,
        add: Mapping[date, str],
        remove: Sequence[date],
        reason: str,
        once: Once | None = None,
    ) -> Recorded[Calendar]:
        """Open clocks are counted with it from now on; those that have stopped keep the version they had.

        Raises `Invalid` for a calendar that there is not, a holiday that is not in it, and a version that changes nothing;
        `WrongState` and `AlreadyExists` where somebody else was first.
        """
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.CLOCK_RULES_RECORD)
            human = actor.somebody
            rules = tx.clocks.rules()
            if once is not None and tx.idempotency.first(once, new_id()) is not None:
                said = (name, replaces + 1)
                return next(c for c in rules.calendars if (c.rule.name, c.rule.version) == said)
            before = _read(rules, name, replaces)
            changed = before.changed(add=add, remove=remove)
            if changed.holidays == rules.newest[name].holidays:
                raise Invalid("This changes no day: add a holiday that is not in the calendar, or remove one that is.")
            recorded = Recorded(changed, self.clock(), human.id, reason)
            tx.clocks.add_calendar(recorded)
            tx.custody.append(
                authority,
                INSTALLATION,
                reason=reason,
                facts={
                    "calendar": name,
                    "version": changed.version,
                    "added": {d.isoformat(): add[d] for d in sorted(add)},
                    "removed": [d.isoformat() for d in sorted(remove)],
                },
            )
            have_clocks_renewed(tx)
            return recorded


def _read(rules: Rules, name: str, replaces: int) -> Calendar:
    """The newest version, which the actor has read; also one that is only offered, so that it can be taken up."""
    versions = sorted((c.rule for c in rules.calendars if c.rule.name == name), key=lambda c: c.version)
    if not versions:
        known = ", ".join(sorted(rules.newest))
        raise Invalid(f"There is no calendar {name!r}: use one of {known}.", field="name")
    newest_is(versions[-1].version, replaces, f"the calendar {name}")
    return versions[-1]
