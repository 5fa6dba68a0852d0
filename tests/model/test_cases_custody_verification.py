import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.errors import CaseClosed, WrongState
from dems.ledger.canonical import canonical
from dems.model.actors import Actor, ActorKind, system
from dems.model.acts import S62, S62_OPERATION, Act
from dems.model.cases import CaseState
from dems.model.custody import INSTALLATION, Authority, ChainKind, ChainOf, Record, of_case, of_item, of_person
from dems.model.ids import EntryId, TokenId
from dems.model.verification import recheck_budget
from tests.model.people import CASE_ID, EVIDENCE_ID, NOON, case, delegated, person, person_id

ENTRY = EntryId(UUID(int=5))

# --- cases ---


def test_an_open_case_takes_changes() -> None:
    case().takes_changes()


def test_a_closed_case_refuses_evidence_and_changes_until_it_is_reopened() -> None:
    closed = case().closed(NOON)
    assert (closed.state, closed.closed_at, closed.version) == (CaseState.CLOSED, NOON, 2)
    with pytest.raises(CaseClosed, match="Reopen it"):
        closed.takes_changes()
    again = closed.reopened()
    again.takes_changes()
    assert (again.state, again.closed_at, again.version) == (CaseState.OPEN, None, 3)


def test_a_case_is_closed_once_and_reopened_only_when_closed() -> None:
    with pytest.raises(WrongState, match="closed already"):
        case(CaseState.CLOSED).closed(NOON)
    with pytest.raises(WrongState, match="open already"):
        case().reopened()


# --- custody details ---


def test_each_chain_belongs_to_one_thing() -> None:
    assert of_item(EVIDENCE_ID) == ChainOf(ChainKind.ITEM, EVIDENCE_ID)
    assert of_case(CASE_ID) == ChainOf(ChainKind.CASE, CASE_ID)
    assert of_person(person_id(1)) == ChainOf(ChainKind.PERSON, person_id(1))
    assert ChainOf(ChainKind.INSTALLATION, UUID(int=0)) == INSTALLATION


def test_a_detail_says_who_on_whose_behalf_in_which_role_what_when_and_why() -> None:
    actor = delegated(person(1), person(2))
    record = Record(
        ENTRY,
        of_item(EVIDENCE_ID),
        Authority(actor, Act.EVIDENCE_ACCESS, "investigator"),
        Act.EVIDENCE_ACCESS,
        case_id=CASE_ID,
        evidence_id=EVIDENCE_ID,
        reason="to prepare an interview",
        facts={"purpose": "review"},
    )
    assert record.detail(NOON) == {
        "act": "evidence.access",
        "actor": {
            "kind": "service",
            "name": "Person 1",
            "person": {"email": "p1@dems.example", "id": str(person_id(1)), "name": "Person 1"},
            "role": "investigator",
            "token": str(TokenId(UUID(int=78))),
        },
        "at": "2026-11-22T12:00:00.000000Z",
        "case": str(CASE_ID),
        "entry": str(ENTRY),
        "evidence": str(EVIDENCE_ID),
        "facts": {"purpose": "review"},
        "on_behalf_of": {"email": "p2@dems.example", "id": str(person_id(2)), "name": "Person 2"},
        "reason": "to prepare an interview",
        "request": None,
        "s62": "consultation",
    }


def test_what_is_not_known_is_null_in_a_detail_and_never_left_out() -> None:
    actor = Actor(ActorKind.OPERATOR, "root")
    detail = Record(ENTRY, INSTALLATION, Authority(actor, Act.ORPHAN_REPORT, None), Act.ORPHAN_REPORT).detail(NOON)
    assert {k for k, v in detail.items() if v is None} == {
        "case",
        "evidence",
        "on_behalf_of",
        "reason",
        "request",
        "s62",
    }
    assert {k for k, v in detail["actor"].items() if v is None} == {"person", "role", "token"}
    assert detail["facts"] == {}


@pytest.mark.parametrize("act", sorted(Act))
def test_every_detail_has_a_canonical_form(act: Act) -> None:
    detail = Record(ENTRY, INSTALLATION, Authority(system(), act, "system"), act).detail(NOON)
    assert json.loads(canonical(detail)) == detail


def test_acts_that_process_personal_data_say_which_operation_they_are() -> None:
    assert S62_OPERATION[Act.EVIDENCE_DECLARE] is S62.COLLECTION
    assert S62_OPERATION[Act.EVIDENCE_CORRECT_REF] is S62.ALTERATION
    assert S62_OPERATION[Act.EVIDENCE_ACCESS] is S62.CONSULTATION
    assert Act.EVIDENCE_SEAL not in S62_OPERATION


# --- how many items to look at again ---


@given(
    population=st.integers(0, 10**7),
    period=st.timedeltas(timedelta(seconds=1), timedelta(days=3650)),
    every=st.timedeltas(timedelta(seconds=1), timedelta(days=30)),
)
def test_the_budget_covers_every_item_within_the_period(population: int, period: timedelta, every: timedelta) -> None:
    budget = recheck_budget(population, period, every)
    runs = max(1, period // every)
    assert budget * runs >= population
    assert (budget - 1) * runs < population or budget == 0


def test_known_budgets() -> None:
    assert recheck_budget(0, timedelta(days=90), timedelta(hours=1)) == 0
    assert recheck_budget(1, timedelta(days=90), timedelta(hours=1)) == 1
    assert recheck_budget(2161, timedelta(days=90), timedelta(hours=1)) == 2
    assert recheck_budget(100, timedelta(hours=1), timedelta(days=1)) == 100


@pytest.mark.parametrize("wrong", [timedelta(0), timedelta(seconds=-1)])
def test_a_period_or_interval_that_is_not_positive_is_refused(wrong: timedelta) -> None:
    with pytest.raises(ValueError, match="positive"):
        recheck_budget(1, wrong, timedelta(hours=1))
    with pytest.raises(ValueError, match="positive"):
        recheck_budget(1, timedelta(hours=1), wrong)
