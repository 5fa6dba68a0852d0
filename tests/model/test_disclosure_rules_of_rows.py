"""Rules about rows, each with what breaks it and what keeps it."""

from dataclasses import replace
from datetime import date

import pytest

from dems.model.disclosure.blocks import Block, FrozenQuery
from dems.model.disclosure.checks_of_rows import unexpanded
from dems.model.disclosure.contents import (
    AgainstTest,
    Described,
    Level,
    Relevant,
    Result,
    Sensitive,
    SourceChecked,
    Used,
)
from dems.model.disclosure.files import Policy
from dems.model.disclosure.forms import Series
from dems.model.disclosure.material import Holding, Marking, NeverStored
from dems.model.disclosure.rules import BY_ID
from dems.model.disclosure.schedules import Note, Row, Schedule, ScheduleState
from tests.model.disclosing import (
    BEGAN,
    NOT_SENSITIVE,
    SENSITIVE,
    Desk,
    block_id,
    evidence_id,
    item,
    material,
    schedule_id,
)

IN_PART = replace(SENSITIVE, level=Level.IN_PART)
HIGHLY = replace(SENSITIVE, level=Level.HIGHLY)


def rows(desk: Desk, series: Series = Series.MG6C) -> list[Row]:
    return [row for s in desk.file.schedules if s.series is series for row in s.rows]


def change_row(desk: Desk, which: int, /, **changes: object) -> None:
    """Write something else into a row, as a fault in what is kept would."""

    def changed(row: Row) -> Row:
        there = (row.series, row.number) == (Series.MG6C, which)
        return replace(row, **changes) if there else row  # type: ignore[arg-type]

    desk.change(schedules=tuple(replace(s, rows=tuple(map(changed, s.rows))) for s in desk.file.schedules))


def described(desk: Desk, text: str, location: str = "Store A, shelf 3") -> None:
    desk.item(1)
    desk.decide(item(1), Described(text, location))
    desk.draft()


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


# --- R07, R08 ---


def test_r07_a_block_has_title_quantity_source_and_reason() -> None:
    desk = Desk()
    desk.block(1, 4, 5)
    desk.draft()
    assert desk.broken("R07") == []
    empty = Block(block_id(2), " ", 0, "", "", FrozenQuery("boxes in the store", BEGAN))
    desk.ready(desk.add_block(empty), NOT_SENSITIVE, "Boxes of paper from the store room")
    desk.draft()
    assert desk.broken("R07") == [("R07", "MG6C 1")]
    message = next(b.message for b in BY_ID["R07"].check(desk.file))
    assert message == (
        "A block needs a generic title and a quantity of at least one and the source and "
        "why listing its items one by one is impracticable."
    )


def test_r08_what_meets_the_test_in_a_block_has_its_own_row() -> None:
    desk = Desk()
    desk.block(1, 4, 5, 6)
    desk.draft()
    assert desk.broken("R08") == []
    desk.decide(item(5), AgainstTest(Result.MAY_MEET))
    assert desk.broken("R08") == [("R08", str(evidence_id(5)))]
    desk.decide(item(5), Described("Photograph of the injury, sent that night", "Store A"), NOT_SENSITIVE)
    desk.draft()
    assert desk.broken("R08", "R02") == []
    assert next(r.subject for r in rows(desk)) == item(5)


# --- R09, R11, R12 ---


def test_r09_a_row_says_where_the_thing_is() -> None:
    desk = Desk()
    described(desk, "Notebook entry by the custody sergeant", location=" ")
    assert desk.broken("R09") == [("R09", "MG6C 1")]
    described(desk, "Notebook entry by the custody sergeant")
    assert desk.broken("R09") == []


@pytest.mark.parametrize("reason", ["", "  ", "sources_and_persons_at_risk", "National Security"])
def test_r11_a_category_is_no_reason(reason: str) -> None:
    desk = Desk()
    desk.item(1, replace(SENSITIVE, schedule_reason=reason))
    desk.item(2)
    desk.draft()
    assert desk.broken("R11") == [("R11", "MG6D 1")]


def test_r11_a_reason_in_words_is_kept() -> None:
    desk = Desk()
    desk.item(1, SENSITIVE)
    desk.draft()
    assert desk.broken("R11") == []


