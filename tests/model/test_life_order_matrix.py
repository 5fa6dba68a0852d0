"""What comes after what: every pair, and what is made of it the wrong way round and of the second alone.

Written by hand from the steps of section 3.1 and the regulations, never from the table: first > then: before it, without it.
"""

import pytest

from dems.model.life.contents import Content
from dems.model.life.events import EVENTS, EventKind, Strand
from dems.model.life.facts import Fact
from dems.model.life.lives import Life
from dems.model.life.orders import ORDERS, order_problems
from dems.model.life.vocabulary import Mode
from tests.model.lives import CASE_MANAGER, RECORDED, fact_id, happening, mode, record_of
from tests.model.people import CASE_ID

MATRIX = """
referral_duty_clear > referral_received: warn, -
complaint_made > referral_received: warn, -
came_to_attention > referral_received: warn, -
referral_received > papers_received: warn, warn
referral_received > mode_decided: refuse, refuse
referral_received > investigation_started: refuse, refuse
referral_received > cps_referred: refuse, refuse
referral_received > closed: refuse, refuse
decided_to_investigate > investigation_started: refuse, refuse
mode_decided > force_investigation_complete: warn, warn
investigation_started > conduct_notice_served: warn, -
investigation_started > report_drafted: refuse, warn
investigation_started > report_final: refuse, warn
report_drafted > report_final: refuse, warn
report_final > with_decision_maker: refuse, refuse
report_final > aa_views_requested: refuse, refuse
with_decision_maker > aa_views_requested: warn, warn
aa_views_requested > aa_views_received: refuse, refuse
report_final > final_determination: refuse, refuse
aa_views_requested > final_determination: warn, warn
report_final > report_sent_to_aa: refuse, refuse
investigation_started > cps_conditions_decided: refuse, refuse
investigation_started > cps_referred: refuse, refuse
report_final > cps_referred: warn, warn
cps_conditions_decided > cps_referred: warn, warn
cps_referred > cps_decided: refuse, refuse
cps_conditions_decided > decision_letter_sent: refuse, refuse
decision_letter_sent > vrr_requested: warn, warn
cps_conditions_decided > vrr_requested: refuse, refuse
vrr_requested > vrr_decided: refuse, refuse
mode_decided > closed: refuse, warn
closed > archived: refuse, refuse
review_information_provided > review_applied: warn, warn
review_applied > review_validity_decided: refuse, refuse
review_applied > review_papers_received: warn, warn
review_applied > review_withdrawn: refuse, refuse
review_applied > review_decided: refuse, refuse
review_validity_decided > review_decided: warn, warn
review_papers_received > review_decided: refuse, warn
dsi_review_papers_received > dsi_review_decided: refuse, warn
recommendation_made > recommendation_answered: refuse, refuse
recommendation_answered > response_published: refuse, refuse
proceeding_opened > proceeding_concluded: refuse, refuse
package_complete > documents_supplied: refuse, refuse
documents_supplied > officer_responded: refuse, refuse
officer_responded > witnesses_listed: warn, warn
withdrawal_notified > withdrawal_recorded: refuse, refuse
withdrawal_notified > director_general_told: refuse, refuse
resumption_letter_sent > complainant_replied: refuse, refuse
resumption_letter_sent > public_interest_decided: refuse, refuse
service_complaint_received > service_complaint_answered: refuse, refuse
information_requested > request_clarified: refuse, refuse
information_requested > information_answered: refuse, refuse
access_requested > identity_confirmed: warn, warn
access_requested > access_clarified: refuse, refuse
access_requested > access_answered: refuse, refuse
breach_known > commissioner_told: refuse, refuse
"""


def read(line: str) -> tuple[EventKind, EventKind, str, str]:
    pair, made = line.split(": ")
    first, then = pair.split(" > ")
    before, without = made.split(", ")
    return EventKind(first), EventKind(then), before, without


ROWS = [read(line) for line in MATRIX.split("\n") if line]


def life(*happened: tuple[EventKind, str]) -> Life:
    """These events and nothing else, recorded without asking whether they can be true."""
    which = EVENTS[happened[0][0]].strand
    contents: list[Content] = []
    if which is not Strand.CASE:
        contents.append(record_of(which))
    for kind, day in happened:
        contents.append(mode(Mode.INDEPENDENT, day) if EVENTS[kind].derived else happening(kind, day))
    return Life(CASE_ID, tuple(Fact(fact_id(n), c, CASE_MANAGER, RECORDED) for n, c in enumerate(contents)))


def made_of(told: Life) -> dict[str, str]:
    return {p.rule: p.severity.value for p in order_problems(told)}


def rule(first: EventKind, then: EventKind, word: str) -> str:
    return f"{then.value}-{word}-{first.value}".replace("_", "-")


@pytest.mark.parametrize(
    ("first", "then", "before", "without"), ROWS, ids=lambda v: v if isinstance(v, str) else v.value
)
def test_each_pair_is_taken_refused_or_warned_about(
    first: EventKind, then: EventKind, before: str, without: str
) -> None:
    reversed_ = made_of(life((first, "2021-06-02"), (then, "2021-06-01")))
    assert reversed_[rule(first, then, "before")] == before
    assert rule(first, then, "without") not in reversed_
    assert made_of(life((then, "2021-06-01"))).get(rule(first, then, "without"), "-") == without
    in_order = made_of(life((first, "2021-06-01"), (then, "2021-06-02")))
    assert not {rule(first, then, "before"), rule(first, then, "without")} & in_order.keys()


def test_no_pair_is_judged_that_is_not_in_the_matrix() -> None:
    assert [(o.first, o.then) for o in ORDERS] == [(first, then) for first, then, _, _ in ROWS]
    assert all(o.source for o in ORDERS)
