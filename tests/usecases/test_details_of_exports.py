"""Which details a package gives: those of the bag follow from its digest, and those behind it are named by the export's entry."""

import json
from pathlib import Path
from typing import Any

import pytest

from dems.ledger.verifier import Verdict
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence
from dems.model.exhibits import ExhibitRef
from dems.model.exports import NEVER_WITHHELD, Export, ExportState
from dems.package import telling
from dems.ports import CustodyRow, Page
from tests.conftest import Owner
from tests.usecases.exporting import Scene, free_again, impatient, judged, keeper, scene
from tests.usecases.keeping_the_log import KeptLog

__all__ = ["impatient", "keeper", "scene"]


def rows_of(scene: Scene, item: Evidence) -> list[CustodyRow]:
    with scene.dems.transaction() as tx:
        return tx.custody.chain(of_item(item.id), Page(500))


def looked_at(scene: Scene, item: Evidence) -> None:
    scene.dems.evidence.grant_access(scene.team.investigator.actor, item.id, purpose="review", reason="x")


def corrected(scene: Scene, item: Evidence) -> None:
    """An act whose detail is never withheld."""
    ref = ExhibitRef(f"CORRECTED/{len(rows_of(scene, item))}")
    scene.dems.evidence.correct_ref(scene.team.investigator.actor, item.id, ref, reason="it was misread")


def destroyed(scene: Scene, row: CustodyRow) -> None:
    """By two people, on an order."""
    auditor = scene.world.somebody("auditor")
    asked = scene.dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, row.id, reason="an order")
    scene.dems.approvals.confirm(scene.team.manager.actor, asked.id)


def said_by_the_export(scene: Scene, item: Evidence) -> Any:
    return json.loads(rows_of(scene, item)[-1].detail or b"")["facts"]["without_detail"]


def test_what_is_withheld_or_was_destroyed_behind_the_bag_is_named_by_its_place(
    scene: Scene, keeper: KeptLog, tmp_path: Path
) -> None:
    item, other, _ = scene.items
    export = scene.ask(withhold=[Act.EVIDENCE_ACCESS])
    begun = len(rows_of(scene, item))
    for act in (looked_at, looked_at, corrected, looked_at):
        act(scene, item)
    destroyed(scene, rows_of(scene, item)[begun + 2])
    with keeper:
        assert scene.dems.exporting.make(export.id) is ExportState.READY
    # Looked at twice, corrected (that detail is gone), looked at; then that somebody asked for it, and that another agreed.
    assert said_by_the_export(scene, item) == [[begun + 1, begun + 4]]
    assert scene.acts(item)[-3:] == [Act.APPROVAL_ASK, Act.DETAIL_DESTROY, Act.EVIDENCE_EXPORT]
    assert said_by_the_export(scene, other) == []
    report = judged(scene.package(export), tmp_path)
    assert report.verdict is Verdict.PROVED, report.findings
    assert report.withheld == 4


def test_a_detail_that_is_destroyed_while_the_package_is_made_is_not_said_to_be_in_it(
    scene: Scene, keeper: KeptLog, caplog: pytest.LogCaptureFixture
) -> None:
    item = scene.items[0]
    export = scene.ask()
    looked_at(scene, item)
    row = rows_of(scene, item)[-1]
    with keeper:
        making = scene.made_with(have_it_held=lambda: destroyed(scene, row))
        assert making(export.id) is ExportState.FAILED
    assert scene.again(export).problem == "A detail was destroyed while the package was made: ask for another."
    assert "package_came_out_otherwise" in caplog.text
    again = scene.ask()
    with keeper:
        assert scene.dems.exporting.make(again.id) is ExportState.READY


def test_more_than_an_entry_can_name_makes_the_export_fail_before_it_names_anything(
    scene: Scene, keeper: KeptLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dems.steps.packaging.MOST_SPANS", 1)
    item = scene.items[0]

    def made(*acts: Any) -> Export:
        export = scene.ask(withhold=[Act.EVIDENCE_ACCESS])
        for act in acts:
            act(scene, item)
        with keeper:
            scene.dems.exporting.make(export.id)
        return scene.again(export)

    assert made(looked_at, looked_at, corrected).state is ExportState.READY
    failed = made(looked_at, corrected, looked_at)
    assert (failed.state, scene.acts(item).count(Act.EVIDENCE_EXPORT)) == (ExportState.FAILED, 1)
    assert failed.problem == "Too much was done with an item while the package was made: ask again."


def test_so_many_places_fit_into_the_detail_of_an_entry() -> None:
    from dems.model.custody import MOST_FACTS_BYTES  # noqa: PLC0415 only here

    most = [[10**8 + 2 * n, 10**8 + 2 * n] for n in range(telling.MOST_SPANS)]
    assert len(json.dumps(most, separators=(",", ":"))) < MOST_FACTS_BYTES - 8 * 1024


def test_what_the_other_side_must_know_is_never_withheld() -> None:
    """That a detail was destroyed, by whom and on whose order, is among it."""
    assert {Act.DETAIL_DESTROY, Act.APPROVAL_ASK, Act.EVIDENCE_MISMATCH, Act.EVIDENCE_FREEZE} <= NEVER_WITHHELD


def test_two_exports_that_are_made_at_the_same_time_each_end_with_their_own_entry(
    scene: Scene, keeper: KeptLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dems.steps.packaging.AT_ONCE", 1)
    both = [scene.ask(withhold=[Act.EVIDENCE_DECLARE]), scene.ask()]
    with keeper:
        assert [scene.dems.exporting.make(export.id) for export in both] == [ExportState.READY] * 2
    reports = [judged(scene.package(export), tmp_path) for export in both]
    assert [report.verdict for report in reports] == [Verdict.PROVED] * 2
    assert [report.about and report.about.export for report in reports] == [str(export.id) for export in both]
    assert [report.withheld for report in reports] == [3, 0]


def test_an_export_that_was_killed_after_its_entries_names_nothing_twice(
    scene: Scene, keeper: KeptLog, tmp_path: Path, as_owner: Owner
) -> None:
    """Pages of one entry, and something done between two tries: it comes behind the export's entry, and is not in the package."""
    export = scene.ask(withhold=[Act.EVIDENCE_ACCESS])
    looked_at(scene, scene.items[0])

    def killed() -> None:
        raise KeyboardInterrupt

    with keeper:
        with pytest.raises(KeyboardInterrupt):
            scene.made_with(have_it_held=killed)(export.id)
        looked_at(scene, scene.items[0])
        free_again(scene, as_owner, export)
        assert scene.dems.exporting.make(export.id) is ExportState.READY
    report = judged(scene.package(export), tmp_path)
    assert (report.verdict, report.withheld) == (Verdict.PROVED, 1)
