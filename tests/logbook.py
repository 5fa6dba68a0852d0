"""Custody logs for tests: each with a database and a ledger bucket of its own, so that what is done to one reaches no other."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import URL, Engine, create_engine, insert, make_url, text

from dems.bootstrap import Dems
from dems.bootstrap.ledger import LedgerActs, Signing, ledger_store
from dems.db import tables
from dems.db.engine import connect
from dems.db.migrate import migrate
from dems.db.sequencing import Sequencer
from dems.db.transaction import DatabaseTransactions
from dems.engines import Connections
from dems.ledger.canonical import canonical
from dems.ledger.entry import NONCE_BYTES, leaf_hash, next_leaf
from dems.ledger.keys import KEY_BYTES, KeyType, Signer, SigningKey
from dems.model.ids import EntryId, new_id
from dems.settings import DatabaseSettings, Settings
from dems.steps.kept_checkpoints import Kept
from dems.steps.log_check import LogCheck
from storage.interface import ObjectStore
from storage.s3_client import client_for
from storage.settings import Buckets, S3Settings
from storage.setup import prepare
from tests.db.conftest import superuser

SETTINGS = DatabaseSettings(pool_size=2)


@dataclass
class Chain:
    """A chain as whoever writes to it knows it."""

    id: UUID = field(default_factory=uuid4)
    seq: int = 0
    leaf: bytes | None = None
    subject: UUID = field(default_factory=uuid4)


@dataclass
class Logbook:
    """A database with the schema and no entry, under the roles that work on it; `superuser` may do anything to it."""

    app: Engine
    sequencer: Engine
    signer: Engine
    superuser: Engine
    url: URL
    store: ObjectStore
    settings: Settings
    key: SigningKey = field(
        default_factory=lambda: SigningKey("log.example", KeyType.ED25519, os.urandom(KEY_BYTES)), repr=False
    )

    def signing(self, key: Signer | None = None, **more: Any) -> Signing:
        """A signer as its process makes one: it remembers nothing yet."""
        return Signing.of(self.settings, key or self.key, self.signer, more.pop("store", self.store), **more)

    def sign(self) -> Kept:
        """Take in what waits, sign it by a signer that was just started, and publish it to the last entry."""
        self.sequence()
        signing = self.signing()
        kept = signing.sign()
        assert kept is not None
        assert signing.publish(kept) == []
        return kept

    def acts(self, settings: Settings | None = None) -> LedgerActs:
        """What the application does with the log."""
        core = Dems(settings or self.settings, nudge=lambda _: None, engine=self.app)
        return LedgerActs.of(core, self.store)

    def checks(self) -> tuple[LogCheck, LogCheck]:
        """What the check of the database finds, and that of the bucket; both know the public key."""
        acts = self.acts()
        kept = acts.kept(self.key.key)
        return acts.check_database(kept), acts.check_bucket(kept)

    def sequence(self) -> int:
        """Everything that waits, taken in; how many entries."""
        return sum(iter(Sequencer(self.sequencer).integrate, 0))

    def transactions(self, engine: Engine | None = None) -> DatabaseTransactions:
        return DatabaseTransactions(engine or self.app, lambda: datetime.now(UTC), lambda _: None)

    def write(
        self,
        count: int,
        chain: Chain | None = None,
        *,
        at: datetime | None = None,
        ids: Iterable[UUID] | None = None,
        begins: bool = True,
    ) -> list[EntryId]:
        """Add entries to one chain, in one transaction, as the application does; under these ids, made now if not named.

        `begins` says whether a chain without entries is a new one.
        """
        chain = chain or Chain()
        begun, entries, details = begins and chain.seq == 0, list[dict[str, Any]](), list[dict[str, Any]]()
        for entry in ids or (new_id() for _ in range(count)):
            nonce, said = os.urandom(NONCE_BYTES), at or datetime.now(UTC)
            said_of = {"act": "test", "case": None, "entry": str(entry), "evidence": str(chain.subject)}
            detail = canonical({**said_of, "facts": {}})
            leaf = next_leaf(chain.id, chain.leaf, at=said, nonce=nonce, detail=detail)
            chain.leaf, chain.seq = leaf.to_bytes(), leaf.seq
            row = {"id": entry, "chain_id": chain.id, "seq": leaf.seq, "at": said, "leaf": chain.leaf}
            entries.append({**row, "leaf_hash": leaf_hash(chain.leaf)})
            beside = {"act": "test", "evidence_id": chain.subject}
            details.append({"entry_id": entry, "nonce": nonce, "detail": detail, **beside})
        with self.app.begin() as connection:
            if begun:
                row = {"id": chain.id, "kind": "item", "subject": chain.subject, "begun_at": datetime.now(UTC)}
                connection.execute(insert(tables.custody_chains), [row])
            connection.execute(insert(tables.custody_entries), entries)
            connection.execute(insert(tables.custody_details), details)
        return [EntryId(e["id"]) for e in entries]

    def behind_its_back(self, *statements: str) -> None:
        """What somebody does who has the whole database in their hands: no trigger is in their way."""
        with self.superuser.begin() as connection:
            guarded = [t.name for t in tables.metadata.tables.values() if t.info["sort"] == tables.CUSTODY]
            for table in guarded:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            for statement in statements:
                connection.exec_driver_sql(statement)
            for table in guarded:
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))

    def overwrite(self, key: str, data: bytes) -> None:
        """Lay other bytes over an object, as whoever may write into the bucket can; what was there stays beneath."""
        client_for(self.settings.s3).put_object(Bucket=self.store.bucket, Key=key, Body=data)

    def leaves(self) -> list[tuple[UUID, bytes]]:
        """Entry and exact bytes of every leaf, in the order of the log."""
        query = (
            "SELECT l.entry_id, e.leaf FROM custody_leaves l JOIN custody_entries e ON e.id = l.entry_id ORDER BY idx"
        )
        with self.superuser.connect() as connection:
            return [(row[0], bytes(row[1])) for row in connection.execute(text(query))]

    def close(self) -> None:
        for engine in (self.app, self.sequencer, self.signer, self.superuser):
            engine.dispose()


@contextmanager
def migrated(engines: Connections) -> Iterator[str]:
    """The name of a database that others are copied from, which takes a tenth of the time of migrating each."""
    with _database(engines) as name:
        migrate(make_url(engines.database_owner_url).set(database=name).render_as_string(hide_password=False))
        yield name


@contextmanager
def logbook(engines: Connections, s3: S3Settings, template: str, like: Logbook | None = None) -> Iterator[Logbook]:
    """A log on a copy of a database, and with a bucket of its own; or `like` another, with its bucket and its key."""
    with _database(engines, template) as name:

        def engine(url: str) -> Engine:
            there = make_url(url).set(database=name).render_as_string(hide_password=False)
            return connect(SETTINGS, there)

        theirs = _bucket_of_its_own(s3) if like is None else like.settings.s3
        url = superuser(engines).set(database=name)
        book = Logbook(
            engine(engines.database_url),
            engine(engines.database_sequencer_url),
            engine(engines.database_signer_url),
            create_engine(url),
            url,
            ledger_store(theirs),
            Settings(s3=theirs, database=SETTINGS),
        )
        if like is not None:
            book.key = like.key
        try:
            yield book
        finally:
            book.close()


def _bucket_of_its_own(s3: S3Settings) -> S3Settings:
    """Reached as the set-up identity: the application's policy names its three buckets."""
    assert s3.setup is not None
    buckets = Buckets(ledger=f"ledger-{uuid4().hex}")
    keys = {"access_key": s3.setup.access_key, "secret_key": s3.setup.secret_key}
    theirs = s3.model_copy(update={"buckets": buckets, **keys})
    prepare(theirs)
    return theirs


@contextmanager
def _database(engines: Connections, template: str | None = None) -> Iterator[str]:
    name = f"log_{uuid4().hex}"
    owner = make_url(engines.database_owner_url).username
    engine = create_engine(superuser(engines), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        of = "" if template is None else f" TEMPLATE {template}"
        connection.execute(text(f"CREATE DATABASE {name} OWNER {owner}{of}"))
        try:
            yield name
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
