"""The lives of cases, as the use cases see them."""

from collections.abc import Sequence
from typing import Protocol

from dems.model.ids import CaseId, FactId
from dems.model.life.contents import Content
from dems.model.life.facts import Fact
from dems.model.life.lives import Life
from dems.ports.values import Page


class Lives(Protocol):
    """Facts come in the order in which they were recorded, corrected ones and retractions included."""

    def of_case(self, case_id: CaseId) -> Life:
        """A case without facts, or none at all, has an empty life: ask first whether there is such a case."""
        ...

    def of_cases(self, case_ids: Sequence[CaseId]) -> list[Life]:
        """One for each id, in the order asked for; one query."""
        ...

    def page(self, page: Page) -> list[Life]:
        """Of all cases, walled ones and those without facts included, in the order of their ids; one query.

        Whoever shows anything of it asks first which cases the caller may know of.
        """
        ...

    def facts(self, case_id: CaseId, limit: int, after: int = 0) -> list[tuple[int, Fact[Content]]]:
        """A page of one case's facts, each with its number, from 1."""
        ...

    def number_of(self, case_id: CaseId, fact_id: FactId) -> int:
        """Raises `NotFound` for a fact that this case does not have."""
        ...

    def add(self, case_id: CaseId, facts: Sequence[Fact[Content]]) -> None:
        """Whoever adds holds the case's row, and has had the facts judged against all of its life."""
        ...
