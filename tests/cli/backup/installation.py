"""A real installation that was stopped, with evidence in it, made once for all tests of a restore."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from dems.bootstrap import Dems
from dems.cli.backup.take import note_schema
from dems.cli.children import settings_beside
from dems.db.migrate import migrate
from dems.engines import Engines
from dems.model.evidence import Evidence
from dems.settings import DatabaseSettings, EvidenceSettings, Settings
from storage.setup import prepare
from tests.world import World

MIB = 2**20


@dataclass(frozen=True)
class Home:
    """An installation that was stopped, with what it holds."""

    folder: Path
    contents: list[tuple[Evidence, bytes]]


def settings_of(engines: Engines) -> Settings:
    chosen = Settings(
        database=DatabaseSettings(url=SecretStr("")), evidence=EvidenceSettings(min_free_bytes=0, digests=("md5",))
    )
    return settings_beside(chosen, engines.connections)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Engines, Dems]]:
    """The engines of a data folder, and the core on them."""
    with Engines(folder) as engines:
        dems = Dems(settings_of(engines), nudge=lambda _: None)
        try:
            yield engines, dems
        finally:
            dems.close()


def made(folder: Path) -> Home:
    with Engines(folder) as engines:
        note_schema(folder, migrate(engines.connections.database_owner_url))
        settings = settings_of(engines)
        prepare(settings.s3)
        dems = Dems(settings, nudge=lambda _: None)
        assert dems.upkeep.check_store().held
        world = World(dems)
        manager, investigator = world.somebody("case_manager"), world.somebody("investigator")
        case = world.case(manager)
        world.join(case, investigator, "investigator", by=manager)
        sent = (b"", b"short", os.urandom(70_000), os.urandom(8 * MIB * 2 + 3))
        contents = [(world.sealed(investigator, case, content), content) for content in sent]
        world.declare(investigator, case, b"never came")
        dems.close()
    return Home(folder, contents)


Said = Callable[..., tuple[int, str, str]]
"""Runs a command on a data folder: its exit code, and what it says."""


def fields(out: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in out.splitlines() if "  " in line)
