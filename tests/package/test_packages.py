"""A package as it is made is proved, by this verifier and by other people's tools."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest

from dems.ledger.policy import Log, Policy
from dems.ledger.verifier import Verdict
from dems.package.building import build
from dems.package.program import main
from dems.package.verification import Trusted, verify
from dems.package.zip_reading import Zip
from dems.package.zip_writing import StoredZip
from tests.ledger.signers import COURT, LOG_ONLY, OTHER_LOG, POLICY
from tests.package.making import AT, BASE, a_making
from tests.package.tampering import files_of, report_on, unproved, wrong

CHECKS = [
    *("bag", "tag-files", "payload", "items", "chain", "log", "witnesses", "inclusion", "one-log", "checkpoint"),
    *("about", "export", "sealed", "keys"),
]


@pytest.fixture(scope="module")
def package() -> bytes:
    return a_making(withheld=("upload.complete",), between=True).zip()


@pytest.fixture(scope="module")
def unpacked(package: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(io.BytesIO(package)) as read:
        assert read.testzip() is None
        read.extractall(folder)
    return folder / BASE


def test_a_package_is_proved_check_by_check_and_says_what_is_withheld(package: bytes, tmp_path: Path) -> None:
    report = report_on(tmp_path, package)
    assert [(f.check, f.verdict) for f in report.findings] == [(check, Verdict.PROVED) for check in CHECKS]
    # Of each of three items: declared, completed (withheld), sealed, looked at meanwhile, exported.
    chain = next(f.words for f in report.findings if f.check == "chain")
    assert chain.startswith("15 entries in 3 chains")
    assert chain.endswith("detail withheld: 3")
    assert report.withheld == 3


def test_an_unpacked_package_is_proved_and_so_is_the_folder_around_it(unpacked: Path) -> None:
    trusted = Trusted(POLICY.to_bytes())
    assert verify(unpacked, trusted).verdict is Verdict.PROVED
    assert verify(unpacked.parent, trusted).verdict is Verdict.PROVED


def test_the_same_export_made_again_is_the_same_package() -> None:
    assert a_making().zip() == a_making().zip()


def test_keys_that_come_with_the_package_prove_nothing_of_who_signed(package: bytes, tmp_path: Path) -> None:
    report = report_on(tmp_path, package, policy=None)
    assert list(unproved(report)) == ["keys"]
    assert not wrong(report)


def test_a_policy_that_asks_for_no_witness_is_told_as_that(package: bytes, tmp_path: Path) -> None:
    report = report_on(tmp_path, package, policy=LOG_ONLY.to_bytes())
    assert report.verdict is Verdict.PROVED
    assert "asks for no witness" in next(f.words for f in report.findings if f.check == "witnesses")


def test_too_few_witnesses_are_something_absent_and_nothing_false(tmp_path: Path) -> None:
    report = report_on(tmp_path, a_making(witnesses=[COURT]).zip())
    assert list(unproved(report)) == ["witnesses"]
    assert not wrong(report)


def test_records_without_the_files_are_proved_as_that(tmp_path: Path) -> None:
    package = a_making(here=False).zip()
    assert not any(path.startswith("data/evidence/") for path in files_of(package))
    report = report_on(tmp_path, package)
    assert report.verdict is Verdict.PROVED
    assert [f.check for f in report.findings] == [check for check in CHECKS if check != "sealed"]


def test_other_peoples_tools_accept_a_package(unpacked: Path) -> None:
    bagit.Bag(str(unpacked)).validate()
    for program, name in (
        ("sha256sum", "manifest-sha256"),
        ("sha256sum", "tagmanifest-sha256"),
        ("sha512sum", "manifest-sha512"),
    ):
        subprocess.run([program, "--strict", "-c", f"{name}.txt"], cwd=unpacked, check=True, capture_output=True)  # noqa: S603
    done = subprocess.run(  # noqa: S603 the program is CASE's
        [str(Path(sys.executable).with_name("case_validate")), "handling.jsonld"],
        cwd=unpacked,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "Validation Report\nConforms: True\n"), done.stderr
    nodes = json.loads((unpacked / "handling.jsonld").read_bytes())["@graph"]
    actions = [node for node in nodes if node["@type"] == "investigation:InvestigativeAction"]
    assert [a["core:name"] for a in actions[:3]] == ["evidence.declare", "detail withheld", "evidence.seal"]
    assert actions[1]["investigation:wasInformedBy"] == [{"@id": actions[0]["@id"]}]


@pytest.mark.parametrize(("item", "entry"), [(0, 1), (0, 5), (1, 3), (2, 4)])
def test_one_entry_is_checked_by_hand_as_the_readme_says(unpacked: Path, item: int, entry: int) -> None:
    """Its commands word by word, in a shell, and the folder stays as it was."""
    readme = (unpacked / "README.txt").read_text().partition("ONE ENTRY BY HAND")[2]
    commands = [line for line in readme.splitlines() if line.startswith("    ")]
    chain = sorted(path.name for path in (unpacked / "log" / "proofs").iterdir())[item]
    script = "\n".join(commands).replace("$(ls log/proofs | head -n 1)", chain).replace("N=1", f"N={entry}")
    before = sorted(unpacked.rglob("*"))
    done = subprocess.run(["sh", "-euc", script], cwd=unpacked, capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert (done.returncode, done.stderr) == (0, "")
    leaf_and_commitment, root, checkpoint, signature = done.stdout.splitlines()
    leaf, _, rest = leaf_and_commitment.partition("}")
    assert f'"chain":"{chain}"' in leaf
    assert f'"seq":{entry}' in leaf
    assert json.loads(leaf + "}")["commitment"] == rest.split()[0]
    assert root == checkpoint == (unpacked / "log" / "checkpoint").read_text().splitlines()[2]
    assert signature == "Signature Verified Successfully"
    assert sorted(unpacked.rglob("*")) == before


def test_the_verifier_in_one_file_runs_with_cryptography_alone(package: bytes, tmp_path: Path) -> None:
    program, other = tmp_path / "dist" / "dems-verify.pyz", tmp_path / "again.pyz"
    assert build(program) == build(other) == hashlib.sha256(program.read_bytes()).hexdigest()
    (tmp_path / "package.zip").write_bytes(package)
    (tmp_path / "policy.txt").write_bytes(POLICY.to_bytes())
    # -I leaves out this folder and the environment's variables; what is then imported says where it is from.
    snippet = (
        "import runpy, sys, atexit; sys.argv = ['dems-verify', 'package.zip', '--policy', 'policy.txt', '--json'];"
        "atexit.register(lambda: print(sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)),"
        " sys.modules['dems'].__file__, file=sys.stderr));"
        f"runpy.run_path({str(program)!r}, run_name='__main__')"
    )
    done = subprocess.run(  # noqa: S603 the program is ours
        [sys.executable, "-I", "-c", snippet], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {"cryptography", "dems"} <= set(done.stderr.split("'")[1::2])
    assert "rfc3161_client" not in done.stderr
    assert str(program) in done.stderr
    told = json.loads(done.stdout)
    assert (told["verdict"], told["kind"], told["withheld"], told["about"]["items"]) == ("proved", "package", 3, 3)
    assert [f["check"] for f in told["findings"]] == CHECKS


def test_the_program_says_a_line_for_each_check_and_its_exit_code_says_whether_all_hold(
    unpacked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_bytes(POLICY.to_bytes())
    assert main([str(unpacked), "--policy", str(policy)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("package of 3 items of 2026/000123, for Coroner for Gwent")
    assert [line.split()[1] for line in lines[1:-1]] == [f"{check}:" for check in CHECKS]
    assert lines[-1] == "verdict: proved, detail withheld: 3"
    assert main([str(unpacked)]) == 1
    assert capsys.readouterr().out.endswith("verdict: not proved, detail withheld: 3\n")
    os.mkfifo(tmp_path / "pipe")
    for wrong_usage in ([unpacked, "--policy", tmp_path / "nothing"], [tmp_path / "nothing"], [tmp_path / "pipe"]):
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in wrong_usage])
        told = capsys.readouterr()
        assert (ended.value.code, told.out) == (2, ""), "nothing was verified, so nothing is false"
        assert f"{wrong_usage[-1]} cannot be read: " in told.err


@pytest.mark.parametrize("given", [b"", b"-----BEGIN CERTIFICATE-----\n", b"log x\n", b"\xff\xfe"])
def test_a_file_that_is_no_policy_is_wrong_usage_and_says_nothing_of_the_package(
    given: bytes, unpacked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy.txt").write_bytes(given)
    with pytest.raises(SystemExit) as ended:
        main([str(unpacked), "--policy", str(tmp_path / "policy.txt")])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert "Nothing was verified." in err


def test_a_policy_that_names_another_log_proves_nothing_and_calls_nothing_false(
    unpacked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policy.txt").write_bytes(Policy.of([Log(OTHER_LOG.key)]).to_bytes())
    assert main([str(unpacked), "--policy", str(tmp_path / "policy.txt"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "not proved"
    [log] = [finding["words"] for finding in told["findings"] if finding["check"] == "log"]
    assert "no known key has signed this; it says that it is of 'dems.example/log'" in log


# --- the zip ---


def test_a_zip_of_more_than_four_gigabytes_is_written_and_read_in_little_memory(tmp_path: Path) -> None:
    """The large member is a hole of a file, so that neither disk nor time is spent on it."""
    path, large = tmp_path / "large.zip", 2**32 + 5
    with path.open("wb") as file, StoredZip(file.write, AT) as writer:
        writer.begin("a", 1)
        writer.data(b"a")
        writer.end()
        writer.begin("large", large)
        file.seek(large, io.SEEK_CUR)
        writer.written += large
        assert writer._open is not None
        writer._open.come = large
        writer.end()
        writer.begin("z", 2)
        writer.data(b"zz")
        writer.end()
        writer.close()
    read = Zip(path)
    assert dict(read.sizes) == {"a": 1, "large": large, "z": 2}
    with read.open("z") as stream:
        assert stream.read() == b"zz"
    with read.open("large") as stream:
        assert stream.read(4) == bytes(4)
    with zipfile.ZipFile(path) as other:
        assert other.read("z") == b"zz"
        assert other.getinfo("large").file_size == large


def test_a_zip_of_more_files_than_sixteen_bits_count_is_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with path.open("wb") as file, StoredZip(file.write, datetime(2026, 1, 1, tzinfo=UTC)) as writer:
        for number in range(66_000):
            writer.begin(f"{number}", 0)
            writer.end()
        writer.close()
    assert len(Zip(path).sizes) == 66_000
    with zipfile.ZipFile(path) as other:
        assert len(other.namelist()) == 66_000


def test_writing_takes_as_much_memory_for_much_as_for_little() -> None:
    def most(pieces: int) -> int:
        tracemalloc.start()
        with StoredZip(lambda _: None, AT) as writer:
            writer.begin("a", pieces * len(piece))
            for _ in range(pieces):
                writer.data(piece)
            writer.end()
            writer.close()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    piece = bytes(1024 * 1024)
    assert most(64) < most(1) + 100_000


def test_a_member_with_other_bytes_than_were_said_is_not_finished() -> None:
    with StoredZip(lambda _: None, AT) as writer:
        writer.begin("a", 2)
        writer.data(b"a")
        with pytest.raises(ValueError, match="has 1 bytes, not the 2"):
            writer.end()
