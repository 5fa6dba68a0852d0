"""Who may do what, written out as data and compared with what `may` answers. Not derived from the table under test."""

from dataclasses import replace
from itertools import product

import pytest

from dems.model.actors import Actor, ActorKind, system
from dems.model.acts import Act
from dems.model.ids import UploadId
from dems.model.people import CaseRole, OrganisationRole, Person, Standing, standing_of
from dems.model.permission import TABLE, Answer, Subject, may
from tests.model.people import OTHER_UPLOAD_ID, TODAY, UPLOAD_ID, acting, delegated, grant, person, wall

# Each of the first nine is on the case in that role, and holds it in the organisation. The next three hold an
# organisation role and are on no case. The last three hold a case role in the organisation and are not on this case.
COLUMNS = [
    *("investigator", "lead_investigator", "disclosure_officer", "lead_disclosure_officer"),
    *("deputy_disclosure_officer", "case_manager", "decision_maker", "reviewing_lawyer", "independent_counsel"),
    *("administrator", "auditor", "integration"),
    *("outside:investigator", "outside:lead_investigator", "outside:case_manager"),
]

# A allowed, F forbidden (knows of it), U unknown (answered as not found).
MATRIX = """
    me.read                      AAAAA AAAA AAA AAA
    person.add                   FFFFF FFFF AFF FFF
    person.list                  FAFFF AFFF AAA FAA
    person.read                  FAFFF AFFF AAA FAA
    person.change                FFFFF FFFF AFF FFF
    token.issue                  FFFFF FFFF AFF FFF
    token.list                   FFFFF FFFF AAF FFF
    token.revoke                 FFFFF FFFF AFF FFF
    case.open                    FFFFF AFFF FFA FFA
    case.list                    AAAAA AAAA AAA AAA
    case.read                    AAAAA AAAA FAA UUU
    case.change                  FAFFF AFFF FFA UUU
    case.close                   FFFFF AAFF FFA UUU
    case.reopen                  FFFFF AAFF FFA UUU
    team.read                    AAAAA AAAA AAA UUU
    team.grant                   FAFFF AFFF AFF UUU
    team.end                     FAFFF AFFF AFF UUU
    wall.read                    FAFFF AFFF AAF UUU
    wall.raise                   FAFFF AFFF AFF UUU
    wall.lower                   FAFFF AFFF AFF UUU
    evidence.declare             AAAAA FFFF FFA UUU
    evidence.list                AAAAA AAAA FAA UUU
    evidence.read                AAAAA AAAA FAA UUU
    evidence.describe            AAAAA FFFF FFA UUU
    evidence.correct_exhibit_ref AAAAA FFFF FFF UUU
    upload.open                  AAAAA FFFF FFA UUU
    upload.read                  AAAAA FFFF FAA UUU
    upload.receive               AAAAA FFFF FFA UUU
    upload.complete              AAAAA FFFF FFA UUU
    upload.abandon               AAAAA FFFF FFA UUU
    evidence.access              AAAAA FAAA FFF UUU
    evidence.content             AAAAA FAAA FFF UUU
    evidence.verify              AAAAA FAAA FAF UUU
    verifications.read           AAAAA AAAA FAA UUU
    custody.read                 AAAAA AAAA FAA UUU
"""

ANSWERS = {"A": Answer.ALLOWED, "F": Answer.FORBIDDEN, "U": Answer.UNKNOWN}
EXPECTED = {
    Act(line.split()[0]): dict(zip(COLUMNS, (ANSWERS[c] for c in "".join(line.split()[1:])), strict=True))
    for line in MATRIX.strip().splitlines()
}
NOT_ABOUT_A_CASE = {act for act, row in EXPECTED.items() if row["outside:investigator"] is not Answer.UNKNOWN}
ABOUT_A_CASE = sorted(set(EXPECTED) - NOT_ABOUT_A_CASE)
BY_UPLOAD_TOKEN = {Act.UPLOAD_READ, Act.UPLOAD_RECEIVE, Act.UPLOAD_COMPLETE, Act.UPLOAD_ABANDON}
OF_THE_INSTALLATION = {
    Act.UPLOAD_EXPIRE,
    Act.EVIDENCE_SEAL,
    Act.EVIDENCE_MISMATCH,
    Act.EVIDENCE_RECHECK,
    Act.EVIDENCE_FREEZE,
    Act.ORPHAN_REPORT,
    Act.RECORDS_CONSULTED,
    Act.INSTALLATION_START,
}


def someone(column: str) -> tuple[Person, Standing]:
    name = column.removeprefix("outside:")
    who = person(1, OrganisationRole(name))
    on_case = name == column and name in {r.value for r in CaseRole}
    return who, Standing(roles=frozenset({CaseRole(name)} if on_case else ()))


def case_of(*people: tuple[Person, Standing]) -> Subject:
    return Subject(standings={who.id: standing for who, standing in people})


def test_the_matrix_names_every_act_that_a_token_can_ask_for() -> None:
    assert set(EXPECTED) | OF_THE_INSTALLATION == set(Act)
    assert not set(EXPECTED) & OF_THE_INSTALLATION
    assert set(TABLE) == set(EXPECTED)


def test_the_matrix_has_a_column_for_every_role() -> None:
    assert {c for c in COLUMNS if ":" not in c} == {r.value for r in OrganisationRole}
    assert {r.value for r in CaseRole} < {r.value for r in OrganisationRole}


@pytest.mark.parametrize("act", sorted(EXPECTED))
@pytest.mark.parametrize("column", COLUMNS)
def test_may_answers_as_the_matrix_says(act: Act, column: str) -> None:
    who, standing = someone(column)
    verdict = may(acting(who), act, case_of((who, standing)))
    assert verdict.answer is EXPECTED[act][column]
    assert verdict.allowed is (EXPECTED[act][column] is Answer.ALLOWED)


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
        Act.TOKEN_REVOKE,
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


# --- services on behalf of people ---


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
