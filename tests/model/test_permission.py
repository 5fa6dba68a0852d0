"""What `may` answers, compared with the matrix; walls, former members, upload tokens, and who is nobody."""

from dataclasses import replace

import pytest

from dems.model.actors import Actor, ActorKind, system
from dems.model.acts import Act
from dems.model.ids import IntakeId, UploadId, new_id
from dems.model.people import CaseRole, OrganisationRole, Person, Standing, standing_of
from dems.model.permission import TABLE, Answer, Subject, may
from tests.model.matrix import (
    ABOUT_A_CASE,
    BY_INTAKE_TOKEN,
    BY_INVITATION,
    BY_UPLOAD_TOKEN,
    COLUMNS,
    EXPECTED,
    OF_THE_INSTALLATION,
    case_of,
    someone,
)
from tests.model.people import OTHER_UPLOAD_ID, TODAY, UPLOAD_ID, acting, delegated, grant, person, wall


def test_the_matrix_names_every_act_that_a_token_can_ask_for() -> None:
    assert set(EXPECTED) | OF_THE_INSTALLATION == set(Act)
    assert not set(EXPECTED) & OF_THE_INSTALLATION
    assert set(TABLE) == set(EXPECTED)


def test_the_matrix_has_a_column_for_every_role() -> None:
    assert {c for c in COLUMNS if ":" not in c} == {r.value for r in OrganisationRole}
    assert {r.value for r in CaseRole} < {r.value for r in OrganisationRole}


@pytest.mark.no_cover
@pytest.mark.parametrize("act", sorted(EXPECTED))
@pytest.mark.parametrize("column", COLUMNS)
def test_may_answers_as_the_matrix_says(act: Act, column: str) -> None:
    who, standing = someone(column)
    verdict = may(acting(who), act, case_of((who, standing)))
    assert verdict.answer is EXPECTED[act][column]
    assert verdict.allowed is (EXPECTED[act][column] is Answer.ALLOWED)


@pytest.mark.no_cover
@pytest.mark.parametrize("act", ABOUT_A_CASE)
@pytest.mark.parametrize("column", COLUMNS)
def test_a_walled_person_knows_nothing_whatever_their_roles(act: Act, column: str) -> None:
    who, standing = someone(column)
    everything = replace(standing, roles=frozenset(CaseRole), walled=True)
    assert may(acting(who), act, case_of((who, everything))).answer is Answer.UNKNOWN


@pytest.mark.parametrize("act", ABOUT_A_CASE)
def test_someone_with_every_organisation_role_and_a_wall_knows_nothing(act: Act) -> None:
    who = person(1, *OrganisationRole)
    grants = [grant(who, role) for role in CaseRole]
    for fence in (wall(who=who), wall(force="MPS")):
        walled = replace(who, force="mps ")
        standing = standing_of(walled, grants, [fence], TODAY)
        assert standing.walled
        assert may(acting(walled), act, case_of((walled, standing))).answer is Answer.UNKNOWN


@pytest.mark.parametrize("act", ABOUT_A_CASE)
def test_a_former_member_knows_nothing(act: Act) -> None:
    former = person(1, OrganisationRole.LEAD_INVESTIGATOR)
    for gone in (
        grant(former, CaseRole.LEAD_INVESTIGATOR, ends_on=TODAY.replace(day=21), starts_on=TODAY.replace(day=1)),
        grant(former, CaseRole.LEAD_INVESTIGATOR, ended_at=grant(former, CaseRole.INVESTIGATOR).granted_at),
    ):
        subject = case_of((former, standing_of(former, [gone], [], TODAY)))
        assert may(acting(former), act, subject).answer is Answer.UNKNOWN


@pytest.mark.parametrize("act", ABOUT_A_CASE)
def test_without_a_standing_given_an_outsider_knows_nothing(act: Act) -> None:
    who = person(1, OrganisationRole.INVESTIGATOR)
    assert may(acting(who), act, Subject()).answer is Answer.UNKNOWN
    assert may(acting(who), act, Subject(standings={})).answer is Answer.UNKNOWN


@pytest.mark.parametrize("act", sorted(EXPECTED))
@pytest.mark.parametrize("column", COLUMNS)
def test_an_inactive_person_knows_nothing(act: Act, column: str) -> None:
    who, standing = someone(column)
    gone = replace(who, active=False)
    assert may(acting(gone), act, case_of((gone, standing))).answer is Answer.UNKNOWN


def test_the_answer_names_the_role_in_which_the_act_is_done() -> None:
    who = person(1, OrganisationRole.INVESTIGATOR, OrganisationRole.AUDITOR, OrganisationRole.ADMINISTRATOR)
    member = case_of((who, Standing(roles=frozenset({CaseRole.INVESTIGATOR}))))
    assert may(acting(who), Act.CASE_READ, member).role == "investigator"
    assert may(acting(who), Act.CASE_READ, case_of((who, Standing()))).role == "auditor"
    assert may(acting(who), Act.PERSON_ADD, Subject()).role == "administrator"
    assert may(acting(who), Act.ME_READ, Subject()).role is None


def test_a_refusal_says_why_and_an_unknown_says_nothing() -> None:
    who = person(1, OrganisationRole.DECISION_MAKER)
    member = case_of((who, Standing(roles=frozenset({CaseRole.DECISION_MAKER}))))
    assert may(acting(who), Act.EVIDENCE_DECLARE, member).why == "Your roles do not allow this."
    assert may(acting(who), Act.EVIDENCE_DECLARE, Subject()).why == ""


