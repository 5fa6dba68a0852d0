"""What has arrived by way of invitations that concern me."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.invitations import Announcement
from dems.ports import Clock, Page, Transactions


@dataclass(frozen=True, slots=True)
class ReadAnnouncements:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, page: Page) -> list[Announcement]:
        """Oldest first, of cases that one may know of now. What is read counts as seen: what comes later is told anew."""
        with self.transaction() as tx:
            tx.authorise(actor, Act.ANNOUNCEMENT_LIST)
            if actor.human is None:
                return []
            found = tx.announcements.page(actor.people, actor.human.id, page)
            if found:
                tx.announcements.seen([a.id for a in found], self.clock())
            return found
