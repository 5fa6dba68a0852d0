"""What a restore does not go over, and backups that do not fit this program."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from dems.cli.backup.manifest import FILE, Manifest, read_manifest
from dems.cli.backup.shelf import generation_in
from dems.cli.backup.take import note_schema
from dems.db.migrate import head
from tests.cli.backup.installation import Home, Said, opened


def test_a_restore_goes_over_nothing(installation: Home, shelf: Path, tmp_path: Path, dems_program: Said) -> None:
    assert dems_program(installation.folder, "backup", shelf)[0] == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("mine")
    code, _, err = dems_program(tmp_path / "mine", "restore", shelf)
    assert code == 1
    assert "is not empty (it holds 'work.txt')" in err
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["work.txt"]
    assert "is not empty" in dems_program(installation.folder, "restore", shelf)[2]
    assert "lie in each other" in dems_program(generation_in(shelf) / "new", "restore", shelf)[2]
    assert "is not a folder" in dems_program(tmp_path / "mine" / "work.txt", "restore", shelf)[2]
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    assert "by other users" in dems_program(tmp_path / "open", "restore", shelf)[2]
    code, _, err = dems_program(tmp_path / "new", "restore", shelf, "--sha256", "f" * 64)
    assert code == 1
    assert "is not the manifest that was written down" in err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"database": "17"}, "holds a database of PostgreSQL 17"),
        ({"schema": "another"}, f"the database's schema is {head()}, and the backup says another"),
        ({"size": 2**50}, "free and this restore needs"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    installation: Home, shelf: Path, tmp_path: Path, dems_program: Said, changed: dict[str, object], sentence: str
) -> None:
    assert dems_program(installation.folder, "backup", shelf)[0] == 0
    generation = generation_in(shelf)
    manifest, _ = read_manifest(generation)
    if "size" in changed:
        first, *others = manifest.files
        changed = {"files": (type(first)(first.path, 2**50, first.mode, first.sha256, first.mark), *others)}
    values = {name: getattr(manifest, name) for name in Manifest.__slots__}
    (generation / FILE).write_bytes(Manifest(**{**values, **changed}).to_bytes())
    code, _, err = dems_program(tmp_path / "new", "restore", shelf)
    assert code == 1
    assert sentence in err


def test_a_database_that_cannot_be_looked_through_is_told_in_a_sentence(
    copied: Path, shelf: Path, tmp_path: Path, dems_program: Said
) -> None:
    with opened(copied) as (engines, _):
        engine = create_engine(engines.connections.database_owner_url)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE object_locks RENAME TO other_locks"))
        engine.dispose()
    assert dems_program(copied, "backup", shelf)[0] == 0
    code, _, err = dems_program(tmp_path / "new", "restore", shelf)
    assert code == 1
    assert 'The restored database refused (relation "object_locks" does not exist' in err
    assert f"{tmp_path / 'new'} is left for inspection" in err


def test_a_schema_that_this_program_does_not_know_is_refused(
    copied: Path, shelf: Path, tmp_path: Path, dems_program: Said
) -> None:
    with opened(copied) as (engines, _):
        engine = create_engine(engines.connections.database_owner_url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
    note_schema(copied, "9999")
    assert dems_program(copied, "backup", shelf)[0] == 0
    code, _, err = dems_program(tmp_path / "new", "restore", shelf)
    assert code == 1
    assert "schema is 9999, which this program" in err


def test_what_a_backup_lacks_is_named(installation: Home, shelf: Path, tmp_path: Path, dems_program: Said) -> None:
    assert dems_program(installation.folder, "backup", shelf)[0] == 0
    files = generation_in(shelf) / "files"
    (files / "secrets.json").unlink()
    shutil.rmtree(files / "broker")
    (files / "dems-data.json").unlink()
    (files / "dems-data.json").symlink_to(installation.folder / "dems-data.json")
    code, _, err = dems_program(tmp_path / "new", "restore", shelf)
    assert code == 1
    assert "secrets.json: it is not in the backup" in err
    assert "broker: it is not in the backup, or is no folder" in err
    assert "dems-data.json is a symbolic link" in err
