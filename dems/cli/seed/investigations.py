"""Synthetic referrals: what comes in, what is decided about it, and what the body investigates itself."""

from datetime import date, timedelta

from dems.cli.seed import shape
from dems.cli.seed.afterwards import afterwards
from dems.cli.seed.shape import on_curve
from dems.cli.seed.telling import Telling
from dems.model.clocks.rounds import periods_of
from dems.model.clocks.table import CLOCKS
from dems.model.life.contents import (
    Designation,
    MajorStatus,
    Milestone,
    ModeDecision,
    Particulars,
    PauseBegun,
    PauseEnded,
    ThemeStatus,
)
from dems.model.life.events import EventKind, PauseKind
from dems.model.life.vocabulary import THEMES, Jurisdiction, MatterType, Mode, Source
from dems.model.life.when import When

_E = EventKind
_DAY = timedelta(days=1)
FORCES = tuple(
    f"Synthetic Force {name}" for name in ("North", "South", "East", "West", "Midland", "Coast", "City", "Vale")
)
"""Forces that there are not."""
_MATTERS = (MatterType.COMPLAINT, MatterType.CONDUCT, MatterType.DSI)
_DIRECTED_SINCE = date(2020, 2, 1)
"""Before that day it was managed investigations that a force carried out for the body."""
_DECISION_MAKER = "Decision maker"


def referral(told: Telling, *, recommendations: int) -> None:
    """One referral. `recommendations` are made where the body investigates, and only there."""
    draws, received = told.draws, told.working_day(told.begins)
    matter = draws.one_of(_MATTERS)
    source = Source.MANDATORY if draws.happens("a mandatory referral", 0.85) else Source.VOLUNTARY
    force = draws.one_of(FORCES)
    told.say(received, Particulars(matter, Jurisdiction.POLICE, force, f"Chief Constable, {force}", source))
    told.event(_E.REFERRAL_RECEIVED, received)
    told.event(_E.PAPERS_RECEIVED, received)
    share = draws.share("the mode's days")
    decided = told.after_working_days(received, on_curve(shape.MODE_WORKING_DAYS, share))
    if decided > told.later(received, 4, 4) and draws.happens("further information", shape.FURTHER_INFORMATION * 5):
        _paused(told, PauseKind.FURTHER_INFORMATION, told.later(received, 1, 1), told.working_day(decided - _DAY))
    mode = _mode(told, decided)
    if mode is not Mode.RETURN_TO_FORCE:
        _came_to_light(told, matter, source, received)
    if mode in {Mode.LOCAL, Mode.RETURN_TO_FORCE}:
        if draws.happens("a theme elsewhere", 0.2):
            told.say(received, ThemeStatus(draws.one_of(THEMES).code, applies=True, when=When(received)))
        _with_the_force(told, mode, received, decided)
    else:
        _investigated(told, received, decided, recommendations)


def _mode(told: Telling, decided: date) -> Mode:
    draws = told.draws
    if draws.happens("an investigation", shape.INVESTIGATED):
        directed = Mode.DIRECTED if decided >= _DIRECTED_SINCE else Mode.MANAGED
        mode = directed if draws.happens("a directed one", shape.DIRECTED) else Mode.INDEPENDENT
    else:
        mode = Mode.LOCAL if draws.happens("a local one", shape.LOCAL) else Mode.RETURN_TO_FORCE
    told.say(decided, ModeDecision(mode, When(decided), told.decision_maker, "Decided on the referral and its papers."))
    return mode


def _came_to_light(told: Telling, matter: MatterType, source: Source, received: date) -> None:
    clear = received - (1 if told.draws.happens("referred in time", shape.IN_TIME) else told.draws.whole(2, 6)) * _DAY
    told.event(_E.COMPLAINT_MADE if matter is MatterType.COMPLAINT else _E.CAME_TO_ATTENTION, clear)
    if source is Source.MANDATORY:
        told.event(_E.REFERRAL_DUTY_CLEAR, clear)


def _with_the_force(told: Telling, mode: Mode, received: date, decided: date) -> None:
    if mode is Mode.RETURN_TO_FORCE:
        told.event(_E.CLOSED, told.later(decided, 3, 12))
        return
    days = int(on_curve(shape.FORCE_DAYS, told.draws.share("the force's days")))
    complete = told.working_day(decided + days * _DAY)
    _timeliness_reports(told, received, complete)
    told.event(_E.FORCE_INVESTIGATION_COMPLETE, complete)
    told.event(_E.CLOSED, told.later(complete, 2, 15))


def _investigated(told: Telling, received: date, decided: date, recommendations: int) -> None:
    draws = told.draws
    if draws.happens("a theme", shape.THEMATIC):
        for theme in {draws.one_of(THEMES).code: None, draws.one_of(THEMES).code: None}:
            told.say(received, ThemeStatus(theme, applies=True, when=When(received)))
    started = told.event(_E.INVESTIGATION_STARTED, told.later(decided, 1, 6))
    share = draws.share("months")
    major = draws.happens("a major one", shape.MAJOR)
    months = on_curve(shape.MAJOR_MONTHS if major else shape.INVESTIGATION_MONTHS, share)
    final = told.after_months(decided, months)
    if major:
        told.say(started, MajorStatus(is_major=True, when=When(started), reason="Large and complex: run apart."))
    if draws.happens("criminal", shape.CRIMINAL):
        reason = "A criminal offence may have been committed."
        told.say(started, Designation(criminal=True, when=When(started), decided_by=told.decision_maker, reason=reason))
    if share > 1 - shape.SUSPENDED * 2 and draws.happens("a suspension", 0.5):
        third = (final - started) / 3
        _paused(told, PauseKind.SUB_JUDICE, told.working_day(started + third), told.working_day(final - third))
    told.event(_E.CONDUCT_NOTICE_SERVED, told.later(started, 0, 8))
    drafted = max(started, told.working_day(final - draws.whole(8, 20) * _DAY))
    told.event(_E.REPORT_DRAFTED, drafted)
    told.event(_E.REPORT_FINAL, final)
    _timeliness_reports(told, received, final)
    afterwards(told, final, recommendations)


def _paused(told: Telling, kind: PauseKind, begins: date, ends: date) -> None:
    if ends <= begins:
        return
    pause = told.strand()
    waits_for = "R v a synthetic person" if kind is PauseKind.SUB_JUDICE else None
    told.say(
        begins,
        PauseBegun(pause, kind, When(begins), _DECISION_MAKER, "Something must come first.", proceedings=waits_for),
    )
    told.say(ends, PauseEnded(pause, When(ends), _DECISION_MAKER, "It has come."))


def _timeliness_reports(told: Telling, received: date, ends: date) -> None:
    """A report after each period of the regulation's clock that ends before the investigation does."""
    definition = next(d for d in CLOCKS if d.id == "timeliness-report")
    began = min((d for d, content in told.happened if _starts(content)), default=received)
    for _, last in periods_of(definition, began):
        sent = told.later(last, 1, 6)
        if sent >= ends:
            return
        if told.draws.happens("a report in time", shape.IN_TIME):
            told.event(_E.TIMELINESS_REPORT_SENT, sent)


def _starts(content: object) -> bool:
    return isinstance(content, Milestone) and content.kind in {_E.COMPLAINT_MADE, _E.CAME_TO_ATTENTION}
