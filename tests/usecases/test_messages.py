"""What the case system says of a case: taken once, whoever asks twice; newer over older; both values shown where they differ."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import AlreadyExists, ImpossibleLife, Invalid, NotPermitted, OlderMessage
from dems.model.actors import Actor, ActorKind, system
from dems.model.ids import PersonId, StrandId, new_id
from dems.model.life.contents import CaseLink, Content, MajorStatus, Milestone, ModeDecision, Retracted
from dems.model.life.events import EventKind
from dems.model.life.lives import Life
from dems.model.life.messages import CaseMessage, PartySaid, RoleSaid, SourceVersion
from dems.model.life.strands import Recommendation, RecommendationKind
from dems.model.life.vocabulary import DataSubjectCategory, MatterType, Mode, PartyRole
from dems.model.life.when import When
from dems.model.times import london_date
from dems.ports import Page
from tests.conftest import Team
from tests.world import Somebody, World

E = EventKind


def on(day: str) -> When:
    return When(date.fromisoformat(day))


def referred(day: str) -> Milestone:
    return Milestone(E.REFERRAL_RECEIVED, on(day))


def version(number: int) -> SourceVersion:
    return SourceVersion(number)


def life_of(dems: Dems, reference: str) -> Life:
    with dems.transaction() as tx:
        case = tx.cases.by_reference(reference)
        assert case is not None
        return tx.lives.of_case(case.id)


def first(reference: str, *contents: Content) -> CaseMessage:
    said = {"matter_type": "complaint", "force": "kent", "themes": ["taser"], "is_major": True}
    complainant = RoleSaid(PartyRole.COMPLAINANT, DataSubjectCategory.VICTIM, True, on("2026-03-02"))
    party = PartySaid("P1", "Ann Example", "ann@example.org", (complainant,))
    return CaseMessage(reference, "A complaint", said, (referred("2026-03-02"), *contents), (party,), version(7))


def test_a_message_opens_the_case_and_the_same_again_changes_nothing(dems: Dems, world: World) -> None:
    who, reference = world.somebody("case_manager"), f"2026/{uuid4()}"
    opened = dems.cases.take(who.actor, first(reference))
    case = opened.case
    assert opened.opened
    assert (case.version, case.facts, case.matter_type, case.themes) == (1, 5, MatterType.COMPLAINT, ("taser",))
    assert (case.source_version, case.received_on) == ("7", date(2026, 3, 2))
    life = life_of(dems, reference)
    assert life.themes_on(date(2026, 3, 1)) == frozenset(), "a theme of a new case holds since it was received"
    assert life.themes_on(date(2026, 3, 2)) == {"taser"}
    shown = dems.cases.life.whole(who.actor, case.id)
    assert [(p.name, p.reference) for p in shown.parties] == [("Ann Example", "P1")]
    again = dems.cases.take(who.actor, first(reference))
    assert (again.opened, again.changed, again.case) == (False, False, case)
    rows = dems.custody.read.case(who.actor, case.id, Page(50))
    entries = [json.loads(r.detail) for r in rows if r.detail]
    assert [e["act"] for e in entries] == ["case.open"]
    assert len(entries[0]["facts"]["facts"]) == 5
    assert entries[0]["facts"]["source_version"] == "7"
    assert "Example" not in json.dumps(entries)


def test_a_newer_message_corrects_and_adds_and_leaves_what_it_does_not_say(dems: Dems, world: World) -> None:
    who, reference = world.somebody("case_manager"), f"2026/{uuid4()}"
    dems.cases.take(who.actor, first(reference))
    decided = ModeDecision(Mode.INDEPENDENT, on("2026-03-04"), who.person.id, "A death.")
    gone = RoleSaid(PartyRole.COMPLAINANT, DataSubjectCategory.VICTIM, False, on("2026-03-05"))
    newer = CaseMessage(
        reference,
        "A death in custody",
        {"force": "sussex"},
        (referred("2026-03-01"), decided),
        (PartySaid("P1", "Anne Example", None, (gone,)), PartySaid("P2", "Bob Example")),
        version(8),
    )
    taken = dems.cases.take(who.actor, newer)
    case = taken.case
    assert (case.title, case.force, case.matter_type, case.mode) == (
        "A death in custody",
        "sussex",
        MatterType.COMPLAINT,
        Mode.INDEPENDENT,
    )
    assert (case.received_on, case.themes, case.is_major, case.version) == (date(2026, 3, 1), ("taser",), True, 2)
    corrections = [f for f in life_of(dems, reference).facts if f.corrects is not None]
    assert [f.reason for f in corrections] == ["So the case system says (8)."] * 2
    assert dems.cases.life.whole(who.actor, case.id).parties == []
    _, parties = dems.cases.life.parties(who.actor, case.id, Page(5))
    assert [(p.name, p.contact) for p in parties] == [("Anne Example", None), ("Bob Example", None)]
    entries = [json.loads(r.detail) for r in dems.custody.read.case(who.actor, case.id, Page(50)) if r.detail]
    assert [e["act"] for e in entries] == ["case.open", "case.change", "life.correct"]
    only_newer = dems.cases.take(who.actor, CaseMessage(reference, version=version(9)))
    assert (only_newer.case.source_version, only_newer.facts) == ("9", ())


def test_an_older_message_changes_nothing_and_a_conflict_shows_both_values(dems: Dems, world: World) -> None:
    who, reference = world.somebody("case_manager"), f"2026/{uuid4()}"
    case = dems.cases.take(who.actor, first(reference)).case
    older = CaseMessage(reference, "Other", {}, (referred("2026-02-01"),), (PartySaid("P1", "X"),), version(6))
    with pytest.raises(OlderMessage) as refused:
        dems.cases.take(who.actor, older)
    assert (refused.value.data["here"], refused.value.data["sent"]) == ("7", "6")
    conflicts = {c["what"]: (c["here"], c["sent"]) for c in refused.value.data["conflicts"]}
    assert conflicts["title"] == ("A complaint", "Other")
    assert [c["when"]["on"] for c in conflicts["milestone"]] == ["2026-03-02", "2026-02-01"]
    assert [c["name"] for c in conflicts["party"]] == ["Ann Example", "X"]
    agreeing = CaseMessage(reference, "A complaint", {"force": "kent"}, (referred("2026-03-02"),), (), version(6))
    assert not dems.cases.take(who.actor, agreeing).changed
    with pytest.raises(OlderMessage) as refused:
        dems.cases.take(who.actor, CaseMessage(reference, None, {"is_major": False}, version=version(7)))
    assert refused.value.data["conflicts"][0]["here"] is None, (
        "that it is no longer major is new, and takes nobody's place"
    )
    assert dems.cases.look_up.one(who.actor, case.id) == case


def test_what_a_version_said_is_changed_by_no_message_without_one(dems: Dems, world: World) -> None:
    who, reference = world.somebody("case_manager"), f"2026/{uuid4()}"
    case = dems.cases.take(who.actor, first(reference)).case
    with pytest.raises(OlderMessage, match="source_version") as refused:
        dems.cases.take(who.actor, CaseMessage(reference, "Other", {}, (referred("2026-02-01"),)))
    assert (refused.value.data["here"], refused.value.data["sent"]) == ("7", None)
    conflicts = {c["what"]: (c["here"], c["sent"]) for c in refused.value.data["conflicts"]}
    assert conflicts["title"] == ("A complaint", "Other")
    assert [c["when"]["on"] for c in conflicts["milestone"]] == ["2026-03-02", "2026-02-01"]
    assert not dems.cases.take(who.actor, CaseMessage(reference, "A complaint", {"force": "kent"})).changed
    assert dems.cases.look_up.one(who.actor, case.id) == case
    never = f"2026/{uuid4()}"
    dems.cases.take(who.actor, CaseMessage(never, "One"))
    assert dems.cases.take(who.actor, CaseMessage(never, "Two")).case.title == "Two", (
        "no version was ever said of this one"
    )


def said_at(when: str) -> SourceVersion:
    return SourceVersion.parse(when)


def test_themes_and_being_major_hold_from_when_the_message_said_so(dems: Dems, world: World) -> None:
    who, reference = world.somebody("case_manager"), f"2026/{uuid4()}"
    opening = CaseMessage(
        reference, "t", {"themes": ["taser"]}, (referred("2026-03-02"),), version=said_at("2026-03-02T12:00Z")
    )
    dems.cases.take(who.actor, opening)
    # Half past eleven in UTC on 30 April is half past midnight in London.
    said = {"themes": ["mental_health"], "is_major": True}
    later = CaseMessage(reference, None, said, version=said_at("2026-04-30T23:30:00Z"))
    dems.cases.take(who.actor, later)
    life = life_of(dems, reference)
    assert [life.themes_on(date(2026, 4, 30)), life.major_on(date(2026, 4, 30))] == [{"taser"}, False]
    assert [life.themes_on(date(2026, 5, 1)), life.major_on(date(2026, 5, 1))] == [{"mental_health"}, True]
    assert not dems.cases.take(who.actor, later).changed
    dated = CaseMessage(
        reference, None, {"is_major": False}, version=said_at("2026-06-05T12:00Z"), since=date(2026, 6, 1)
    )
    dems.cases.take(who.actor, dated)
    life = life_of(dems, reference)
    assert [life.major_on(date(2026, 5, 31)), life.major_on(date(2026, 6, 1))] == [True, False]


def test_who_does_not_say_when_means_today_and_nobody_says_what_is_still_to_come(dems: Dems, world: World) -> None:
    who, today = world.somebody("case_manager"), london_date(dems.clock())
    numbered, ahead = f"2026/{uuid4()}", f"2026/{uuid4()}"
    dems.cases.take(who.actor, CaseMessage(numbered, "t", {}, (referred("2026-03-02"),), version=version(1)))
    dems.cases.take(who.actor, CaseMessage(numbered, None, {"is_major": True}, version=version(2)))
    dems.cases.take(who.actor, CaseMessage(ahead, "t", {}, (referred("2026-03-02"),)))
    # The other system's clock is a day ahead of ours.
    tomorrow = SourceVersion(dems.clock() + timedelta(days=1))
    dems.cases.take(who.actor, CaseMessage(ahead, None, {"is_major": True}, version=tomorrow))
    for reference in (numbered, ahead):
        life = life_of(dems, reference)
        assert [life.major_on(today - timedelta(days=1)), life.major_on(today)] == [False, True]
    with pytest.raises(ImpossibleLife) as refused:
        dems.cases.take(
            who.actor,
            CaseMessage(numbered, None, {"is_major": False}, version=version(3), since=today + timedelta(days=1)),
        )
    assert [p["rule"] for p in refused.value.data["problems"]] == ["in-the-future"]


def test_a_message_names_a_party_once() -> None:
    with pytest.raises(Invalid, match="the same party twice"):
        CaseMessage("2026/1", "t", parties=(PartySaid("P1", "Ann"), PartySaid("P1", "Bob")))


def test_versions_are_numbers_or_times_and_not_both_by_turns(dems: Dems, world: World) -> None:
    who, reference = world.somebody("case_manager"), f"2026/{uuid4()}"
    early, late = SourceVersion.parse("2026-03-01T10:00:00+01:00"), SourceVersion.parse("2026-03-01T09:30:00Z")
    assert early < late
    assert str(early) == "2026-03-01T09:00:00.000000Z"
    dems.cases.take(who.actor, CaseMessage(reference, "t", version=early))
    assert dems.cases.take(who.actor, CaseMessage(reference, "u", version=late)).changed
    with pytest.raises(Invalid, match="same way"):
        dems.cases.take(who.actor, CaseMessage(reference, "v", version=version(8)))
    for wrong in ("soon", "2026-03-01T09:30:00", "-1", "9" * 19):
        with pytest.raises(Invalid, match="whole number"):
            SourceVersion.parse(wrong)


def test_what_is_impossible_invalid_or_unknown_leaves_nothing_behind(dems: Dems, world: World) -> None:
    who, reference = world.somebody("case_manager"), f"2026/{uuid4()}"
    strand = StrandId(new_id())
    advice = Recommendation(strand, RecommendationKind.PARA_28A, "Chief", "Look")
    other = Recommendation(strand, RecommendationKind.PARA_28A, "Chief", "Look away")
    for contents, error in (
        ((Milestone(E.CLOSED, on("2026-02-01")),), ImpossibleLife),
        ((ModeDecision(Mode.LOCAL, on("2026-03-04"), PersonId(new_id()), "x"),), Invalid),
        ((advice, other), Invalid),
        ((Retracted(),), Invalid),
    ):
        with pytest.raises(error):
            dems.cases.take(who.actor, first(reference, *contents))
    with pytest.raises(Invalid, match="title"):
        dems.cases.take(who.actor, CaseMessage(reference))
    with pytest.raises(RuntimeError):
        dems.cases.take(system(), first(reference))
    with dems.transaction() as tx:
        assert tx.cases.by_reference(reference) is None
    mine = world.case(who)
    both = (MajorStatus(True, on("2026-03-03"), "x"), CaseLink(mine.id, True, on("2026-03-03"), "One incident"))
    done = dems.cases.take(who.actor, CaseMessage(reference, "t", {}, (*both, *both)))
    assert len(done.facts) == 2, "said twice alike is said once"


def test_who_may_not_know_of_a_case_learns_only_that_the_reference_is_taken(
    dems: Dems, world: World, team: Team
) -> None:
    message = CaseMessage(team.case.reference, "Mine")
    with pytest.raises(AlreadyExists) as refused:
        dems.cases.take(team.outsider.actor, message)
    assert refused.value.data == {"field": "reference"}
    for who in (team.investigator, world.somebody("administrator", "case_manager")):
        with pytest.raises(NotPermitted):
            dems.cases.take(who.actor, message)
    assert dems.cases.look_up.one(team.manager.actor, team.case.id).title == team.case.title


def test_the_entry_names_the_service_and_who_it_acts_for(dems: Dems, world: World) -> None:
    service, human = world.somebody("integration", service=True), world.somebody("integration")
    actor = Actor(ActorKind.SERVICE, service.person.name, service.person, on_behalf_of=human.person)
    case = dems.cases.take(actor, first(f"2026/{uuid4()}")).case
    detail = _opening(dems, human, case.reference)
    assert detail["actor"]["person"]["id"] == str(service.person.id)
    assert detail["on_behalf_of"]["id"] == str(human.person.id)
    life = life_of(dems, case.reference)
    assert {f.recorded_by for f in life.facts} == {human.person.id}


def _opening(dems: Dems, who: Somebody, reference: str) -> Any:
    case = dems.cases.look_up.by_reference(who.actor, reference)
    row = dems.custody.read.case(who.actor, case.id, Page(1))[0]
    assert row.detail is not None
    return json.loads(row.detail)


def test_a_received_time_is_taken_from_the_fields_too(dems: Dems, world: World) -> None:
    who, reference = world.somebody("case_manager"), f"2026/{uuid4()}"
    at = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    case = dems.cases.take(who.actor, CaseMessage(reference, "t", {"received_at": at, "themes": ["taser"]})).case
    assert (case.received_at, case.received_on) == (at, date(2026, 3, 1))
    assert life_of(dems, reference).themes_on(date(2026, 3, 1)) == {"taser"}
    same = dems.cases.take(who.actor, CaseMessage(reference, "t", {"received_at": at}))
    assert not same.changed, "without a version, it is taken, and says nothing new"
    moved = dems.cases.take(who.actor, CaseMessage(reference, None, {"received_at": at.replace(hour=8)}))
    assert (moved.case.received_at, moved.case.version) == (at.replace(hour=8), 2)
    gone = dems.cases.take(who.actor, CaseMessage(reference, None, {"received_at": None}))
    assert gone.case.received_on is None
    assert not dems.cases.take(who.actor, CaseMessage(reference, None, {"received_at": None})).changed
