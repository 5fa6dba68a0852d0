"""The custody log: what signs and publishes it, and what reads and checks it, put together."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine

from dems.bootstrap.core import Core, utc_now
from dems.db.holdings import DatabaseHoldings
from dems.db.transaction import DatabaseTransactions
from dems.ledger.keys import Signer, VerifierKey
from dems.ledger.policy import Policy
from dems.ports import Clock
from dems.settings import LedgerSettings, Settings
from dems.steps.kept_checkpoints import KeptCheckpoints
from dems.steps.log_check import LogCheck
from dems.steps.published_log import PublishedLog
from dems.usecases.ledger.check_anchors import AnchorsCheck, CheckAnchors
from dems.usecases.ledger.check_bucket import CheckBucket
from dems.usecases.ledger.check_chains import ChainsCheck, CheckChains
from dems.usecases.ledger.check_database import CheckDatabase
from dems.usecases.ledger.observe import ObserveLog
from dems.usecases.ledger.publish import PublishLog
from dems.usecases.ledger.read_published import ReadPublished
from dems.usecases.ledger.report import ReportOnLog
from dems.usecases.ledger.sign import SignLog
from storage.interface import ObjectStore
from storage.s3 import connect as connect_store
from storage.settings import S3Settings

log = logging.getLogger(__name__)

FSCK_DATABASE, FSCK_BUCKET, FSCK_CHAINS, ANCHORS = CHECKS = (
    "fsck of the database",
    "fsck of the bucket",
    "fsck of the chains",
    "check of the anchors",
)
"""Of each night."""


def ledger_store(settings: S3Settings) -> ObjectStore:
    """The bucket of the log: checkpoints, full tiles and entry bundles, each written once."""
    return connect_store(settings, settings.buckets.ledger)


def witness_policy(settings: LedgerSettings) -> Policy:
    """The witnesses and their quorum, as the file of the settings says. Raises `Malformed`, `OSError`."""
    return Policy.of([]) if settings.witnesses is None else Policy.from_bytes(settings.witnesses.read_bytes())


@dataclass(frozen=True, slots=True)
class Signing:
    """What the holder of the key does, on the database with the rights of `dems_signer`."""

    kept: KeptCheckpoints
    sign: SignLog
    publish: PublishLog
    report: ReportOnLog

    @classmethod
    def of(
        cls, settings: Settings, signer: Signer, engine: Engine, store: ObjectStore, *, clock: Clock = utc_now
    ) -> "Signing":
        tx, chosen = DatabaseTransactions(engine, clock, lambda _: None), settings.ledger
        kept = KeptCheckpoints(store, [signer.key, *former_keys(settings)])
        lock_for, tail = timedelta(days=chosen.lock_days), timedelta(seconds=chosen.tail_seconds)
        return cls(
            kept,
            SignLog(tx, kept, signer, clock, lock_for),
            PublishLog(tx, store, clock, lock_for, tail),
            ReportOnLog(tx, clock),
        )


def former_keys(settings: Settings) -> list[VerifierKey]:
    """The public keys under which this log was signed before."""
    return [VerifierKey.from_text(text) for text in settings.ledger.former_keys]


@dataclass(frozen=True, slots=True)
class LedgerActs:
    """What the application does with the log: it shows it, and checks it. It has no right to write any of it."""

    core: Core
    read: ReadPublished
    check_database: CheckDatabase
    check_bucket: CheckBucket
    check_chains: CheckChains
    check_anchors: CheckAnchors
    observe: ObserveLog
    report: ReportOnLog

    @classmethod
    def of(cls, core: Core, store: ObjectStore | None = None) -> "LedgerActs":
        published = PublishedLog(store or ledger_store(core.settings.s3))
        tx = core.transaction
        return cls(
            core,
            ReadPublished(tx, core.settings.ledger.public, partial(witness_policy, core.settings.ledger)),
            CheckDatabase(tx, published),
            CheckBucket(published),
            CheckChains(DatabaseHoldings(core.engine)),
            CheckAnchors(tx, published.store, None),
            ObserveLog(tx),
            ReportOnLog(tx, core.clock),
        )

    def kept(self, *keys: VerifierKey) -> KeptCheckpoints:
        """The checkpoints in the bucket, by these keys; where none is named, by the one that the database says signs."""
        known = keys or self.observe.signers()
        return KeptCheckpoints(
            self.check_bucket.published.store, list(dict.fromkeys([*known, *former_keys(self.core.settings)]))
        )

    def check(self) -> None:
        """All checks, and their results for whoever watches.

        Raises `StoreUnavailable` and the like; `ValueError` and `OSError` for authorities' certificates that cannot be read.
        """
        # Only now: whoever shows the log needs no certificates.
        authorities = None if self.core.asks is None else self.core.asks(self.core.settings).authorities
        kept = self.kept()
        checks: tuple[tuple[str, Callable[[], LogCheck | ChainsCheck | AnchorsCheck]], ...] = (
            (FSCK_DATABASE, partial(self.check_database, kept)),
            (FSCK_BUCKET, partial(self.check_bucket, kept)),
            (FSCK_CHAINS, self.check_chains),
            (ANCHORS, replace(self.check_anchors, authorities=authorities)),
        )
        for name, check in checks:
            found = check()
            if not found.held:
                log.critical("log_does_not_hold", extra={"where": name, **found.figures()})
            self.report(name, found.words(), held=found.held, figures=found.figures())
