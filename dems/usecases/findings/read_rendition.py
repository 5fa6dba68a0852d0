"""Look at a picture that was made of an item: its bytes, whole and checked against its digest before any is sent."""

import hashlib
import hmac
import logging
from dataclasses import dataclass

from dems.errors import IntegrityBroken, NotFound
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import EvidenceId
from dems.model.readings import KeptRendition, Original
from dems.ports import Transactions
from storage.errors import ObjectMissing
from storage.interface import ObjectStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Picture:
    """`original` says of which sealed bytes it was made. It is not evidence."""

    rendition: KeptRendition
    original: Original
    data: bytes


@dataclass(frozen=True, slots=True)
class ReadRendition:
    transaction: Transactions
    exports: ObjectStore

    def __call__(self, actor: Actor, evidence_id: EvidenceId, sha256: bytes) -> Picture:
        """A picture of the item's last reading, by its digest.

        Raises `NotFound`, and `IntegrityBroken` where the store has no such picture any more or another one; what the store
        raises where it does not answer or breaks off.
        """
        with self.transaction() as tx:
            case_id = tx.evidence.get(evidence_id).case_id
            authority = tx.authorise(actor, Act.RENDITION_READ, case_id=case_id)
            reading_id = tx.findings.states([evidence_id])[evidence_id].reading_id
            shown = [] if reading_id is None else tx.findings.renditions(reading_id)
            wanted = next((r for r in shown if r.sha256 == sha256), None)
            if reading_id is None or wanted is None:
                raise NotFound("picture")
            tx.consulted(authority, evidence_id, picture=sha256.hex())
            original = tx.findings.get(reading_id).original
        return Picture(wanted, original, self._read(evidence_id, wanted))

    def _read(self, evidence_id: EvidenceId, wanted: KeptRendition) -> bytes:
        data = bytearray(wanted.size)
        view, filled = memoryview(data), 0
        try:
            with self.exports.open(wanted.key, wanted.version_id) as stream:
                while filled < wanted.size and (count := stream.readinto(view[filled:])):
                    filled += count
        except ObjectMissing as error:
            raise self._broken(evidence_id, wanted) from error
        if filled != wanted.size or not hmac.compare_digest(hashlib.sha256(data).digest(), wanted.sha256):
            raise self._broken(evidence_id, wanted)
        return bytes(data)

    @staticmethod
    def _broken(evidence_id: EvidenceId, wanted: KeptRendition) -> IntegrityBroken:
        log.error("rendition_differs", extra={"evidence": str(evidence_id), "key": wanted.key})
        return IntegrityBroken(
            "This picture is no longer what was made of the item. The item itself is not touched by that; "
            "have it read again to get a new one."
        )
