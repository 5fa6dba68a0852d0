"""How far a case has come on a day: a pure function of its milestones, decisions about the mode and suspensions."""

from datetime import date
from enum import StrEnum

from dems.model.life.events import EventKind, Outcome, PauseKind
from dems.model.life.lives import Life
from dems.model.life.strands import Proceeding, ProceedingKind
from dems.model.life.vocabulary import INVESTIGATED_BY_THE_BODY, Mode

_E = EventKind


class Stage(StrEnum):
    """The main line. What happens with the CPS runs beside it, since it may begin before the final report."""

    BEFORE_REFERRAL = "before_referral"
    REFERRAL_RECEIVED = "referral_received"
    AWAITING_PAPERS = "awaiting_papers"
    RETURNED_TO_FORCE = "returned_to_force"
    WITH_FORCE = "with_force"
    """A local or supervised investigation."""
    NOT_STARTED = "not_started"
    LIVE = "live"
    SUSPENDED = "suspended"
    REPORT_DRAFT = "report_draft"
    REPORT_FINAL = "report_final"
    WITH_DECISION_MAKER = "with_decision_maker"
    AA_VIEWS_REQUESTED = "aa_views_requested"
    FINAL_DETERMINATION = "final_determination"
    REPORT_WITH_AA = "report_with_aa"
    PROCEEDINGS = "proceedings"
    CLOSED = "closed"
    RETENTION = "retention"


class WithCps(StrEnum):
    """The criminal branch."""

    NOT_CONSIDERED = "not_considered"
    REVIEW_WINDOW = "review_window"
    """The conditions are not met: victims of a case designated criminal may ask for review."""
    CONDITIONS_MET = "conditions_met"
    REFERRED = "referred"
    CHARGED = "charged"
    NOT_CHARGED = "not_charged"


_INVESTIGATION = (
    (_E.REPORT_SENT_TO_AA, Stage.REPORT_WITH_AA),
    (_E.FINAL_DETERMINATION, Stage.FINAL_DETERMINATION),
    (_E.AA_VIEWS_REQUESTED, Stage.AA_VIEWS_REQUESTED),
    (_E.WITH_DECISION_MAKER, Stage.WITH_DECISION_MAKER),
    (_E.REPORT_FINAL, Stage.REPORT_FINAL),
    (_E.REPORT_DRAFTED, Stage.REPORT_DRAFT),
    (_E.INVESTIGATION_STARTED, Stage.LIVE),
)
"""From the furthest back: the first that has happened says how far the case has come."""

_MAY_BE_SUSPENDED = frozenset({Stage.LIVE, Stage.REPORT_DRAFT})


def stage_on(life: Life, day: date) -> Stage:
    """How far the case had come by the end of a London date."""
    happened = frozenset(e.kind for e in life.events() if e.when.on <= day)
    if _E.ARCHIVED in happened:
        return Stage.RETENTION
    if _E.CLOSED in happened:
        return Stage.CLOSED
    if any(proceedings_on(life, day)) and _E.REPORT_FINAL in happened:
        return Stage.PROCEEDINGS
    return _under_way(life, day, happened)


def _under_way(life: Life, day: date, happened: frozenset[EventKind]) -> Stage:
    mode = life.mode_on(day)
    if mode is None:
        return _before_the_mode(life, day, happened)
    if mode.mode not in INVESTIGATED_BY_THE_BODY and _E.REPORT_FINAL not in happened:
        return Stage.RETURNED_TO_FORCE if mode.mode is Mode.RETURN_TO_FORCE else Stage.WITH_FORCE
    stage = next((stage for kind, stage in _INVESTIGATION if kind in happened), Stage.NOT_STARTED)
    if stage in _MAY_BE_SUSPENDED and _paused(life, day, PauseKind.SUB_JUDICE):
        return Stage.SUSPENDED
    return stage


def _before_the_mode(life: Life, day: date, happened: frozenset[EventKind]) -> Stage:
    if _E.REFERRAL_RECEIVED not in happened:
        return Stage.BEFORE_REFERRAL
    waits = _paused(life, day, PauseKind.FURTHER_INFORMATION) or _E.PAPERS_RECEIVED not in happened
    return Stage.AWAITING_PAPERS if waits else Stage.REFERRAL_RECEIVED


def _paused(life: Life, day: date, kind: PauseKind) -> bool:
    return any(p.kind is kind and p.covers(day) for p in life.pauses())


def with_cps_on(life: Life, day: date) -> WithCps:
    """Where the criminal branch stood by the end of a London date, whatever the stage of the investigation."""
    happened = {e.kind: e.outcome for e in life.events() if e.when.on <= day}
    if _E.CPS_DECIDED in happened:
        return WithCps.CHARGED if happened[_E.CPS_DECIDED] is Outcome.CHARGE else WithCps.NOT_CHARGED
    if _E.CPS_REFERRED in happened:
        return WithCps.REFERRED
    decided = happened.get(_E.CPS_CONDITIONS_DECIDED)
    if decided is Outcome.MET or happened.get(_E.VRR_DECIDED) is Outcome.REFER:
        return WithCps.CONDITIONS_MET
    return WithCps.NOT_CONSIDERED if decided is None else WithCps.REVIEW_WINDOW


def proceedings_on(life: Life, day: date) -> tuple[ProceedingKind, ...]:
    """The kinds of proceedings that were open on a London date."""
    found = []
    for fact in life.standing(Proceeding):
        happened = {e.kind for e in life.events(fact.content.id) if e.when.on <= day}
        if _E.PROCEEDING_OPENED in happened and _E.PROCEEDING_CONCLUDED not in happened:
            found.append(fact.content.kind)
    return tuple(found)
