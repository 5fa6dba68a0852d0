"""The persons a case is about or with, and what is looked at of a case's life."""

from datetime import date
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import AlreadyExists, Invalid, NotFound, NotPermitted, PreconditionFailed
from dems.model.ids import FactId, PartyId, StrandId, new_id
from dems.model.life.contents import ModeDecision, PartyStatus
from dems.model.life.events import Strand
from dems.model.life.strands import Proceeding, ProceedingKind, Review, ReviewKind
from dems.model.life.vocabulary import DataSubjectCategory, Mode, PartyRole
from dems.ports import KeptFact, Once, Page
from tests.conftest import Team
from tests.usecases.test_lives import COMPLAINT, REFERRED, on, tell
from tests.world import World


def status(party: PartyId, category: DataSubjectCategory, day: str, *, holds: bool = True) -> PartyStatus:
    return PartyStatus(party, PartyRole.SUBJECT, category, holds, on(day))


def test_a_person_is_added_once_corrected_and_named_by_id_alone(dems: Dems, world: World, team: Team) -> None:
    add, who, case = dems.cases.parties.add, team.manager.actor, team.case.id
    once = Once(uuid4().bytes * 2, b"f" * 32)
    party = add(who, case, name="An Example", contact="01", reference="P1", once=once)
    assert add(who, case, name="An Example", contact="01", reference="P1", once=once) == party
    with pytest.raises(AlreadyExists):
        add(who, case, name="Somebody else", reference="P1")
    with pytest.raises(NotPermitted):
        add(team.investigator.actor, case, name="x")
    correct = dems.cases.parties.correct
    right = correct(who, case, party.id, if_version=1, name="Ann Example", reason="Misheard")
    assert (right.name, right.contact, right.version) == ("Ann Example", "01", 2)
    assert correct(who, case, party.id, if_version=2, contact="01") == right, "it is so already"
    assert correct(who, case, party.id, if_version=2, no_contact=True).contact is None
    with pytest.raises(PreconditionFailed):
        correct(who, case, party.id, if_version=2, name="x")
    other = world.case(team.manager)
    with pytest.raises(NotFound):
        correct(who, other.id, party.id, if_version=3, name="x")
    life, found = dems.cases.life.party(who, case, party.id)
    assert (found.version, life.facts) == (3, ())


def test_what_somebody_is_to_the_case_is_dated_and_needs_a_party_of_this_case(dems: Dems, team: Team) -> None:
    who, case = team.manager, team.case
    party = dems.cases.parties.add(who.actor, case.id, name="Ann Example").id
    accused = status(party, DataSubjectCategory.SUSPECT, "2026-03-02")
    convicted = status(party, DataSubjectCategory.CONVICTED, "2026-06-01")
    review = Review(StrandId(new_id()), ReviewKind.HANDLING, party)
    trial = Proceeding(StrandId(new_id()), ProceedingKind.CRIMINAL, "Crown Court", None, (party,))
    decided = [
        ModeDecision(m, on(d), who.person.id, "So")
        for m, d in ((Mode.LOCAL, "2026-03-03"), (Mode.DIRECTED, "2026-03-04"))
    ]
    life = tell(dems, who, case, COMPLAINT, REFERRED, accused, convicted, review, trial, *decided).life
    assert [p.category for p in life.parties_on(date(2026, 5, 1))] == [DataSubjectCategory.SUSPECT]
    assert [p.category for p in life.parties_on(date(2026, 6, 1))] == [DataSubjectCategory.CONVICTED]
    stranger = PartyId(new_id())
    for content in (
        status(stranger, DataSubjectCategory.WITNESS, "2026-03-02"),
        Review(StrandId(new_id()), ReviewKind.HANDLING, stranger),
        Proceeding(StrandId(new_id()), ProceedingKind.CRIMINAL, "Crown Court", None, (party, stranger)),
    ):
        with pytest.raises(Invalid, match="party"):
            tell(dems, who, case, content)


def test_a_life_is_looked_at_by_who_is_on_the_case_and_by_nobody_else(dems: Dems, team: Team) -> None:
    who, case = team.manager, team.case
    review = Review(StrandId(new_id()), ReviewKind.HANDLING)
    facts = tell(dems, who, case, COMPLAINT, REFERRED, review).facts
    look = dems.cases.life
    for seen_by in (who, team.investigator):
        whole = look.whole(seen_by.actor, case.id)
        assert (whole.case.facts, len(whole.life.facts), whole.parties, whole.linked) == (3, 3, [], [])
        assert [k.number for k in look.facts(seen_by.actor, case.id, Page(2, facts[0].id))] == [2, 3]
        assert look.story(seen_by.actor, case.id, facts[1].id) == (facts[1],)
        _, strands = look.strands(seen_by.actor, case.id, Strand.REVIEW, Page(5))
        assert [s.content for s in strands] == [review]
        assert look.strands(seen_by.actor, case.id, Strand.REVIEW, Page(5, facts[2].id))[1] == []
        assert look.parties(seen_by.actor, case.id, Page(5))[1] == []
        assert look.answers_due(seen_by.actor, case.id) == {}
        rows = look.timeline(seen_by.actor, case.id, Page(4))
        assert [isinstance(r, KeptFact) for r in rows] == [False, False, True, True]
    with pytest.raises(Invalid, match="no such fact"):
        look.story(who.actor, case.id, FactId(new_id()))
    for hidden in (
        lambda: look.whole(team.outsider.actor, case.id),
        lambda: look.facts(team.outsider.actor, case.id, Page(5)),
        lambda: look.timeline(team.outsider.actor, case.id, Page(5)),
        lambda: look.parties(team.outsider.actor, case.id, Page(5)),
        lambda: look.answers_due(team.outsider.actor, case.id),
    ):
        with pytest.raises(NotFound):
            hidden()
