"""What can happen in the life of a case: the one list that milestones, clocks and the order of things are written in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Strand(StrEnum):
    """What has dates of its own: the case itself, and what runs beside the investigation."""

    CASE = "case"
    REVIEW = "review"
    DSI_REVIEW = "dsi_review"
    """Of a local investigation into a death or serious injury."""
    RECOMMENDATION = "recommendation"
    PROCEEDING = "proceeding"
    WITHDRAWAL = "withdrawal"
    """A complaint that its complainant withdraws (regulations 38 and 39)."""
    RESUMPTION = "resumption"
    """The way back after a suspension for criminal proceedings (regulation 41)."""
    SERVICE_COMPLAINT = "service_complaint"
    """About the service of the body itself."""
    INFORMATION_REQUEST = "information_request"
    SUBJECT_ACCESS = "subject_access"
    BREACH = "breach"
    """Of personal data."""


class EventKind(StrEnum):
    REFERRAL_DUTY_CLEAR = "referral_duty_clear"
    COMPLAINT_MADE = "complaint_made"
    CAME_TO_ATTENTION = "came_to_attention"
    """The matter, or the allegation, came to the attention of the appropriate authority."""
    REFERRAL_RECEIVED = "referral_received"
    """A matter called in counts as referred."""
    PAPERS_RECEIVED = "papers_received"
    MODE_DECIDED = "mode_decided"
    DECIDED_TO_INVESTIGATE = "decided_to_investigate"
    """The mode was decided, and it is one in which the body itself investigates or directs."""
    INVESTIGATION_STARTED = "investigation_started"
    CONDUCT_NOTICE_SERVED = "conduct_notice_served"
    TIMELINESS_REPORT_SENT = "timeliness_report_sent"
    REPORT_DRAFTED = "report_drafted"
    REPORT_FINAL = "report_final"
    FORCE_INVESTIGATION_COMPLETE = "force_investigation_complete"
    WITH_DECISION_MAKER = "with_decision_maker"
    AA_VIEWS_REQUESTED = "aa_views_requested"
    AA_VIEWS_RECEIVED = "aa_views_received"
    FINAL_DETERMINATION = "final_determination"
    REPORT_SENT_TO_AA = "report_sent_to_aa"
    CPS_CONDITIONS_DECIDED = "cps_conditions_decided"
    CPS_REFERRED = "cps_referred"
    CPS_DECIDED = "cps_decided"
    DECISION_LETTER_SENT = "decision_letter_sent"
    """Tells victims that nothing is referred to the CPS."""
    VRR_REQUESTED = "vrr_requested"
    VRR_DECIDED = "vrr_decided"
    CLOSED = "closed"
    ARCHIVED = "archived"

    REVIEW_INFORMATION_PROVIDED = "review_information_provided"
    REVIEW_APPLIED = "review_applied"
    """The application reached the body that decides it."""
    REVIEW_VALIDITY_DECIDED = "review_validity_decided"
    REVIEW_PAPERS_RECEIVED = "review_papers_received"
    REVIEW_WITHDRAWN = "review_withdrawn"
    REVIEW_DECIDED = "review_decided"

    DSI_REVIEW_PAPERS_RECEIVED = "dsi_review_papers_received"
    DSI_REVIEW_DECIDED = "dsi_review_decided"

    RECOMMENDATION_MADE = "recommendation_made"
    RECOMMENDATION_ANSWERED = "recommendation_answered"
    RESPONSE_PUBLISHED = "response_published"

    PROCEEDING_OPENED = "proceeding_opened"
    PACKAGE_COMPLETE = "package_complete"
    """All documents of regulation 30 are together."""
    DOCUMENTS_SUPPLIED = "documents_supplied"
    OFFICER_RESPONDED = "officer_responded"
    WITNESSES_LISTED = "witnesses_listed"
    PROCEEDING_CONCLUDED = "proceeding_concluded"

    WITHDRAWAL_NOTIFIED = "withdrawal_notified"
    WITHDRAWAL_RECORDED = "withdrawal_recorded"
    DIRECTOR_GENERAL_TOLD = "director_general_told"

    RESUMPTION_LETTER_SENT = "resumption_letter_sent"
    COMPLAINANT_REPLIED = "complainant_replied"
    PUBLIC_INTEREST_DECIDED = "public_interest_decided"

    SERVICE_COMPLAINT_RECEIVED = "service_complaint_received"
    SERVICE_COMPLAINT_ANSWERED = "service_complaint_answered"

    INFORMATION_REQUESTED = "information_requested"
    REQUEST_CLARIFIED = "request_clarified"
    INFORMATION_ANSWERED = "information_answered"

    ACCESS_REQUESTED = "access_requested"
    IDENTITY_CONFIRMED = "identity_confirmed"
    ACCESS_CLARIFIED = "access_clarified"
    ACCESS_ANSWERED = "access_answered"

    BREACH_KNOWN = "breach_known"
    COMMISSIONER_TOLD = "commissioner_told"
    """The Information Commissioner."""


class Outcome(StrEnum):
    """How something was decided, where the event is a decision."""

    MET = "met"
    NOT_MET = "not_met"
    CHARGE = "charge"
    NO_CHARGE = "no_charge"
    REFER = "refer"
    DO_NOT_REFER = "do_not_refer"
    VALID = "valid"
    INVALID = "invalid"
    UPHELD = "upheld"
    """The outcome of the complaint was not reasonable and proportionate."""
    NOT_UPHELD = "not_upheld"
    APPROPRIATE = "appropriate"
    NOT_APPROPRIATE = "not_appropriate"
    ACCEPTED = "accepted"
    PARTIALLY_ACCEPTED = "partially_accepted"
    NOT_ACCEPTED = "not_accepted"
    RESUME = "resume"
    DO_NOT_RESUME = "do_not_resume"


class PauseKind(StrEnum):
    """Why time may not count. Whether it does is for each clock to say."""

    SUB_JUDICE = "sub_judice"
    """Suspended because of criminal proceedings (regulation 40)."""
    FURTHER_INFORMATION = "further_information"
    """Asked of the force before the mode is decided."""
    WRONG_BODY = "wrong_body"
    """An application lay with a body that does not decide it."""
    CLARIFICATION = "clarification"
    """Asked of somebody who wants information."""
    JUDICIAL_REVIEW = "judicial_review"


@dataclass(frozen=True, slots=True)
class EventRule:
    """What holds for every event of one kind. Without `outcomes` it has none; with them it has exactly one."""

    strand: Strand
    outcomes: frozenset[Outcome] = frozenset()
    repeatable: bool = False
    decided: bool = False
    """Needs the person who decided."""
    derived: bool = False
    """Follows from a decision about the mode, and is not recorded by itself."""


_E, _O, _S = EventKind, Outcome, Strand


def _of(strand: Strand, *kinds: EventKind) -> dict[EventKind, EventRule]:
    return {kind: EventRule(strand) for kind in kinds}


EVENTS: Mapping[EventKind, EventRule] = {
    **_of(
        _S.CASE,
        _E.REFERRAL_DUTY_CLEAR,
        _E.COMPLAINT_MADE,
        _E.CAME_TO_ATTENTION,
        _E.REFERRAL_RECEIVED,
        _E.PAPERS_RECEIVED,
        _E.INVESTIGATION_STARTED,
        _E.REPORT_DRAFTED,
        _E.REPORT_FINAL,
        _E.FORCE_INVESTIGATION_COMPLETE,
        _E.WITH_DECISION_MAKER,
        _E.AA_VIEWS_REQUESTED,
        _E.AA_VIEWS_RECEIVED,
        _E.REPORT_SENT_TO_AA,
        _E.CPS_REFERRED,
        _E.DECISION_LETTER_SENT,
        _E.VRR_REQUESTED,
        _E.CLOSED,
        _E.ARCHIVED,
    ),
    _E.MODE_DECIDED: EventRule(_S.CASE, repeatable=True, derived=True),
    _E.DECIDED_TO_INVESTIGATE: EventRule(_S.CASE, repeatable=True, derived=True),
    _E.CONDUCT_NOTICE_SERVED: EventRule(_S.CASE, repeatable=True),
    _E.TIMELINESS_REPORT_SENT: EventRule(_S.CASE, repeatable=True),
    _E.FINAL_DETERMINATION: EventRule(_S.CASE, decided=True),
    _E.CPS_CONDITIONS_DECIDED: EventRule(_S.CASE, frozenset({_O.MET, _O.NOT_MET}), decided=True),
    _E.CPS_DECIDED: EventRule(_S.CASE, frozenset({_O.CHARGE, _O.NO_CHARGE})),
    _E.VRR_DECIDED: EventRule(_S.CASE, frozenset({_O.REFER, _O.DO_NOT_REFER}), decided=True),
    **_of(_S.REVIEW, _E.REVIEW_INFORMATION_PROVIDED, _E.REVIEW_APPLIED, _E.REVIEW_PAPERS_RECEIVED, _E.REVIEW_WITHDRAWN),
    _E.REVIEW_VALIDITY_DECIDED: EventRule(_S.REVIEW, frozenset({_O.VALID, _O.INVALID}), decided=True),
    _E.REVIEW_DECIDED: EventRule(_S.REVIEW, frozenset({_O.UPHELD, _O.NOT_UPHELD}), decided=True),
    _E.DSI_REVIEW_PAPERS_RECEIVED: EventRule(_S.DSI_REVIEW),
    _E.DSI_REVIEW_DECIDED: EventRule(_S.DSI_REVIEW, frozenset({_O.APPROPRIATE, _O.NOT_APPROPRIATE}), decided=True),
    **_of(_S.RECOMMENDATION, _E.RECOMMENDATION_MADE, _E.RESPONSE_PUBLISHED),
    _E.RECOMMENDATION_ANSWERED: EventRule(
        _S.RECOMMENDATION, frozenset({_O.ACCEPTED, _O.PARTIALLY_ACCEPTED, _O.NOT_ACCEPTED})
    ),
    **_of(
        _S.PROCEEDING,
        _E.PROCEEDING_OPENED,
        _E.PACKAGE_COMPLETE,
        _E.DOCUMENTS_SUPPLIED,
        _E.OFFICER_RESPONDED,
        _E.WITNESSES_LISTED,
        _E.PROCEEDING_CONCLUDED,
    ),
    **_of(_S.WITHDRAWAL, _E.WITHDRAWAL_NOTIFIED, _E.WITHDRAWAL_RECORDED, _E.DIRECTOR_GENERAL_TOLD),
    **_of(_S.RESUMPTION, _E.RESUMPTION_LETTER_SENT, _E.COMPLAINANT_REPLIED),
    _E.PUBLIC_INTEREST_DECIDED: EventRule(_S.RESUMPTION, frozenset({_O.RESUME, _O.DO_NOT_RESUME}), decided=True),
    **_of(_S.SERVICE_COMPLAINT, _E.SERVICE_COMPLAINT_RECEIVED, _E.SERVICE_COMPLAINT_ANSWERED),
    **_of(_S.INFORMATION_REQUEST, _E.INFORMATION_REQUESTED, _E.INFORMATION_ANSWERED),
    _E.REQUEST_CLARIFIED: EventRule(_S.INFORMATION_REQUEST, repeatable=True),
    **_of(_S.SUBJECT_ACCESS, _E.ACCESS_REQUESTED, _E.IDENTITY_CONFIRMED, _E.ACCESS_ANSWERED),
    _E.ACCESS_CLARIFIED: EventRule(_S.SUBJECT_ACCESS, repeatable=True),
    **_of(_S.BREACH, _E.BREACH_KNOWN, _E.COMMISSIONER_TOLD),
}


_SPELT = {"aa": "AA", "cps": "CPS", "dsi": "DSI", "vrr": "VRR"}


@cache
def words(name: StrEnum) -> str:
    """A name as people read it."""
    return " ".join(_SPELT.get(word, word) for word in name.value.split("_"))


def sentence_start(text: str) -> str:
    """With its first letter large and the others as they are."""
    return text[:1].upper() + text[1:]
