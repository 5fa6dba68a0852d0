"""Files in and out by the real program, compared by `sha256sum`."""

import os
from pathlib import Path

import pytest

from tests.e2e.conftest import REFERENCE, Installation, sha256sum


def upload(installed: Installation, *arguments: object, **environment: str) -> list[dict[str, object]]:
    done = installed.dems("upload", REFERENCE, *map(str, arguments), "--json", **environment)
    assert done.code == 0, done.err + done.out
    return done.events


def exactly(folder: Path, name: bytes) -> Path:
    return Path(os.fsdecode(os.fsencode(folder) + b"/" + name))


@pytest.fixture
def weird(folder: Path) -> dict[bytes, Path]:
    files = {
        b"empty": b"",
        b"large.bin": os.urandom(8 * 1024 * 1024 * 2 + 12_345),
        b"new\nline.txt": b"1",
        "\u202egpj.exe".encode(): b"2",
        b"\xff\xfe not utf-8": b"3",
        b"sub folder/deep/..hidden": b"4",
        b"- -rf": b"5",
    }
    made = {}
    for name, content in files.items():
        made[name] = exactly(folder, name)
        made[name].parent.mkdir(parents=True, exist_ok=True)
        made[name].write_bytes(content)
    (folder / "link").symlink_to("large.bin")
    return made


def test_files_of_any_name_and_size_come_out_as_they_went_in(
    installed: Installation, folder: Path, weird: dict[bytes, Path], tmp_path: Path
) -> None:
    events = upload(installed, folder, "--exhibit-prefix", "ODD", "--source", "A test")
    sealed = [e for e in events if e["event"] == "sealed"]
    assert [e["event"] for e in events if "link" in str(e["path"])] == ["left out"]
    assert len(sealed) == len(weird)
    items = {i["id"]: i for i in installed.dems("evidence", "list", REFERENCE, "--json").json}
    refs = [str(e["exhibit_ref"]) for e in sealed]
    assert sorted(refs) == sorted(f"ODD/{n}" for n in range(1, len(weird) + 1))
    for event in sealed:
        item = items[event["evidence_id"]]
        original = next(p for name, p in weird.items() if name.decode("utf-8", "replace") == item["name"])
        target = tmp_path / f"got {item['exhibit_ref'].replace('/', ' ')}"
        got = installed.dems("evidence", "get", item["id"], "--reason", "Comparing", "-o", str(target), "--json").json
        assert sha256sum(target) == sha256sum(original) == item["digests"]["sha256"] == got["sha256"] == event["sha256"]
        assert (item["state"], item["integrity"], item["source"]) == ("sealed", "intact", "A test")

    again = upload(installed, folder, "--exhibit-prefix", "ODD", "--source", "A test")
    assert {e["event"] for e in again} == {"already", "left out"}
    assert len(installed.dems("evidence", "list", REFERENCE, "--json").json) == len(items), "nothing was doubled"


def test_an_item_is_fetched_once_and_never_over_another_file(
    installed: Installation, folder: Path, tmp_path: Path
) -> None:
    (folder / "report.txt").write_text("as it was")
    [*_, event] = upload(installed, folder / "report.txt", "--exhibit-prefix", "GET")
    target = tmp_path / "mine"
    target.write_text("my own work")
    command = ("evidence", "get", str(event["evidence_id"]), "--reason", "Reading")
    assert "there already" in installed.dems(*command, "-o", str(target)).refused()
    assert target.read_text() == "my own work"
    installed.dems(*command, "-o", str(target), "--overwrite").well()
    assert target.read_text() == "as it was"
    (tmp_path / "into").mkdir()
    installed.dems(*command, "-o", str(tmp_path / "into")).well()
    assert [p.name for p in (tmp_path / "into").iterdir()] == ["report.txt"], "the safe name, and nothing half-made"
    assert installed.program(*command, "-o", "-").out == "as it was"

    def acts() -> list[str]:
        told = installed.dems("custody", "show", str(event["evidence_id"]), "--json").json
        return [e["act"] for e in told["entries"]]

    # What is in the file is read by and by, and recorded wherever the chain has come to by then.
    installed.until(lambda: "findings.record" in acts())
    found = acts()
    assert [a for a in found if a != "findings.record"] == [
        *("evidence.declare", "upload.complete", "evidence.seal"),
        *("evidence.access", "evidence.content") * 3,
    ]
    assert found.count("findings.record") == 1
    last = installed.dems("custody", "show", str(event["evidence_id"])).well().splitlines()[-1]
    assert last == f"{len(found)} entries, chain holds"


def test_a_reference_that_is_taken_is_passed_over(installed: Installation, folder: Path) -> None:
    (folder / "first").write_text("first")
    assert upload(installed, folder / "first", "--exhibit-prefix", "PASS")[-1]["exhibit_ref"] == "PASS/1"
    (folder / "second").write_text("second")
    # A state of its own: as from another machine.
    told = upload(installed, folder, "--exhibit-prefix", "pass", DEMS_STATE_DIR=str(folder.parent / "elsewhere"))
    assert [e["exhibit_ref"] for e in told if e["event"] == "sealed"] == ["pass/2"]
    assert [e["exhibit_ref"] for e in told if e["event"] == "already"] == ["PASS/1"]


def test_what_cannot_be_taken_in_is_told_and_the_rest_goes_on(installed: Installation, folder: Path) -> None:
    (folder / "there").write_text("there")
    done = installed.dems("upload", REFERENCE, str(folder / "gone"), str(folder / "there"), "--exhibit-prefix", "REST")
    assert done.refused() == "1 file was not sealed."
    assert "REST/1" in done.out
    assert "cannot be read" in done.out
