"""What a package lists of an item's bytes, which the recipient may have from elsewhere, against what the item's entries say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from dems.ledger.verifier import Verdict
from dems.package.inventory import Item
from tests.package.making import Made, Making, a_log
from tests.package.tampering import report_on, unproved, wrong


@dataclass(slots=True)
class Listed(Made):
    """An item of which the sender's database says something else than its entries do."""

    claim: Mapping[str, Any] = field(default_factory=dict)

    def listed(self, *, here: bool) -> Item:
        return replace(Made.listed(self, here=here), **self.claim)


@pytest.mark.parametrize(
    ("claim", "withheld", "words"),
    [
        ({"sha256": "0" * 64}, (), "another SHA-256 than the entry that says what was read"),
        ({"size": 4}, (), "another size than the entry of the seal"),
        ({"sha256": None}, (), None),
        ({}, ("evidence.seal",), "says which bytes they are of which a SHA-256 is listed"),
    ],
)
def test_what_is_listed_of_bytes_that_the_recipient_has_from_elsewhere_is_what_the_entries_say(
    tmp_path: Path, claim: Mapping[str, Any], withheld: Sequence[str], words: str | None
) -> None:
    log = a_log()
    item = Listed("ABC/1", b"a recording of a death in custody", claim=claim).sealed_in(log)
    report = report_on(tmp_path, Making(log, [item], here=False, withheld=withheld).zip())
    assert (wrong(report) | unproved(report)).keys() == ({"digests"} if words else set())
    assert words is None or words in (wrong(report) | unproved(report))["digests"]


def test_bytes_that_were_not_those_that_were_declared_are_listed_as_read(tmp_path: Path) -> None:
    log = a_log()
    # What is listed of their size is what was declared.
    item = Listed("ABC/1", b"cut off", claim={"size": 10}).differing_in(log)
    assert report_on(tmp_path, Making(log, [item], here=False).zip()).verdict is Verdict.PROVED
