"""The whole demonstration, as somebody runs it: on a small folder of their own."""

import hashlib
import json
import os
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from dems.cli.demo.worked_case import BETTER, Lot, of_lot
from tests.printed import pdf_inside

ROOT = Path(__file__).parents[3]


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """Two folders deep, an empty file, a name that is not UTF-8, and a link that is not followed."""
    folder = tmp_path / "originals of somebody"
    (folder / "disc 2").mkdir(parents=True)
    (folder / "notes.txt").write_text("what was said\n")
    (folder / "empty").touch()
    (folder / "disc 2" / "film.bin").write_bytes(os.urandom(300_000))
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_bytes(b"of another age\n")
    (folder / "link").symlink_to("notes.txt")
    return folder


def demo(*arguments: object) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DEMS_")}
    return subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-m", "dems.cli", "demo", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=360,
        check=False,
    )


def accepted_by_others(package: Path, folder: Path) -> None:
    """Bag, digests and linked data, each judged by a program that is not of ours."""
    with zipfile.ZipFile(package) as read:
        read.extractall(folder)
    [bag] = folder.iterdir()
    beside = Path(sys.executable).parent
    for command in (
        ["sha256sum", "--strict", "-c", "manifest-sha256.txt"],
        ["sha256sum", "--strict", "-c", "tagmanifest-sha256.txt"],
        ["sha512sum", "--strict", "-c", "manifest-sha512.txt"],
        [sys.executable, str(beside / "bagit.py"), "--validate", "."],
        [sys.executable, str(beside / "case_validate"), "handling.jsonld"],
    ):
        done = subprocess.run(command, cwd=bag, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stdout + done.stderr


ALONE = """
import importlib.util, runpy, sys
# What a recipient has not: our own code, and everything that ours needs beside cryptography.
strange = ("dems", "api", "fastapi", "sqlalchemy", "boto3", "rfc3161_client", "bagit", "pip")
assert not [name for name in strange if importlib.util.find_spec(name)]
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def an_environment_with_cryptography_alone(folder: Path) -> Path:
    """Its interpreter: a virtual environment made anew, with links to `cryptography` and to what that needs, and nothing else."""
    venv.create(folder, symlinks=True)
    [packages] = folder.glob("lib/python*/site-packages")
    assert not any(packages.iterdir())
    for name in ("cryptography", "cffi", "pycparser"):
        for top in {file.parts[0] for file in metadata.files(name) or ()} - {".."}:
            (packages / top).symlink_to(Path(str(metadata.distribution(name).locate_file(top))))
    return folder / "bin" / "python"


def proved_alone(python: Path, out: Path) -> None:
    """By whoever has the one file, Python and cryptography; the program's own words and exit codes."""
    for what, code, verdict in (
        ("package.zip", 0, "verdict: proved"),
        ("receipt.json", 0, "verdict: proved"),
        ("package-with-one-bit-changed.zip", 1, "verdict: false"),
    ):
        command = ["dems-verify.pyz", what, "--policy", "keys-of-the-log.txt"]
        done = subprocess.run(  # noqa: S603  (our own program)
            [python, "-I", "-c", ALONE, *command], cwd=out, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr, done.stdout.splitlines()[-1]) == (code, "", verdict), what


def disclosed(out: Path) -> None:
    """The worked case: three sets, each with an MG6E of its own, and an MG6C that says nothing of what is sensitive."""
    kept = {p.name: p.read_bytes() for p in (out / "disclosure").iterdir()}
    assert sorted(kept) == [
        "1-MG6C-1.0.pdf", "1-MG6D-1.0.pdf", "1-MG6E.pdf",
        "2-MG6C-1.1-endorsed.pdf", "2-MG6C-1.1.pdf", "2-MG6D-1.1-endorsed.pdf", "2-MG6D-1.1.pdf", "2-MG6E.pdf",
        "3-MG6C-2.0.pdf", "3-MG6D-nil.pdf", "3-MG6E.pdf",
    ]  # fmt: skip
    last = pdf_inside(kept["2-MG6C-1.1-endorsed.pdf"])
    assert [t for t in ("MG6D", "Quarry", "confidence", "RP2", "RP5", "meets") if t.lower() in last.lower()] == []
    assert [t for t in (BETTER["AK/25"], "Hugh Bose", "13DE0000226", "End of MG6C 1.1: 18 rows") if t not in last] == []
    assert all(thing.description in pdf_inside(kept["3-MG6C-2.0.pdf"]) for thing in of_lot(Lot.LATER))
    assert [len(s["schedules"]) for s in json.loads((out / "submissions.json").read_text())] == [3, 3, 3]


def test_the_demonstration_holds_from_the_first_step_to_the_last(evidence: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    done = demo("--evidence", evidence, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    summary = (out / "summary.txt").read_text()
    assert summary.endswith("\nEverything held.\n")
    assert "DOES NOT HOLD" not in summary
    assert "left out: " in summary
    assert str(evidence / "link") in summary

    # What the witness saw: every byte of every file once, in two runs of which the first was killed.
    runs = json.loads((out / "puts.json").read_text())
    assert [bool(puts) for puts in runs.values()] == [True, True]
    kept = [p for puts in runs.values() for p in puts if p["answer"] == 200]
    assert len({(p["key"], p["part"]) for p in kept}) == len(kept)
    assert sum(p["bytes"] for p in kept) == 64 * 1024 * 1024 + 300_000 + len("what was said\n") + len(
        "of another age\n"
    )

    # What came out is what went in, by names that are not UTF-8 too.
    received = os.fsencode(out / "received")
    for name in (b"notes.txt", b"empty", b"disc 2/film.bin", b"caf\xe9.txt"):
        original = Path(os.fsdecode(os.fsencode(evidence) + b"/" + name))
        assert Path(os.fsdecode(received + b"/" + name)).read_bytes() == original.read_bytes()

    items = {item["exhibit_ref"]: item for item in json.loads((out / "items.json").read_text())}
    assert sorted(items) == ["AK/1", "AK/2", "AK/3", "AK/4", "AK/5", "BM/1", "WRONG/1"]
    assert {i["state"] for ref, i in items.items() if ref != "WRONG/1"} == {"sealed"}
    receipt = json.loads((out / "receipt.json").read_text())
    assert receipt["sha256"] == receipt["declared_sha256"] == items["BM/1"]["digests"]["sha256"]
    accepted_by_others(out / "package.zip", tmp_path / "unpacked")
    proved_alone(an_environment_with_cryptography_alone(tmp_path / "bare"), out)
    disclosed(out)
    assert {p.name for p in evidence.rglob("*")} >= {"notes.txt", "empty", "disc 2", "film.bin", "link"}
    assert hashlib.sha256((evidence / "notes.txt").read_bytes()).hexdigest() in {
        i["digests"].get("sha256") for i in items.values()
    }


def test_it_refuses_in_one_sentence_what_it_cannot_show(evidence: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("not a result")
    for arguments, sentence in (
        (("--evidence", tmp_path / "none"), f"There is no folder {tmp_path / 'none'} to take files from."),
        (("--out", tmp_path / "mine"), "holds something else than results of a demonstration: move it away first."),
        (("--evidence", evidence, "--out", evidence / "out"), "The results may not lie among the files"),
    ):
        done = demo(*arguments)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1
    assert (tmp_path / "mine" / "letter").read_text() == "not a result"
    assert not (evidence / "out").exists()
