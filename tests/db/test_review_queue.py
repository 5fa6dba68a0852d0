"""What stands in the queue of review is what the model says is awaited, whatever was decided and in whatever order."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random
from threading import Thread

import pytest

from dems.bootstrap import Dems
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_item, of_proceeding
from dems.model.digests import Digest
from dems.model.disclosure.awaiting import awaited, only_for_the_cleared
from dems.model.disclosure.blocks import AnnexLine, Block, FrozenQuery
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Privilege,
    PrivilegeState,
    Relevant,
    Result,
    Used,
)
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.material import Marking, Subject
from dems.model.disclosure.parties import PartyTo, Position
from dems.model.disclosure.reviewing import RESTRICTED, Awaiting, ReviewFilter, ReviewSort
from dems.model.disclosure.visibility import seen_by
from dems.model.exhibits import ExhibitRef
from dems.model.ids import BlockId, DecisionId, EvidenceId, new_id
from dems.ports.disclosure import Elsewhere, KeptBlock
from dems.ports.reviewing import ReviewAfter, ReviewPage, ReviewRow, Sight
from dems.ports.transaction import Transaction
from dems.steps.acting import acting
from dems.steps.proceeding_files import whole
from tests.conftest import Owner, Team
from tests.model.disclosing import NOT_SENSITIVE, SENSITIVE
from tests.proceedings import OpenProceeding, member_of, proceeding_of, recorded
from tests.waits import until_somebody_waits_for_a_lock
from tests.world import World

EVERYTHING = Sight(restricted=True, quarantined=True, findings=True)
SAYS: tuple[Content, ...] = (
    Relevant(relevant=True),
    Relevant(relevant=True),
    Relevant(relevant=False),
    Used(used=False),
    Used(used=False),
    Used(used=True),
    Described("A thing on a shelf", "Store A"),
    NOT_SENSITIVE,
    SENSITIVE,
    AgainstTest(Result.MAY_MEET),
    AgainstTest(Result.DOES_NOT_MEET),
    Privilege(PrivilegeState.SUSPECTED),
    Privilege(PrivilegeState.CLEARED),
)


@pytest.fixture
def proceeding(world: World, team: Team) -> OpenProceeding:
    return proceeding_of(world, team)


class Queue:
    """The queue of one proceeding, and what was decided in it so far."""

    def __init__(self, of: OpenProceeding) -> None:
        self.of = of
        self.record = Record(of.id)

    def put(self, tx: Transaction, *said: tuple[Subject, Content]) -> None:
        """Record decisions together as they are, whatever the rules say."""
        by = acting(tx, self.of.officer.actor, self.of.case_id, self.of.dems.clock())
        made: list[Decision[Content]] = []
        for subject, content in said:
            stands = self.record.stands(subject, type(content))
            before = None if stands is None else stands.id
            made.append(Decision(DecisionId(new_id()), self.of.id, subject, content, by, "So", before))
            self.record = self.record.appended(made[-1:])
        tx.disclosure.add_decisions(self.of.id, made, ())

    def rows(self, tx: Transaction, awaiting: Awaiting, sight: Sight = EVERYTHING, **page: object) -> list[ReviewRow]:
        asked = ReviewPage(**{"limit": 100, **page})  # type: ignore[arg-type]
        return tx.reviewing.awaiting(self.of.id, self.of.case_id, awaiting, ReviewFilter(), sight, asked)

    def agrees(self, tx: Transaction) -> None:
        file = whole(tx, self.of.id, self.of.dems.clock())
        hidden = tx.material.restricted(self.of.case_id)
        for awaiting in Awaiting:
            shown = {(r.item, r.quarantined) for r in self.rows(tx, awaiting)}
            assert shown == set(_awaiting(file, awaiting)), awaiting
            if awaiting not in RESTRICTED:
                uncleared = {r.item for r in self.rows(tx, awaiting, Sight(quarantined=True))}
                seen = seen_by(file, frozenset())
                assert uncleared == {i for i, _ in _awaiting(seen, awaiting)} - hidden, awaiting
                plain = {r.item for r in self.rows(tx, awaiting, Sight(restricted=True))}
                assert plain == {i for i, quarantined in shown if not quarantined}, awaiting


def _awaiting(file: ProceedingFile, awaiting: Awaiting) -> Iterator[tuple[EvidenceId, bool]]:
    for item in file.material:
        subject = Subject.item(item)
        if awaiting in awaited(file, subject):
            yield item, file.quarantined(subject)


def _noted(tx: Transaction, of: OpenProceeding) -> None:
    tx.custody.append(tx.authorise(system(), Act.DISCLOSURE_DECIDE), of_proceeding(of.id))


def _elsewhere(of: OpenProceeding, tx: Transaction, ref: str, *, restricted: bool) -> Subject:
    by = acting(tx, of.officer.actor, of.case_id, of.dems.clock())
    placeholder = Elsewhere(
        EvidenceId(new_id()), of.case_id, of.id, ref, "A register", "The force", "Vault", Marking.SECRET, None,
        restricted, by,
    )  # fmt: skip
    tx.material.add_elsewhere(placeholder)
    return Subject.item(placeholder.id)


def _block(of: OpenProceeding, tx: Transaction, items: list[Subject]) -> Subject:
    now = of.dems.clock()
    lines = tuple(AnnexLine(EvidenceId(s.id), Digest.sha256(bytes(32))) for s in items)
    block = Block(BlockId(new_id()), "Meals", len(lines), "Phone", "Many", FrozenQuery("Meals", now), lines)
    tx.blocks.add_block(of.id, KeptBlock(block, None, acting(tx, of.officer.actor, of.case_id, now)))
    return block.subject


def test_it_is_what_the_model_says_whatever_is_decided(dems: Dems, proceeding: OpenProceeding) -> None:
    queue, by_chance = Queue(proceeding), Random(20261123)
    things = [proceeding.thing(f"QRS/{n}") for n in range(1, 15)]
    with dems.transaction() as tx:
        _noted(tx, proceeding)
        there = [
            _elsewhere(proceeding, tx, "REG/1", restricted=False),
            _elsewhere(proceeding, tx, "REG/2", restricted=True),
        ]
        blocks = [_block(proceeding, tx, things[:4]), _block(proceeding, tx, things[2:8])]
        queue.agrees(tx)
        assert len(queue.rows(tx, Awaiting.RELEVANCE)) == 16
        queue.put(tx, (blocks[0], Relevant(relevant=True)), (blocks[0], Used(used=False)))
        queue.agrees(tx)
        assert len(queue.rows(tx, Awaiting.RELEVANCE)) == 12, (
            "what is in a block that is listed has its relevance and use"
        )
        queue.put(tx, (things[0], SENSITIVE))
        queue.agrees(tx)
        restricted = {r.item for r in queue.rows(tx, Awaiting.DESCRIPTION)}
        assert restricted == {things[0].id}, "it needs a row of its own, and only the cleared are told so"
        file = whole(tx, proceeding.id, dems.clock())
        assert only_for_the_cleared(file, things[0])
        assert not only_for_the_cleared(file, things[1])
        for _ in range(5):
            subjects = by_chance.choices([*things, *there, *blocks], k=25)
            queue.put(tx, *((s, by_chance.choice(SAYS)) for s in subjects))
            queue.agrees(tx)


def test_what_comes_in_later_and_what_changes_is_in_it_too(dems: Dems, world: World, team: Team) -> None:
    before = world.declare(team.investigator, team.case, b"declared before it was opened").evidence
    proceeding = proceeding_of(world, team)
    queue = Queue(proceeding)
    first, second = proceeding.thing("QRS/10"), proceeding.thing("QRS/9")
    sealed = proceeding.file(b"thirteen byte")
    with dems.transaction() as tx:
        by_ref = queue.rows(tx, Awaiting.RELEVANCE, sort=ReviewSort.EXHIBIT_REF)
        refs = [r.exhibit_ref for r in by_ref if r.item in {first.id, second.id}]
        assert refs == ["QRS/9", "QRS/10"], "numbers by their value"
        assert {r.item for r in by_ref} == {before.id, first.id, second.id, sealed.id}
        largest = queue.rows(tx, Awaiting.RELEVANCE, sort=ReviewSort.SIZE)[-1]
        assert (largest.item, largest.size) == (before.id, 29)
        [again] = [r for r in by_ref if r.item == sealed.id]
        assert (again.size, again.kind, again.state) == (13, "digital", "sealed")
    dems.evidence.correct_ref(
        team.investigator.actor, EvidenceId(first.id), exhibit_ref=ExhibitRef("QRS/2"), reason="Misread"
    )
    with dems.transaction() as tx:
        refs = [r.exhibit_ref for r in queue.rows(tx, Awaiting.RELEVANCE, sort=ReviewSort.EXHIBIT_REF)]
        assert refs.index("QRS/2") < refs.index("QRS/9")


@pytest.mark.parametrize("sort", ReviewSort)
def test_page_by_page_nothing_is_left_out_and_nothing_comes_twice(
    dems: Dems, proceeding: OpenProceeding, sort: ReviewSort
) -> None:
    things = {proceeding.thing(f"QRS/{n}").id for n in range(1, 8)}
    queue = Queue(proceeding)
    with dems.transaction() as tx:
        whole_of_it = [r.item for r in queue.rows(tx, Awaiting.RELEVANCE, sort=sort)]
        found: list[EvidenceId] = []
        after = None
        while rows := queue.rows(tx, Awaiting.RELEVANCE, limit=2, sort=sort, after=after):
            found += [r.item for r in rows]
            after = ReviewAfter(rows[-1].place, rows[-1].item)
    assert found == whole_of_it
    assert set(found) == things


def test_an_item_that_is_declared_while_disclosure_is_opened_is_not_left_out(
    dems: Dems, world: World, team: Team, as_owner: Owner
) -> None:
    declared = world.declare(team.investigator, team.case, b"declared before").evidence
    proceeding, party = recorded(world, team)
    officer = member_of(world, team, "disclosure_officer")
    parties = [PartyTo(party, Position.DEFENDANT, "Moss")]
    late = replace(declared, id=EvidenceId(new_id()), exhibit_ref=ExhibitRef("QRS/1"), upload_id=None)
    opening = Thread(
        target=lambda: dems.disclosure.open(
            officer.actor, proceeding, investigation_began=date(2025, 6, 1), parties=parties, reason="So"
        )
    )
    with dems.transaction() as tx:
        tx.custody.append(tx.authorise(system(), Act.EVIDENCE_RECHECK), of_item(late.id))
        tx.evidence.add(late)
        opening.start()
        until_somebody_waits_for_a_lock(as_owner)
    opening.join(120)
    with dems.transaction() as tx:
        page = ReviewPage(10)
        rows = tx.reviewing.awaiting(proceeding, team.case.id, Awaiting.RELEVANCE, ReviewFilter(), EVERYTHING, page)
    assert {r.item for r in rows} == {declared.id, late.id}
