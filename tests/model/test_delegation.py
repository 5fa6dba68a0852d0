"""Acts of a service for a person need the permission of both; and nobody grants anything to themselves."""

from dataclasses import replace
from itertools import product

import pytest

from dems.model.acts import Act
from dems.model.people import CaseRole, OrganisationRole, Standing
from dems.model.permission import Answer, Subject, may
from tests.model.matrix import ABOUT_A_CASE, COLUMNS, EXPECTED, case_of, someone
from tests.model.people import acting, delegated, person

pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("act", sorted(EXPECTED))
def test_a_delegated_act_needs_the_permission_of_both(act: Act) -> None:
    for service_column, human_column in product(COLUMNS, COLUMNS):
        service, service_standing = someone(service_column)
        human, human_standing = someone(human_column)
        human = replace(human, id=person(2).id)
        subject = case_of((service, service_standing), (human, human_standing))
        answers = {EXPECTED[act][service_column], EXPECTED[act][human_column]}
        expected = next(a for a in (Answer.UNKNOWN, Answer.FORBIDDEN, Answer.ALLOWED) if a in answers)
        assert may(delegated(service, human), act, subject).answer is expected, (service_column, human_column)


@pytest.mark.parametrize("act", ABOUT_A_CASE)
@pytest.mark.parametrize("walled", [1, 2])
def test_a_delegated_act_passes_the_walls_of_both(act: Act, walled: int) -> None:
    service, human = person(1, *OrganisationRole), person(2, *OrganisationRole)
    standings = {p.id: Standing(roles=frozenset(CaseRole), walled=p.id == person(walled).id) for p in (service, human)}
    assert may(delegated(service, human), act, Subject(standings=standings)).answer is Answer.UNKNOWN


def test_a_delegated_act_is_done_in_the_role_of_the_person() -> None:
    service, human = person(1, OrganisationRole.INTEGRATION), person(2, OrganisationRole.INVESTIGATOR)
    subject = case_of((service, Standing()), (human, Standing(roles=frozenset({CaseRole.INVESTIGATOR}))))
    assert may(delegated(service, human), Act.EVIDENCE_DECLARE, subject).role == "investigator"


def test_no_service_reads_bytes_for_anyone() -> None:
    service, human = person(1, OrganisationRole.INTEGRATION), person(2, OrganisationRole.INVESTIGATOR)
    subject = case_of((service, Standing()), (human, Standing(roles=frozenset({CaseRole.INVESTIGATOR}))))
    for act in (Act.EVIDENCE_ACCESS, Act.EVIDENCE_CONTENT):
        assert may(delegated(service, human), act, subject).answer is Answer.FORBIDDEN


# --- nobody grants anything to themselves ---

GRANTS = (Act.PERSON_CHANGE, Act.TOKEN_ISSUE, Act.TEAM_GRANT, Act.WALL_LOWER)


@pytest.mark.parametrize("act", GRANTS)
def test_nobody_grants_anything_to_themselves(act: Act) -> None:
    who = person(1, *OrganisationRole)
    standings = {who.id: Standing(roles=frozenset(CaseRole))}
    own = may(acting(who), act, Subject(standings=standings, person_id=who.id))
    assert own.answer is Answer.FORBIDDEN
    assert own.why.startswith("Nobody grants anything to themselves")
    assert may(acting(who), act, Subject(standings=standings, person_id=person(2).id)).allowed


@pytest.mark.parametrize("act", GRANTS)
@pytest.mark.parametrize("receiver", [1, 2])
def test_a_service_grants_nothing_to_itself_nor_to_the_person_it_acts_for(act: Act, receiver: int) -> None:
    service, human = person(1, *OrganisationRole), person(2, *OrganisationRole)
    standings = {p.id: Standing(roles=frozenset(CaseRole)) for p in (service, human)}
    subject = Subject(standings=standings, person_id=person(receiver).id)
    assert may(delegated(service, human), act, subject).answer is Answer.FORBIDDEN


def test_giving_up_ones_own_place_or_token_and_walling_oneself_off_is_no_grant() -> None:
    who = person(1, *OrganisationRole)
    subject = Subject(standings={who.id: Standing(roles=frozenset(CaseRole))}, person_id=who.id)
    for act in (Act.TEAM_END, Act.TOKEN_REVOKE, Act.WALL_RAISE):
        assert may(acting(who), act, subject).allowed


def test_who_may_not_know_of_the_case_is_not_told_that_self_grants_are_refused() -> None:
    who = person(9, OrganisationRole.CASE_MANAGER)
    assert may(acting(who), Act.TEAM_GRANT, Subject(standings={}, person_id=who.id)).answer is Answer.UNKNOWN