def test_r12_a_sensitive_description_is_read_for_sources_word_by_word() -> None:
    desk = Desk()
    desk.item(1, SENSITIVE)
    desk.item(2)
    desk.draft()
    assert desk.broken("R12") == []
    desk.decide(item(1), Described("Statement of the neighbour who saw it", "Store A"))
    desk.draft()
    assert desk.broken("R12") == [("R12", "MG6D 1")]
    desk.decide(item(1), SourceChecked("Statement of the neighbour who saw it", names_no_source=False))
    assert desk.broken("R12") == [("R12", "MG6D 1")]
    desk.decide(item(1), Described("Statement", "Store A"), SourceChecked("Statement", names_no_source=True))
    desk.draft()
    assert desk.broken("R12") == []


def test_r12_nobody_has_read_it_yet() -> None:
    desk = Desk()
    desk.add(material(1))
    desk.decide(item(1), Relevant(relevant=True), Used(used=False), Described("Statement of somebody", "A"), SENSITIVE)
    desk.draft()
    assert desk.broken("R12") == [("R12", "MG6D 1")]


# --- R30, R34, R48 ---


def test_r30_an_edited_version_is_called_so_and_has_its_redactions_and_original() -> None:
    desk = Desk()
    desk.item(1, IN_PART)
    desk.item(2, edited=True, derived_from=evidence_id(1), redaction_set="RS/1")
    desk.decide(item(2), Described("Edited copy of the custody record", "Store A"))
    desk.draft()
    assert desk.broken("R30") == []
    desk.decide(item(2), Described("Unedited custody record", "Store A"))
    desk.add(material(2, edited=True, derived_from=evidence_id(77)))
    desk.draft()
    assert desk.broken("R30") == [("R30", "MG6C 1")]
    assert next(b.message for b in BY_ID["R30"].check(desk.file)) == (
        'An edited version needs the set of its redactions and its unedited original and the word "edited" in its description.'
    )


@pytest.mark.parametrize(
    "changes",
    [{"marking": Marking.SECRET}, {"marking": Marking.TOP_SECRET}, {"never_stored": NeverStored.CHIS}],
)
def test_r34_what_may_not_be_kept_here_is_a_placeholder(changes: dict[str, object]) -> None:
    desk = Desk()
    desk.add(material(1, marking=Marking.OFFICIAL_SENSITIVE), material(2, **changes))
    assert desk.broken("R34") == [("R34", str(evidence_id(2)))]
    desk.add(material(2, holding=Holding.OFF_SYSTEM, **changes))
    assert desk.broken("R34") == []


def test_r48_what_was_seized_unexamined_is_not_listed_as_reviewed() -> None:
    desk = Desk()
    desk.item(1)
    desk.block(1, 4, 5)
    desk.draft()
    assert desk.broken("R48") == []
    desk.add(material(1, unexamined=True), material(5, unexamined=True))
    assert desk.broken("R48") == [("R48", "MG6C 1"), ("R48", "MG6C 2")]
    desk.draft()
    assert desk.broken("R48") == []
    assert rows(desk) == []


# --- by construction ---


def test_no_row_can_be_made_for_the_wrong_schedule() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.draft()
    [c], [d] = rows(desk, Series.MG6C), rows(desk, Series.MG6D)
    with pytest.raises(ValueError, match="no decision puts this on MG6C"):
        replace(d, series=Series.MG6C)
    with pytest.raises(ValueError, match="no decision puts this on MG6D"):
        replace(c, series=Series.MG6D)
    with pytest.raises(ValueError, match="about something else"):
        replace(d, series=Series.MG6C, sensitivity=c.sensitivity)
    highly = replace(d.sensitivity, content=HIGHLY)
    with pytest.raises(ValueError, match="no decision puts this on MG6D"):
        replace(d, sensitivity=highly)


def test_a_withdrawn_row_stays_and_counts_no_more() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    change_row(desk, 1, note=Note.NOT_RELEVANT)
    assert desk.file.live[Series.MG6C] == {}
    assert desk.broken("R02") == [("R02", str(evidence_id(1)))]


def test_sensitivity_in_no_degree_asks_for_no_reason() -> None:
    assert Sensitive(Level.NOT_SENSITIVE).schedule_reason == ""
    assert Schedule(schedule_id(1, 1), item(1).id, Series.MG6C, 1, 0, "MG6C 1").state is ScheduleState.DRAFT  # type: ignore[arg-type]
    assert material(1).added_on == date(2026, 2, 1)
