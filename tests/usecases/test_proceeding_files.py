"""A proceeding's disclosure as it is put together from what is kept."""

from datetime import UTC, date, datetime

import pytest

from dems.bootstrap import Dems
from dems.errors import NotFound
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_proceeding
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.blocks import AnnexLine, Block, FrozenQuery
from dems.model.disclosure.contents import Relevant
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.material import Subject
from dems.model.disclosure.parties import Happening, HappeningKind, PartyTo, Position
from dems.model.ids import BlockId, DecisionId, HappeningId, StrandId, new_id
from dems.model.life.saying import NewFact
from dems.model.life.strands import Proceeding, ProceedingKind
from dems.model.people import CaseRole
from dems.ports.disclosure import KeptBlock, KeptHappening, Opening
from dems.steps.proceeding_files import about, opened, whole
from tests.conftest import Team
from tests.world import World

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_file_has_what_was_kept_and_a_part_of_it_only_what_it_is_about(dems: Dems, world: World, team: Team) -> None:
    case_id, proceeding = team.case.id, StrandId(new_id())
    inside, outside = (world.sealed(team.investigator, team.case, c) for c in (b"inside", b"outside"))
    party = dems.cases.parties.add(team.manager.actor, case_id, name="A. Moss").id
    strand = Proceeding(proceeding, ProceedingKind.CRIMINAL, "Leeds Crown Court", "13AB1", (party,))
    dems.cases.record(team.manager.actor, case_id, [NewFact(strand)])
    with dems.transaction() as tx, pytest.raises(NotFound):
        opened(tx, proceeding)
    by = Acting(team.investigator.person.id, "F. Shah", CaseRole.INVESTIGATOR, NOW)
    parties = (PartyTo(party, Position.SUSPECT, "Moss"),)
    line = AnnexLine(inside.id, inside.digests["sha256"])
    block = Block(BlockId(new_id()), "Meals", 1, "Phone", "Too many", FrozenQuery("Meals", NOW), (line,))
    first, second, third = (
        Decision(DecisionId(new_id()), proceeding, subject, Relevant(relevant=True), by, "So it appears.")
        for subject in (Subject.item(inside.id), Subject.item(outside.id), block.subject)
    )
    charged = KeptHappening(HappeningId(new_id()), Happening(HappeningKind.CHARGED, date(2026, 2, 1)), by)
    wrong = KeptHappening(HappeningId(new_id()), Happening(HappeningKind.ACQUITTED, date(2026, 2, 2)), by)
    back = KeptHappening(HappeningId(new_id()), wrong.happening, by, wrong.id, "Another case")
    with dems.transaction() as tx:
        tx.custody.append(tx.authorise(system(), Act.EVIDENCE_RECHECK), of_proceeding(proceeding))
        tx.disclosure.open(case_id, Opening(proceeding, 1, date(2025, 6, 1), parties, "Charge is near", by))
        tx.blocks.add_block(proceeding, KeptBlock(block, None, by))
        tx.disclosure.add_decisions(proceeding, (first, second, third), ())
        for happening in (charged, wrong, back):
            tx.disclosure.add_happening(proceeding, happening)
    with dems.transaction() as tx:
        file = whole(tx, proceeding, NOW)
        assert (file.opened.proceeding, file.opened.parties) == (strand, parties)
        assert file.record.decisions == (first, second, third)
        assert file.material.keys() == {inside.id, outside.id}
        assert file.happenings == (charged.happening,), "what was taken back did not happen"
        assert {g.person_id for g in file.grants} >= {team.investigator.person.id}
        part = about(tx, proceeding, [Subject.item(inside.id)], NOW)
        assert part.record.decisions == (first, third), "with those about the block that it is in"
        assert (set(part.material), set(part.blocks)) == ({inside.id}, {block.id})
        assert about(tx, proceeding, [block.subject], NOW).record.decisions == (third,)
