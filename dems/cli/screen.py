"""What commands print. Names and texts of others may hold anything; nothing of theirs steers a terminal."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class Failed(Exception):
    """The command could not do what was asked. The message is one sentence that says what to do; the exit code is 1."""


def say(text: str = "") -> None:
    """One line of a command's answer, on standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """One line for the person at the terminal, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say_json(value: Any, *, indent: int | None = 2) -> None:
    """JSON that is read as it was meant by programs, and steers no terminal: what would is escaped, which JSON allows."""
    text = (
        json.dumps(value, indent=indent, ensure_ascii=False, default=str)
        .encode("utf-8", "surrogateescape")
        .decode("utf-8", "replace")
    )
    # Line feeds are those between values: within texts they are escaped already.
    say("".join(json.dumps(c)[1:-1] if c != "\n" and _steers(c) else c for c in text))


def _steers(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}


def shown(text: object) -> str:
    """A text of unknown origin on one line: control and direction characters become visible escapes."""
    characters = "" if text is None else str(text)
    return "".join(c if unicodedata.category(c)[0] not in "CZ" or c == " " else _escaped(c) for c in characters)


def _escaped(character: str) -> str:
    if unicodedata.category(character) == "Zs":
        return " "
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def say_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Aligned columns, as wide as they need to be: what is cut off in a pipe cannot be found again."""
    lines = [list(headings), *([shown(cell) for cell in row] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(headings))]
    for line in lines:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def say_fields(fields: Mapping[str, object]) -> None:
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        say(f"{name.ljust(width)}  {'-' if value in (None, '') else shown(value)}")


def size_text(size: float | None) -> str:
    """A number of bytes for people."""
    if size is None:
        return "-"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(size) < 1000 or unit == "TB":  # noqa: PLR2004
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise RuntimeError("units ran out")
