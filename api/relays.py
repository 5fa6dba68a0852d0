"""How many bodies of evidence this server carries at once: in all, for one person or link, for one upload."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import anyio

from dems.errors import Overloaded
from dems.model.actors import Actor, ActorKind

FOR_ONE_UPLOAD = 2
"""A body, and another that comes because the first one's connection is dead and not yet known to be."""


class Relays:
    """Places for uploads through the API. Used by the event loop only, so it needs no lock."""

    def __init__(self, most: int) -> None:
        self.limiter = anyio.CapacityLimiter(most)
        self._for_one_person = max(FOR_ONE_UPLOAD, most // 2)
        self._for_one_holder = max(FOR_ONE_UPLOAD, most // 4)
        self._uploads: Counter[UUID] = Counter()
        self._people: Counter[UUID] = Counter()

    @contextmanager
    def taken(self, upload_id: UUID, actor: Actor, *, parts: bool = False) -> Iterator[None]:
        """A place for one body: of a whole file, or of one of its `parts`, of which many may come at once.

        Raises `Overloaded` where there is none; nobody takes all of them.
        """
        human = actor.human
        holder = actor.kind is ActorKind.INVITATION
        # Whoever holds a link is not the one who made it: what they take is not missing to that person's own work.
        who = (actor.intake_id if holder else None) or (upload_id if human is None else human.id)
        share = self._for_one_holder if holder else self._for_one_person
        if (
            self._uploads.total() >= self.limiter.total_tokens
            or self._uploads[upload_id] >= (share if parts else FOR_ONE_UPLOAD)
            or self._people[who] >= share
        ):
            raise Overloaded("As many uploads as this server carries at once are under way.", retry_after=10)
        self._uploads[upload_id] += 1
        self._people[who] += 1
        try:
            yield
        finally:
            self._uploads[upload_id] -= 1
            self._people[who] -= 1
            self._uploads += Counter()  # forgets what has come to nothing
            self._people += Counter()
