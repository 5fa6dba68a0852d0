"""Schedules: rows that follow from decisions, numbers that stay, corrections, continuations, what is frozen and what is shown."""

from dataclasses import replace
from datetime import date

from dems.model.disclosure.contents import (
    Described,
    Level,
    Privilege,
    PrivilegeState,
    Relevant,
    Sensitive,
    Used,
)
from dems.model.disclosure.drafting import draft, left_out
from dems.model.disclosure.forms import Series
from dems.model.disclosure.material import Holding
from dems.model.disclosure.schedules import ScheduleState
from tests.model.disclosing import (
    SENSITIVE,
    Desk,
    digest,
    item,
    material,
    schedule_id,
)
from tests.model.disclosure_steps import newest

S = ScheduleState


# --- rows follow from decisions ---


def test_a_row_says_what_was_decided_and_is_bound_to_the_bytes() -> None:
    desk = Desk()
    desk.item(1)
    desk.draft()
    [row] = newest(desk).rows
    assert (row.description, row.location) == ("Photograph 1 of the custody desk on the night", "Store A, shelf 3")
    assert (row.binding.sha256, row.binding.custody_position, row.quantity) == (digest(1).hex, 2, 1)
    assert set(row.basis) == {d.id for d in desk.file.record.decisions}
    assert row.schedule_reason == ""


def test_a_row_of_a_block_has_its_quantity_and_the_digest_of_its_annex() -> None:
    desk = Desk()
    block = desk.block(1, 4, 5, 6)
    desk.draft()
    [row] = newest(desk).rows
    [whole] = desk.file.blocks.values()
    assert (row.subject, row.quantity, row.description) == (block, 3, "Photographs of meals and pets")
    assert row.binding.sha256 == whole.frozen_annex.digest.hex
    undescribed = replace(desk.file, record=replace(desk.file.record, decisions=tuple(
        d for d in desk.file.record.decisions if not isinstance(d.content, Described)
    )))  # fmt: skip
    assert draft(undescribed, Series.MG6C, schedule_id(9, 1)).rows[0].location == "Phone ABC/90"


def test_items_are_numbered_by_date_and_exhibit_and_blocks_after_them() -> None:
    desk = Desk()
    block = desk.block(1, 8, 9)
    desk.item(3)
    desk.item(2)
    desk.item(1, added_on=date(2026, 2, 2))
    desk.draft()
    assert [row.subject for row in newest(desk).rows] == [item(2), item(3), item(1), block]


def test_whatever_cannot_be_listed_is_listed_as_such_with_why() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2, sealed=False)
    desk.item(3, holding=Holding.PHYSICAL, digest=None, sealed=False)
    desk.item(4, holding=Holding.PHYSICAL, custody_position=None)
    desk.item(5, holding=Holding.OFF_SYSTEM)
    desk.item(6, unexamined=True)
    desk.item(7)
    desk.decide(item(7), Privilege(PrivilegeState.SUSPECTED))
    desk.item(8, replace(SENSITIVE, level=Level.HIGHLY))
    desk.item(9, replace(SENSITIVE, level=Level.IN_PART))
    desk.add(*(material(n) for n in (10, 11, 12, 13, 14, 15)))
    desk.decide(item(11), Relevant(relevant=True))
    desk.decide(item(12), Relevant(relevant=True), Used(used=False))
    desk.decide(item(13), Relevant(relevant=True), Used(used=False), Described("A long description of it", "A"))
    desk.decide(item(14), Relevant(relevant=True), Used(used=True))
    desk.decide(item(15), Relevant(relevant=False))
    found = {p.subject: p.why for p in left_out(desk.file)}
    assert {int(s.id) - 0xE7_0000: why.split(":")[0] for s, why in found.items()} == {
        2: "it is not sealed, or has no place in a custody chain",
        4: "it is not sealed, or has no place in a custody chain",
        5: "it is not here",
        6: "it was seized unexamined",
        7: "it may be privileged",
        8: "it is highly sensitive",
        9: "its edited version is listed in its place",
        10: "it awaits a decision about relevance",
        11: "it awaits a decision whether it is used",
        12: "it awaits a description",
        13: "it awaits a decision about sensitivity",
    }
    desk.draft()
    assert [row.subject for row in newest(desk).rows] == [item(1), item(3)]


def test_a_block_that_waits_for_something_is_listed_as_such() -> None:
    desk = Desk()
    privileged, examined, mixed, undecided = (desk.block(n, 10 * n, 10 * n + 1) for n in (1, 2, 3, 4))
    desk.decide(item(10), Privilege(PrivilegeState.SUSPECTED))
    desk.add(material(21, unexamined=True))
    desk.decide(item(31), SENSITIVE, Described("A message that names somebody", ""))
    without = tuple(d for d in desk.file.record.decisions if (d.subject, type(d.content)) != (undecided, Sensitive))
    desk.change(record=replace(desk.file.record, decisions=without))
    found = {p.subject: p.why.split(":")[0] for p in left_out(desk.file)}
    assert found == {
        privileged: "it may be privileged",
        examined: "it was seized unexamined",
        mixed: "it holds a sensitive item",
        undecided: "it awaits a decision about sensitivity",
    }
