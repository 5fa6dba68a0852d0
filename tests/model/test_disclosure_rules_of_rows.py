"""Rules about rows, each with what breaks it and what keeps it."""

from dataclasses import replace

import pytest

from dems.model.disclosure.checks_of_rows import unexpanded
from dems.model.disclosure.contents import (
    Described,
    Level,
    Relevant,
    Used,
)
from dems.model.disclosure.files import Policy
from dems.model.disclosure.forms import Series
from dems.model.disclosure.material import Holding
from dems.model.disclosure.rules import BY_ID
from tests.model.disclosing import (
    NOT_SENSITIVE,
    SENSITIVE,
    Desk,
    evidence_id,
    item,
    material,
    schedule_id,
)
from tests.model.disclosure_steps import change_row, described, rows

IN_PART = replace(SENSITIVE, level=Level.IN_PART)
HIGHLY = replace(SENSITIVE, level=Level.HIGHLY)


# --- R01 ---


def test_r01_numbers_go_on_across_schedules_and_corrections() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.through(1)
    desk.item(3)
    desk.through(2)
    assert [r.number for r in rows(desk)] == [1, 2, 3]
    assert desk.broken("R01") == []


@pytest.mark.parametrize(
    ("number", "becomes", "where"),
    [
        (1, 2, ["MG6C 2"]),  # given twice in one schedule
        (2, 3, ["MG6C 3"]),  # one is left out
        (1, 0, ["MG6C 0", "MG6C 2"]),  # not from 1
    ],
)
def test_r01_a_number_given_twice_or_left_out_is_found(number: int, becomes: int, where: list[str]) -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft()
    change_row(desk, number, number=becomes)
    assert {key for _, key in desk.broken("R01")} == set(where)


def test_r01_a_later_schedule_that_gives_an_earlier_number_again_is_found() -> None:
    desk = Desk()
    desk.item(1)
    desk.through(1)
    desk.item(2)
    desk.draft(2)
    change_row(desk, 2, number=1)
    assert ("R01", "MG6C 1") in desk.broken("R01")


def test_r01_a_correction_that_drops_a_number_is_found() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft()
    first = desk.file.schedules[0]
    second = replace(first, id=schedule_id(9, 1), version=1, rows=first.rows[:1])
    desk.change(schedules=(first, second))
    assert desk.broken("R01") == [("R01", "MG6C 2")]


def test_r01_one_thing_with_two_numbers_is_found() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    [schedule] = desk.file.schedules
    desk.change(schedules=(replace(schedule, rows=(*schedule.rows, replace(schedule.rows[0], number=2))),))
    assert desk.broken("R01") == [("R01", str(evidence_id(1)))]


# --- R02 ---


def test_r02_every_relevant_unused_item_is_on_exactly_one_schedule_or_in_a_block_or_elsewhere() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.block(1, 4, 5)
    desk.item(6, HIGHLY, holding=Holding.OFF_SYSTEM)
    desk.draft()
    assert desk.broken("R02") == []


def test_r02_an_item_on_no_schedule_is_found_and_one_that_is_used_or_irrelevant_is_not() -> None:
    desk = Desk()
    desk.item(1)
    desk.add(material(2, sealed=False), material(3), material(4))
    desk.ready(item(2), NOT_SENSITIVE, "Photograph 2 of the custody desk")
    desk.decide(item(3), Relevant(relevant=False))
    desk.decide(item(4), Relevant(relevant=True), Used(used=True))
    desk.draft()
    assert desk.broken("R02") == [("R02", str(evidence_id(2)))]


def test_r02_an_item_of_two_blocks_is_found() -> None:
    desk = Desk()
    desk.block(1, 4, 5)
    desk.block(2, 5, 6)
    desk.draft()
    assert desk.broken("R02") == [("R02", str(evidence_id(5)))]


