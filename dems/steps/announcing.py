"""Telling an investigator that files of an invitation arrived, in the transaction that records it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dems.model.ids import IntakeId
from dems.model.invitations import Sent
from dems.model.uploads import Upload
from dems.ports import Transaction

TOGETHER = timedelta(minutes=10)
"""What arrives within so long is one announcement, unless that was seen meanwhile."""


def announce(tx: Transaction, arrived: Iterable[Upload], at: datetime) -> None:
    """Tell whoever is concerned of these completed uploads. Call it last: what it locks, it locks until the commit."""
    sent: dict[IntakeId, Sent] = {}
    for upload in arrived:
        if upload.intake_id is not None:
            so_far = sent.get(upload.intake_id, Sent())
            sent[upload.intake_id] = Sent(so_far.files + 1, so_far.bytes + upload.size)
    for invitation in tx.invitations.of_intakes(sorted(sent)) if sent else ():
        for person_id in tx.announcements.audience(invitation):
            tx.announcements.received(invitation, person_id, sent[invitation.intake_id], at, TOGETHER)
