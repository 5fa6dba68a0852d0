"""What comes after what, as data: orders that are impossible are refused, unlikely ones are warned about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dems.model.ids import StrandId
from dems.model.life.events import EventKind, sentence_start, words
from dems.model.life.lives import Event, Life
from dems.model.life.problems import Problem, Severity, day_words

_E, _REFUSE, _WARN = EventKind, Severity.REFUSE, Severity.WARN


@dataclass(frozen=True, slots=True)
class Order:
    """`then` follows `first`. `earlier` and `missing` say what is made of a `then` dated before `first`, or without any.

    None is nothing. `source` is where the rule comes from.
    """

    first: EventKind
    then: EventKind
    earlier: Severity | None
    missing: Severity | None
    source: str


_PRA = "Police Reform Act 2002, Schedule 3, paragraph "
_CMR = "Police (Complaints and Misconduct) Regulations 2020, regulation "
_CONDUCT = "Police (Conduct) Regulations 2020, regulation "
_STEPS = "The steps of an investigation"
_PENDING = "Crime and Policing legislation lets a case go to the CPS before the final report; its commencement is not confirmed"

ORDERS: tuple[Order, ...] = (
    Order(_E.REFERRAL_DUTY_CLEAR, _E.REFERRAL_RECEIVED, _WARN, None, _STEPS),
    Order(_E.COMPLAINT_MADE, _E.REFERRAL_RECEIVED, _WARN, None, _STEPS),
    Order(_E.CAME_TO_ATTENTION, _E.REFERRAL_RECEIVED, _WARN, None, _STEPS),
    Order(_E.REFERRAL_RECEIVED, _E.PAPERS_RECEIVED, _WARN, _WARN, _STEPS),
    *(
        Order(_E.REFERRAL_RECEIVED, then, _REFUSE, _REFUSE, _STEPS)
        for then in (_E.MODE_DECIDED, _E.INVESTIGATION_STARTED, _E.CPS_REFERRED, _E.CLOSED)
    ),
    Order(_E.DECIDED_TO_INVESTIGATE, _E.INVESTIGATION_STARTED, _REFUSE, _REFUSE, f"{_PRA}18 and 19"),
    Order(_E.MODE_DECIDED, _E.FORCE_INVESTIGATION_COMPLETE, _WARN, _WARN, f"{_PRA}16"),
    Order(_E.INVESTIGATION_STARTED, _E.CONDUCT_NOTICE_SERVED, _WARN, None, f"{_CMR}17"),
    Order(_E.INVESTIGATION_STARTED, _E.REPORT_DRAFTED, _REFUSE, _WARN, _STEPS),
    Order(_E.INVESTIGATION_STARTED, _E.REPORT_FINAL, _REFUSE, _WARN, f"{_PRA}22"),
    Order(_E.REPORT_DRAFTED, _E.REPORT_FINAL, _REFUSE, _WARN, f"{_PRA}22"),
    Order(_E.REPORT_FINAL, _E.WITH_DECISION_MAKER, _REFUSE, _REFUSE, f"{_PRA}23"),
    Order(_E.REPORT_FINAL, _E.AA_VIEWS_REQUESTED, _REFUSE, _REFUSE, f"{_PRA}23"),
    Order(_E.WITH_DECISION_MAKER, _E.AA_VIEWS_REQUESTED, _WARN, _WARN, f"{_PRA}23"),
    Order(_E.AA_VIEWS_REQUESTED, _E.AA_VIEWS_RECEIVED, _REFUSE, _REFUSE, f"{_PRA}23"),
    Order(_E.REPORT_FINAL, _E.FINAL_DETERMINATION, _REFUSE, _REFUSE, f"{_PRA}23"),
    Order(_E.AA_VIEWS_REQUESTED, _E.FINAL_DETERMINATION, _WARN, _WARN, f"{_PRA}23"),
    Order(_E.REPORT_FINAL, _E.REPORT_SENT_TO_AA, _REFUSE, _REFUSE, f"{_PRA}23"),
    Order(_E.INVESTIGATION_STARTED, _E.CPS_CONDITIONS_DECIDED, _REFUSE, _REFUSE, f"{_PRA}23"),
    Order(_E.INVESTIGATION_STARTED, _E.CPS_REFERRED, _REFUSE, _REFUSE, f"{_PRA}23"),
    Order(_E.REPORT_FINAL, _E.CPS_REFERRED, _WARN, _WARN, _PENDING),
    Order(_E.CPS_CONDITIONS_DECIDED, _E.CPS_REFERRED, _WARN, _WARN, f"{_PRA}23"),
    Order(_E.CPS_REFERRED, _E.CPS_DECIDED, _REFUSE, _REFUSE, f"{_PRA}23"),
    Order(_E.CPS_CONDITIONS_DECIDED, _E.DECISION_LETTER_SENT, _REFUSE, _REFUSE, "Victims' Right to Review policy"),
    Order(_E.DECISION_LETTER_SENT, _E.VRR_REQUESTED, _WARN, _WARN, "Victims' Right to Review policy"),
    Order(_E.CPS_CONDITIONS_DECIDED, _E.VRR_REQUESTED, _REFUSE, _REFUSE, "Victims' Right to Review policy"),
    Order(_E.VRR_REQUESTED, _E.VRR_DECIDED, _REFUSE, _REFUSE, "Victims' Right to Review policy"),
    Order(_E.MODE_DECIDED, _E.CLOSED, _REFUSE, _WARN, _STEPS),
    Order(_E.CLOSED, _E.ARCHIVED, _REFUSE, _REFUSE, _STEPS),
    Order(_E.REVIEW_INFORMATION_PROVIDED, _E.REVIEW_APPLIED, _WARN, _WARN, f"{_CMR}29"),
    Order(_E.REVIEW_APPLIED, _E.REVIEW_VALIDITY_DECIDED, _REFUSE, _REFUSE, f"{_CMR}29"),
    Order(_E.REVIEW_APPLIED, _E.REVIEW_PAPERS_RECEIVED, _WARN, _WARN, f"{_CMR}29"),
    Order(_E.REVIEW_APPLIED, _E.REVIEW_WITHDRAWN, _REFUSE, _REFUSE, f"{_CMR}29"),
    Order(_E.REVIEW_APPLIED, _E.REVIEW_DECIDED, _REFUSE, _REFUSE, f"{_CMR}29"),
    Order(_E.REVIEW_VALIDITY_DECIDED, _E.REVIEW_DECIDED, _WARN, _WARN, f"{_CMR}29"),
    Order(_E.REVIEW_PAPERS_RECEIVED, _E.REVIEW_DECIDED, _REFUSE, _WARN, "Business plan 2021/22"),
    Order(_E.DSI_REVIEW_PAPERS_RECEIVED, _E.DSI_REVIEW_DECIDED, _REFUSE, _WARN, "Business plan 2021/22"),
    Order(_E.RECOMMENDATION_MADE, _E.RECOMMENDATION_ANSWERED, _REFUSE, _REFUSE, f"{_PRA}28B"),
    Order(_E.RECOMMENDATION_ANSWERED, _E.RESPONSE_PUBLISHED, _REFUSE, _REFUSE, f"{_PRA}28B"),
    Order(_E.PROCEEDING_OPENED, _E.PROCEEDING_CONCLUDED, _REFUSE, _REFUSE, _STEPS),
    Order(_E.PACKAGE_COMPLETE, _E.DOCUMENTS_SUPPLIED, _REFUSE, _REFUSE, f"{_CONDUCT}30"),
    Order(_E.DOCUMENTS_SUPPLIED, _E.OFFICER_RESPONDED, _REFUSE, _REFUSE, f"{_CONDUCT}31"),
    Order(_E.OFFICER_RESPONDED, _E.WITNESSES_LISTED, _WARN, _WARN, f"{_CONDUCT}31"),
    Order(_E.WITHDRAWAL_NOTIFIED, _E.WITHDRAWAL_RECORDED, _REFUSE, _REFUSE, f"{_CMR}38"),
    Order(_E.WITHDRAWAL_NOTIFIED, _E.DIRECTOR_GENERAL_TOLD, _REFUSE, _REFUSE, f"{_CMR}38"),
    Order(_E.RESUMPTION_LETTER_SENT, _E.COMPLAINANT_REPLIED, _REFUSE, _REFUSE, f"{_CMR}41"),
    Order(_E.RESUMPTION_LETTER_SENT, _E.PUBLIC_INTEREST_DECIDED, _REFUSE, _REFUSE, f"{_CMR}41"),
    Order(_E.SERVICE_COMPLAINT_RECEIVED, _E.SERVICE_COMPLAINT_ANSWERED, _REFUSE, _REFUSE, "Business plan 2021/22"),
    Order(_E.INFORMATION_REQUESTED, _E.REQUEST_CLARIFIED, _REFUSE, _REFUSE, "Freedom of Information Act 2000, section 1"),
    Order(_E.INFORMATION_REQUESTED, _E.INFORMATION_ANSWERED, _REFUSE, _REFUSE, "Freedom of Information Act 2000, section 10"),
    Order(_E.ACCESS_REQUESTED, _E.IDENTITY_CONFIRMED, _WARN, _WARN, "Data Protection Act 2018, section 52"),
    Order(_E.ACCESS_REQUESTED, _E.ACCESS_CLARIFIED, _REFUSE, _REFUSE, "Data Protection Act 2018, section 52"),
    Order(_E.ACCESS_REQUESTED, _E.ACCESS_ANSWERED, _REFUSE, _REFUSE, "Data Protection Act 2018, section 54"),
    Order(_E.BREACH_KNOWN, _E.COMMISSIONER_TOLD, _REFUSE, _REFUSE, "Data Protection Act 2018, section 67"),
)  # fmt: skip

_BEFORE: Mapping[EventKind, Sequence[Order]] = {
    kind: [order for order in ORDERS if order.then is kind] for kind in {order.then for order in ORDERS}
}
"""By what happened, what is to be before it."""

AFTER_THE_END = frozenset({_E.CPS_DECIDED, _E.VRR_REQUESTED, _E.VRR_DECIDED, _E.ARCHIVED, _E.TIMELINESS_REPORT_SENT})
"""What may still happen to a case that is closed; anything else is warned about."""


def order_problems(life: Life) -> Iterator[Problem]:
    """What the dates of the case and of each of its strands say that cannot be, or hardly can."""
    abouts: list[StrandId | None] = [None, *(f.content.id for f in life.strands)]
    for about in abouts:
        events = life.events(about)
        firsts: dict[EventKind, Event] = {}
        for event in events:
            firsts.setdefault(event.kind, event)
        for event in events:
            for order in _BEFORE.get(event.kind, ()):
                yield from _problem(order, firsts.get(order.first), event)
            closed = firsts.get(_E.CLOSED)
            if closed is not None and closed.when.before(event.when) and event.kind not in AFTER_THE_END:
                yield Problem(
                    Severity.WARN,
                    "after-closing",
                    f"{sentence_start(words(event.kind))} on {day_words(event.when.on)} comes after the case was closed "
                    f"on {day_words(closed.when.on)}: check both dates.",
                    _STEPS,
                    (event.fact, closed.fact),
                )


def _problem(order: Order, first: Event | None, then: Event) -> Iterator[Problem]:
    severity = order.missing if first is None else order.earlier if then.when.before(first.when) else None
    if severity is None:
        return
    name = f"{order.then.value}-without-{order.first.value}".replace("_", "-")
    what = f"{sentence_start(words(order.then))} on {day_words(then.when.on)}"
    if first is None:
        message = f"{what} needs {words(order.first)} to be recorded first."
        yield Problem(severity, name, message, order.source, (then.fact,))
    else:
        yield Problem(
            severity,
            name.replace("-without-", "-before-"),
            f"{what} is before {words(order.first)} on {day_words(first.when.on)}: correct whichever date is wrong.",
            order.source,
            (then.fact, first.fact),
        )
