"""The plan: which file goes on as the same item, and which is another."""

import sqlite3
from typing import Any

import pytest

from dems.cli.upload.files import Stand
from dems.cli.upload.plan import Plan
from tests.cli.plans import declared, found, names, next_run


@pytest.mark.parametrize("stand", [Stand.SENT, Stand.SEALED, Stand.DECLARED, Stand.UNSURE])
def test_a_file_is_known_by_all_that_the_system_says_of_it(plan: Plan, stand: Stand) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=stand)
    later = next_run(plan)
    later.see(found("f"))
    later.see(found("g"))
    assert names(later, stand) == [b"f"]
    assert names(later, Stand.NEW) == [b"g"]


@pytest.mark.parametrize("stand", [Stand.SENT, Stand.SEALED, Stand.DECLARED, Stand.UNSURE])
@pytest.mark.parametrize("other", [{"size": 4}, {"mtime_ns": 8}, {"identity": "1:2:4"}, {"identity": "9:2:3"}])
def test_a_file_of_which_anything_differs_is_another_until_it_is_read(
    plan: Plan, stand: Stand, other: dict[str, Any]
) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=stand)
    later = next_run(plan)
    later.see(found("f", **other))
    [file] = later.files(*Stand)
    assert (file.stand, file.evidence) == (Stand.NEW, None)


def test_a_file_whose_identity_was_never_written_down_is_another_until_it_is_read(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=Stand.SEALED, identity=None)
    later = next_run(plan)
    later.see(found("f"))
    assert names(later, *Stand) == names(later, Stand.NEW) == [b"f"]


@pytest.mark.parametrize("stand", [Stand.DECLARED, Stand.DECLARING, Stand.DIFFERENT, Stand.UNSURE])
def test_what_is_described_otherwise_now_does_not_go_on(plan: Plan, stand: Stand) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=stand)
    for opening, described in (({}, '{"source": "B"}'), ({"source": "B"}, "{}")):
        later = Plan(plan.db, opening)
        later.see(found("f"), described)
        assert names(later, *Stand) == names(later, Stand.NEW) == [b"f"]


def test_what_is_sealed_stays_so_however_it_is_described_now(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.change(1, stand=Stand.SEALED)
    later = next_run(plan)
    later.see(found("f"), '{"source": "B"}')
    assert names(later, Stand.SEALED) == [b"f"]


def test_one_item_stands_for_one_file(plan: Plan) -> None:
    declared(plan, found("f"), found("g"))
    with pytest.raises(sqlite3.IntegrityError):
        plan.change(2, evidence="item0")


def test_files_of_earlier_runs_that_are_not_meant_now_are_left_alone(plan: Plan) -> None:
    declared(plan, found("f"))
    later = next_run(plan)
    later.see(found("g"))
    assert later.counts() == (1, 3)
    assert names(later, Stand.DECLARED, Stand.NEW) == [b"g"]


def test_the_last_word_about_a_file_is_for_one_run(plan: Plan) -> None:
    declared(plan, found("f"))
    plan.over(1)
    assert names(plan, Stand.DECLARED) == []
    later = next_run(plan)
    later.see(found("f"))
    assert names(later, Stand.DECLARED) == [b"f"]


def test_again_forgets_only_what_the_case_was_found_to_have(plan: Plan) -> None:
    declared(plan, found("ours"))
    plan.see(found("theirs"))
    plan.change(2, stand=Stand.SEALED, found=1, evidence="item9")
    later = next_run(plan)
    later.take_in_again()
    later.see(found("ours"))
    later.see(found("theirs"))
    assert names(later, Stand.NEW) == [b"theirs"]
    assert names(later, Stand.DECLARED) == [b"ours"]