@pytest.mark.parametrize("act", sorted(Act))
def test_an_actor_that_is_nobody_may_nothing(act: Act) -> None:
    assert may(Actor(ActorKind.PERSON, "nobody"), act, Subject()).answer is Answer.UNKNOWN


@pytest.mark.parametrize("act", sorted(OF_THE_INSTALLATION))
def test_no_token_can_ask_for_an_act_of_the_installation(act: Act) -> None:
    who = person(1, *OrganisationRole)
    subject = case_of((who, Standing(roles=frozenset(CaseRole))))
    assert may(acting(who), act, subject).answer is Answer.UNKNOWN
    assert may(delegated(who, person(2, *OrganisationRole)), act, subject).answer is Answer.UNKNOWN
    assert may(system(), act, Subject()).allowed


def test_the_installation_acts_as_system() -> None:
    assert may(system(), Act.EVIDENCE_SEAL, Subject()).role == "system"


def test_the_operator_manages_people_and_tokens_and_nothing_else() -> None:
    operator = Actor(ActorKind.OPERATOR, "root")
    allowed = {act for act in Act if may(operator, act, Subject()).allowed}
    assert allowed == {
        Act.PERSON_ADD,
        Act.PERSON_LIST,
        Act.PERSON_READ,
        Act.PERSON_CHANGE,
        Act.TOKEN_ISSUE,
        Act.TOKEN_LIST,
        Act.TOKEN_REVOKE,
        Act.LINK_LIST,
        Act.LINK_REVOKE,
    }
    assert may(operator, Act.PERSON_ADD, Subject()).role == "operator"
    assert may(operator, Act.EVIDENCE_ACCESS, Subject()).answer is Answer.FORBIDDEN


# --- upload tokens ---


def by_upload_token(who: Person, upload_id: UploadId | None = UPLOAD_ID) -> Actor:
    return Actor(ActorKind.UPLOAD, who.name, person=who, upload_id=upload_id)


@pytest.mark.parametrize("act", sorted(Act))
def test_an_upload_token_reaches_only_its_own_upload(act: Act) -> None:
    who = person(1, *OrganisationRole)
    standings = {who.id: Standing(roles=frozenset(CaseRole))}
    own = may(by_upload_token(who), act, Subject(standings=standings, upload_id=UPLOAD_ID))
    other = may(by_upload_token(who), act, Subject(standings=standings, upload_id=OTHER_UPLOAD_ID))
    none = may(by_upload_token(who), act, Subject(standings=standings))
    assert own.allowed is (act in BY_UPLOAD_TOKEN)
    assert own.allowed or own.answer is Answer.UNKNOWN
    assert other.answer is none.answer is Answer.UNKNOWN


@pytest.mark.parametrize("act", sorted(BY_UPLOAD_TOKEN))
def test_an_upload_token_falls_with_the_membership_of_who_declared_the_item(act: Act) -> None:
    who = person(1, OrganisationRole.INVESTIGATOR)
    for standing in (Standing(), Standing(roles=frozenset({CaseRole.INVESTIGATOR}), walled=True)):
        subject = Subject(standings={who.id: standing}, upload_id=UPLOAD_ID)
        assert may(by_upload_token(who), act, subject).answer is Answer.UNKNOWN


# --- intake tokens and invitations ---

NARROW = {ActorKind.INTAKE: BY_INTAKE_TOKEN, ActorKind.INVITATION: BY_INVITATION}
INTAKE_ID, OTHER_INTAKE_ID = IntakeId(new_id()), IntakeId(new_id())


@pytest.mark.parametrize("kind", NARROW)
@pytest.mark.parametrize("act", sorted(Act))
def test_an_intake_token_and_an_invitation_reach_only_their_own_intake(act: Act, kind: ActorKind) -> None:
    who = person(1, *OrganisationRole)
    standings = {who.id: Standing(roles=frozenset(CaseRole))}
    holder = Actor(kind, who.name, person=who, intake_id=INTAKE_ID)
    own = may(holder, act, Subject(standings=standings, upload_id=UPLOAD_ID, intake_id=INTAKE_ID))
    assert own.allowed is (act in NARROW[kind])
    assert own.allowed or own.answer is Answer.UNKNOWN
    for foreign in (OTHER_INTAKE_ID, None):
        subject = Subject(standings=standings, upload_id=UPLOAD_ID, intake_id=foreign)
        assert may(holder, act, subject).answer is Answer.UNKNOWN
        assert may(replace(holder, intake_id=None), act, subject).answer is Answer.UNKNOWN


@pytest.mark.parametrize("kind", NARROW)
def test_they_fall_with_the_membership_of_who_made_them(kind: ActorKind) -> None:
    who = person(1, OrganisationRole.INVESTIGATOR)
    holder = Actor(kind, who.name, person=who, intake_id=INTAKE_ID)
    for standing in (Standing(), Standing(roles=frozenset({CaseRole.INVESTIGATOR}), walled=True)):
        subject = Subject(standings={who.id: standing}, intake_id=INTAKE_ID)
        assert all(may(holder, act, subject).answer is Answer.UNKNOWN for act in NARROW[kind])
