"""Exports: asked for by who may, made whole by any number of tries, and believed by whoever has nothing of ours."""

import hashlib
from functools import partial
from pathlib import Path

import pytest

from dems.errors import (
    Invalid,
    NoLongerDue,
    NotFound,
    NotPermitted,
    NotReadable,
    NotReady,
    Refused,
)
from dems.ledger.policy import Log, Policy, Witness
from dems.ledger.verifier import Verdict
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.exports import ExportState
from dems.model.spans import Span
from dems.package.verification import Trusted, verify
from dems.ports import Job, JobKind, Once, Page
from dems.steps.log_policy import policy_of_log
from tests.conftest import Sent, Time
from tests.ledger.signers import COURT, LOG
from tests.usecases.exporting import Scene, impatient, judged, keeper, names_in, scene
from tests.usecases.keeping_the_log import KeptLog

__all__ = ["impatient", "keeper", "scene"]


def test_a_whole_case_is_given_out_and_proved_without_us(
    scene: Scene, keeper: KeptLog, tmp_path: Path, sent: Sent
) -> None:
    export = scene.ask(withhold=[Act.EVIDENCE_DECLARE])
    assert (export.state, export.items, export.whole_case) == (ExportState.MAKING, 3, True)
    assert Job(JobKind.EXPORT, export.id) in sent.jobs
    with pytest.raises(NotReady):
        scene.package(export)
    # What happens between asking and making is in the package, behind what was asked for.
    scene.dems.evidence.grant_access(scene.team.investigator.actor, scene.items[0].id, purpose="review", reason="x")
    with keeper:
        assert scene.dems.exporting.make(export.id) is ExportState.READY
    package = scene.package(export)
    report = judged(package, tmp_path)
    assert report.verdict is Verdict.PROVED, report.findings
    assert report.withheld == 3, "the declaration of each item"
    assert report.about is not None
    assert (report.about.recipient, report.about.asked_by) == ("Coroner for Gwent", scene.lead.person.name)
    names = names_in(package)
    assert [n for n in names if n.startswith("data/evidence/")] == [
        f"data/evidence/{i.exhibit_ref.text.replace('/', '=2F')}/recording.mp4" for i in scene.items[:2]
    ]
    assert [scene.acts(item)[-1] for item in scene.items] == [Act.EVIDENCE_EXPORT] * 3
    assert scene.acts(scene.items[0])[-2] is Act.EVIDENCE_ACCESS
    with pytest.raises(NoLongerDue):
        scene.dems.exporting.make(export.id)


def test_named_items_without_their_bytes(scene: Scene, keeper: KeptLog, tmp_path: Path) -> None:
    export = scene.ask(items=[scene.items[0].id, scene.items[0].id], with_bytes=False)
    with keeper:
        scene.dems.exporting.make(export.id)
    package = scene.package(export)
    assert judged(package, tmp_path).verdict is Verdict.PROVED
    assert not any(name.startswith("data/evidence/") for name in names_in(package))
    assert Act.EVIDENCE_EXPORT not in scene.acts(scene.items[1])


