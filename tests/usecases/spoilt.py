"""An installation on engines of its own, on which things are made and then spoilt as nobody may."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import create_engine, text

from dems.bootstrap import Dems
from dems.cli.children import settings_beside
from dems.db.migrate import migrate
from dems.engines import Engines
from dems.model.acts import Act
from dems.model.evidence import Evidence
from dems.settings import DatabaseSettings, EvidenceSettings, Settings
from dems.usecases.upkeep.verify_all import Looked
from storage.setup import prepare
from tests.conftest import Team, Time
from tests.world import World


@dataclass
class Spoilt:
    """An installation on which things are made, then spoilt, then looked through."""

    dems: Dems
    engines: Engines
    time: Time
    world: World
    team: Team
    scratch: Path
    wrong: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)

    def look(self, *, read_bytes: bool = True) -> Looked:
        self.wrong.clear()
        self.known.clear()
        return self.dems.upkeep.verify_all(
            read_bytes=read_bytes, wrong=self.wrong.append, known=self.known.append, told=lambda _: None
        )

    def sql(self, statement: str, **values: object) -> list[Any]:
        """As the owner of the schema, with every trigger and check of ours out of the way."""
        engine = create_engine(self.engines.connections.database_owner_url)
        tables = (
            *("custody_chains", "custody_entries", "custody_details", "custody_queue", "evidence", "uploads"),
            *("custody_destroyed", "approvals", "readings", "findings", "renditions"),
        )
        try:
            with engine.begin() as connection:
                for table in tables:
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
                result = connection.execute(text(statement), values)
                rows = list(result) if result.returns_rows else [result.rowcount]
                for table in tables:
                    connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        finally:
            engine.dispose()
        return rows

    def change(self, statement: str, **values: object) -> None:
        assert self.sql(statement, **values) == [1]

    def sealed(self, content: bytes | None = None) -> Evidence:
        return self.world.sealed(self.team.investigator, self.team.case, content or os.urandom(100))

    def mismatched(self) -> Evidence:
        item = self.world.verifying(self.team.investigator, self.team.case, os.urandom(50), sha256=bytes(32))
        return self.dems.evidence.seal(item.id)

    def destroy(self, item: Evidence, seq: int) -> None:
        """Two people destroy the detail of this entry of the item's chain, as they may."""
        [(entry,)] = self.sql(
            "SELECT e.id FROM custody_entries e JOIN custody_chains c ON c.id = e.chain_id "
            "WHERE c.subject = :id AND e.seq = :seq",
            id=item.id,
            seq=seq,
        )
        auditor = self.world.somebody("auditor")
        asked = self.dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, entry, reason="an order")
        self.dems.approvals.confirm(self.team.manager.actor, asked.id)

    def second_entry(self, item: Evidence) -> tuple[UUID, bytes]:
        [row] = self.sql(
            "SELECT e.id, e.leaf FROM custody_entries e JOIN custody_chains c ON c.id = e.chain_id "
            "WHERE c.subject = :id AND e.seq = 2",
            id=item.id,
        )
        return row[0], bytes(row[1])


@contextmanager
def spoilt_installation(folder: Path) -> Iterator[Spoilt]:
    with Engines(folder / "data") as engines:
        migrate(engines.connections.database_owner_url)
        chosen = Settings(
            database=DatabaseSettings(url=SecretStr("")), evidence=EvidenceSettings(min_free_bytes=0, lease_seconds=30)
        )
        settings = settings_beside(chosen, engines.connections)
        settings = settings.model_copy(update={"s3": settings.s3.model_copy(update={"attempts": 1})})
        prepare(settings.s3)
        time = Time()
        dems = Dems(settings, nudge=lambda _: None, clock=time)
        assert dems.upkeep.check_store().held
        world = World(dems)
        manager, investigator = world.somebody("case_manager"), world.somebody("investigator")
        case = world.case(manager)
        world.join(case, investigator, "investigator", by=manager)
        yield Spoilt(dems, engines, time, world, Team(case, manager, investigator, world), folder)
        dems.close()