def test_r02_an_item_of_a_block_on_one_schedule_with_a_row_on_the_other_is_found() -> None:
    desk = Desk()
    desk.block(1, 4, 5)
    desk.draft()
    desk.decide(item(5), SENSITIVE, Described("Message that names somebody", ""))
    desk.draft()
    block = next(s for s in desk.file.schedules if s.series is Series.MG6C)
    assert block.rows == ()  # a block with something sensitive in it is not listed at all
    assert {key for _, key in desk.broken("R02")} == {str(evidence_id(4))}


def test_r02_a_row_of_what_has_become_sensitive_is_found() -> None:
    desk = Desk()
    desk.item(1)
    desk.block(1, 4, 5)
    desk.draft()
    desk.decide(item(1), SENSITIVE)
    desk.decide(item(4), SENSITIVE)
    assert desk.broken("R02") == [("R02", "MG6C 1"), ("R02", "MG6C 2")]


def test_r02_an_unedited_original_is_listed_by_its_edited_version() -> None:
    desk = Desk()
    desk.item(1, IN_PART)
    desk.draft()
    assert desk.broken("R02") == [("R02", str(evidence_id(1)))]
    desk.item(2, edited=True, derived_from=evidence_id(1), redaction_set="RS/1")
    desk.block(1, 7)
    desk.draft()
    assert desk.broken("R02") == []
    desk.change(policy=Policy(dual_list_unedited=True))
    assert desk.broken("R02") == [("R02", str(evidence_id(1)))]
    desk.draft()
    assert desk.broken("R02") == []
    assert [r.subject for r in rows(desk, Series.MG6D)] == [item(1)]


# --- R04 ---


def test_r04_a_used_item_is_on_no_schedule_of_unused_material() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft()
    assert desk.broken("R04") == []
    desk.decide(item(2), Used(used=True))
    assert desk.broken("R04") == [("R04", "MG6C 2")]
    desk.draft()
    assert desk.broken("R04") == []


# --- R05, R06 ---


@pytest.mark.parametrize(
    "text",
    ["", "   ", "A picture", "IMG_0001.jpg", "img_0001.JPG ", "surveillance.mpeg", "MG11", "form F1234567", "CID 123A", "HORT/12"],
)  # fmt: skip
def test_r05_what_describes_nothing_is_found(text: str) -> None:
    desk = Desk()
    described(desk, text)
    assert desk.broken("R05") == [("R05", "MG6C 1")]


@pytest.mark.parametrize(
    "text", ["Notebook entry of 3 March by the custody sergeant", "IMG_0001.jpg, of the cell door"]
)
def test_r05_a_description_that_says_something_is_kept(text: str) -> None:
    desk = Desk()
    described(desk, text)
    assert desk.broken("R05") == []


@pytest.mark.parametrize("text", ["Long enough file.name", "form 1234-long-enough"])
def test_r05_a_form_by_whatever_number_describes_nothing(text: str) -> None:
    desk = Desk()
    described(desk, text)
    assert desk.broken("R05") == ([("R05", "MG6C 1")] if text.startswith("form") else [])


def test_r05_the_shortest_description_is_the_installations_to_say() -> None:
    desk = Desk()
    described(desk, "Cell door photo")
    assert desk.broken("R05") == []
    desk.change(policy=Policy(shortest_description=16))
    assert desk.broken("R05") == [("R05", "MG6C 1")]


def test_r06_an_abbreviation_is_written_out() -> None:
    desk = Desk()
    described(desk, "CCTV from the yard, with BWV of the officer")
    assert desk.broken("R06") == [("R06", "MG6C 1")]
    described(desk, "Closed-circuit television (CCTV) from the yard of OAKLEY house")
    assert desk.broken("R06") == []
    assert BY_ID["R06"].severity.value == "warn"


def test_r06_names_each_abbreviation_once_in_order() -> None:
    assert unexpanded("PNC and CCTV and PNC", {"CCTV": "closed-circuit television", "PNC": "x"}) == ("CCTV", "PNC")
