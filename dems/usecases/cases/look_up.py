"""Read one case, find one by its reference, list the cases one may know of, and see who is on one."""

from dataclasses import asdict, dataclass

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.cases import Case
from dems.model.ids import CaseId, PersonId
from dems.model.people import CaseGrant, Person, Wall
from dems.ports import CaseFilter, Page, Transactions


@dataclass(frozen=True, slots=True)
class LookUpCases:
    transaction: Transactions

    def one(self, actor: Actor, case_id: CaseId) -> Case:
        """Raises `NotFound` alike for no such case and for one that the actor may not know of."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.CASE_READ, case_id=case_id)
            case = tx.cases.get(case_id)
            tx.consulted(authority, case_id)
            return case

    def by_reference(self, actor: Actor, reference: str) -> Case:
        """Raises `NotFound`, as `one` does."""
        with self.transaction() as tx:
            case = tx.cases.by_reference(reference)
            if case is None:
                raise NotFound
            tx.consulted(tx.authorise(actor, Act.CASE_READ, case_id=case.id), case.id)
            return case

    def page(self, actor: Actor, page: Page, wanted: CaseFilter) -> list[Case]:
        with self.transaction() as tx:
            searched = {k: v for k, v in asdict(wanted).items() if v is not None}
            authority = tx.authorise(actor, Act.CASE_LIST)
            if searched and actor.human is not None:
                tx.consulted(authority, actor.human.id, searched=searched)
            return tx.cases.page(actor.people, page, wanted)

    def team(self, actor: Actor, case_id: CaseId, page: Page) -> list[tuple[Person, list[CaseGrant]]]:
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.TEAM_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return tx.cases.team(case_id, page)

    def member(self, actor: Actor, case_id: CaseId, person_id: PersonId) -> tuple[Person, list[CaseGrant]]:
        """Somebody on the case. Raises `NotFound` for everyone else: a case is no way to learn who there is."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.TEAM_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            grants = tx.cases.grants(case_id, [person_id])
            if not grants:
                raise NotFound("member")
            return tx.people.get(person_id), grants

    def walls(self, actor: Actor, case_id: CaseId) -> list[Wall]:
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.WALL_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return tx.cases.walls(case_id)
