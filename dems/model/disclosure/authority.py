"""Who may decide what: the case roles and clearances that a decision needs on the day it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dems.model.disclosure.acting import DISCLOSURE_OFFICERS
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Handled,
    LeakCleared,
    Level,
    NeedsClearance,
    Pii,
    Presumed,
    Privilege,
    PrivilegeState,
    Relevant,
    Sensitive,
    SensitiveInformation,
    SourceChecked,
    Used,
)
from dems.model.disclosure.contents_of_lists import Exhibited, HarmTested, Owned, Paginated, ProposedOnward
from dems.model.people import CaseRole, Clearance

_R = CaseRole
_INVESTIGATES = frozenset({_R.INVESTIGATOR, _R.LEAD_INVESTIGATOR})
_COUNSEL = frozenset({_R.INDEPENDENT_COUNSEL})
_LAWYER = frozenset({_R.REVIEWING_LAWYER})
_RESTRICTED = frozenset({Clearance.SENSITIVE, Clearance.PII})
_SENSITIVE = frozenset({Clearance.SENSITIVE})
_NONE: frozenset[Clearance] = frozenset()


@dataclass(frozen=True, slots=True)
class Needs:
    """One of these roles, and all of these clearances."""

    roles: frozenset[CaseRole]
    clearances: frozenset[Clearance] = field(default_factory=frozenset)


ROLES: Mapping[type, frozenset[CaseRole]] = {
    Relevant: DISCLOSURE_OFFICERS | _INVESTIGATES | _COUNSEL,
    Used: DISCLOSURE_OFFICERS | _INVESTIGATES | _LAWYER | _COUNSEL,
    Described: DISCLOSURE_OFFICERS | _INVESTIGATES | _COUNSEL,
    Sensitive: DISCLOSURE_OFFICERS | _COUNSEL,
    SensitiveInformation: DISCLOSURE_OFFICERS | {_R.LEAD_INVESTIGATOR} | _COUNSEL,
    Privilege: DISCLOSURE_OFFICERS | _INVESTIGATES | _LAWYER | _COUNSEL,
    Pii: DISCLOSURE_OFFICERS | _LAWYER,
    AgainstTest: DISCLOSURE_OFFICERS | _COUNSEL,
    Presumed: DISCLOSURE_OFFICERS | _COUNSEL,
    NeedsClearance: DISCLOSURE_OFFICERS | _COUNSEL,
    SourceChecked: DISCLOSURE_OFFICERS,
    LeakCleared: DISCLOSURE_OFFICERS,
    Handled: DISCLOSURE_OFFICERS | _LAWYER,
    Exhibited: DISCLOSURE_OFFICERS | _INVESTIGATES | _LAWYER | _COUNSEL,
    HarmTested: DISCLOSURE_OFFICERS | {_R.DECISION_MAKER} | _COUNSEL,
    Paginated: DISCLOSURE_OFFICERS | _INVESTIGATES | _COUNSEL,
    Owned: DISCLOSURE_OFFICERS | _INVESTIGATES | _COUNSEL,
    ProposedOnward: DISCLOSURE_OFFICERS | {_R.LEAD_INVESTIGATOR} | _COUNSEL,
}
"""Relevance is for the investigator, the officer in charge or the disclosure officer (CPS manual, chapters 1 and 5)."""


def needed_for(content: Content, restricted: bool) -> Needs:
    """What deciding `content` needs of a subject; `restricted` is one that was ever sensitive in this proceeding.

    What somebody without the first of the clearances is refused, they are refused of every subject alike: whether it is sensitive
    must not follow from it. So the test and what became of a thing need it always, and a description never does. What would tell
    somebody without the other that there is a public interest immunity record needs that too of everybody, whether or not there is
    one: making sensitive material not sensitive, and saying what became of it.
    """
    roles = ROLES[type(content)]
    if isinstance(content, Privilege) and content.state is not PrivilegeState.SUSPECTED:
        roles = _COUNSEL
    if isinstance(content, Pii | NeedsClearance) or (restricted and isinstance(content, Handled)):
        return Needs(roles, _RESTRICTED)
    if isinstance(content, Sensitive):
        released = restricted and content.level is Level.NOT_SENSITIVE
        return Needs(roles, _RESTRICTED if released else _SENSITIVE)
    if isinstance(content, SourceChecked | LeakCleared | AgainstTest | Handled | HarmTested | ProposedOnward):
        return Needs(roles, _SENSITIVE)
    return Needs(roles, _NONE)
