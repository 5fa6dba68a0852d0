"""What people are told: what has arrived by way of their invitations, and which dates of their cases come near."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.clocks.reminders import Told
from dems.model.invitations import Announcement
from dems.ports import Clock, Page, Transactions


@dataclass(frozen=True, slots=True)
class ReadAnnouncements:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, page: Page) -> list[Announcement | Told]:
        """Oldest first, of cases that one may know of now. What is read counts as seen: what comes later is told anew."""
        with self.transaction() as tx:
            tx.authorise(actor, Act.ANNOUNCEMENT_LIST)
            if actor.human is None:
                return []
            arrived = tx.announcements.page(actor.people, actor.human.id, page)
            reminded = tx.reminders.page(actor.people, actor.human.id, page)
            both: list[Announcement | Told] = [*arrived, *reminded]
            found = sorted(both, key=lambda a: a.id)[: page.limit]
            now, ids = self.clock(), [a.id for a in found]
            if arrived:
                tx.announcements.seen(ids, now)
            if reminded:
                tx.reminders.seen(ids, now)
            return found
