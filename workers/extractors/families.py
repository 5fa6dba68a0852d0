"""Which modules read what, and their import, once and before any file is seen: a locked reader can import nothing."""

import codecs
import ctypes
import encodings
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workers.extractors.report import Report
from workers.extractors.source import Source

IDENTIFIER = "workers.extractors.identify"
FAMILIES: tuple[str, ...] = tuple(
    f"workers.extractors.{name}"
    for name in (
        "photos",
        "media",
        "documents",
        "office",
        "ole",
        "texts",
        "mail",
        "pst",
        "archives",
        "databases",
        "disks",
        "phones",
        "chats",
    )
)

_WHOLE = ("av",)
"""Packages whose compiled modules import others of their own at work."""
_MAX_WHY = 300

Extract = Callable[[Source, str, Report], None]


class Identified(Protocol):
    """What an identifier says of a file."""

    @property
    def media_type(self) -> str: ...
    @property
    def family(self) -> str | None: ...


class Identifier(Protocol):
    """The module that says what a file is: `identify` looks, `tell` reports what was seen."""

    def identify(self, source: Source) -> Identified: ...
    def tell(self, identified: Any, extension: str, report: Report) -> None: ...


@dataclass(frozen=True, slots=True)
class Registry:
    """What is at hand to read files with."""

    identifier: Identifier
    extractors: Mapping[str, Extract]
    """By the family's name."""
    absent: Mapping[str, str]
    """Families that could not be imported, and why."""


def load(identifier: str, families: Sequence[str]) -> Registry:
    """Import everything that a reader may need. A family that cannot be imported is absent, and said to be.

    Raises `ImportError` where the identifier itself cannot be imported.
    """
    _preload()
    for package in _WHOLE:
        _with_all_parts(package)
    module: Any = importlib.import_module(identifier)
    extractors: dict[str, Extract] = {}
    absent: dict[str, str] = {}
    for family in families:
        name = family.rpartition(".")[2]
        try:
            extractors[name] = importlib.import_module(family).extract
        except (ImportError, OSError, AttributeError) as error:
            absent[name] = f"{type(error).__name__}: {error}"[:_MAX_WHY]
    return Registry(module, extractors, absent)


def _preload() -> None:
    """What Python itself imports late: every text encoding, and what a function that C calls back needs."""
    for found in pkgutil.iter_modules(encodings.__path__):
        try:
            codecs.lookup(found.name)
        except (LookupError, ImportError):
            continue  # those of another operating system
    importlib.import_module("stringprep")
    importlib.import_module("_strptime")
    ctypes.CFUNCTYPE(None)(lambda: None)


def _with_all_parts(package: str) -> None:
    """Import a package with all that is in it, if it is here."""
    try:
        found = importlib.import_module(package)
        for part in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not part.name.endswith("__main__"):
                importlib.import_module(part.name)
    except ImportError:
        return  # the family that needs it says so
