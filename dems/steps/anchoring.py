"""Keeping what witnesses and timestamp authorities gave: bytes on write-once storage first, then the record."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dems.errors import IntegrityBroken
from dems.layout import anchor_key
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.note import Note
from dems.ledger.witness_request import signatures_from_bytes
from dems.ports import LedgerReport, SignedCheckpoint, Transaction, Transactions
from dems.ports.anchors import Anchor, AnchorKind, Answer, Heard
from storage.errors import ObjectExists
from storage.interface import Lock, ObjectStore

log = logging.getLogger(__name__)


def keep(transaction: Transactions, store: ObjectStore, anchors: Sequence[Anchor], until: datetime) -> None:
    """Write each into the ledger bucket under its own digest, then record all. Raises `StorageError`."""
    for anchor in anchors:
        digest = hashlib.sha256(anchor.data).digest()
        key = anchor_key(anchor.size, anchor.kind.value, digest)
        try:
            store.put(key, anchor.data, size=len(anchor.data), sha256=digest, lock=Lock(until))
        except ObjectExists:
            # The key is the digest: a run that was cut off before it recorded them wrote these very bytes.
            continue
    with transaction() as tx:
        for anchor in anchors:
            tx.anchors.add(anchor)


def report(transaction: Transactions, name: str, answers: Sequence[Answer], at: datetime) -> None:
    """Say in the log and in the ledger's reports what became of each question.

    Somebody who says that our log is not the one that they saw is never passed over; somebody who is not there is.
    """
    for answer in answers:
        told = {"by": answer.by, "outcome": answer.heard.value, "detail": answer.words}
        if answer.heard is Heard.CONTRADICTED:
            log.critical("witness_contradicts_log", extra=told)
        elif answer.heard is not Heard.GIVEN:
            log.warning("log_not_anchored", extra=told)
    detail = "; ".join(f"{answer.by}: {answer.words}" for answer in answers)
    held = all(answer.heard is not Heard.CONTRADICTED for answer in answers)
    figures = {answer.by: answer.heard.value for answer in answers}
    with transaction() as tx:
        tx.ledger.report(LedgerReport(name, at, held, detail, figures))


def with_cosignatures(tx: Transaction, checkpoint: SignedCheckpoint) -> bytes:
    """The signed note with every cosignature that was given for it and kept. Whoever reads it believes whom they will.

    Raises `IntegrityBroken` where what the database holds is not what was kept.
    """
    given = tx.anchors.of(checkpoint.size, AnchorKind.COSIGNATURE)
    try:
        lines = [signature for anchor in given for signature in signatures_from_bytes(anchor.data)]
        return Note.from_bytes(checkpoint.note).with_signatures(*lines).to_bytes()
    except LedgerInvalid as error:
        raise IntegrityBroken(
            f"The checkpoint of {checkpoint.size} entries, or a cosignature of it, is damaged in the database ({error}): run "
            "`dems ledger fsck`."
        ) from error


def held_checkpoint(tx: Transaction, least: int) -> SignedCheckpoint | None:
    """`most_held` of all that are signed. None where nothing of at least `least` leaves is."""
    newest = tx.ledger.latest_checkpoint()
    return None if newest is None or newest.size < least else most_held(tx, newest, least)


def most_held(tx: Transaction, newest: SignedCheckpoint, least: int) -> SignedCheckpoint:
    """Of the signed checkpoints of at least `least` leaves, the largest that somebody outside holds, else the newest.

    `newest` has so many. The note has the checkpoint's cosignatures.
    """
    chosen = newest
    for kind in AnchorKind:
        anchored = tx.anchors.newest(kind, 1)
        if anchored and least <= anchored[0].size <= newest.size:
            [chosen] = tx.ledger.signed(anchored[0].size - 1, 1)
            break
    return replace(chosen, note=with_cosignatures(tx, chosen))
