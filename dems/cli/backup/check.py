"""Reading a backup again, every byte of it, and comparing it with its manifest."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dems.cli.backup.copying import Moved, Read, Work
from dems.cli.backup.manifest import File, Manifest, read_manifest
from dems.cli.backup.shelf import CONTENT
from dems.cli.screen import shown


@dataclass(frozen=True, slots=True)
class Checked:
    manifest: Manifest
    sha256: str
    problems: int


def check(
    generation: Path, *, wanted: str | None, wrong: Callable[[str], None], told: Callable[[int], None]
) -> Checked:
    """`wrong` is given a sentence for each file or folder that is not as the manifest says. Raises `Failed`."""
    manifest, sha256 = read_manifest(generation, wanted=wanted)
    content = generation / CONTENT
    problems = 0
    for problem in _differences(content, manifest, told):
        wrong(problem)
        problems += 1
    return Checked(manifest, sha256, problems)


def _differences(content: Path, manifest: Manifest, told: Callable[[int], None]) -> Iterator[str]:
    yield from misplaced(content, manifest)
    work = Work(told)

    def read(file: File) -> Read | str:
        try:
            return work.hash(content / file.path)
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        except Moved as error:
            return str(error)

    for file, found in work.each(read, manifest.files):
        problem = found if isinstance(found, str) else difference(file, found)
        if problem is not None:
            yield f"{shown(file.path)}: {shown(problem)}"


def difference(file: File, found: Read) -> str | None:
    """What is wrong with the bytes that were read of a file; None when they are those of the manifest."""
    if found.size != file.size:
        return f"it has {found.size} bytes, and the manifest says {file.size}"
    if found.sha256 != file.sha256:
        return f"its bytes are not those of the manifest (SHA-256 {found.sha256}, not {file.sha256})"
    return None


def misplaced(content: Path, manifest: Manifest) -> Iterator[str]:
    """Folders that are missing or links, and whatever the manifest does not list."""
    folders = {folder.path for folder in manifest.folders}
    known = folders | {file.path for file in manifest.files}
    for path in sorted(folders):
        if not is_folder(content / path):
            yield f"{shown(path)}: it is not there, or is no folder"
    for folder, inner, files in os.walk(content):
        for name in sorted(inner + files):
            path = str(Path(folder, name).relative_to(content))
            if path not in known:
                yield f"{shown(path)}: it is not in the manifest"


def is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False
