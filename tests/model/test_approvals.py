from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dems.errors import SecondPersonNeeded, WrongState
from dems.model.acts import Act
from dems.model.approvals import LASTS, Approval, ApprovalState
from dems.model.ids import ApprovalId, CaseId, new_id
from dems.model.people import OrganisationRole
from tests.model.people import person

ASKED = datetime(2026, 3, 1, 9, tzinfo=UTC)
ANN, BOB = person(1, OrganisationRole.AUDITOR), person(2, OrganisationRole.CASE_MANAGER)
WAITING = Approval(
    ApprovalId(new_id()),
    Act.DETAIL_DESTROY,
    new_id(),
    CaseId(new_id()),
    "an order",
    ANN.id,
    ANN.name,
    ASKED,
    ASKED + LASTS,
)


def test_an_approval_waits_seven_days_for_a_second_person() -> None:
    assert timedelta(days=7) == LASTS
    assert WAITING.state(ASKED) is ApprovalState.WAITING
    assert WAITING.state(ASKED + timedelta(days=7, microseconds=-1)) is ApprovalState.WAITING
    assert WAITING.state(ASKED + timedelta(days=7)) is ApprovalState.EXPIRED


def test_a_second_person_agrees_under_the_name_of_that_day() -> None:
    at = ASKED + timedelta(days=1)
    done = WAITING.confirmed(BOB, at)
    assert done == replace(WAITING, confirmed_by=BOB.id, confirmed_name=BOB.name, confirmed_at=at)
    assert done.state(at + timedelta(days=100)) is ApprovalState.CONFIRMED


def test_nobody_agrees_with_themselves() -> None:
    with pytest.raises(SecondPersonNeeded, match="somebody else"):
        WAITING.confirmed(ANN, ASKED)


def test_nobody_agrees_twice_or_too_late() -> None:
    with pytest.raises(WrongState, match="it is done"):
        WAITING.confirmed(BOB, ASKED).confirmed(person(3), ASKED)
    with pytest.raises(WrongState, match="ask for it anew"):
        WAITING.confirmed(BOB, ASKED + LASTS)
