"""Rules about what rows say and may hold, each with what breaks it and what keeps it."""

from dataclasses import replace
from datetime import date

import pytest

from dems.model.disclosure.blocks import Block, FrozenQuery
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
from dems.model.disclosure.forms import Series
from dems.model.disclosure.material import Holding, Marking, NeverStored
from dems.model.disclosure.rules import BY_ID
from dems.model.disclosure.schedules import Note, Schedule, ScheduleState
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
from tests.model.disclosure_steps import change_row, described, rows

IN_PART = replace(SENSITIVE, level=Level.IN_PART)
HIGHLY = replace(SENSITIVE, level=Level.HIGHLY)


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
