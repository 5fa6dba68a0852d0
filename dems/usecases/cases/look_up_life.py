"""Look at the life of a case: the case with all that its life says today, its facts, its parties, what runs beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.cases import Case
from dems.model.clocks.rules import answers_due
from dems.model.ids import CaseId, FactId, PartyId, StrandId
from dems.model.life.contents import Content
from dems.model.life.events import Strand
from dems.model.life.facts import NO_SUCH_FACT, Fact, story_of
from dems.model.life.lives import Life
from dems.model.life.parties import Party
from dems.model.life.strands import StrandRecord, strand_of
from dems.model.times import london_date
from dems.ports import Clock, CustodyRow, KeptFact, Page, Transaction, Transactions


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case, its life, its parties of today, and those of the cases linked to it that the reader may know of."""

    case: Case
    life: Life
    parties: Sequence[Party]
    linked: Sequence[Case]


@dataclass(frozen=True, slots=True)
class LookUpLife:
    """Every answer raises `NotFound` alike for no such case and for one that the actor may not know of."""

    transaction: Transactions
    clock: Clock

    def whole(self, actor: Actor, case_id: CaseId) -> WholeCase:
        today = london_date(self.clock())
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.CASE_READ, case_id=case_id), case_id)
            case = tx.cases.get(case_id)
            life = tx.lives.of_case(case_id)
            parties = tx.parties.some(case_id, {p.party for p in life.parties_on(today)})
            return WholeCase(case, life, parties, tx.cases.known(actor.people, sorted(life.links_on(today))))

    def life(self, actor: Actor, case_id: CaseId) -> Life:
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.LIFE_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return tx.lives.of_case(case_id)

    def facts(
        self,
        actor: Actor,
        case_id: CaseId,
        page: Page,
        *,
        kinds: Collection[str] | None = None,
        standing: bool = False,
    ) -> list[KeptFact]:
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.LIFE_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return tx.lives.facts(case_id, page, kinds=kinds, standing=standing, without=_hidden(tx, actor, case_id))

    def story(self, actor: Actor, case_id: CaseId, fact_id: FactId) -> tuple[Fact[Content], ...]:
        """A fact with all that it corrected and that corrected it, oldest first. Raises `Invalid` for an unknown one."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.LIFE_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            life, hidden = tx.lives.of_case(case_id), _hidden(tx, actor, case_id)
        if fact_id in hidden:
            raise Invalid(NO_SUCH_FACT)
        return tuple(f for f in story_of(life.facts, fact_id) if f.id not in hidden)

    def strands(
        self, actor: Actor, case_id: CaseId, strand: Strand, page: Page
    ) -> tuple[Life, list[Fact[StrandRecord]]]:
        """What of one sort runs beside the investigation, in the order in which it was first recorded."""
        life = self.life(actor, case_id)
        found = [
            f for f in life.strands if strand_of(f.content) is strand and (page.after is None or f.id > page.after)
        ]
        return life, found[: page.limit]

    def answers_due(self, actor: Actor, case_id: CaseId) -> Mapping[StrandId, date]:
        """When the recommendations of a case are to be answered, as their clocks say today."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.LIFE_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return answers_due(tx.clocks.rules(), tx.lives.of_case(case_id), self.clock())

    def parties(self, actor: Actor, case_id: CaseId, page: Page) -> tuple[Life, list[Party]]:
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.LIFE_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return tx.lives.of_case(case_id), tx.parties.page(case_id, page)

    def party(self, actor: Actor, case_id: CaseId, party_id: PartyId) -> tuple[Life, Party]:
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.LIFE_READ, case_id=case_id), party_id)
            return tx.lives.of_case(case_id), tx.parties.get(case_id, party_id)

    def timeline(self, actor: Actor, case_id: CaseId, page: Page) -> list[KeptFact | CustodyRow]:
        """Facts and custody entries of the case and of its items, in the order in which they were recorded.

        A page of either is enough to cut one page of both: two queries whatever the case has.
        """
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.CUSTODY_READ, case_id=case_id), case_id)
            tx.authorise(actor, Act.LIFE_READ, case_id=case_id)
            tx.cases.get(case_id)
            both: list[KeptFact | CustodyRow] = [
                *tx.lives.facts(case_id, page, without=_hidden(tx, actor, case_id)),
                *tx.custody.of_case(case_id, page),
            ]
        return sorted(both, key=id_in_order)[: page.limit]


def _hidden(tx: Transaction, actor: Actor, case_id: CaseId) -> frozenset[FactId]:
    """The facts that link a case to one that the actor may not know of: that there is one, and why it belongs here."""
    links = tx.lives.links(case_id)
    known = {c.id for c in tx.cases.known(actor.people, sorted(set(links.values())))}
    return frozenset(fact for fact, other in links.items() if other not in known)


def id_in_order(row: KeptFact | CustodyRow) -> FactId:
    """The id by which a timeline is ordered: ids sort by when they were made."""
    return row.fact.id if isinstance(row, KeptFact) else FactId(row.id)
