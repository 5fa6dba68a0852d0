"""What follows the final report of a synthetic investigation: decisions, the CPS, recommendations, proceedings, the end."""

from datetime import date, timedelta

from dems.cli.seed import shape
from dems.cli.seed.telling import Telling
from dems.model.life.contents import Extension
from dems.model.life.events import EventKind, Outcome
from dems.model.life.strands import Proceeding, ProceedingKind, Recommendation, RecommendationKind
from dems.model.life.when import When

_E, _O = EventKind, Outcome
_DAY = timedelta(days=1)
_RESPONSE_DAYS, _PUBLICATION_DAYS = 56, 21


def afterwards(told: Telling, final: date, recommendations: int) -> None:
    """From the final report to closing."""
    draws = told.draws
    with_maker = told.event(_E.WITH_DECISION_MAKER, told.later(final, 1, 3))
    asked = told.event(_E.AA_VIEWS_REQUESTED, told.later(with_maker, 3, 10))
    given = (
        asked + (draws.whole(10, 28) if draws.happens("views in time", shape.IN_TIME) else draws.whole(31, 50)) * _DAY
    )
    told.event(_E.AA_VIEWS_RECEIVED, given)
    determined = told.event(_E.FINAL_DETERMINATION, told.later(given, 3, 15), by=True)
    sent = told.event(_E.REPORT_SENT_TO_AA, told.later(determined, 1, 5))
    if draws.happens("the CPS", shape.CRIMINAL):
        _with_the_cps(told, determined)
    ends = sent
    if draws.happens("misconduct", shape.MISCONDUCT):
        ends = _misconduct(told, sent)
    for _ in range(recommendations):
        _recommendation(told, told.later(final, 2, 20))
    closed = told.event(_E.CLOSED, told.later(ends, 10, 40))
    if draws.happens("archived", 0.5):
        told.event(_E.ARCHIVED, told.later(closed, 60, 90))


def _with_the_cps(told: Telling, day: date) -> None:
    if told.draws.happens("conditions not met", 0.4):
        told.event(_E.CPS_CONDITIONS_DECIDED, day, None, _O.NOT_MET, by=True)
        told.event(_E.DECISION_LETTER_SENT, told.later(day, 1, 5))
        return
    told.event(_E.CPS_CONDITIONS_DECIDED, day, None, _O.MET, by=True)
    referred = told.event(_E.CPS_REFERRED, told.later(day, 1, 5))
    outcome = _O.CHARGE if told.draws.happens("a charge", 0.3) else _O.NO_CHARGE
    told.event(_E.CPS_DECIDED, told.later(referred, 20, 60), None, outcome)


def _misconduct(told: Telling, sent: date) -> date:
    """A misconduct proceeding; the day on which it is concluded."""
    draws, about = told.draws, told.strand()
    opened = told.later(sent, 5, 20)
    told.say(opened, Proceeding(about, ProceedingKind.MISCONDUCT, "A synthetic misconduct panel"))
    told.event(_E.PROCEEDING_OPENED, opened, about)
    package = told.event(_E.PACKAGE_COMPLETE, told.later(opened, 5, 15), about)
    supplied = told.event(_E.DOCUMENTS_SUPPLIED, told.later(package, 1, 3), about)
    in_time = draws.happens("a response in time", shape.IN_TIME)
    answered = told.event(_E.OFFICER_RESPONDED, told.later(supplied, *((5, 15) if in_time else (16, 22))), about)
    in_time = draws.happens("witnesses in time", shape.IN_TIME)
    listed = told.event(_E.WITNESSES_LISTED, told.later(answered, *((1, 3) if in_time else (4, 7))), about)
    return told.event(_E.PROCEEDING_CONCLUDED, told.later(listed, 15, 60), about)


def _recommendation(told: Telling, made: date) -> None:
    draws, about = told.draws, told.strand()
    owed = draws.happens("paragraph 28A", 0.85)
    kind = RecommendationKind.PARA_28A if owed else RecommendationKind.SECTION_10
    told.say(made, Recommendation(about, kind, "A synthetic force", "Record every search, and say why it was made."))
    told.event(_E.RECOMMENDATION_MADE, made, about)
    due, until = made + (_RESPONSE_DAYS - 1) * _DAY, made + (_RESPONSE_DAYS + 27) * _DAY
    if owed and draws.happens("an extension", 0.05):
        asked = told.working_day(due - 5 * _DAY)
        told.say(
            asked,
            Extension(
                "recommendation-response", When(asked), When(asked), When(until), "Director", "More was asked.", about
            ),
        )
        due = until
    late = 0 if draws.happens("an answer in time", shape.IN_TIME) else draws.whole(1, 20)
    answered = told.event(
        _E.RECOMMENDATION_ANSWERED,
        due - draws.whole(0, 25) * _DAY if not late else due + late * _DAY,
        about,
        _answer(told),
    )
    in_time = draws.happens("a publication in time", shape.IN_TIME)
    wait = draws.whole(0, _PUBLICATION_DAYS - 1) if in_time else draws.whole(_PUBLICATION_DAYS, 30)
    told.event(_E.RESPONSE_PUBLISHED, answered + wait * _DAY, about)


def _answer(told: Telling) -> Outcome:
    share = told.draws.share("an answer")
    if share < shape.ACCEPTED:
        return _O.ACCEPTED
    return _O.PARTIALLY_ACCEPTED if share < (1 + shape.ACCEPTED) / 2 else _O.NOT_ACCEPTED
