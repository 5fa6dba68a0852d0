"""The worked case: its data are what `docs/worked-case.md` says, and forty items as the issue asks for them."""

import re
from collections import Counter
from pathlib import Path

from dems.cli.demo.case_of_forty import bytes_of
from dems.cli.demo.worked_case import (
    BETTER,
    BLOCK_TITLE,
    MEETS,
    PRESUMED,
    SENSITIVE,
    THINGS,
    Lot,
    of_lot,
)
from dems.model.disclosure.criminal import FORMS

PAGE = (Path(__file__).parents[2] / "docs" / "worked-case.md").read_text(encoding="utf-8")


def test_there_are_forty_items_three_of_them_sensitive_and_one_block() -> None:
    lots = Counter(thing.lot for thing in THINGS)
    assert (len(THINGS), lots[Lot.SENSITIVE], lots[Lot.BLOCK], lots[Lot.LATER]) == (40, 3, 12, 2)
    assert len({thing.reference for thing in THINGS}) == 40
    assert sum(thing.paper for thing in THINGS) == 16
    assert "Sixteen of the forty are paper" in PAGE
    assert len({bytes_of(thing) for thing in THINGS}) == 40
    assert set(SENSITIVE) == {thing.reference for thing in of_lot(Lot.SENSITIVE)}
    assert {*MEETS, *PRESUMED, *BETTER} <= {thing.reference for thing in of_lot(Lot.LISTED)}
    assert set(PRESUMED.values()) <= {code.code for code in FORMS.presumptions}
    assert {category for category, *_ in SENSITIVE.values()} <= {code.code for code in FORMS.sensitivities}


def test_the_page_says_of_each_item_how_it_is_described_and_where_it_goes() -> None:
    said = {
        row[0]: row[1:]
        for row in re.findall(r"^\| (AK/\S+(?: to AK/\S+)?) \| (.*?) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    }
    block = of_lot(Lot.BLOCK)
    assert said.pop(f"{block[0].reference} to {block[-1].reference}")[1:] == (BLOCK_TITLE, "MG6C 18, quantity 12")
    assert set(said) == {thing.reference for thing in THINGS if thing.lot is not Lot.BLOCK}
    for series, first, lot in (("MG6C", 1, Lot.LISTED), ("MG6D", 1, Lot.SENSITIVE), ("MG6C", 19, Lot.LATER)):
        for number, thing in enumerate(of_lot(lot), start=first):
            decided, described, place = said[thing.reference]
            assert (described, place) == (thing.description, f"{series} {number}")
            assert ("meets the test" in decided, "presumed" in decided) == (
                thing.reference in MEETS,
                thing.reference in PRESUMED,
            )
