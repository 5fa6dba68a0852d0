"""Facts of the life of a case: recorded together or not at all, never overwritten, and with what follows from them in step."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import ImpossibleLife, Invalid, NotFound, PreconditionFailed, WrongState
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.cases import Case
from dems.model.ids import CaseId, FactId, PartyId, PersonId, StrandId, new_id
from dems.model.life.contents import (
    CaseLink,
    Content,
    MajorStatus,
    Milestone,
    ModeDecision,
    Particulars,
    PartyStatus,
    PauseBegun,
    PauseEnded,
    Retracted,
    ThemeStatus,
)
from dems.model.life.events import EventKind, PauseKind
from dems.model.life.facts import Fact
from dems.model.life.lives import Life
from dems.model.life.saying import NewFact
from dems.model.life.stages import Stage
from dems.model.life.vocabulary import (
    DataSubjectCategory,
    Jurisdiction,
    MatterType,
    Mode,
    PartyRole,
    Source,
    Vocabulary,
)
from dems.model.life.when import When
from dems.ports import Once, Page
from dems.steps.telling import MOST_FACTS, MOST_OF_A_CASE, Told, judged_facts
from dems.usecases.cases.record_facts import RecordFacts
from tests.conftest import Team
from tests.world import Somebody, World

E = EventKind
COMPLAINT = Particulars(MatterType.COMPLAINT, Jurisdiction.POLICE, "kent", "Chief Constable", Source.MANDATORY)


def on(day: str) -> When:
    return When(date.fromisoformat(day))


def milestone(kind: EventKind, day: str) -> Milestone:
    return Milestone(kind, on(day))


STATUS = (PartyId(new_id()), PartyRole.WITNESS, DataSubjectCategory.WITNESS, True, on("2026-03-02"))
REFERRED = milestone(E.REFERRAL_RECEIVED, "2026-03-02")


def tell(dems: Dems, who: Somebody, case: Case, *contents: Content) -> Told:
    return dems.cases.record(who.actor, case.id, [NewFact(c) for c in contents])


def life_of(dems: Dems, case: Case) -> Life:
    with dems.transaction() as tx:
        return tx.lives.of_case(case.id)


def rules(refused: pytest.ExceptionInfo[ImpossibleLife]) -> list[str]:
    return [p["rule"] for p in refused.value.data["problems"]]


def test_what_is_recorded_is_there_in_order_and_the_case_says_what_follows(dems: Dems, team: Team) -> None:
    decided = ModeDecision(Mode.INDEPENDENT, on("2026-03-04"), team.manager.person.id, "A death in custody.")
    told = tell(
        dems,
        team.manager,
        team.case,
        COMPLAINT,
        REFERRED,
        decided,
        milestone(E.INVESTIGATION_STARTED, "2026-03-05"),
        ThemeStatus("mental_health", True, on("2026-03-05")),
        MajorStatus(True, on("2026-03-06"), "Four forces."),
    )
    case = told.case
    assert (case.matter_type, case.force, case.source, case.mode) == ("complaint", "kent", "mandatory", "independent")
    assert (case.stage, case.themes, case.is_major, case.facts) == (Stage.LIVE, ("mental_health",), True, 6)
    assert (case.received_on, case.received_at) == (date(2026, 3, 2), None), "of a date alone no time is made up"
    assert case.version == team.case.version + 1
    assert dems.cases.look_up.one(team.manager.actor, case.id) == case
    life = life_of(dems, case)
    assert life == told.life
    assert [f.content for f in life.facts][:3] == [COMPLAINT, REFERRED, decided]
    assert {f.recorded_by for f in life.facts} == {team.manager.person.id}


def test_one_impossible_fact_keeps_all_of_them_out_and_every_rule_is_named(dems: Dems, team: Team) -> None:
    with pytest.raises(ImpossibleLife) as refused:
        tell(
            dems,
            team.manager,
            team.case,
            COMPLAINT,
            REFERRED,
            milestone(E.CLOSED, "2026-02-01"),
            milestone(E.ARCHIVED, "2026-01-01"),
        )
    assert set(rules(refused)) == {"closed-before-referral-received", "archived-before-closed"}
    assert life_of(dems, team.case).facts == ()
    assert dems.cases.look_up.one(team.manager.actor, team.case.id) == team.case


def test_a_correction_names_the_old_fact_and_the_old_one_stays(dems: Dems, team: Team) -> None:
    first = tell(dems, team.manager, team.case, COMPLAINT, REFERRED).facts[1]
    right = milestone(E.REFERRAL_RECEIVED, "2026-03-01")
    told = dems.cases.record(team.manager.actor, team.case.id, [NewFact(right, first.id, "The post book says so.")])
    assert told.case.received_on == date(2026, 3, 1)
    assert [f.content for f in life_of(dems, team.case).facts] == [COMPLAINT, REFERRED, right]
    with pytest.raises(WrongState, match="corrected meanwhile"):
        dems.cases.record(team.manager.actor, team.case.id, [NewFact(REFERRED, first.id, "No, it does not.")])
    gone = dems.cases.record(
        team.manager.actor, team.case.id, [NewFact(Retracted(), told.facts[0].id, "It was of another case.")]
    )
    assert (gone.case.received_on, gone.case.stage, gone.case.facts) == (None, Stage.BEFORE_REFERRAL, 4)


def test_the_chain_says_what_was_recorded_but_not_what_people_wrote(dems: Dems, team: Team) -> None:
    decided = ModeDecision(Mode.LOCAL, on("2026-03-04"), team.manager.person.id, "Miss Smith is a minor.")
    first = tell(dems, team.manager, team.case, COMPLAINT, REFERRED, decided).facts[1]
    new = NewFact(milestone(E.REFERRAL_RECEIVED, "2026-03-01"), first.id, "Mr Jones said so.")
    dems.cases.record(team.manager.actor, team.case.id, [new])
    rows = dems.custody.read.case(team.manager.actor, team.case.id, Page(50))
    details = [json.loads(r.detail) for r in rows if r.detail is not None]
    recorded = [d for d in details if d["act"] == Act.LIFE_RECORD.value]
    corrected = [d for d in details if d["act"] == Act.LIFE_CORRECT.value]
    assert [f["kind"] for f in recorded[0]["facts"]["facts"]] == ["particulars", "milestone", "mode_decision"]
    assert recorded[0]["facts"]["facts"][2]["content"]["mode"] == "local"
    assert corrected[0]["facts"]["facts"][0]["corrects"] == str(first.id)
    assert (recorded[0]["s62"], corrected[0]["s62"]) == ("collection", "alteration")
    assert "Smith" not in json.dumps(details)
    assert "Jones" not in json.dumps(details)


def test_a_repeated_request_records_nothing_again(dems: Dems, team: Team) -> None:
    once = Once(uuid4().bytes * 2, b"f" * 32)
    new = [NewFact(COMPLAINT), NewFact(REFERRED)]
    first = dems.cases.record(team.manager.actor, team.case.id, new, once=once)
    again = dems.cases.record(team.manager.actor, team.case.id, new, once=once)
    assert again.facts == first.facts
    assert len(life_of(dems, team.case).facts) == 2


def test_who_read_an_older_version_is_told_so(dems: Dems, team: Team) -> None:
    tell(dems, team.manager, team.case, COMPLAINT)
    with pytest.raises(PreconditionFailed):
        dems.cases.record(team.manager.actor, team.case.id, [NewFact(REFERRED)], if_version=team.case.version)


def test_nothing_too_much_and_nobody_unknown_is_recorded(dems: Dems, team: Team) -> None:
    who, case = team.manager, team.case
    with pytest.raises(Invalid, match="no fact"):
        dems.cases.record(who.actor, case.id, [])
    with pytest.raises(Invalid, match="At most"):
        dems.cases.record(who.actor, case.id, [NewFact(REFERRED)] * (MOST_FACTS + 1))
    with pytest.raises(Invalid, match="decided_by"):
        tell(dems, who, case, ModeDecision(Mode.LOCAL, on("2026-03-04"), PersonId(new_id()), "x"))
    with pytest.raises(RuntimeError, match="by somebody"):
        dems.cases.record(system(), case.id, [NewFact(REFERRED)])


def test_a_full_case_takes_corrections_and_nothing_new(team: Team) -> None:
    who, now = team.manager.person, datetime(2026, 5, 1, tzinfo=UTC)
    facts = [Fact(FactId(new_id()), PartyStatus(*STATUS), who.id, now) for _ in range(MOST_OF_A_CASE)]
    full = Life(team.case.id, tuple(facts))
    with pytest.raises(Invalid, match="at most 10000 facts"):
        judged_facts(full, [NewFact(PartyStatus(*STATUS))], who, now, Vocabulary())
    assert (
        len(judged_facts(full, [NewFact(Retracted(), facts[0].id, "Twice.")], who, now, Vocabulary())[1].life.facts)
        == 10_001
    )
    assert judged_facts(full, [], who, now, Vocabulary())[0] == ()


def test_cases_are_linked_by_who_may_know_of_both(dems: Dems, world: World, team: Team) -> None:
    mine = world.case(team.manager)
    secret = world.case(team.outsider)
    told = tell(dems, team.manager, team.case, CaseLink(mine.id, True, on("2026-03-05"), "The same officer."))
    assert told.life.links_on(date(2026, 3, 5)) == {mine.id}
    rows = dems.custody.read.case(team.manager.actor, team.case.id, Page(50))
    linked = [d for r in rows if r.detail and (d := json.loads(r.detail))["act"] == Act.CASE_LINK.value]
    assert [d["s62"] for d in linked] == ["combination"]
    for other in (secret.id, CaseId(new_id())):
        with pytest.raises(NotFound):
            tell(dems, team.manager, team.case, CaseLink(other, True, on("2026-03-05"), "Perhaps."))
    with pytest.raises(Invalid, match="itself"):
        tell(dems, team.manager, team.case, CaseLink(team.case.id, True, on("2026-03-05"), "x"))


def test_a_force_that_is_not_on_the_installations_list_is_refused(dems: Dems, team: Team) -> None:
    known = RecordFacts(dems.transaction, dems.clock, Vocabulary(forces={"kent": "Kent Police"}))
    known(team.manager.actor, team.case.id, [NewFact(COMPLAINT)])
    other = Particulars(None, Jurisdiction.POLICE, "atlantis", None, None)
    first = life_of(dems, team.case).facts[0]
    with pytest.raises(ImpossibleLife) as refused:
        known(team.manager.actor, team.case.id, [NewFact(other, first.id, "Moved.")])
    assert rules(refused) == ["unknown-force"]


def test_lives_of_many_cases_come_in_the_order_asked_for_and_page_by_page(dems: Dems, world: World, team: Team) -> None:
    silent = world.case(team.manager)
    last = world.case(team.manager)
    tell(dems, team.manager, team.case, COMPLAINT, REFERRED)
    tell(dems, team.manager, last, COMPLAINT)
    with dems.transaction() as tx:
        found = tx.lives.of_cases([last.id, silent.id, team.case.id])
        assert [(x.case_id, len(x.facts)) for x in found] == [(last.id, 1), (silent.id, 0), (team.case.id, 2)]
        pages = tx.lives.page(Page(2, team.case.id))
        assert [(x.case_id, len(x.facts)) for x in pages] == [(silent.id, 0), (last.id, 1)]
        first = tx.lives.facts(team.case.id, Page(1))
        assert [(k.number, k.fact.content, k.corrected_by) for k in first] == [(1, COMPLAINT, None)]
        rest = tx.lives.facts(team.case.id, Page(10, first[0].fact.id), kinds=["milestone"], standing=True)
        assert [(k.number, k.fact.content) for k in rest] == [(2, REFERRED)]


def test_plain_fields_are_facts_with_the_day_from_which_they_hold(dems: Dems, team: Team) -> None:
    received = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    case = dems.cases.open(
        team.manager.actor,
        reference=f"T/{uuid4()}",
        title="t",
        matter_type="Death or serious injury",
        force="kent",
        themes=["Mental health"],
        is_major=True,
        received_at=received,
    )
    assert (case.version, case.matter_type, case.themes) == (1, MatterType.DSI, ("mental_health",))
    assert (case.received_at, case.received_on) == (received, date(2026, 5, 2)), "half past midnight in London"
    life = life_of(dems, case)
    assert life.themes_on(date(2026, 5, 1)) == frozenset()
    assert life.themes_on(date(2026, 5, 2)) == {"mental_health"}
    assert life.major_on(date(2026, 5, 2))
    changes = {"force": "sussex", "themes": (), "is_major": False, "received_at": None}
    after = dems.cases.change(team.manager.actor, case.id, changes, if_version=1, reason="It was another force's.")
    assert (after.force, after.themes, after.is_major, after.received_on) == ("sussex", (), False, None)
    assert after.matter_type is MatterType.DSI
    life = life_of(dems, case)
    assert life.themes_on(date(2026, 5, 2)) == {"mental_health"}, "it applied then, and no longer does today"
    assert len(life.facts) == 8
    again = dems.cases.change(team.manager.actor, case.id, {"received_at": received}, if_version=None)
    moved = dems.cases.change(
        team.manager.actor, case.id, {"received_at": received - timedelta(days=1)}, if_version=again.version
    )
    assert moved.received_on == date(2026, 5, 1)
    other = dems.cases.change(team.manager.actor, case.id, {"matter_type": "Recordable conduct"}, if_version=None)
    assert other.matter_type is MatterType.CONDUCT
    with pytest.raises(Invalid, match="matter type"):
        dems.cases.change(team.manager.actor, case.id, {"matter_type": "homicide"}, if_version=None)


def test_a_pause_ends_after_it_began_and_does_not_overlap(dems: Dems, team: Team) -> None:
    pause = StrandId(new_id())
    begun = PauseBegun(pause, PauseKind.SUB_JUDICE, on("2026-04-01"), "Director", "Trial", proceedings="R v X")
    tell(dems, team.manager, team.case, COMPLAINT, REFERRED, begun)
    with pytest.raises(ImpossibleLife) as refused:
        tell(dems, team.manager, team.case, PauseEnded(pause, on("2026-03-31"), "Director", "Verdict"))
    assert rules(refused) == ["stop-before-start"]
    other = PauseBegun(StrandId(new_id()), PauseKind.SUB_JUDICE, on("2026-05-01"), "Director", "t", proceedings="R v Y")
    with pytest.raises(ImpossibleLife) as refused:
        tell(dems, team.manager, team.case, other)
    assert rules(refused) == ["pauses-overlap"]
    assert len(life_of(dems, team.case).facts) == 3