def test_a_package_larger_than_a_part_with_pages_of_one(
    scene: Scene, keeper: KeptLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dems.steps.packaging.AT_ONCE", "dems.usecases.exports.ask.AT_ONCE"):
        monkeypatch.setattr(name, 1)
    monkeypatch.setattr("dems.usecases.exports.make_package.ENTRIES_AT_ONCE", 1)
    monkeypatch.setattr("dems.steps.package_upload.LEAST_PART", 5 * 1024 * 1024)
    monkeypatch.setattr("dems.steps.package_upload.RENEWED_EVERY_SECONDS", 0.0)
    large = scene.world.sealed(scene.team.investigator, scene.team.case, bytes(range(256)) * 21_000)
    for _ in range(2):
        export = scene.ask()
        with keeper:
            scene.dems.exporting.make(export.id)
        assert judged(scene.package(export), tmp_path).verdict is Verdict.PROVED
    assert export.items == 4
    assert scene.acts(large).count(Act.EVIDENCE_EXPORT) == 2


# --- asking and fetching ---


def test_the_same_request_again_is_the_same_export(scene: Scene) -> None:
    once = Once(hashlib.sha256(str(scene.team.case.id).encode()).digest(), b"body")
    assert scene.ask(once=once).id == scene.ask(once=once).id
    assert len(scene.dems.exporting.look_up.page(scene.lead.actor, scene.team.case.id, Page(10))) == 1


def test_what_cannot_be_given_out_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = scene.world.declare(scene.team.investigator, scene.team.case, b"to come").evidence
    with pytest.raises(NotReadable):
        scene.ask(items=[waiting.id])
    assert scene.ask(items=[waiting.id], with_bytes=False).items == 1
    other = scene.world.case(scene.team.manager)
    with pytest.raises(NotFound):
        scene.dems.exporting.ask(scene.lead.actor, other.id, items=None, with_bytes=True, recipient="r", reason="r")
    with pytest.raises(NotPermitted):
        scene.dems.exporting.ask(
            scene.team.investigator.actor, scene.team.case.id, items=None, with_bytes=True, recipient="r", reason="r"
        )
    foreign = scene.world.case(scene.team.manager)
    scene.world.join(foreign, scene.lead, "lead_investigator", by=scene.team.manager)
    with pytest.raises(Refused, match="has no items"):
        scene.dems.exporting.ask(scene.lead.actor, foreign.id, items=None, with_bytes=True, recipient="r", reason="r")
    with pytest.raises(NotFound):
        scene.dems.exporting.ask(
            scene.lead.actor, foreign.id, items=[scene.items[0].id], with_bytes=True, recipient="r", reason="r"
        )
    with pytest.raises(Invalid, match=r"evidence\.seal cannot be withheld"):
        scene.ask(withhold=[Act.EVIDENCE_SEAL])
    monkeypatch.setattr("dems.usecases.exports.ask.MOST_PROOFS", 10)
    with pytest.raises(Refused, match="more than 10 entries together"):
        scene.ask()
    monkeypatch.setattr("dems.usecases.exports.ask.MAX_ITEMS", 2)
    monkeypatch.setattr("dems.usecases.exports.ask.AT_ONCE", 1)
    with pytest.raises(Refused, match="more than 2 items"):
        scene.ask()
    with pytest.raises(Invalid, match="from 1 to 2 items"):
        scene.ask(items=[item.id for item in scene.items])


def test_an_export_is_asked_for_by_somebody(scene: Scene) -> None:
    from dems.model.actors import system  # noqa: PLC0415 only here

    with pytest.raises(RuntimeError, match="by somebody"):
        scene.dems.exporting.ask(system(), scene.team.case.id, items=None, with_bytes=True, recipient="r", reason="r")


def test_each_fetching_is_an_entry_before_its_first_byte(scene: Scene, keeper: KeptLog, time: Time) -> None:
    del time
    export = scene.ask()
    with keeper:
        scene.dems.exporting.make(export.id)
    with pytest.raises(NotPermitted):
        scene.dems.exporting.read(scene.team.investigator.actor, export.id, lambda size: Span(0, size))
    scene.dems.exporting.read(scene.lead.actor, export.id, lambda _: Span(5, 10))
    with scene.dems.transaction() as tx:
        said = tx.custody.chain(of_case(scene.team.case.id), Page(500))[-1].detail or b""
    assert b'"act":"export.content"' in said
    assert b'"from":5' in said
    assert b'"s62":"disclosure"' in said
    scene.dems.exporting.read.doubted(export.id)
    with pytest.raises(NotFound):
        scene.dems.exporting.look_up.one(scene.team.outsider.actor, export.id)


WITNESSED = Policy.of([], [Witness("court", COURT.key)], quorum="court")


def test_those_outside_are_asked_to_hold_the_checkpoint_and_what_they_gave_comes_with_it(
    scene: Scene, keeper: KeptLog, tmp_path: Path
) -> None:
    export = scene.ask()
    with keeper:
        held = scene.made_with(policy=partial(policy_of_log, witnesses=lambda: WITNESSED), have_it_held=keeper.is_held)
        held(export.id)
    package = scene.package(export)
    policy = Policy.of([Log(LOG.key)], WITNESSED.witnesses, quorum="court").to_bytes()
    assert {"log/timestamps/authority.tsr", "log/timestamps/checkpoint.txt"} <= set(names_in(package))
    (tmp_path / "package.zip").write_bytes(package)
    report = verify(tmp_path / "package.zip", Trusted(policy))
    wrong = {f.check: f.words for f in report.findings if f.verdict is not Verdict.PROVED}
    assert list(wrong) == ["timestamps"]
    assert "openssl ts -verify" in wrong["timestamps"]


def test_witnesses_who_are_dead_do_not_hold_a_package_up(scene: Scene, keeper: KeptLog, tmp_path: Path) -> None:
    export = scene.ask()
    with keeper:
        quick = scene.made_with(policy=partial(policy_of_log, witnesses=lambda: WITNESSED), have_it_held=lambda: None)
        assert quick(export.id) is ExportState.READY
    (tmp_path / "package.zip").write_bytes(scene.package(export))
    policy = Policy.of([Log(LOG.key)], WITNESSED.witnesses, quorum="court").to_bytes()
    report = verify(tmp_path / "package.zip", Trusted(policy))
    assert {f.check for f in report.findings if f.verdict is not Verdict.PROVED} == {"witnesses"}
    assert report.verdict is Verdict.NOT_PROVED
