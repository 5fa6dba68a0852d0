"""A checkpoint from before, against what is shown today: a log that tells two people two histories is found out by either."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from dems.ledger.bundles import bundle_path, new_bundles, to_bundle
from dems.ledger.checkpoint import Checkpoint
from dems.ledger.hashing import EMPTY_ROOT
from dems.ledger.keys import KEY_BYTES, KeyType, SigningKey
from dems.ledger.tiles import TILE_WIDTH
from dems.ledger.verifier import Verdict
from dems.package.earlier import Held
from dems.package.program import main
from dems.package.verification import Report, Trusted, verify
from tests.ledger.signers import COURT, LOG, POLICY, PROSECUTOR, signed
from tests.package.making import Made, SmallLog, a_making
from tests.package.tampering import unproved, wrong

FORGED = signed(Checkpoint(LOG.name, 120, b"f" * 32), COURT)
OTHER = SigningKey("other.example/ledger", KeyType.ED25519, b"o" * KEY_BYTES)
OTHER_LOGS = signed(Checkpoint(OTHER.name, 120, b"f" * 32), log=OTHER)
GARBLED = signed(Checkpoint(LOG.name, 120, b"g" * 32)).replace(b"\n120\n", b"\n121\n")


@pytest.fixture(scope="module")
def log() -> tuple[list[bytes], dict[int, bytes]]:
    """Three hundred entries, and the checkpoints that were signed on the way."""
    small, item, notes = SmallLog(), Made("ABC/1", b""), dict[int, bytes]()
    notes[0] = signed(Checkpoint(LOG.name, 0, EMPTY_ROOT))
    for number in range(300):
        item.entry(small, "evidence.access", {"number": number})
        notes[number + 1] = small.checkpoint(COURT, PROSECUTOR)
    return [entry.leaf for entry in item.entries], notes


@pytest.fixture
def copy(tmp_path: Path, log: tuple[list[bytes], dict[int, bytes]]) -> Path:
    leaves, notes = log
    for tile in new_bundles(0, 300):
        path, start = tmp_path / "log" / bundle_path(tile), tile.index * TILE_WIDTH
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bundle(leaves[start : start + tile.width]))
    (tmp_path / "log" / "checkpoint").write_bytes(notes[300])
    return tmp_path / "log"


def held(*notes: bytes) -> Trusted:
    return Trusted(POLICY.to_bytes(), held=[Held(f"given {number}", note) for number, note in enumerate(notes)])


def words(report: Report, check: str) -> str:
    return next(finding.words for finding in report.findings if finding.check == check)


def test_a_copy_goes_on_from_every_checkpoint_that_was_given_of_it(
    copy: Path, log: tuple[list[bytes], dict[int, bytes]]
) -> None:
    notes = log[1]
    report = verify(copy, held(notes[0], notes[1], notes[255], notes[256], notes[257], notes[300]))
    assert report.verdict is Verdict.PROVED
    assert words(report, "held") == "6 of 6 checkpoints that you hold are of this tree"
    assert "held" not in {finding.check for finding in verify(copy, Trusted(POLICY.to_bytes())).findings}


def test_a_checkpoint_of_another_history_is_false_wherever_it_comes_from(
    copy: Path, log: tuple[list[bytes], dict[int, bytes]]
) -> None:
    report = verify(copy, held(log[1][7], FORGED))
    assert wrong(report)["held"].startswith("'given 1' was signed of another tree of 120 entries than this is")
    assert words(report, "entries").startswith("the 300 entries make the tree"), "alone the copy is without fault"
    (copy / "checkpoints").mkdir()
    (copy / "checkpoints" / f"{7:020}").write_bytes(log[1][7])
    assert words(verify(copy, held()), "checkpoints") == "1 of 1 checkpoints that lie beside it are of this tree"
    (copy / "checkpoints" / f"{120:020}").write_bytes(FORGED)
    assert "'checkpoints/00000000000000000120' was signed of another tree" in wrong(verify(copy, held()))["checkpoints"]


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (signed(Checkpoint(LOG.name, 301, b"x" * 32)), "is of 301 entries of the log"),
        (OTHER_LOGS, "is no checkpoint that a known log signed: no known"),
        (GARBLED, "is no checkpoint that a known log signed: the signature"),
    ],
    ids=["newer than the copy", "of another log", "changed"],
)
def test_what_cannot_be_compared_is_not_proved_and_nothing_is_called_false(copy: Path, note: bytes, said: str) -> None:
    report = verify(copy, held(note))
    assert not wrong(report)
    assert said in unproved(report)["held"]


def test_a_package_is_compared_where_its_checkpoint_is_of_the_same_size(tmp_path: Path) -> None:
    making = a_making()
    package = tmp_path / "package.zip"
    package.write_bytes(making.zip())
    files: Sequence[tuple[bytes, Verdict]] = [
        (making.log.checkpoint(), Verdict.PROVED),
        (signed(Checkpoint(LOG.name, making.log.frontier.size, b"f" * 32)), Verdict.FALSE),
        (signed(Checkpoint(LOG.name, making.log.frontier.size + 1, b"f" * 32)), Verdict.NOT_PROVED),
    ]
    for note, verdict in files:
        report = verify(package, held(note))
        assert {f.check: f.verdict for f in report.findings}["held"] is verdict
        assert report.verdict is verdict


def test_the_program_takes_checkpoints_and_proofs_and_says_which_file_is_neither(
    copy: Path, log: tuple[list[bytes], dict[int, bytes]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy, before, forged, text = (tmp_path / name for name in ("policy", "before", "forged", "text"))
    policy.write_bytes(POLICY.to_bytes())
    before.write_bytes(log[1][9])
    forged.write_bytes(FORGED)
    text.write_text("Dear court\n")
    given = [str(copy), "--policy", str(policy), "--json", "--checkpoint", str(before)]
    assert main(given) == 0
    assert {f["check"]: f["verdict"] for f in json.loads(capsys.readouterr().out)["findings"]}["held"] == "proved"
    assert main([*given, "--checkpoint", str(forged)]) == 1
    assert "'forged' was signed of another tree" in capsys.readouterr().out
    for unusable in (text, tmp_path / "absent"):
        with pytest.raises(SystemExit) as ended:
            main([*given, "--checkpoint", str(unusable)])
        assert ended.value.code == 2
        assert str(unusable) in capsys.readouterr().err
