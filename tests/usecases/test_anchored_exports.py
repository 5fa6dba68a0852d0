"""Packages carry what witnesses and authorities gave for their checkpoint, and a stranger checks all of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dems.bootstrap import Dems
from dems.ledger.policy import Group, Log, Policy, Witness
from dems.ledger.verifier import Verdict
from dems.model.exports import ExportState
from dems.package.verification import Trusted, verify
from dems.settings import LedgerSettings, Stamps
from tests.ledger.signers import COURT, LABORATORY, LOG
from tests.usecases.exporting import Scene, impatient, keeper, names_in, scene
from tests.usecases.keeping_the_log import KeptLog
from tests.workers.anchoring import odd_servers
from tests.workers.anchoring.authority import Authority
from tests.workers.anchoring.witness import RunningWitness
from workers.anchoring import asks
from workers.anchoring.timestamps import REPLY

pytestmark = pytest.mark.no_cover

__all__ = ["impatient", "keeper", "scene"]


@pytest.fixture
def court(tmp_path: Path) -> Iterator[RunningWitness]:
    running = RunningWitness(tmp_path / "court", COURT, LOG.key)
    yield running
    running.kill()


def test_a_package_is_proved_with_witnesses_and_timestamps_and_made_without_those_that_are_dead(
    scene: Scene, keeper: KeptLog, court: RunningWitness, tmp_path: Path
) -> None:
    witnesses = (
        Witness("court", COURT.key, court.url),
        Witness("laboratory", LABORATORY.key, "http://127.0.0.1:9/"),
    )
    known = Policy.of([], witnesses, [Group("any", 1, ("court", "laboratory"))], "any")
    path = tmp_path / "witnesses"
    path.write_bytes(known.to_bytes())
    authority = Authority(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with odd_servers.server(odd_servers.answers_with(authority.respond, REPLY)) as url:
        ledger = LedgerSettings(
            witnesses=path,
            timestamp_authorities=(
                Stamps("tsa", url, authority.roots),
                Stamps("gone", "http://127.0.0.1:9", authority.roots),
            ),
            anchor_seconds=30,
        )
        settings = scene.dems.settings.model_copy(update={"ledger": ledger})
        held = replace(scene, dems=Dems(settings, nudge=lambda _: None, engine=scene.dems.engine, asks=asks))
        export = held.ask()
        with keeper:
            assert held.dems.exporting.make(export.id) is ExportState.READY
    package = held.package(export)
    assert {"log/timestamps/checkpoint.txt", "log/timestamps/tsa.tsr"} <= set(names_in(package))
    assert not any("gone" in name for name in names_in(package))

    file = tmp_path / "package.zip"
    file.write_bytes(package)
    theirs = Policy.of([Log(LOG.key)], known.witnesses, known.groups, known.quorum).to_bytes()
    roots = authority.roots.read_bytes()
    report = verify(file, Trusted(theirs, roots))
    assert report.verdict is Verdict.PROVED, report.findings
    assert {f.check: f.verdict for f in report.findings}["timestamps"] is Verdict.PROVED
    # Whoever believes only a witness that did not answer, or another authority, is told what is not proved, or false.
    stricter = Policy.of([Log(LOG.key)], known.witnesses, quorum="laboratory").to_bytes()
    assert verify(file, Trusted(stricter, roots)).verdict is Verdict.NOT_PROVED
    # An authority that was not named may be right: of the one that was, nothing is taken away.
    other = Authority(tmp_path, "other").roots.read_bytes()
    unknown = verify(file, Trusted(theirs, other))
    assert [(f.check, f.verdict) for f in unknown.findings if f.verdict is not Verdict.PROVED] == [
        ("timestamps", Verdict.NOT_PROVED)
    ]
    assert "certificates you did not give" in str(unknown.findings)
    assert verify(file, Trusted(theirs, other + roots)).verdict is Verdict.PROVED
    # Whoever takes the name of an authority and has not its key is one who deceives.
    impostor = Authority(tmp_path / "elsewhere").roots.read_bytes()
    assert verify(file, Trusted(theirs, impostor)).verdict is Verdict.FALSE


def test_a_file_of_witnesses_that_is_none_leaves_a_package_without_them(
    scene: Scene, keeper: KeptLog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    roots = tmp_path / "no roots"
    ledger = LedgerSettings(timestamp_authorities=(Stamps("tsa", "http://127.0.0.1:9", roots),))
    settings = scene.dems.settings.model_copy(update={"ledger": ledger})
    held = replace(scene, dems=Dems(settings, nudge=lambda _: None, engine=scene.dems.engine, asks=asks))
    export = held.ask()
    with keeper:
        assert held.dems.exporting.make(export.id) is ExportState.READY
    assert [r.message for r in caplog.records if r.levelname == "WARNING"].count("log_not_anchored") == 1
