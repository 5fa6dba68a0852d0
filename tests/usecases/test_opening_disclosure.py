"""Disclosure in a proceeding is opened, said anew, and by whom."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from dems.bootstrap import Dems
from dems.db.tables import review_queue
from dems.errors import DisclosureRulesBroken, Invalid, NotFound, PreconditionFailed, PreconditionRequired
from dems.model.actors import Actor, ActorKind
from dems.model.custody import of_proceeding
from dems.model.disclosure.contents import Relevant
from dems.model.disclosure.material import Subject
from dems.model.disclosure.parties import PartyTo, Position
from dems.model.disclosure.reviewing import Awaiting, ReviewFilter, ReviewSort
from dems.model.evidence import Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import EvidenceId, PartyId, StrandId, new_id
from dems.model.life.contents import Retracted
from dems.model.life.saying import NewFact
from dems.model.people import CaseRole, Clearance
from dems.model.times import london_date
from dems.ports import Once, Page
from dems.ports.reviewing import ReviewPage
from dems.steps.acting import acting, clearances
from dems.steps.proceeding_files import Disclosed
from dems.usecases.disclosure.decide import Deciding
from dems.usecases.disclosure.open_disclosure import OpenDisclosure
from tests.conftest import Team
from tests.proceedings import BEGAN, OpenProceeding, member_of, proceeding_of, recorded
from tests.usecases.meanwhile import Meanwhile
from tests.world import Somebody, World


def _service(by: Somebody, *, for_: Somebody) -> Actor:
    return Actor(ActorKind.SERVICE, by.person.name, by.person, for_.person)


def test_it_is_opened_once_said_anew_with_what_was_read_and_entered_in_the_chain(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    moss, who = PartyTo(proceeding.party, Position.SUSPECT, "Moss"), proceeding.officer.actor

    def again(if_version: int | None, once: Once | None = None) -> Disclosed:
        began, why = date(2025, 5, 1), "An earlier day was found"
        return dems.disclosure.open(
            who, proceeding.id, investigation_began=began, parties=[moss], reason=why, if_version=if_version, once=once
        )

    with pytest.raises(PreconditionRequired):
        again(None)
    with pytest.raises(PreconditionFailed):
        again(2)
    once = Once(uuid4().bytes * 2, b"f" * 32)
    told = again(1, once)
    assert again(1, once) == told
    assert (told.opening.number, told.opened.investigation_began, told.opened.parties) == (2, date(2025, 5, 1), (moss,))
    assert (told.opened.urn, told.opened.title) == ("13AB1234526", "Moss")
    assert dems.disclosure.look_up.opening(proceeding.team.investigator.actor, proceeding.id) == told
    with dems.transaction() as tx:
        entries = tx.custody.chain(of_proceeding(proceeding.id), Page(10))
    assert len(entries) == 2
    assert all(b"Moss" not in (e.detail or b"") for e in entries), "names are not for good"
    assert b'"role":"disclosure_officer"' in (entries[0].detail or b"")


def test_what_cannot_be_of_this_proceeding_is_refused(dems: Dems, world: World, team: Team) -> None:
    proceeding, party = recorded(world, team)
    who, open_ = member_of(world, team, "disclosure_officer").actor, dems.disclosure.open
    moss = PartyTo(party, Position.DEFENDANT, "Moss")
    wrong: list[tuple[list[PartyTo], str]] = [
        ([], "at least one party"),
        ([PartyTo(party, Position.OFFICER, "Moss")], "choose defendant, suspect"),
        ([PartyTo(PartyId(new_id()), Position.DEFENDANT, "Nobody")], "no party of this proceeding"),
    ]
    for parties, words in wrong:
        with pytest.raises(Invalid, match=words):
            open_(who, proceeding, investigation_began=BEGAN, parties=parties, reason="So")
    tomorrow = london_date(dems.clock()) + timedelta(days=1)
    with pytest.raises(Invalid, match="begun already"):
        open_(who, proceeding, investigation_began=tomorrow, parties=[moss], reason="So")
    with pytest.raises(DisclosureRulesBroken) as refused:
        open_(who, proceeding, investigation_began=BEGAN, parties=[moss], reason="So", role=CaseRole.REVIEWING_LAWYER)
    [problem] = refused.value.data["problems"]
    assert (problem["rule"], problem["place"]["kind"]) == ("R03", "person")
    assert "does not hold the role reviewing lawyer" in problem["message"]
    with pytest.raises(PreconditionFailed):
        open_(who, proceeding, investigation_began=BEGAN, parties=[moss], reason="So", if_version=1)
    with pytest.raises(NotFound):
        dems.disclosure.look_up.opening(who, proceeding)
    for nobody, which in ((team.outsider.actor, proceeding), (who, StrandId(new_id()))):
        with pytest.raises(NotFound):
            open_(nobody, which, investigation_began=BEGAN, parties=[moss], reason="So")
        with pytest.raises(NotFound):
            dems.disclosure.look_up.opening(nobody, which)


def test_a_proceeding_that_was_taken_back_is_none(dems: Dems, world: World, team: Team) -> None:
    proceeding = proceeding_of(world, team)
    life = dems.cases.life.life(team.manager.actor, team.case.id)
    [fact] = life.strands
    dems.cases.record(team.manager.actor, team.case.id, [NewFact(Retracted(), fact.id, "Another case")])
    with pytest.raises(NotFound):
        dems.disclosure.look_up.opening(proceeding.officer.actor, proceeding.id)


def test_who_acts_is_in_a_role_that_is_held_today_with_the_clearances_that_all_hold(
    dems: Dems, proceeding: OpenProceeding
) -> None:
    case_id, at = proceeding.case_id, dems.clock()
    officer, uncleared = proceeding.officer, proceeding.uncleared
    with dems.transaction() as tx:
        by = acting(tx, officer.actor, case_id, at, fitting={CaseRole.REVIEWING_LAWYER})
        assert (by.person, by.role) == (officer.person.id, CaseRole.DISCLOSURE_OFFICER), (
            "what does not fit is for the rules"
        )
        assert clearances(tx, officer.actor, case_id, at) == set(Clearance)
        assert clearances(tx, _service(officer, for_=uncleared), case_id, at) == set()
        assert clearances(tx, Actor(ActorKind.OPERATOR, "x"), case_id, at) == set()
        with pytest.raises(DisclosureRulesBroken, match="any role"):
            acting(tx, proceeding.team.outsider.actor, case_id, at, rule="R17", done="certified")
        with pytest.raises(RuntimeError):
            acting(tx, Actor(ActorKind.OPERATOR, "x"), case_id, at)


# --- in a large case, some items at a time ---


def _large(world: World, team: Team) -> tuple[Actor, StrandId, list[PartyTo], set[EvidenceId]]:
    """Somebody who may open a proceeding of a case of five items, three of which go into a transaction of each opening."""
    proceeding, party = recorded(world, team)
    officer = member_of(world, team, "disclosure_officer").actor
    items = {_thing(world, team, f"QRS/{n}") for n in range(5)}
    return officer, proceeding, [PartyTo(party, Position.DEFENDANT, "Moss")], items


def _thing(world: World, team: Team, ref: str) -> EvidenceId:
    said = {"exhibit_ref": ExhibitRef(ref), "description": "A thing", "kind": Kind.PHYSICAL}
    return world.dems.intake.declare(team.investigator.actor, team.case.id, **said).evidence.id  # type: ignore[arg-type]


def _awaited(dems: Dems, who: Actor, proceeding: StrandId) -> list[EvidenceId]:
    page = ReviewPage(100, ReviewSort.DATE, None)
    return [f.row.item for f in dems.reviewing.queue(who, proceeding, Awaiting.RELEVANCE, ReviewFilter(), page)]


def _ready(dems: Dems, proceeding: StrandId) -> int:
    with dems.engine.connect() as connection:
        rows = select(func.count()).select_from(review_queue).where(review_queue.c.proceeding_id == proceeding)
        return int(connection.execute(rows).scalar_one())


def test_an_opening_that_is_killed_leaves_nothing_open_and_is_done_again(dems: Dems, world: World, team: Team) -> None:
    who, proceeding, moss, items = _large(world, team)

    def killed() -> None:
        raise KeyboardInterrupt

    for which, ready in ((2, 3), (3, 5)):
        opens = OpenDisclosure(Meanwhile(dems, {which: killed}), dems.clock, at_once=3)
        with pytest.raises(KeyboardInterrupt):
            opens(who, proceeding, investigation_began=BEGAN, parties=moss, reason="So")
        assert _ready(dems, proceeding) == ready
        with pytest.raises(NotFound):
            _awaited(dems, who, proceeding)
        with pytest.raises(NotFound):
            dems.disclosure.look_up.opening(who, proceeding)
        with dems.transaction() as tx:
            assert tx.custody.chain(of_proceeding(proceeding), Page(10)) == []
    again = OpenDisclosure(dems.transaction, dems.clock, at_once=3)
    again(who, proceeding, investigation_began=BEGAN, parties=moss, reason="So")
    found = _awaited(dems, who, proceeding)
    assert (len(found), set(found)) == (5, items)


@pytest.mark.parametrize("which", [2, 3])
def test_what_comes_in_or_changes_while_a_large_case_is_opened_is_in_the_queue_as_it_is(
    dems: Dems, world: World, team: Team, which: int
) -> None:
    who, proceeding, moss, items = _large(world, team)
    late: list[EvidenceId] = []

    def comes() -> None:
        late.append(_thing(world, team, "QRS/9"))
        with dems.transaction() as tx:
            first = tx.evidence.get(min(items))
        said = {"obtained_at": dems.clock() - timedelta(days=90)}
        dems.evidence.describe(team.investigator.actor, first.id, said, if_version=first.version, reason="It was seen")

    opens = OpenDisclosure(Meanwhile(dems, {which: comes}), dems.clock, at_once=3)
    opens(who, proceeding, investigation_began=BEGAN, parties=moss, reason="So")
    found = _awaited(dems, who, proceeding)
    assert (len(found), set(found)) == (6, items | set(late))
    assert found[0] == min(items), "what changed stands where it belongs by now"


def test_whoever_opens_while_somebody_else_does_is_told_and_puts_nothing_back_into_the_queue(
    dems: Dems, world: World, team: Team
) -> None:
    who, proceeding, moss, items = _large(world, team)
    decided = Subject.item(min(items))

    def opened_and_decided() -> None:
        dems.disclosure.open(who, proceeding, investigation_began=BEGAN, parties=moss, reason="So")
        dems.disclosure.decide(who, proceeding, [Deciding(Relevant(relevant=False), [decided], "So it appears.")])

    opens = OpenDisclosure(Meanwhile(dems, {2: opened_and_decided}), dems.clock, at_once=3)
    with pytest.raises(PreconditionRequired):
        opens(who, proceeding, investigation_began=BEGAN, parties=moss, reason="So")
    assert set(_awaited(dems, who, proceeding)) == items - {decided.id}


def test_whoever_may_not_open_it_puts_nothing_into_the_queue(dems: Dems, world: World, team: Team) -> None:
    who, proceeding, moss, _ = _large(world, team)
    open_ = dems.disclosure.open
    with pytest.raises(NotFound):
        open_(team.outsider.actor, proceeding, investigation_began=BEGAN, parties=moss, reason="So")
    with pytest.raises(Invalid):
        open_(who, proceeding, investigation_began=BEGAN, parties=[], reason="So")
    assert _ready(dems, proceeding) == 0
