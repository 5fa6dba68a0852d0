"""The lives of cases and the parties to them, as the use cases see them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dems.model.ids import CaseId, FactId, PartyId
from dems.model.life.contents import Content
from dems.model.life.facts import Fact
from dems.model.life.lives import Life
from dems.model.life.parties import Party
from dems.ports.values import Page


@dataclass(frozen=True, slots=True)
class KeptFact:
    """A fact with its number among those of its case, from 1, and what took its place, if anything did."""

    fact: Fact[Content]
    number: int
    corrected_by: FactId | None


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

    def links(self, case_id: CaseId) -> Mapping[FactId, CaseId]:
        """The facts that link a case to others or take such a fact back, corrected ones too, each with the other case."""
        ...

    def facts(
        self,
        case_id: CaseId,
        page: Page,
        *,
        kinds: Collection[str] | None = None,
        standing: bool = False,
        without: Collection[FactId] = (),
    ) -> list[KeptFact]:
        """A page of one case's facts in the order of their ids, which is that of recording; only those of `kinds`, where
        any are named, and, where only what is `standing` is wanted, no corrected one and no retraction. Those `without`
        which it is asked are left out.
        """
        ...

    def add(self, case_id: CaseId, facts: Sequence[Fact[Content]]) -> None:
        """Whoever adds holds the case's row, and has had the facts judged against all of its life."""
        ...

    def add_many(self, facts: Sequence[tuple[CaseId, int, Fact[Content]]]) -> None:
        """Facts of many cases, each with its number."""
        ...


class Parties(Protocol):
    def add(self, party: Party) -> None:
        """Raises `AlreadyExists` where the case has a party with its reference."""
        ...

    def get(self, case_id: CaseId, party_id: PartyId, *, for_update: bool = False) -> Party:
        """Raises `NotFound`, also for a party to another case."""
        ...

    def save(self, party: Party) -> None:
        """Its name, contact and version."""
        ...

    def page(self, case_id: CaseId, page: Page) -> list[Party]: ...
    def some(self, case_id: CaseId, party_ids: Collection[PartyId]) -> list[Party]:
        """Those of these that are parties to the case."""
        ...

    def by_reference(self, case_id: CaseId, references: Collection[str]) -> list[Party]: ...
