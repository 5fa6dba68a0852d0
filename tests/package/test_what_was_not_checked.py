"""What cannot be checked is refused, in words that nobody takes for a word on the evidence; and who signed is always said."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dems.ledger.keys import KEY_BYTES, KeyType, SigningKey
from dems.ledger.policy import Log, Policy
from dems.ledger.verifier import Finding, Verdict, overall
from dems.package.folder import Folder
from dems.package.program import main
from dems.package.verification import Trusted, verify
from dems.package.zip_reading import Zip
from tests.ledger.signers import COURT, LOG, POLICY, PROSECUTOR
from tests.package.making import BASE, Made, Making, a_log, a_making
from tests.package.tampering import files_of, refused, report_on, wrong

PACKAGE = a_making().zip()
TRUSTED = Trusted(POLICY.to_bytes())
OTHER_LOG = SigningKey("other.example/ledger", KeyType.ED25519, b"o" * KEY_BYTES)


def unpacked(tmp_path: Path, package: bytes = PACKAGE) -> Path:
    for path, data in files_of(package).items():
        target = tmp_path / BASE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return tmp_path / BASE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (PACKAGE[: len(PACKAGE) // 2], "it was cut off on its way, or something was added to it. Get it again"),
        (PACKAGE[:-1], "it was cut off on its way"),
        (b"", "it is empty"),
        (b"Dear court, attached you find the recording.\n", "neither a zip nor JSON in UTF-8, or it was cut off"),
        (b'{"evidence_id": "x", "entries": [{"le', "neither a zip nor JSON in UTF-8, or it was cut off"),
        (bytes(100_000), "neither a zip nor JSON"),
    ],
    ids=["half", "all but one byte", "nothing", "text", "half a receipt", "zeros"],
)
def test_a_broken_copy_is_refused_and_nobody_can_read_that_the_evidence_is_false(
    tmp_path: Path, data: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(data)
    assert words in refused(verify(path, TRUSTED))
    assert main([str(path)]) == 1
    told = capsys.readouterr().out
    assert "false" not in told
    last = "verdict: refused (nothing was checked: do not rely on this copy; it says nothing of the evidence itself)"
    assert told.splitlines()[-1] == last
    assert main([str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "refused"


def test_what_does_not_hold_is_worse_than_what_was_not_checked() -> None:
    findings = [Finding("a", verdict, "") for verdict in (Verdict.PROVED, Verdict.NOT_PROVED, Verdict.REFUSED)]
    assert overall(findings) is Verdict.REFUSED
    assert overall([*findings, Finding("b", Verdict.FALSE, "")]) is Verdict.FALSE


def test_a_disk_that_cannot_be_read_says_nothing_of_what_is_on_it(tmp_path: Path) -> None:
    words = refused(verify(Path("/proc/self/mem"), TRUSTED))
    assert words == "it cannot be read to its end: Input/output error"
    folder = unpacked(tmp_path)
    source = Folder(folder)
    (folder / "bagit.txt").unlink()
    with pytest.raises(FileNotFoundError), source.open("bagit.txt"):
        pass
    (folder / "bagit.txt").symlink_to("bag-info.txt")
    with pytest.raises(OSError, match="symbolic links"), source.open("bagit.txt"):
        pass


@contextmanager
def meanwhile(path: Path) -> Iterator[None]:
    """Somebody writes to a file, the same bytes over and over."""
    over = threading.Event()
    first = path.read_bytes()[:1]

    def write() -> None:
        with path.open("r+b") as file:
            while not over.wait(0.001):
                os.pwrite(file.fileno(), first, 0)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_a_folder_or_zip_that_changes_meanwhile_is_refused_whatever_was_found_in_it(tmp_path: Path) -> None:
    log = a_log()
    long = Made("ABC/1", bytes(48 * 1024 * 1024), "long.mp4").sealed_in(log)
    folder = unpacked(tmp_path, Making(log, [long]).zip())
    assert verify(folder, TRUSTED).verdict is Verdict.PROVED
    [video] = (folder / "data/evidence").rglob("*long.mp4")
    with meanwhile(video):
        assert "long.mp4' cannot be read to its end: it was changed meanwhile" in refused(verify(folder, TRUSTED))
    source = Folder(folder)
    with (folder / "bag-info.txt").open("ab") as file:
        file.write(b"more")
    with pytest.raises(OSError, match="changed meanwhile"), source.open("bag-info.txt"):
        pass
    packed = tmp_path / "package.zip"
    packed.write_bytes(PACKAGE)
    archive = Zip(packed)
    with packed.open("ab") as file:
        file.write(b"the rest of the download")
    with pytest.raises(OSError, match="changed meanwhile"), archive.open(f"{BASE}/bagit.txt") as stream:
        stream.read()


def test_a_file_without_end_that_no_manifest_lists_is_named_and_not_read(tmp_path: Path) -> None:
    folder = unpacked(tmp_path)
    for path in ("data/evidence/endless", "endless"):
        with (folder / path).open("wb") as file:
            file.truncate(2**43)
    found = wrong(verify(folder, TRUSTED))
    assert "'data/evidence/endless' is in the package and not in manifest-sha256.txt" in found["payload"]
    assert "'endless' is in the package and not in tagmanifest-sha256.txt" in found["tag-files"]


def test_of_a_policy_with_two_logs_it_is_said_which_one_signed(tmp_path: Path) -> None:
    both = Policy.of([Log(OTHER_LOG.key), Log(LOG.key)]).to_bytes()
    for signer in (LOG, OTHER_LOG):
        package = a_making(signer=signer, witnesses=(COURT, PROSECUTOR)).zip()
        found = {finding.check: finding.words for finding in report_on(tmp_path, package, both).findings}
        told = f"the log {signer.name!r} (key {signer.key.id.hex()})"
        assert found["log"] == f"{told} signed the checkpoint of every entry"
