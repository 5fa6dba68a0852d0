from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from dems.model.actors import Actor, ActorKind, system
from dems.model.ids import TokenId
from dems.model.people import CaseRole, Clearance, OrganisationRole, Standing, Token, TokenKind, same_force, standing_of
from dems.model.requests import REQUEST_ID
from dems.model.times import london_date
from tests.model.people import NOON, TODAY, acting, delegated, grant, person, person_id, wall

LEAD = person(1, OrganisationRole.LEAD_INVESTIGATOR, OrganisationRole.AUDITOR)
DAY = timedelta(days=1)


def test_a_person_may_be_given_only_case_roles_that_they_hold_in_the_organisation() -> None:
    assert LEAD.case_roles == {CaseRole.LEAD_INVESTIGATOR}
    assert person(1, OrganisationRole.ADMINISTRATOR, OrganisationRole.INTEGRATION).case_roles == frozenset()
    assert person(1, *OrganisationRole).case_roles == frozenset(CaseRole)


def test_a_grant_holds_from_its_first_to_its_last_day_both_included() -> None:
    dated = grant(LEAD, CaseRole.LEAD_INVESTIGATOR, starts_on=TODAY - DAY, ends_on=TODAY + DAY)
    held = [dated.in_force(TODAY + n * DAY) for n in (-2, -1, 0, 1, 2)]
    assert held == [False, True, True, True, False]


def test_a_grant_without_an_end_holds_until_it_is_ended() -> None:
    endless = grant(LEAD, CaseRole.LEAD_INVESTIGATOR)
    assert endless.in_force(date(2099, 1, 1))
    assert not replace(endless, ended_at=NOON).in_force(TODAY)


@pytest.mark.parametrize(
    ("at", "held"),
    [
        # Summer time began on 29 March 2026 at 01:00 UTC and ended on 25 October 2026 at 01:00 UTC.
        ("2026-07-14T22:59:59.999999+00:00", False),  # 14 July, 23:59:59 in London
        ("2026-07-14T23:00:00+00:00", True),  # 15 July, midnight in London
        ("2026-07-15T22:59:59.999999+00:00", True),
        ("2026-07-15T23:00:00+00:00", False),
    ],
)
def test_in_summer_a_grant_for_one_day_runs_from_london_midnight_to_london_midnight(at: str, held: bool) -> None:
    day = date(2026, 7, 15)
    dated = grant(LEAD, CaseRole.LEAD_INVESTIGATOR, starts_on=day, ends_on=day)
    standing = standing_of(LEAD, [dated], [], london_date(datetime.fromisoformat(at)))
    assert bool(standing.roles) is held


def test_a_case_role_counts_only_while_the_organisation_gives_it() -> None:
    grants = [grant(LEAD, CaseRole.LEAD_INVESTIGATOR), grant(LEAD, CaseRole.CASE_MANAGER)]
    assert standing_of(LEAD, grants, [], TODAY).roles == {CaseRole.LEAD_INVESTIGATOR}
    assert standing_of(replace(LEAD, roles=frozenset()), grants, [], TODAY).roles == frozenset()


def test_clearances_are_dated_and_no_roles() -> None:
    grants = [grant(LEAD, Clearance.SENSITIVE), grant(LEAD, Clearance.PII, ends_on=TODAY - DAY)]
    standing = standing_of(LEAD, grants, [], TODAY)
    assert standing.clearances == {Clearance.SENSITIVE}
    assert standing.roles == frozenset()


def test_a_grant_of_somebody_else_gives_nothing() -> None:
    assert standing_of(LEAD, [grant(person(2), CaseRole.LEAD_INVESTIGATOR)], [], TODAY) == Standing()


def test_a_wall_stops_the_person_it_names_and_nobody_else() -> None:
    fence = wall(who=LEAD)
    assert standing_of(LEAD, [], [fence], TODAY).walled
    assert not standing_of(person(2), [], [fence], TODAY).walled


def test_a_wall_around_a_force_stops_everyone_of_it_however_it_is_written() -> None:
    fence = wall(force="West  Midlands")
    for spelling in ("West Midlands", "WEST MIDLANDS", " westmidlands "):
        assert fence.stops(person(1, force=spelling))
    assert not fence.stops(person(1, force="West Mercia"))
    assert not fence.stops(person(1))


def test_a_lowered_wall_stops_nobody() -> None:
    assert not wall(who=LEAD, lowered_at=NOON).stops(LEAD)
    assert not wall(force="MPS", lowered_at=NOON).stops(person(1, force="MPS"))


def test_forces_are_the_same_without_regard_to_case_and_white_space() -> None:
    assert same_force("Straße 1", "STRASSE\u00a01")
    assert not same_force("MPS", "MPs2")


def test_a_token_is_usable_until_it_expires_or_is_revoked() -> None:
    token = Token(TokenId(UUID(int=1)), person_id(1), TokenKind.PERSON, None, NOON, NOON + DAY)
    assert token.usable(NOON + DAY - timedelta(microseconds=1))
    assert not token.usable(NOON + DAY)
    assert not replace(token, revoked_at=NOON).usable(NOON)


def test_an_actor_knows_everyone_whose_permission_it_needs() -> None:
    service, human = person(1), person(2)
    assert acting(human).people == (human,)
    assert acting(human).human == human
    assert delegated(service, human).people == (service, human)
    assert delegated(service, human).human == delegated(service, human).somebody == human
    assert (system().people, system().human) == ((), None)
    with pytest.raises(RuntimeError, match="by somebody"):
        _ = system().somebody


def test_the_installation_acts_because_of_the_request_whose_work_it_does() -> None:
    assert system() == Actor(ActorKind.SYSTEM, "DEMS")
    token = REQUEST_ID.set("request-1")
    try:
        assert system() == Actor(ActorKind.SYSTEM, "DEMS", request_id="request-1")
    finally:
        REQUEST_ID.reset(token)


def test_no_spelling_of_a_force_slips_under_a_wall() -> None:
    for spelling in (" mps", "\uff2d\uff30\uff33", "M P S", "mPs\u00a0"):
        assert same_force("MPS", spelling)
    assert same_force("Devon-Cornwall", "Devon\u2010Cornwall")
    assert same_force("S\u00fbret\u00e9", "Su\u0302rete\u0301")
    assert not same_force("MPS", "BTP")
