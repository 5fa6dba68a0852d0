"""Follow what happened: one event for each act, in the order of the log, as far as the actor may know of it today."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.errors import BadRequest
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.events import Audience, Event
from dems.model.permission import Subject, may
from dems.ports import Transactions
from dems.steps.places import opened, sealed

AT_ONCE = 20_000
"""Entries that one reader takes into the feed, where nobody did for a while: a fraction of a second's work."""

_BESIDE_CASES = {Audience.INSTALLATION: Act.INSTALLATION_CUSTODY, Audience.PERSON: Act.PERSON_CUSTODY}
_NOTES = Act.RECORDS_CONSULTED.value


@dataclass(frozen=True, slots=True)
class Followed:
    """The events after a cursor, and the cursor after them: with it the next question goes on, also where there was none."""

    events: Sequence[Event]
    next: str


@dataclass(frozen=True, slots=True)
class FollowEvents:
    transaction: Transactions

    def __call__(self, actor: Actor, after: str | None, limit: int) -> Followed:
        """Up to `limit` events after a cursor, from the first ever without one. Raises `BadRequest` for what is no cursor.

        Fewer than `limit` are all that there are for now.
        """
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.EVENTS_READ)
            key = tx.events.key()
            place = 0 if after is None else opened(key, after)
            tx.events.place(AT_ONCE)
            end, log_size = tx.events.taken_in()
            if place > log_size:
                raise BadRequest(
                    "`after` is a cursor of a log that was longer than this one is: the database was set back. "
                    "Begin anew without it."
                )
            end = max(place, end)
            beside_cases = {a for a, act in _BESIDE_CASES.items() if may(actor, act, Subject()).allowed}
            found, until = tx.events.between(actor.people, beside_cases, place, end, limit)
            if actor.human is not None and any(event.act != _NOTES for event in found):
                # That somebody read what was noted of reading is not noted again: it would go on for ever.
                span = {"events": len(found), "first": found[0].id, "last": found[-1].id}
                tx.consulted(authority, actor.human.id, **span)
        return Followed(found, sealed(key, found[-1].place + 1 if len(found) == limit else until))

    def permitted(self, actor: Actor) -> None:
        """Raises as `authorise` does for whoever may follow nothing, and so need not know how events look."""
        with self.transaction() as tx:
            tx.authorise(actor, Act.EVENTS_READ)
