"""Details that somebody keeps back: what the sender may, what the log commits to, and what shows when it is done on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dems.ledger.verifier import Verdict
from dems.package.chain_files import to_line
from dems.package.places import chain_file, later_file
from tests.package.making import Making, a_making, without_detail
from tests.package.tampering import Files, files_of, listed_anew, packed, report_on, wrong


@pytest.fixture(scope="module")
def made() -> tuple[Making, bytes]:
    making = a_making(between=True)
    return making, making.zip()


def tampered(made: tuple[Making, bytes], change: Callable[[Files, Making], None]) -> Files:
    making, package = made
    files = files_of(package)
    change(files, making)
    return files


def test_details_that_somebody_took_out_on_the_way_are_another_package_than_the_log_names(
    made: tuple[Making, bytes], tmp_path: Path
) -> None:
    def silenced(files: Files, making: Making) -> None:
        item = making.items[0]
        files[chain_file(item.chain)] = b"".join(to_line(without_detail(entry)) for entry in item.entries[:3])

    assert "another package" in wrong(report_on(tmp_path, packed(listed_anew(tampered(made, silenced)))))["export"]


def silenced_later(files: Files, making: Making) -> None:
    """In the part that is in no manifest, because it came after them."""
    item = making.items[0]
    path, entries = later_file(item.chain), item.entries[3:]
    files[path] = b"".join(to_line(e) for e in [without_detail(entries[0]), *entries[1:]])


def test_a_detail_that_somebody_took_out_behind_the_bag_is_false_where_the_export_withheld_none(
    made: tuple[Making, bytes], tmp_path: Path
) -> None:
    report = report_on(tmp_path, packed(tampered(made, silenced_later)))
    assert "somebody took it out" in wrong(report)["export"]


def test_details_behind_the_bag_that_are_withheld_are_told_apart_from_those_to_which_the_log_commits(
    tmp_path: Path,
) -> None:
    making = a_making(between=True, withheld=("evidence.access", "upload.complete"))
    report = report_on(tmp_path, making.zip())
    assert report.verdict is Verdict.PROVED
    [chain] = [finding.words for finding in report.findings if finding.check == "chain"]
    assert "detail withheld: 6 (3 of them by nobody's word but the sender's)" in chain
