"""What every use case is made with: database, store, clock, and the policies that the settings say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sqlalchemy import Engine

from dems.db.engine import connect, told_apart
from dems.db.transaction import DatabaseTransactions
from dems.model.ids import new_id
from dems.model.life.vocabulary import Vocabulary
from dems.ports import Clock, Job, ReadsFindings, StoreCheck
from dems.ports.anchors import Asks
from dems.settings import Settings
from dems.steps.locks import Locks
from dems.steps.tokens import UploadPolicy
from dems.steps.trust import StoreTrust
from storage.interface import ObjectStore
from storage.s3 import connect as connect_store


def utc_now() -> datetime:
    return datetime.now(UTC)


class Core:
    """Nothing is connected before it is used."""

    def __init__(
        self,
        settings: Settings,
        *,
        nudge: Callable[[Job], None],
        clock: Clock = utc_now,
        engine: Engine | None = None,
        store: ObjectStore | None = None,
        exports: ObjectStore | None = None,
        reads: Callable[[ObjectStore], ReadsFindings] | None = None,
        asks: Callable[[Settings], Asks] | None = None,
    ) -> None:
        """`reads` makes what reads the bytes in a store, `asks` what asks witnesses and authorities: of workers only."""
        self.settings = settings
        self.clock = clock
        self.engine = engine or connect(settings.database)
        self._connected_here = engine is None
        self.store = store or connect_store(settings.s3, settings.s3.buckets.evidence)
        self._exports = exports
        self.reads = None if reads is None else reads(self.store)
        self.asks = asks
        self.transaction = DatabaseTransactions(self.engine, clock, nudge)
        chosen = settings.evidence
        self.locks = Locks(timedelta(days=chosen.lock_days), timedelta(days=chosen.quarantine_days), chosen.legal_hold)
        self.trust = StoreTrust(
            clock,
            timedelta(hours=chosen.self_check_max_age_hours),
            chosen.accept_untrusted_store,
            settings.s3.sync_path,
            chosen.min_free_bytes,
        )
        self.vocabulary = Vocabulary(forces=settings.cases.forces)
        self.lease = timedelta(seconds=chosen.lease_seconds)
        self.uploads = UploadPolicy(timedelta(days=chosen.upload_days), timedelta(days=chosen.receipt_days))

    @cached_property
    def exports(self) -> ObjectStore:
        """The bucket of what is made from evidence and can be made again."""
        return self._exports or connect_store(self.settings.s3, self.settings.s3.buckets.exports)

    def close(self) -> None:
        """Give back the connections to the database. Those of an engine that was given are the giver's to give back."""
        if self._connected_here:
            self.engine.dispose()

    def probe_store(self) -> StoreCheck:
        """One run of the store's self-check, on the evidence bucket, with the identities that the settings have."""
        from storage.selfcheck import check as check_store  # noqa: PLC0415  (few processes do; its client loads slowly)

        found = check_store(self.settings.s3, self.settings.s3.buckets.evidence)
        rows = [{"name": r.name, "identity": r.identity, "held": r.held, "detail": r.detail} for r in found.rows]
        return StoreCheck(new_id(), found.at, found.endpoint, found.held, rows)

    def schema(self) -> "Schema":
        """Which revision the database is at, and which this program needs. Raises `DatabaseUnavailable`."""
        from dems.db.migrate import head, revision_of  # noqa: PLC0415  (workers never ask, and would load Alembic)

        with told_apart(), self.engine.connect() as connection:
            return Schema(revision_of(connection), head())


@dataclass(frozen=True, slots=True)
class Schema:
    """`current` is None before the first migration."""

    current: str | None
    head: str
