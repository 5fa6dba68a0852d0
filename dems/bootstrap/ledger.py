"""The custody log: what takes entries in, signs and publishes, put together."""

from storage.interface import ObjectStore
from storage.s3 import connect as connect_store
from storage.settings import S3Settings


def ledger_store(settings: S3Settings) -> ObjectStore:
    """The bucket of the log: checkpoints, full tiles and entry bundles, each written once."""
    return connect_store(settings, settings.buckets.ledger)
