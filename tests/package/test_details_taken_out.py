"""Details that somebody keeps back: what the sender may, what the log commits to, and what shows when it is done on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dems.ledger.verifier import Verdict
from dems.package.chain_files import to_line
from dems.package.places import chain_file, later_file
from dems.package.telling import spans_of
from tests.package.making import Making, a_making, without_detail
from tests.package.tampering import Files, files_of, listed_anew, packed, report_on, unproved, wrong


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


@pytest.mark.parametrize("withheld", [(), ("evidence.declare",), ("evidence.access",)])
def test_a_detail_that_somebody_took_out_behind_the_bag_is_false_whatever_the_export_withheld(
    tmp_path: Path, withheld: tuple[str, ...]
) -> None:
    making = a_making(between=True, withheld=withheld)
    package = making.zip()
    assert report_on(tmp_path, package).verdict is Verdict.PROVED
    files, item = files_of(package), making.items[0]
    lines = files[later_file(item.chain)].splitlines(keepends=True)
    shown = [place for place, line in enumerate(lines) if b'"detail":null' not in line]
    for place in shown[:-1]:
        taken = [to_line(without_detail(item.entries[3 + place])) if p == place else x for p, x in enumerate(lines)]
        found = wrong(report_on(tmp_path, packed(files | {later_file(item.chain): b"".join(taken)})))
        assert "somebody took one out" in found["export"]
    silent = to_line(without_detail(item.entries[-1]))
    report = report_on(tmp_path, packed(files | {later_file(item.chain): b"".join([*lines[:-1], silent])}))
    assert "the detail of the last entry is not here" in unproved(report)["export"]


def test_places_are_named_as_spans() -> None:
    assert spans_of([]) == []
    assert spans_of([3, 4, 5, 7, 9, 10]) == [(3, 5), (7, 7), (9, 10)]


def test_details_behind_the_bag_that_are_withheld_are_named_by_the_exports_entry(tmp_path: Path) -> None:
    making = a_making(between=True, withheld=("evidence.access", "upload.complete"))
    package = making.zip()
    report = report_on(tmp_path, package)
    assert report.verdict is Verdict.PROVED
    [chain] = [finding.words for finding in report.findings if finding.check == "chain"]
    assert chain.endswith("detail withheld: 6")
    # A detail that nobody was to get, slipped in by whoever has it: not the package that was made.
    files, item = files_of(package), making.items[0]
    files[later_file(item.chain)] = b"".join(map(to_line, item.entries[3:]))
    assert "(all are here)" in wrong(report_on(tmp_path, packed(files)))["export"]


def test_an_export_that_does_not_say_which_details_are_lacking_proves_nothing_of_those_that_are(tmp_path: Path) -> None:
    making = a_making(between=True, withheld=("evidence.access",), unsaid=["without_detail"])
    report = report_on(tmp_path, making.zip())
    assert not wrong(report)
    assert "the detail of entry 4 is not here, and the export's entry does not say" in unproved(report)["export"]
    assert report_on(tmp_path, a_making(between=True, unsaid=["without_detail"]).zip()).verdict is Verdict.PROVED
