"""What disclosure rests on comes back from the database as it went in, and of two who decide at once one is heard."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from dems.bootstrap import Dems
from dems.errors import AlreadyExists, NotFound
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.blocks import AnnexLine, Block, FrozenQuery
from dems.model.disclosure.contents import (
    Content,
    Handled,
    Handling,
    LeakCleared,
    Level,
    Pii,
    PiiKind,
    PiiOutcome,
    PiiStage,
    Relevant,
    Sensitive,
)
from dems.model.disclosure.contents_of_lists import Exhibited, HarmTested, Onward, ProposedOnward, Supply
from dems.model.disclosure.coverage import Viewing, coverage
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.material import Holding, Marking, NeverStored, Subject
from dems.model.disclosure.parties import Happening, HappeningKind, PartyTo, Position
from dems.model.disclosure.reviewing import ReviewFilter
from dems.model.disclosure.searches import Hits, Sample, SearchStrategy
from dems.model.evidence import Evidence
from dems.model.ids import (
    BlockId,
    DecisionId,
    EvidenceId,
    FactId,
    HappeningId,
    PartyId,
    SampleId,
    SearchId,
    StrandId,
    new_id,
)
from dems.model.people import CaseRole, Clearance
from dems.ports import Page
from dems.ports.disclosure import (
    DecisionFilter,
    Elsewhere,
    KeptBlock,
    KeptHappening,
    KeptSample,
    Opening,
    Particulars,
)
from dems.ports.transaction import Transaction
from tests.conftest import Team
from tests.world import World

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVERYTHING = frozenset(Clearance)


class Kept:
    """A proceeding whose disclosure is open, with one sealed item."""

    def __init__(self, dems: Dems, world: World, team: Team) -> None:
        self.dems, self.team = dems, team
        self.id = StrandId(new_id())
        self.item: Evidence = world.sealed(team.investigator, team.case, b"what was filmed")
        self.by = Acting(team.investigator.person.id, "F. Shah", CaseRole.INVESTIGATOR, AT)
        self.opening = Opening(
            self.id,
            1,
            date(2025, 6, 1),
            (PartyTo(PartyId(new_id()), Position.SUSPECT, "Moss"),),
            "Charge is near",
            self.by,
        )
        with dems.transaction() as tx:
            self.noted(tx)
            tx.disclosure.open(team.case.id, self.opening)

    def noted(self, tx: Transaction) -> None:
        tx.custody.append(tx.authorise(system(), Act.EVIDENCE_RECHECK), of_proceeding(self.id))

    def decision(self, content: Content, replaces: DecisionId | None = None) -> Decision[Content]:
        subject = Subject.item(self.item.id)
        return Decision(DecisionId(new_id()), self.id, subject, content, self.by, "So it appears.", replaces)

    def decide(self, *decisions: Decision[Content], rests_on: tuple[FactId, ...] = ()) -> None:
        with self.dems.transaction() as tx:
            self.noted(tx)
            tx.disclosure.hold(self.id)
            tx.disclosure.add_decisions(self.id, decisions, rests_on)


@pytest.fixture
def kept(dems: Dems, world: World, team: Team) -> Kept:
    return Kept(dems, world, team)


def test_decisions_come_back_in_their_order_with_what_they_rest_on(kept: Kept) -> None:
    fact = FactId(new_id())
    first = kept.decision(Relevant(relevant=False))
    second = kept.decision(Relevant(relevant=True), first.id)
    kept.decide(first, second, rests_on=(fact,))
    with kept.dems.transaction() as tx:
        assert tx.disclosure.openings(kept.id) == [kept.opening]
        assert tx.disclosure.openings(StrandId(new_id())) == []
        assert tx.disclosure.decisions(kept.id) == [first, second]
        assert tx.disclosure.decisions(kept.id, {first.subject}) == [first, second]
        assert tx.disclosure.decisions(kept.id, {Subject.item(EvidenceId(new_id()))}) == []
        assert tx.disclosure.decided(kept.id) == 2
        assert tx.disclosure.resting_on(kept.id) == {fact: frozenset({first.subject})}
        page = tx.disclosure.decisions_page(
            kept.id, Page(1, first.id), EVERYTHING, DecisionFilter(first.subject.id, "relevance")
        )
        assert [(k.decision, k.number, k.rests_on) for k in page] == [(second, 2, (fact,))]
        with pytest.raises(NotFound):
            tx.disclosure.case_of(kept.id)


def test_the_database_takes_no_second_first_decision_and_no_second_that_replaces_one(kept: Kept) -> None:
    first = kept.decision(Relevant(relevant=True))
    kept.decide(first, kept.decision(Relevant(relevant=False), first.id))
    for second in (kept.decision(Relevant(relevant=True)), kept.decision(Relevant(relevant=True), first.id)):
        with pytest.raises(IntegrityError):
            kept.decide(second)
    with pytest.raises(IntegrityError):
        kept.decide(kept.decision(Sensitive(Level.NOT_SENSITIVE), first.id))


def test_a_page_has_what_the_reader_is_cleared_for(kept: Kept) -> None:
    ordered = Pii(
        PiiKind.WITHOUT_NOTICE, PiiStage.ORDERED, "Life", "They would be known", order="T1", outcome=PiiOutcome.WITHHOLD
    )
    relevant, handled = kept.decision(Relevant(relevant=True)), kept.decision(Handled(Handling.WITHHELD, "T1"))
    sensitive, secret = kept.decision(Sensitive(Level.SENSITIVE, "Life", "Harm")), kept.decision(ordered)
    answered = kept.decision(LeakCleared(("hit",)))
    harm = kept.decision(HarmTested(Supply.SUPPLIED, "conduct_6", "The appropriate authority"))
    onward, exhibited = kept.decision(ProposedOnward(Onward.WHOLE)), kept.decision(Exhibited("F. Shah"))
    kept.decide(relevant, handled, sensitive, secret, answered, harm, onward, exhibited)
    shown = {
        frozenset[Clearance](): [relevant, exhibited],
        frozenset({Clearance.PII}): [relevant, exhibited],
        frozenset({Clearance.SENSITIVE}): [relevant, sensitive, answered, harm, onward, exhibited],
        EVERYTHING: [relevant, handled, sensitive, secret, answered, harm, onward, exhibited],
    }
    with kept.dems.transaction() as tx:
        for clearances, expected in shown.items():
            found = tx.disclosure.decisions_page(kept.id, Page(10), clearances, DecisionFilter())
            assert [k.decision for k in found] == expected, clearances


def test_searches_blocks_samples_happenings_and_viewings_come_back(kept: Kept) -> None:
    digest, item = kept.item.digests["sha256"], kept.item.id
    search = SearchStrategy(
        SearchId(new_id()), "Phone ABC/90", "Who called whom", (Hits("knife", 3), Hits("boat", 0)), 40, kept.by
    )
    query = FrozenQuery("Photographs of meals", AT, (search.id,))
    block = Block(BlockId(new_id()), "Meals", 1, "Phone ABC/90", "Too many", query, (AnnexLine(item, digest),))
    sample = Sample((item,), "Every hundredth", kept.by, (item,))
    charged = KeptHappening(HappeningId(new_id()), Happening(HappeningKind.CHARGED, date(2026, 2, 1)), kept.by)
    back = KeptHappening(HappeningId(new_id()), charged.happening, kept.by, charged.id, "Another case")
    seconds = timedelta(seconds=30)
    viewing = Viewing(item, kept.by.person, AT, AT + seconds, timedelta(0), seconds)
    asks = ReviewFilter(media_type="image/*", min_size=10)
    with kept.dems.transaction() as tx:
        kept.noted(tx)
        tx.blocks.add_search(kept.id, search)
        tx.blocks.add_block(kept.id, KeptBlock(block, asks, kept.by))
        tx.blocks.add_sample(kept.id, KeptSample(SampleId(new_id()), sample, block=block.id))
        for happening in (charged, back):
            tx.disclosure.add_happening(kept.id, happening)
        tx.disclosure.add_viewings(kept.id, [(new_id(), viewing)], AT)
    with kept.dems.transaction() as tx:
        assert tx.blocks.searches(kept.id) == [search]
        [found] = tx.blocks.blocks(kept.id)
        assert (found.block.annex, found.block.samples, found.asks) == (block.annex, (sample,), asks)
        assert found.block.frozen_annex == block.frozen_annex
        assert tx.blocks.blocks(kept.id, []) == []
        assert tx.blocks.blocks_of(kept.id, [item]) == [block.id]
        assert tx.disclosure.happenings(kept.id) == [charged, back]
        assert tx.reviewing.viewings_of(kept.id, [viewing.item]) == [viewing]


def test_material_is_the_items_of_the_case_and_what_is_elsewhere(kept: Kept) -> None:
    case_id = kept.team.case.id
    placeholder = Elsewhere(
        EvidenceId(new_id()), case_id, kept.id, "S/1", "A log", "Source unit", "Their store",
        Marking.SECRET, NeverStored.CHIS, restricted=True, by=kept.by,
    )  # fmt: skip
    of_item = Particulars(
        kept.item.id, 1, Marking.OFFICIAL_SENSITIVE, unexamined=True, edited=False, redaction_set=None,
        place=None, holder=None, reason="Seized in bulk", by=kept.by,
    )  # fmt: skip
    with kept.dems.transaction() as tx:
        kept.noted(tx)
        tx.material.add_elsewhere(placeholder)
        tx.material.add_particulars(case_id, of_item)
    with kept.dems.transaction() as tx:
        here, there = tx.material.material(case_id)
        assert (here.id, here.digest, here.sealed) == (kept.item.id, kept.item.digests["sha256"], True)
        assert (here.marking, here.unexamined) == (Marking.OFFICIAL_SENSITIVE, True)
        entries = kept.dems.custody.read.item(kept.team.investigator.actor, kept.item.id, Page(50))
        assert here.custody_position == len(entries) - 1, "places count from 0"
        assert (there.id, there.holding, there.never_stored) == (placeholder.id, Holding.OFF_SYSTEM, NeverStored.CHIS)
        assert tx.material.material(case_id, [placeholder.id]) == [there]
        assert tx.material.elsewhere(case_id, Page(5), restricted=False) == []
        assert tx.material.elsewhere(case_id, Page(5), restricted=True) == [placeholder]
        assert tx.material.restricted(case_id) == {placeholder.id}
        assert tx.material.particulars(kept.item.id) == [of_item]
        assert tx.material.particulars(EvidenceId(UUID(int=1))) == []
    with pytest.raises(AlreadyExists, match="S/1"), kept.dems.transaction() as tx:
        tx.material.add_elsewhere(placeholder)


def test_time_adds_up_in_the_database_as_the_model_adds_it_up(kept: Kept) -> None:
    lot, team, item = Random(11), kept.team, kept.item.id
    viewings = [Viewing(item, team.outsider.person.id, AT, AT)]
    for person in (team.manager.person.id, team.investigator.person.id):
        for _ in range(60):
            began = AT + timedelta(minutes=lot.randrange(600))
            seconds = lot.choice((0, 0, 90, 600, 3_600))
            viewings.append(Viewing(item, person, began, began + timedelta(seconds=seconds)))
    with kept.dems.transaction() as tx:
        tx.custody.append(tx.authorise(system(), Act.EVIDENCE_RECHECK), of_proceeding(kept.id))
        tx.disclosure.add_viewings(kept.id, [(new_id(), v) for v in viewings], AT)
    with kept.dems.transaction() as tx:
        counted = tx.reviewing.counted(kept.id, team.case.id)
    whole = coverage(viewings, [(item, None)])
    assert (counted.items, counted.seen, counted.by_person) == (1, whole.seen, whole.by_person)
