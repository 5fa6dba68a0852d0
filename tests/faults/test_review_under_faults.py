"""What is recorded of a review by refused, answer lost, crash: all of it is there or nothing, and asking again with its key ends it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from dems.model.custody import of_proceeding
from dems.model.disclosure.searches import Hits
from dems.model.ids import BlockId, EvidenceId, SearchId
from dems.ports import Once, Page, Transactions
from dems.usecases.disclosure.make_block import MakeBlock, NewBlock
from dems.usecases.disclosure.record_sample import RecordSample
from dems.usecases.disclosure.record_search import RecordSearch
from dems.usecases.disclosure.record_viewings import Looked, RecordViewings
from tests.conftest import Team
from tests.faults.befalling import Act, befall
from tests.faults.faults import Fault
from tests.proceedings import OpenProceeding, proceeding_of
from tests.world import World


@pytest.fixture
def proceeding(world: World, team: Team) -> OpenProceeding:
    return proceeding_of(world, team)


def kept(proceeding: OpenProceeding) -> tuple[object, ...]:
    """All that there is of a review, and how long the proceeding's chain is."""
    with proceeding.dems.transaction() as tx:
        blocks = tx.blocks.blocks(proceeding.id)
        return (
            tx.blocks.searches(proceeding.id),
            [(b.block.id, b.block.samples) for b in blocks],
            tx.reviewing.viewings_of(proceeding.id, tx.reviewing.items(proceeding.case_id, Page(100))),
            len(tx.custody.chain(of_proceeding(proceeding.id), Page(100))),
        )


def test_every_act_is_done_whole_or_not_at_all_and_once(proceeding: OpenProceeding, fallible: Engine) -> None:
    clock, who = proceeding.dems.clock, proceeding.officer.actor
    item, now = EvidenceId(proceeding.thing("QRS/1").id), clock()
    made: dict[str, BlockId | SearchId] = {}

    def search(tx: Transactions, once: Once) -> object:
        found = RecordSearch(tx, clock)(
            who, proceeding.id, source="Phone", purpose="Knives", hits=[Hits("knife", 1)], examined=2, once=once
        )
        made["search"] = found.id
        return found

    def block(tx: Transactions, once: Once) -> object:
        return MakeBlock(tx, clock)(
            who, proceeding.id, NewBlock("Meals", "Phone", "Many", "Meals", quantity=9), once=once
        )

    def sample(tx: Transactions, once: Once) -> object:
        of = SearchId(made["search"])
        return RecordSample(tx, clock)(who, proceeding.id, items=[item], drawn="By chance", search=of, once=once)

    def viewed(tx: Transactions, once: Once) -> object:
        looked = [Looked(item, now - timedelta(minutes=1), now)]
        return RecordViewings(tx, clock)(who, proceeding.id, looked, once=once)

    way: list[tuple[str, Act, Fault]] = [
        ("RecordSearch", search, Fault.REFUSED),
        ("RecordSearch", search, Fault.ANSWER_LOST),
        ("MakeBlock", block, Fault.CRASH_BEFORE),
        ("RecordSample", sample, Fault.CRASH_AFTER),
        ("RecordViewings", viewed, Fault.CRASH_AFTER),
        ("RecordViewings", viewed, Fault.REFUSED),
    ]
    for name, act, fault in way:
        befallen = befall(f"{name}.__call__", act, fault, fallible, clock, lambda: kept(proceeding))
        act(proceeding.dems.transaction, befallen.key)
        after = kept(proceeding)
        assert after != befallen.before
        act(proceeding.dems.transaction, befallen.key)
        assert kept(proceeding) == after, "the same key makes nothing twice"
    searches, blocks, viewings, _ = kept(proceeding)
    assert (len(searches), len(blocks), len(viewings)) == (2, 1, 2)  # type: ignore[arg-type]
    assert len(proceeding.dems.reviewing.look_up.searches(who, proceeding.id, Page(5))[-1].samples) == 1
