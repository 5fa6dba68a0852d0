"""A backup of a real installation, restored and verified on real engines; and what a restore finds and says."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, text

from dems.cli.backup.shelf import generation_in
from dems.db.migrate import head
from dems.layout import evidence_key
from storage.interface import StoredVersion
from storage.reader import hash_version
from tests.cli.backup.installation import Home, Said, fields, opened
from tests.usecases.behind_the_store import alter
from tests.world import World

ROOT = Path(__file__).parents[3]


def test_what_is_restored_is_what_was_there_down_to_version_lock_and_byte_and_dems_up_starts_on_it(
    installation: Home, shelf: Path, tmp_path: Path, dems_program: Said
) -> None:
    code, out, err = dems_program(installation.folder, "backup", shelf)
    assert code == 0, err
    sha256 = fields(out)["manifest_sha256"]
    assert fields(out)["schema"] == head()
    new = tmp_path / "the restored data"
    code, out, err = dems_program(new, "restore", generation_in(shelf), "--sha256", sha256)
    assert code == 0, err
    assert f"dems up --data-dir '{new}'" in out
    told = fields(out)
    assert (told["sealed_items"], told["items"], told["wrong"]) == ("4", "5", "0")
    assert told["bytes_compared"] == str(sum(len(content) for _, content in installation.contents))
    assert int(told["chains"]) >= 5 + 1 + 2
    assert err == ""

    with opened(new) as (_, dems):
        for item, content in installation.contents:
            assert item.upload_id is not None
            assert item.version_id is not None
            stored = StoredVersion(evidence_key(item.id, item.upload_id), item.version_id, item.size or 0)
            read = hash_version(dems.store, stored, ("sha256", "md5"))
            assert {a: d.value for a, d in item.digests.items()} == read.digests
            with dems.store.open(stored.key, stored.version_id) as stream:
                buffer = bytearray(len(content) + 1)
                filled = 0
                while count := stream.readinto(memoryview(buffer)[filled:]):
                    filled += count
            assert bytes(buffer[:filled]) == content
            assert read.info.lock.mode == "COMPLIANCE"
            assert read.info.lock.legal_hold
        world = World(dems)
        world.somebody("auditor")  # it goes on
    _dems_up_starts_on(new)


def _dems_up_starts_on(folder: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DEMS_")}
    argv = [sys.executable, "-m", "dems.cli", "up", "--data-dir", str(folder), "--port", "0"]
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("DEMS is running at")
    finally:
        process.terminate()
        process.communicate(timeout=120)
    assert process.returncode == 0


def test_a_byte_that_changed_in_the_backup_is_found_and_named(
    installation: Home, shelf: Path, tmp_path: Path, dems_program: Said
) -> None:
    assert dems_program(installation.folder, "backup", shelf)[0] == 0
    generation = generation_in(shelf)
    volume = next((generation / "files" / "store" / "data").glob("*.dat"))
    with volume.open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    new = tmp_path / "new"
    code, _, err = dems_program(new, "restore", shelf)
    assert code == 1
    assert f"WRONG: store/data/{volume.name}: its bytes are not those of the manifest" in err
    assert f"(1 thing is wrong, named above): {new} is left for inspection" in err
    code, _, err = dems_program(new, "up", "--data-dir", new)
    assert code == 1
    assert "a restore that was interrupted or not found right" in err
    code, _, err = dems_program(installation.folder, "backup", "--check", shelf)
    assert code == 1
    assert volume.name in err


def test_a_chain_that_was_altered_by_the_databases_owner_is_found_and_named(
    installation: Home, copied: Path, shelf: Path, tmp_path: Path, dems_program: Said
) -> None:
    item, _ = installation.contents[0]
    with opened(copied) as (engines, _):
        engine = create_engine(engines.connections.database_owner_url)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE custody_details DISABLE TRIGGER custody_details_rows"))
            changed = connection.execute(
                text(
                    "UPDATE custody_details SET detail = convert_to(replace(convert_from(detail, 'UTF8'), "
                    "'Person ', 'Nobody '), 'UTF8') WHERE evidence_id = :id AND act = 'evidence.declare'"
                ),
                {"id": item.id},
            )
            connection.execute(text("ALTER TABLE custody_details ENABLE ALWAYS TRIGGER custody_details_rows"))
        engine.dispose()
        assert changed.rowcount == 1
    assert dems_program(copied, "backup", shelf)[0] == 0
    new = tmp_path / "new"
    code, out, err = dems_program(new, "restore", shelf)
    assert code == 1
    assert f"WRONG: the chain of item {item.id} does not hold: entry 1: the leaf does not commit to this detail" in err
    assert fields(out)["wrong"] == "1"
    code, _, err = dems_program(new, "up", "--data-dir", new)
    assert code == 1
    assert "restore-unfinished first" in err


def test_bytes_that_were_altered_in_the_store_are_found_unless_they_are_not_read(
    installation: Home, copied: Path, shelf: Path, tmp_path: Path, dems_program: Said
) -> None:
    item, content = next(each for each in installation.contents if len(each[1]) == 70_000)
    with opened(copied) as (engines, _):
        alter(engines.connections, content, into=bytes([content[0] ^ 1]) + content[1:])
    assert dems_program(copied, "backup", shelf)[0] == 0
    code, out, err = dems_program(tmp_path / "new", "restore", shelf)
    assert code == 1
    assert f"WRONG: item {item.id} ({item.exhibit_ref.text}): its bytes are not what was sealed" in err
    assert fields(out)["wrong"] == "1"

    code, out, err = dems_program(tmp_path / "other", "restore", shelf, "--skip-bytes")
    assert code == 0, "that is what was given up"
    assert "NOT CHECKED: the bytes of 4 sealed items were not read back" in err
    assert fields(out)["bytes_compared"] == "0"


def test_an_installation_that_runs_is_not_backed_up(copied: Path, shelf: Path, dems_program: Said) -> None:
    with opened(copied):
        code, _, err = dems_program(copied, "backup", shelf)
    assert code == 1
    assert f"DEMS runs on {copied} (process {os.getpid()})" in err
    assert not list(shelf.glob("0*"))


def test_an_installation_that_crashed_is_backed_up_as_a_start_would_find_it(
    installation: Home, copied: Path, shelf: Path, tmp_path: Path, dems_program: Said
) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from dems.engines import Engines; "
        "Engines(Path(sys.argv[1])).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(copied)], cwd=ROOT, check=False)  # noqa: S603
    assert done.returncode == -9
    code, _, err = dems_program(copied, "backup", shelf)
    assert code == 0, err
    code, out, err = dems_program(tmp_path / "new", "restore", shelf)
    assert code == 0, err
    assert fields(out)["sealed_items"] == str(len(installation.contents))
