"""One table of who may do what, and one function that reads it. Every route and command goes through `may`.

Three answers: *allowed* (and in which role), *forbidden* (the caller knows of the thing and may not do
this), *unknown* (the caller may not even know that it exists; answered as not found).

A wall wins over every role. An upload token reaches only its own upload, an intake token or an invitation only its own
intake. A service's act needs the
permission of the service and of the person it acts for, and passes the walls of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.ids import IntakeId, PersonId, UploadId
from dems.model.people import CaseRole, OrganisationRole, Person, Standing


class Answer(StrEnum):
    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and the role in which the act is done when it is allowed."""

    answer: Answer
    role: str | None = None
    why: str = ""
    to_self: bool = False
    """Forbidden because nobody grants anything to themselves."""

    @property
    def allowed(self) -> bool:
        return self.answer is Answer.ALLOWED


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted upon: nothing in particular, a case (with each involved person's standing on it), or a person."""

    standings: Mapping[PersonId, Standing] | None = None
    """Given where the subject is a case or something of a case."""
    upload_id: UploadId | None = None
    intake_id: IntakeId | None = None
    """The intake that it is or belongs to, where it belongs to one."""
    person_id: PersonId | None = None
    """The person to whom something is granted or done."""


_C, _O = CaseRole, OrganisationRole

ALL_CASE_ROLES = frozenset(CaseRole)
_TAKES_IN = frozenset(
    {
        _C.INVESTIGATOR,
        _C.LEAD_INVESTIGATOR,
        _C.DISCLOSURE_OFFICER,
        _C.LEAD_DISCLOSURE_OFFICER,
        _C.DEPUTY_DISCLOSURE_OFFICER,
    }
)
_VIEWS = _TAKES_IN | {_C.DECISION_MAKER, _C.REVIEWING_LAWYER, _C.INDEPENDENT_COUNSEL}
_GIVES_OUT = frozenset(
    {
        _C.LEAD_INVESTIGATOR,
        _C.DISCLOSURE_OFFICER,
        _C.LEAD_DISCLOSURE_OFFICER,
        _C.DEPUTY_DISCLOSURE_OFFICER,
    }
)
_RUNS_TEAM = frozenset({_C.CASE_MANAGER, _C.LEAD_INVESTIGATOR})
_RUNS_CASE = frozenset({_C.CASE_MANAGER, _C.LEAD_INVESTIGATOR})
_ENDS_CASE = frozenset({_C.CASE_MANAGER, _C.DECISION_MAKER})
_TELLS_LIFE = _RUNS_CASE | _ENDS_CASE


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may: holders of a case role on that case, or holders of an organisation role whatever the case."""

    case_roles: frozenset[CaseRole] = field(default_factory=frozenset)
    organisation_roles: frozenset[OrganisationRole] = field(default_factory=frozenset)
    everyone: bool = False
    tokens: frozenset[ActorKind] = field(default_factory=frozenset)
    """Which credentials of narrow use open it too: for their own upload or intake, in the name of who made them."""
    about_a_case: bool = True


def _people(*roles: OrganisationRole) -> Rule:
    return Rule(organisation_roles=frozenset(roles), about_a_case=False)


def _case(
    case_roles: frozenset[CaseRole], *roles: OrganisationRole, tokens: frozenset[ActorKind] = frozenset()
) -> Rule:
    return Rule(case_roles=case_roles, organisation_roles=frozenset(roles), tokens=tokens)


_K = ActorKind
_SENDS = frozenset({_K.UPLOAD, _K.INTAKE, _K.INVITATION})
_OWN_INTAKE = frozenset({_K.INTAKE, _K.INVITATION})


TABLE: Mapping[Act, Rule] = {
    Act.ME_READ: Rule(everyone=True, about_a_case=False),
    Act.ANNOUNCEMENT_LIST: Rule(everyone=True, about_a_case=False),
    # An administrator manages people and teams, and reads no case and no evidence.
    Act.PERSON_ADD: _people(_O.ADMINISTRATOR),
    Act.PERSON_LIST: _people(_O.ADMINISTRATOR, _O.CASE_MANAGER, _O.LEAD_INVESTIGATOR, _O.AUDITOR, _O.INTEGRATION),
    Act.PERSON_READ: _people(_O.ADMINISTRATOR, _O.CASE_MANAGER, _O.LEAD_INVESTIGATOR, _O.AUDITOR, _O.INTEGRATION),
    Act.PERSON_CHANGE: _people(_O.ADMINISTRATOR),
    Act.TOKEN_ISSUE: _people(_O.ADMINISTRATOR),
    Act.TOKEN_LIST: _people(_O.ADMINISTRATOR, _O.AUDITOR),
    Act.TOKEN_REVOKE: _people(_O.ADMINISTRATOR),
    Act.LINK_LIST: _people(_O.ADMINISTRATOR, _O.AUDITOR),
    Act.LINK_REVOKE: _people(_O.ADMINISTRATOR),
    # What people looked at is for whoever audits; what the installation found is also for whoever has to act on it.
    Act.PERSON_CUSTODY: _people(_O.AUDITOR),
    Act.INSTALLATION_CUSTODY: _people(_O.ADMINISTRATOR, _O.AUDITOR),
    Act.LEDGER_READ: _people(_O.AUDITOR),
    Act.CASE_OPEN: _people(_O.CASE_MANAGER, _O.INTEGRATION),
    Act.CASE_IMPORT: _people(_O.CASE_MANAGER, _O.INTEGRATION),
    Act.CASE_LIST: Rule(everyone=True, about_a_case=False),
    Act.CASE_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.CASE_CHANGE: _case(_RUNS_CASE, _O.INTEGRATION),
    Act.CASE_CLOSE: _case(_ENDS_CASE, _O.INTEGRATION),
    Act.CASE_REOPEN: _case(_ENDS_CASE, _O.INTEGRATION),
    Act.LIFE_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.LIFE_RECORD: _case(_TELLS_LIFE, _O.INTEGRATION),
    Act.LIFE_CORRECT: _case(_TELLS_LIFE, _O.INTEGRATION),
    Act.CASE_LINK: _case(_TELLS_LIFE, _O.INTEGRATION),
    Act.CLOCKS_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    # Each list has the cases that its caller may know of.
    Act.DUE_LIST: Rule(everyone=True, about_a_case=False),
    # By which rules dates are counted is for everyone to know; an administrator changes them and reads no case.
    Act.CLOCK_RULES_READ: Rule(everyone=True, about_a_case=False),
    Act.CLOCK_RULES_RECORD: _people(_O.ADMINISTRATOR),
    Act.LETTER_DRAFT: _case(_RUNS_CASE | {_C.INVESTIGATOR}),
    Act.LETTER_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.TEAM_READ: _case(ALL_CASE_ROLES, _O.ADMINISTRATOR, _O.AUDITOR, _O.INTEGRATION),
    Act.TEAM_GRANT: _case(_RUNS_TEAM, _O.ADMINISTRATOR),
    Act.TEAM_END: _case(_RUNS_TEAM, _O.ADMINISTRATOR),
    Act.WALL_READ: _case(_RUNS_TEAM, _O.ADMINISTRATOR, _O.AUDITOR),
    Act.WALL_RAISE: _case(_RUNS_TEAM, _O.ADMINISTRATOR),
    Act.WALL_LOWER: _case(_RUNS_TEAM, _O.ADMINISTRATOR),
    Act.EVIDENCE_DECLARE: _case(_TAKES_IN, _O.INTEGRATION),
    Act.EVIDENCE_LIST: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.EVIDENCE_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.EVIDENCE_DESCRIBE: _case(_TAKES_IN, _O.INTEGRATION),
    Act.EVIDENCE_CORRECT_REF: _case(_TAKES_IN),
    Act.INTAKE_DECLARE: _case(_TAKES_IN, _O.INTEGRATION),
    Act.INTAKE_ADD: _case(_TAKES_IN, _O.INTEGRATION, tokens=frozenset({_K.INVITATION})),
    Act.INTAKE_READ: _case(_TAKES_IN, _O.AUDITOR, _O.INTEGRATION, tokens=_OWN_INTAKE),
    Act.INVITATION_MAKE: _case(_TAKES_IN, _O.INTEGRATION),
    Act.INVITATION_READ: _case(_TAKES_IN | _RUNS_TEAM, _O.AUDITOR, _O.INTEGRATION),
    Act.INVITATION_REVOKE: _case(_TAKES_IN | _RUNS_TEAM, _O.INTEGRATION),
    Act.INVITATION_OPEN: _case(_TAKES_IN, _O.INTEGRATION, tokens=frozenset({_K.INVITATION})),
    Act.UPLOAD_OPEN: _case(_TAKES_IN, _O.INTEGRATION, tokens=_OWN_INTAKE),
    Act.UPLOAD_READ: _case(_TAKES_IN, _O.AUDITOR, _O.INTEGRATION, tokens=_SENDS),
    Act.UPLOAD_RECEIVE: _case(_TAKES_IN, _O.INTEGRATION, tokens=_SENDS),
    Act.UPLOAD_COMPLETE: _case(_TAKES_IN, _O.INTEGRATION, tokens=_SENDS),
    Act.UPLOAD_ABANDON: _case(_TAKES_IN, _O.INTEGRATION, tokens=_SENDS),
    Act.EVIDENCE_RECEIPT: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION, tokens=_SENDS),
    # Bytes are seen by members who work with them, in person: not by administrators, auditors or services.
    Act.EVIDENCE_ACCESS: _case(_VIEWS),
    Act.EVIDENCE_CONTENT: _case(_VIEWS),
    Act.EVIDENCE_VERIFY: _case(_VIEWS, _O.AUDITOR),
    Act.VERIFICATIONS_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.CUSTODY_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    # Whoever is in the details, or wrote them, does not decide what becomes of them; and it takes two.
    Act.DETAIL_DESTROY: _case(_ENDS_CASE, _O.AUDITOR),
    # Findings repeat what is in the bytes, and pictures show it: they are for those who may see the bytes.
    Act.FINDINGS_READ: _case(_VIEWS),
    Act.RENDITION_READ: _case(_VIEWS),
    Act.FINDINGS_PROGRESS: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.FINDINGS_ASK: _case(_VIEWS),
    Act.FINDINGS_CANCEL: _case(_TAKES_IN),
    # Who answers for disclosure gives evidence out, in person; that it was given is for everybody on the case to see.
    Act.EXPORT_ASK: _case(_GIVES_OUT),
    Act.EXPORT_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.EXPORT_CONTENT: _case(_GIVES_OUT),
    # Any case role passes here, in person: which role an act needs is for the rules of disclosure to say, with their number
    # and source.
    Act.DISCLOSURE_OPEN: _case(ALL_CASE_ROLES),
    Act.DISCLOSURE_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.DISCLOSURE_DECIDE: _case(ALL_CASE_ROLES),
    Act.DISCLOSURE_HAPPENING: _case(ALL_CASE_ROLES),
    Act.MATERIAL_RECORD: _case(ALL_CASE_ROLES),
    Act.STRATEGY_RECORD: _case(ALL_CASE_ROLES),
    Act.BLOCK_RECORD: _case(ALL_CASE_ROLES),
    Act.SAMPLE_RECORD: _case(ALL_CASE_ROLES),
    Act.VIEWING_RECORD: _case(ALL_CASE_ROLES),
    Act.SCHEDULE_READ: _case(ALL_CASE_ROLES, _O.AUDITOR, _O.INTEGRATION),
    Act.SCHEDULE_PREPARE: _case(ALL_CASE_ROLES),
    Act.SCHEDULE_CERTIFY: _case(ALL_CASE_ROLES),
    Act.SCHEDULE_VOID: _case(ALL_CASE_ROLES),
    Act.SCHEDULE_SUBMIT: _case(ALL_CASE_ROLES),
    Act.SCHEDULE_RETURN: _case(ALL_CASE_ROLES),
    Act.SCHEDULE_ENDORSE: _case(ALL_CASE_ROLES),
    Act.SCHEDULE_SERVED: _case(ALL_CASE_ROLES),
    Act.SCHEDULE_DOCUMENT: _case(ALL_CASE_ROLES),
    # Each search looks into the cases that its caller may see, and into findings where they may read them.
    Act.SEARCH: Rule(everyone=True, about_a_case=False),
    # The feed holds what its reader may know of, asked anew at each reading.
    Act.EVENTS_READ: Rule(everyone=True, about_a_case=False),
    # Figures count the cases that their reader may see, and no other.
    Act.MEASURES_READ: Rule(everyone=True, about_a_case=False),
}
"""Acts that are not here can be done by the installation itself only."""

OPERATOR_ACTS = frozenset(
    {
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
)
"""What may be done at the command line beside the database, where no token is asked for."""

CASE_LIST_ROLES = TABLE[Act.CASE_READ].organisation_roles
"""Who sees every case in a list that no wall keeps from them; everyone else sees the cases they are on."""

FINDINGS_ROLES = TABLE[Act.FINDINGS_READ].case_roles
"""Whose searches look into the findings of a case; everyone else's find its items by what was declared of them."""

_KNOWS_EVERY_CASE = frozenset({_O.ADMINISTRATOR, _O.AUDITOR, _O.INTEGRATION})
_TO_THEMSELVES = frozenset({Act.PERSON_CHANGE, Act.TOKEN_ISSUE, Act.TEAM_GRANT, Act.WALL_LOWER})
_NOT_YOUR_OWN = "Nobody grants anything to themselves: ask somebody else who may."


def may(actor: Actor, act: Act, subject: Subject) -> Verdict:
    """Decide whether `actor` may do `act` to `subject`. Pure; the answer is recorded with the act."""
    if actor.kind is ActorKind.SYSTEM:
        return Verdict(Answer.ALLOWED, "system")
    if actor.kind is ActorKind.OPERATOR:
        return Verdict(Answer.ALLOWED, "operator") if act in OPERATOR_ACTS else Verdict(Answer.FORBIDDEN)
    rule = TABLE.get(act)
    if rule is None or not actor.people:
        return Verdict(Answer.UNKNOWN)
    if actor.kind in _SENDS and not (actor.kind in rule.tokens and _its_own(actor, subject)):
        return Verdict(Answer.UNKNOWN)
    verdicts = [_may_person(p, act, rule, subject) for p in actor.people]
    for answer in (Answer.UNKNOWN, Answer.FORBIDDEN):
        for verdict in verdicts:
            if verdict.answer is answer:
                return verdict
    return verdicts[-1]


def _its_own(actor: Actor, subject: Subject) -> bool:
    if actor.kind is ActorKind.UPLOAD:
        return actor.upload_id is not None and subject.upload_id == actor.upload_id
    return actor.intake_id is not None and subject.intake_id == actor.intake_id


def _may_person(person: Person, act: Act, rule: Rule, subject: Subject) -> Verdict:
    standing = Standing()
    if rule.about_a_case:
        standing = (subject.standings or {}).get(person.id, standing)
        if standing.walled or not (standing.roles or person.roles & _KNOWS_EVERY_CASE):
            return Verdict(Answer.UNKNOWN)
    if not person.active:
        return Verdict(Answer.UNKNOWN)
    if act in _TO_THEMSELVES and subject.person_id == person.id:
        return Verdict(Answer.FORBIDDEN, why=_NOT_YOUR_OWN, to_self=True)
    role = _role(person, rule, standing)
    if role is not None or rule.everyone:
        return Verdict(Answer.ALLOWED, role)
    return Verdict(Answer.FORBIDDEN, why="Your roles do not allow this.")


def _role(person: Person, rule: Rule, standing: Standing) -> str | None:
    """The role in which the person acts: a case role before an organisation role, each in the order of its enum."""
    for role in CaseRole:
        if role in rule.case_roles and role in standing.roles:
            return role.value
    for organisation_role in OrganisationRole:
        if organisation_role in rule.organisation_roles and organisation_role in person.roles:
            return organisation_role.value
    return None
