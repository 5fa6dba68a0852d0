"""A feed of events to follow, on a log that the tests of one module share."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from dems.bootstrap import Dems
from dems.model.actors import Actor, system
from dems.model.cases import Case
from dems.model.events import Event
from dems.model.evidence import Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId
from tests.logbook import Logbook
from tests.world import Somebody, World

MOST = 500


@dataclass(frozen=True)
class Feed:
    """A log that these tests share, from where it was when a test began."""

    book: Logbook
    dems: Dems
    world: World
    start: str

    def all(self, who: Somebody | Actor, after: str | None = None, *, limit: int = MOST) -> list[Event]:
        """Page by page to the end."""
        self.book.sequence()
        actor = who if isinstance(who, Actor) else who.actor
        found: list[Event] = []
        after = after or self.start
        while True:
            page = self.dems.events.follow(actor, after, limit)
            found += page.events
            after = page.next
            if len(page.events) < limit:
                return found

    def end(self) -> str:
        """The cursor behind everything."""
        self.book.sequence()
        return the_end(self.dems)

    def registered(self, who: Somebody, case: Case) -> EvidenceId:
        """An item without bytes."""
        ref = ExhibitRef(f"EV/{uuid4().hex[:8]}")
        return self.dems.intake.declare(
            who.actor, case.id, exhibit_ref=ref, description="a coat", kind=Kind.PHYSICAL, file=None
        ).evidence.id


def the_end(dems: Dems) -> str:
    after = None
    while (page := dems.events.follow(system(), after, MOST)).events:
        after = page.next
    return page.next


def feed_of(book: Logbook, dems: Dems) -> Feed:
    """From where it is now, with nothing read that is not noted."""
    dems.custody.write_consultations()
    book.sequence()
    return Feed(book, dems, World(dems), the_end(dems))


def acts(events: Sequence[Event]) -> list[str | None]:
    return [event.act for event in events]
