"""Find items again by what was declared of them and by what is in their bytes, within what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.searching import MOST_COUNTED, Search
from dems.ports import Hit, Page, Transactions


@dataclass(frozen=True, slots=True)
class Answer:
    """One page. `count` is of all matches, no further than `MOST_COUNTED`; None on later pages, where it was said before."""

    hits: Sequence[Hit]
    count: int | None


@dataclass(frozen=True, slots=True)
class SearchEvidence:
    transaction: Transactions
    patience: timedelta = timedelta(seconds=5)
    """How long any one question to the database may take."""

    def __call__(self, actor: Actor, search: Search, page: Page) -> Answer:
        """What was asked and how many were found goes into the person's chain. Raises `Invalid`, `SearchTooBroad`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.SEARCH)
            asked = search.asked()
            if not asked:
                raise Invalid("Say what to look for: at least one condition.")
            tx.searching.within(self.patience)
            for field, text in (("q", search.q), ("device", search.device)):
                if text is not None and not tx.searching.words(text):
                    raise Invalid(f"`{field}` names no word to look for: write one that the item has.", field=field)
            hits = tx.searching.find(actor.people, search, page)
            count = None
            if page.after is None:
                count = len(hits) if len(hits) < page.limit else tx.searching.count(actor.people, search, MOST_COUNTED)
            if actor.human is not None:
                found = {"found": len(hits)} if count is None else {"found": len(hits), "count": count}
                tx.consulted(authority, actor.human.id, searched=asked, **found)
            return Answer(hits, count)
