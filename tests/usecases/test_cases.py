"""Cases, who is on them, and who is kept from them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import AlreadyExists, CaseClosed, Invalid, NotFound, PreconditionFailed, Refused, SelfGrant, WrongState
from dems.model.actors import Actor, ActorKind
from dems.model.cases import Case, CaseState
from dems.model.ids import CaseId, PersonId, new_id
from dems.model.people import CaseRole, Clearance
from dems.model.times import london_date
from dems.ports import CaseFilter, Once, Page
from dems.usecases.cases.put_member import Holding
from tests.conftest import Team, Time
from tests.world import Somebody, World

ALL = CaseFilter()


def _listed(dems: Dems, who: Somebody, case: Case) -> bool:
    found = dems.cases.look_up.page(who.actor, Page(500), CaseFilter(reference=case.reference))
    return case.id in {c.id for c in found}


def _knows(dems: Dems, who: Somebody, case: Case) -> bool:
    """By id, by reference and in a list: the three must agree."""
    answers = set()
    asking: list[Callable[[], Case]] = [
        lambda: dems.cases.look_up.one(who.actor, case.id),
        lambda: dems.cases.look_up.by_reference(who.actor, case.reference),
    ]
    for ask in asking:
        try:
            answers.add(ask().id == case.id)
        except NotFound:
            answers.add(False)
    answers.add(_listed(dems, who, case))
    assert len(answers) == 1
    return answers.pop()


def test_who_opens_a_case_is_on_it_with_what_they_are(dems: Dems, world: World) -> None:
    manager = world.somebody("case_manager", "lead_investigator", "auditor")
    case = world.case(manager, reference=f"2021/{uuid4()}")
    _, grants = dems.cases.look_up.member(manager.actor, case.id, manager.person.id)
    assert {g.name for g in grants} == {CaseRole.CASE_MANAGER, CaseRole.LEAD_INVESTIGATOR}
    assert dems.cases.look_up.by_reference(manager.actor, case.reference) == case


def test_a_reference_is_used_once_and_nothing_is_said_of_the_other_case(dems: Dems, world: World, team: Team) -> None:
    stranger = world.somebody("case_manager")
    with pytest.raises(AlreadyExists) as refused:
        dems.cases.open(stranger.actor, reference=team.case.reference, title="Mine")
    assert team.case.title not in refused.value.message
    assert refused.value.data == {"field": "reference"}


def test_opening_again_with_the_same_key_is_the_same_case(dems: Dems, world: World) -> None:
    manager = world.somebody("case_manager")
    once = Once(uuid4().bytes * 2, b"f" * 32)
    case = dems.cases.open(manager.actor, reference=f"K/{uuid4()}", title="t", once=once)
    assert dems.cases.open(manager.actor, reference=f"K/{uuid4()}", title="t", once=once) == case


def test_nothing_was_received_in_the_future(dems: Dems, team: Team) -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)
    with pytest.raises(Invalid):
        dems.cases.open(team.manager.actor, reference="f", title="t", received_at=later)
    with pytest.raises(Invalid):
        dems.cases.change(team.manager.actor, team.case.id, {"received_at": later}, if_version=1)


def test_a_case_is_opened_by_somebody(dems: Dems, world: World) -> None:
    system = Actor(ActorKind.SYSTEM, "DEMS")
    with pytest.raises(RuntimeError):
        dems.cases.open(system, reference="s", title="t")
    del world


def test_a_change_needs_the_current_version(dems: Dems, team: Team) -> None:
    received = datetime(2026, 3, 1, tzinfo=UTC)
    changes = {"title": "Other", "themes": ("taser", "Mental health"), "received_at": received}
    case = dems.cases.change(team.manager.actor, team.case.id, changes, if_version=1)
    assert (case.title, case.themes) == ("Other", ("mental_health", "taser"))
    assert (case.received_at, case.version) == (received, 2)
    with pytest.raises(PreconditionFailed):
        dems.cases.change(team.manager.actor, team.case.id, {"title": "Lost"}, if_version=1)
    assert dems.cases.change(team.manager.actor, team.case.id, changes, if_version=None) == case, "nothing new"


def test_only_what_is_said_to_be_changeable_changes(dems: Dems, team: Team) -> None:
    with pytest.raises(ValueError, match="reference"):
        dems.cases.change(team.manager.actor, team.case.id, {"reference": "x"}, if_version=1)


def test_a_closed_case_takes_no_evidence_no_member_and_no_change(dems: Dems, world: World, team: Team) -> None:
    sealed = world.sealed(team.investigator, team.case, b"before")
    waiting = world.declare(team.investigator, team.case, b"waiting")
    case = dems.cases.change(team.manager.actor, team.case.id, {"title": "Last"}, if_version=1, state=CaseState.CLOSED)
    assert (case.state, case.title) == (CaseState.CLOSED, "Last")
    who = team.investigator
    for refused in (
        lambda: world.declare(who, case, b"x"),
        lambda: world.receive(who, waiting.upload, b"waiting"),
        lambda: dems.evidence.describe(who.actor, sealed.id, {"source": "s"}, if_version=sealed.version),
        lambda: dems.intake.open_upload(who.actor, waiting.evidence.id),
        lambda: world.join(case, world.somebody("investigator"), "investigator", by=team.manager),
        lambda: dems.cases.change(team.manager.actor, case.id, {"title": "x"}, if_version=None),
    ):
        with pytest.raises(CaseClosed):
            refused()
    with pytest.raises(WrongState):
        dems.cases.change(team.manager.actor, case.id, {}, if_version=None, state=CaseState.CLOSED)
    dems.evidence.grant_access(who.actor, sealed.id, purpose="p", reason="reading goes on")


def test_a_reopened_case_takes_the_change_it_was_reopened_for(dems: Dems, world: World, team: Team) -> None:
    manager = team.manager.actor
    dems.cases.change(manager, team.case.id, {}, if_version=None, state=CaseState.CLOSED, reason="done")
    case = dems.cases.change(manager, team.case.id, {"is_major": True}, if_version=None, state=CaseState.OPEN)
    assert (case.state, case.is_major, case.closed_at) == (CaseState.OPEN, True, None)
    with pytest.raises(WrongState):
        dems.cases.change(manager, team.case.id, {}, if_version=None, state=CaseState.OPEN)
    world.declare(team.investigator, team.case, b"x")


def test_nobody_is_given_on_a_case_what_they_are_not(dems: Dems, world: World, team: Team) -> None:
    reviewer = world.somebody("investigator")
    with pytest.raises(Refused, match="reviewing_lawyer"):
        world.join(team.case, reviewer, "reviewing_lawyer", by=team.manager)
    with pytest.raises(SelfGrant):
        world.join(team.case, team.manager, "case_manager", by=team.manager)
    with pytest.raises(NotFound):
        dems.cases.put_member(team.manager.actor, team.case.id, PersonId(new_id()), [Holding(CaseRole.INVESTIGATOR)])


def test_the_inactive_join_nothing(dems: Dems, world: World, team: Team) -> None:
    gone = world.somebody("investigator")
    dems.people.change(world.somebody("administrator").actor, gone.person.id, if_version=1, active=False)
    with pytest.raises(Refused, match="not active"):
        world.join(team.case, gone, "investigator", by=team.manager)


def test_what_is_not_said_any_more_ends(dems: Dems, world: World, team: Team) -> None:
    person = world.somebody("investigator", "disclosure_officer")
    put = dems.cases.put_member
    today = london_date(datetime.now(UTC))
    both = [Holding(CaseRole.INVESTIGATOR), Holding(CaseRole.DISCLOSURE_OFFICER), Holding(Clearance.SENSITIVE)]
    put(team.manager.actor, team.case.id, person.person.id, both)
    _, held = put(team.manager.actor, team.case.id, person.person.id, [Holding(CaseRole.INVESTIGATOR, today)])
    assert [g.name for g in held] == [CaseRole.INVESTIGATOR]
    assert put(team.manager.actor, team.case.id, person.person.id, [Holding(CaseRole.INVESTIGATOR)])[1] == held
    members = dict((m.id, g) for m, g in dems.cases.look_up.team(team.manager.actor, team.case.id, Page(50)))  # noqa: C402
    assert [g.name for g in members[person.person.id]] == [CaseRole.INVESTIGATOR]


def test_a_role_does_not_end_before_it_starts(dems: Dems, world: World, team: Team) -> None:
    today = london_date(datetime.now(UTC))
    person = world.somebody("investigator").person
    with pytest.raises(Invalid):
        dems.cases.put_member(
            team.manager.actor,
            team.case.id,
            person.id,
            [Holding(CaseRole.INVESTIGATOR, today, today - timedelta(days=1))],
        )


def test_membership_counts_from_its_first_day_to_its_last(dems: Dems, world: World, team: Team, time: Time) -> None:
    person = world.somebody("investigator")
    today = london_date(datetime.now(UTC))
    days = Holding(CaseRole.INVESTIGATOR, today + timedelta(days=1), today + timedelta(days=3))
    dems.cases.put_member(team.manager.actor, team.case.id, person.person.id, [days])
    known = []
    for day in range(6):
        time.ahead = timedelta(days=day)
        known.append(_knows(dems, person, team.case))
    assert known == [False, True, True, True, False, False]


def test_saying_again_what_is_held_keeps_its_first_day(dems: Dems, world: World, team: Team, time: Time) -> None:
    person = world.somebody("investigator")
    world.join(team.case, person, "investigator", by=team.manager)
    before = dems.cases.look_up.member(team.manager.actor, team.case.id, person.person.id)[1]
    time.ahead = timedelta(days=10)
    world.join(team.case, person, "investigator", by=team.manager)
    assert dems.cases.look_up.member(team.manager.actor, team.case.id, person.person.id)[1] == before


def test_who_is_taken_off_a_case_knows_it_no_more(dems: Dems, world: World, team: Team) -> None:
    person = world.somebody("investigator")
    world.join(team.case, person, "investigator", by=team.manager)
    assert _knows(dems, person, team.case)
    dems.cases.end_member(team.manager.actor, team.case.id, person.person.id, reason="moved on")
    assert not _knows(dems, person, team.case)
    with pytest.raises(NotFound):
        dems.cases.end_member(team.manager.actor, team.case.id, person.person.id)
    with pytest.raises(NotFound):
        dems.cases.look_up.member(team.manager.actor, team.case.id, person.person.id)


def test_a_role_lost_in_the_organisation_is_lost_on_the_case(dems: Dems, world: World, team: Team) -> None:
    dems.people.change(world.somebody("administrator").actor, team.investigator.person.id, if_version=1, roles=[])
    person = dems.people.look_up.one(world.somebody("auditor").actor, team.investigator.person.id)
    assert not _knows(dems, Somebody(person, ""), team.case)


def test_a_wall_wins_over_membership_and_over_roles_that_know_every_case(dems: Dems, world: World, team: Team) -> None:
    auditor = world.somebody("auditor")
    for who in (team.investigator, auditor):
        assert _knows(dems, who, team.case)
        wall = dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=who.person.id, reason="a conflict")
        assert not _knows(dems, who, team.case)
        again = dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=who.person.id, reason="again")
        assert again.id == wall.id
        with pytest.raises(NotFound):
            dems.cases.lower_wall(who.actor, team.case.id, person_id=who.person.id)
    assert dems.cases.look_up.page(team.investigator.actor, Page(50), ALL) == []
    dems.cases.lower_wall(team.manager.actor, team.case.id, person_id=auditor.person.id)
    assert _knows(dems, auditor, team.case)
    assert not _knows(dems, team.investigator, team.case)
    assert len(dems.cases.look_up.walls(team.manager.actor, team.case.id)) == 1


@pytest.mark.parametrize(
    "spelt", ["Avon and Somerset", "AVON AND SOMERSET", " avon  and\tsomerset ", "avonandsomerset"]
)
def test_no_spelling_of_a_force_slips_under_a_wall(dems: Dems, world: World, team: Team, spelt: str) -> None:
    inside = world.somebody("investigator", force=spelt)
    elsewhere = world.somebody("investigator", force="Kent")
    for who in (inside, elsewhere):
        world.join(team.case, who, "investigator", by=team.manager)
    dems.cases.raise_wall(team.manager.actor, team.case.id, force="Avon And Somerset", reason="a complaint")
    assert [_knows(dems, who, team.case) for who in (inside, elsewhere)] == [False, True]
    dems.cases.lower_wall(team.manager.actor, team.case.id, force="avonAND somerset", reason="over")
    assert _knows(dems, inside, team.case)
    with pytest.raises(NotFound):
        dems.cases.lower_wall(team.manager.actor, team.case.id, force="Avon and Somerset")


def test_a_wall_is_against_one_person_or_one_force(dems: Dems, team: Team) -> None:
    with pytest.raises(ValueError, match="person or against a force"):
        dems.cases.raise_wall(team.manager.actor, team.case.id, reason="r")
    with pytest.raises(NotFound):
        dems.cases.raise_wall(team.manager.actor, team.case.id, person_id=PersonId(new_id()), reason="r")


def test_a_service_sees_only_what_both_may_see(dems: Dems, world: World, team: Team) -> None:
    service = world.somebody("integration", service=True, force="Kent")
    acting = Actor(ActorKind.SERVICE, "s", service.person, team.investigator.person)
    wanted = CaseFilter(reference=team.case.reference)
    assert dems.cases.look_up.page(acting, Page(5), wanted) == [team.case]
    dems.cases.raise_wall(team.manager.actor, team.case.id, force="kent", reason="theirs")
    assert dems.cases.look_up.page(acting, Page(5), wanted) == []
    with pytest.raises(NotFound):
        dems.cases.look_up.one(acting, team.case.id)


def test_lists_are_filtered_and_paged_in_the_order_of_opening(dems: Dems, world: World) -> None:
    manager = world.somebody("case_manager")
    mark = uuid4().hex
    cases = [
        dems.cases.open(
            manager.actor,
            reference=f"{mark}/{n}",
            title=f"T {n} 100%",
            force="Kent" if n else None,
            themes=["taser"][:n],
        )
        for n in range(3)
    ]
    closed = dems.cases.change(manager.actor, cases[2].id, {}, if_version=None, state=CaseState.CLOSED)

    def found(wanted: CaseFilter, limit: int = 50, after: CaseId | None = None) -> list[CaseId]:
        return [c.id for c in dems.cases.look_up.page(manager.actor, Page(limit, after), wanted)]

    ids = [c.id for c in cases]
    assert found(ALL) == ids
    assert found(ALL, 2) == ids[:2]
    assert found(ALL, 2, ids[1]) == ids[2:]
    assert found(CaseFilter(state=CaseState.CLOSED)) == [closed.id]
    assert found(CaseFilter(force="Kent")) == ids[1:]
    assert found(CaseFilter(theme="taser")) == ids[1:]
    assert found(CaseFilter(q=f"{mark.upper()}/1")) == [ids[1]]
    assert found(CaseFilter(q="0%")) == ids
    assert found(CaseFilter(q="0_")) == []


def test_a_reference_that_nobody_has_is_not_found(dems: Dems, team: Team) -> None:
    with pytest.raises(NotFound):
        dems.cases.look_up.by_reference(team.manager.actor, "no such")
    with pytest.raises(NotFound):
        dems.cases.look_up.one(team.manager.actor, CaseId(new_id()))
