"""What the application's and the owner's SQL cannot do to a detail that two people did not agree to destroy."""

from collections.abc import Callable
from typing import Any

import pytest

from dems.bootstrap import Dems
from dems.model.evidence import Evidence
from tests.conftest import Team
from tests.usecases.test_approvals import ask, chain, destroyed
from tests.world import Somebody, World

pytestmark = pytest.mark.no_cover

Run = Callable[[str], list[Any]]


@pytest.fixture
def item(world: World, team: Team) -> Evidence:
    return world.sealed(team.investigator, team.case, b"abc")


@pytest.fixture
def auditor(world: World) -> Somebody:
    return world.somebody("auditor")


AGREED_FROM_THE_START = (
    "INSERT INTO approvals SELECT gen_random_uuid(), act, subject, case_id, reason, asked_by, asked_name, asked_at, "
    "expires_at, '{second}', 'x', asked_at FROM approvals WHERE id = '{approval}'"
)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT destroy_detail('{other}', '{approval}')", "two people who agreed"),
        ("SELECT destroy_detail('{entry}', '{approval}')", "two people who agreed"),
        ("SELECT destroy_detail('{entry}', gen_random_uuid())", "two people who agreed"),
        ("SELECT destroy_detail(gen_random_uuid(), '{approval}')", "no detail"),
        (
            "UPDATE approvals SET confirmed_by = asked_by, confirmed_name = 'x', confirmed_at = asked_at",
            "second person",
        ),
        ("UPDATE approvals SET confirmed_by = '{second}', confirmed_name = 'x', confirmed_at = expires_at", "in time"),
        ("UPDATE approvals SET confirmed_by = '{second}'", "once"),
        (AGREED_FROM_THE_START, "begins with one person"),
    ],
)
def test_the_application_itself_destroys_nothing_that_two_people_did_not_agree_to(
    dems: Dems, team: Team, item: Evidence, auditor: Somebody, as_application: Run, statement: str, words: str
) -> None:
    first, second, *_ = chain(dems, team.manager, item)
    approval = ask(dems, auditor, first)
    filled = statement.format(entry=first.id, other=second.id, approval=approval.id, second=team.manager.person.id)
    if filled.startswith("UPDATE"):
        filled += f" WHERE id = '{approval.id}'"
    with pytest.raises(Exception, match=words):
        as_application(filled)
    assert chain(dems, team.manager, item)[0].detail is not None


def test_a_confirmed_approval_is_good_for_its_own_entry_and_once(
    dems: Dems, team: Team, item: Evidence, auditor: Somebody, as_application: Run, as_owner: Run
) -> None:
    first, second, *_ = chain(dems, team.manager, item)
    done = destroyed(dems, team, auditor, first)
    for statement, words in (
        (f"SELECT destroy_detail('{second.id}', '{done.id}')", "two people who agreed"),
        (f"SELECT destroy_detail('{first.id}', '{done.id}')", "no detail"),
        (f"DELETE FROM custody_details WHERE entry_id = '{second.id}'", "permission denied"),  # noqa: S608 ours
        (f"INSERT INTO custody_destroyed VALUES ('{second.id}', '{done.id}', '{team.case.id}')", "permission denied"),  # noqa: S608
    ):
        with pytest.raises(Exception, match=words):
            as_application(statement)
    assert first.detail is not None
    assert first.nonce is not None
    back = (
        "INSERT INTO custody_details (entry_id, nonce, detail, act) VALUES "  # noqa: S608 ours
        f"('{first.id}', '\\x{first.nonce.hex()}', '\\x{first.detail.hex()}', 'x')"
    )
    for statement, words in (
        (f"DELETE FROM custody_details WHERE entry_id = '{second.id}'", "insert-only"),  # noqa: S608 ours
        (f"INSERT INTO custody_destroyed VALUES ('{second.id}', '{done.id}', '{team.case.id}')", "two people"),  # noqa: S608
        (f"DELETE FROM approvals WHERE id = '{done.id}'", "only ever agreed to"),  # noqa: S608 ours
        (back, "this detail was destroyed"),
    ):
        with pytest.raises(Exception, match=words):
            as_owner(statement)
