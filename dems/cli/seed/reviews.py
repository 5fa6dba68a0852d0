"""Synthetic reviews: those that complainants ask for, and those of local investigations into a death or serious injury."""

from datetime import date

from dems.cli.seed import shape
from dems.cli.seed.investigations import FORCES
from dems.cli.seed.shape import on_curve
from dems.cli.seed.telling import Telling
from dems.model.life.contents import Particulars
from dems.model.life.events import EventKind, Outcome
from dems.model.life.strands import LocalDsiReview, Review, ReviewKind
from dems.model.life.vocabulary import Jurisdiction, MatterType

_E, _O = EventKind, Outcome


def review(told: Telling) -> None:
    """One application for a review, told from the day its background papers came."""
    draws, papers = told.draws, told.working_day(told.begins)
    about, applied = told.strand(), told.later(papers, -12, -4)
    informed = (
        told.later(applied, -15, -2)
        if draws.happens("applied in time", shape.IN_TIME)
        else told.later(applied, -30, -22)
    )
    _described(told, MatterType.REVIEW, informed)
    kind = ReviewKind.HANDLING if draws.happens("of the handling", 0.8) else ReviewKind.INVESTIGATION
    told.say(informed, Review(about, kind))
    told.event(_E.REVIEW_INFORMATION_PROVIDED, informed, about)
    told.event(_E.REVIEW_APPLIED, applied, about)
    valid = not draws.happens("invalid", shape.INVALID)
    told.event(_E.REVIEW_VALIDITY_DECIDED, told.later(applied, 1, 3), about, _O.VALID if valid else _O.INVALID, by=True)
    told.event(_E.REVIEW_PAPERS_RECEIVED, papers, about)
    if draws.happens("withdrawn", shape.WITHDRAWN):
        told.event(_E.REVIEW_WITHDRAWN, told.later(papers, 1, 10), about)
    elif valid:
        days = on_curve(shape.REVIEW_WORKING_DAYS, draws.share("a review's days"))
        outcome = _O.UPHELD if draws.happens("upheld", shape.UPHELD) else _O.NOT_UPHELD
        told.event(_E.REVIEW_DECIDED, told.after_working_days(papers, days), about, outcome, by=True)
    elif draws.happens("answered though invalid", 0.5):
        told.event(_E.REVIEW_DECIDED, told.later(papers, 5, 10), about, _O.NOT_UPHELD, by=True)


def dsi_review(told: Telling) -> None:
    """One review of a local investigation into a death or serious injury."""
    draws, papers = told.draws, told.working_day(told.begins)
    about = told.strand()
    _described(told, MatterType.DSI, papers)
    told.say(papers, LocalDsiReview(about))
    told.event(_E.DSI_REVIEW_PAPERS_RECEIVED, papers, about)
    days = on_curve(shape.DSI_REVIEW_WORKING_DAYS, draws.share("a DSI review's days"))
    outcome = _O.APPROPRIATE if draws.happens("appropriate", 0.9) else _O.NOT_APPROPRIATE
    told.event(_E.DSI_REVIEW_DECIDED, told.after_working_days(papers, days), about, outcome, by=True)


def _described(told: Telling, matter: MatterType, day: date) -> None:
    force = told.draws.one_of(FORCES)
    told.say(day, Particulars(matter, Jurisdiction.POLICE, force, f"Chief Constable, {force}", None))
