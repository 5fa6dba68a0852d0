"""The installed programs that are used where they are found: what each is asked of a file, and what is made of its words."""

import importlib
from collections.abc import Iterable, Sequence
from typing import Protocol, cast

from workers.extractors.programs import Absent, Program
from workers.extractors.report import Report

TOOLS: tuple[str, ...] = ("workers.extractors.exiftool", "workers.extractors.ffprobe")


class Tool(Protocol):
    """A module that knows one program."""

    TOOL: str

    def found(self) -> Program:
        """Where it is and what it is made of. Raises `Absent`."""
        ...

    def reads(self, media_type: str) -> bool:
        """Whether it is asked about files of this kind."""
        ...

    def tell(self, output: bytes, media_type: str, version: str, report: Report) -> None:
        """Findings of what the program wrote. Raises `Garbled` for what it does not write, and `Enough`."""
        ...


def tool(module: str) -> Tool:
    return cast("Tool", importlib.import_module(module))


def find(modules: Iterable[str]) -> tuple[dict[str, Program], dict[str, str]]:
    """The programs that are here by their names, and of the others why not. For a process that has seen no file."""
    programs: dict[str, Program] = {}
    without: dict[str, str] = {}
    for each in map(tool, modules):
        try:
            programs[each.TOOL] = each.found()
        except Absent as why:
            without[each.TOOL] = str(why)
    return programs, without


def asked_about(modules: Sequence[str], media_type: str) -> list[Tool]:
    """Those that read this kind, in their order."""
    return [each for each in map(tool, modules) if each.reads(media_type)]
