"""Installed programs that may read files in a sandbox: where they are, which version, and which files they are made of.

They are looked for in the system's own folders, once, and asked about themselves before any file is seen. Nothing of the
worker's environment decides which program that is.
"""

import re
import shutil
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SEARCHED = "/usr/local/bin:/usr/bin:/bin"
EVIDENCE = "/proc/self/fd/0"
"""How a program is told of the file: a copy in memory that is open as its standard input, and can be sought in by this name."""
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC0"}
_CACHE = Path("/etc/ld.so.cache")
_ANSWER_SECONDS = 20.0
_MAX_VERSION = 80
_INTERPRETER = 3
_LIBRARY = re.compile(r"(?:=>\s*|^\s*)(/\S+) \(0x", re.MULTILINE)


class Absent(Exception):
    """The program cannot be used here. The message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Program:
    """An installed program, the arguments that it is always given, and all that it may open."""

    name: str
    version: str
    path: Path
    arguments: tuple[str, ...]
    runnable: tuple[Path, ...]
    """The program and its loader."""
    readable: tuple[Path, ...]
    """Its libraries, and folders of its own."""


def place(name: str) -> Path:
    """The real file of a program in the system's folders. Raises `Absent`."""
    found = shutil.which(name, path=SEARCHED)
    if found is None:
        raise Absent(f"There is no {name} in {SEARCHED}.")
    return Path(found).resolve()


def made(
    name: str,
    path: Path,
    arguments: Sequence[str],
    *,
    version: str,
    folders: Sequence[Path] = (),
    modules: Sequence[Path] = (),
) -> Program:
    """A program with its loader and libraries, as the loader itself lists them. Raises `Absent` where it cannot be loaded.

    `folders` (or files) are read beside these; `modules` are libraries that it loads at work, which need others in turn.
    """
    if not _own_files().is_dir():
        raise Absent(f"{name} cannot be given a file: /proc is not mounted.")
    loader = _loader(path)
    if loader is None:
        return Program(name, version, path, tuple(arguments), (path,), tuple(folders))
    listed = "".join(asked([str(loader), "--list", str(each)]) for each in (path, *modules))
    libraries = tuple(Path(each) for each in dict.fromkeys(_LIBRARY.findall(listed)))
    return Program(name, version, path, tuple(arguments), (path, loader), (_CACHE, *libraries, *folders))


def asked(command: Sequence[str]) -> str:
    """What a program says of itself, with no file of anybody. Raises `Absent` where it fails, or does not end."""
    try:
        done = subprocess.run(  # noqa: S603 an installed program, by its whole path
            command,
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ANSWER_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Absent(f"{command[0]} does not run here: {str(error).rstrip(chr(46))}.") from error
    return done.stdout


def version_of(text: str, pattern: str, name: str) -> str:
    """The version in what a program says of itself. Raises `Absent` where there is none: a nameless tool finds nothing."""
    match = re.search(pattern, text)
    if match is None:
        raise Absent(f"{name} does not say which version it is.")
    return match[1][:_MAX_VERSION]


def _own_files() -> Path:
    return Path(EVIDENCE).parent


def _loader(path: Path) -> Path | None:
    """What the file of a program names to load it; None where it needs nothing. Raises `Absent` for what is no ELF of 64 bits."""
    try:
        with path.open("rb") as program:
            head = program.read(64)
            if head[:6] != b"\x7fELF\x02\x01":
                raise Absent(f"{path} is no program for this kind of machine.")
            at, (size, many) = struct.unpack_from("<Q", head, 32)[0], struct.unpack_from("<HH", head, 54)
            for number in range(many):
                program.seek(at + number * size)
                row = program.read(size)
                if struct.unpack_from("<I", row)[0] == _INTERPRETER:
                    begin, length = struct.unpack_from("<Q", row, 8)[0], struct.unpack_from("<Q", row, 32)[0]
                    program.seek(begin)
                    return Path(program.read(length).rstrip(b"\x00").decode())
    except (OSError, struct.error, ValueError) as error:
        raise Absent(f"{path} cannot be read as a program: {error}.") from error
    return None
