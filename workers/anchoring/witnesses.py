"""Asking witnesses to cosign a checkpoint (C2SP tlog-witness, ``add-checkpoint``) over HTTP.

A witness is believed in nothing: what it answers is checked against the key that the settings name, and dropped with a
word on why where it does not hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import shown
from dems.ledger.invalid import LedgerInvalid
from dems.ledger.note import Note
from dems.ledger.policy import Witness
from dems.ledger.witness_request import SIZE_MEDIA_TYPE, AddCheckpoint, cosigned_by, size_from_bytes
from dems.ports.anchors import Answer, Heard
from dems.ports.values import Clock
from workers.anchoring.posting import Answered, NoAnswer, Posting, all_at_once

CLOCK_TOLERANCE = timedelta(minutes=5)
"""What the clock of a witness or of an authority may differ from ours. An older time would be of another request."""

_MEDIA_TYPE = "text/plain; charset=utf-8"
_REFUSALS = {
    HTTPStatus.BAD_REQUEST: (Heard.REFUSED, "it says that our request is wrong"),
    HTTPStatus.FORBIDDEN: (Heard.REFUSED, "it does not take our log's signature: give its operator the key of the log"),
    HTTPStatus.NOT_FOUND: (Heard.REFUSED, "it does not know our log: ask its operator to add the key of the log"),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        Heard.CONTRADICTED,
        "it says that our log does not go on from the tree that it cosigned before",
    ),
}


@dataclass(frozen=True, slots=True)
class Witnesses:
    """See `dems.ports.anchors.AsksWitnesses`."""

    posting: Posting
    clock: Clock

    def cosign(self, requests: Sequence[tuple[Witness, AddCheckpoint]]) -> list[Answer]:
        return all_at_once([self._ask(witness, request) for witness, request in requests])

    async def _ask(self, witness: Witness, request: AddCheckpoint) -> Answer:
        if witness.url is None:
            return Answer(witness.name, Heard.REFUSED, "the settings do not say at which address it is asked")
        url = f"{witness.url.rstrip('/')}/add-checkpoint"
        try:
            answered = await self.posting.post(url, request.to_bytes(), _MEDIA_TYPE)
        except NoAnswer as error:
            return Answer(witness.name, Heard.UNREACHABLE, str(error))
        try:
            return self._read(witness, request, answered)
        except LedgerInvalid as error:
            return Answer(witness.name, Heard.GARBAGE, f"its answer was dropped: {error}")

    def _read(self, witness: Witness, request: AddCheckpoint, answered: Answered) -> Answer:
        if answered.status == HTTPStatus.OK:
            return self._cosigned(witness, request, answered.body)
        if answered.status == HTTPStatus.CONFLICT:
            return _conflict(witness, request, answered)
        if answered.status in _REFUSALS:
            heard, words = _REFUSALS[HTTPStatus(answered.status)]
            return Answer(witness.name, heard, words)
        busy = answered.status == HTTPStatus.TOO_MANY_REQUESTS or answered.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return Answer(
            witness.name, Heard.UNREACHABLE if busy else Heard.REFUSED, f"it answered with status {answered.status}"
        )

    def _cosigned(self, witness: Witness, request: AddCheckpoint, body: bytes) -> Answer:
        signature, attestation = cosigned_by(body, request.checkpoint, witness.key)
        seconds = attestation.time or 0
        now = self.clock()
        if abs(seconds - now.timestamp()) > CLOCK_TOLERANCE.total_seconds():
            words = f"its answer was dropped: it says that it signed at {_told(seconds)}, and here it is {now:%FT%TZ}"
            return Answer(witness.name, Heard.GARBAGE, words)
        at = datetime.fromtimestamp(seconds, UTC)
        return Answer(witness.name, Heard.GIVEN, "it cosigned", signature.to_line().encode(), at)


def _conflict(witness: Witness, request: AddCheckpoint, answered: Answered) -> Answer:
    """Another size than we said, or, where it is the same, another tree of that size."""
    if answered.media_type != SIZE_MEDIA_TYPE:
        if request.old == Checkpoint.from_text(Note.from_bytes(request.checkpoint).text).size:
            return Answer(witness.name, Heard.CONTRADICTED, f"it holds another tree of {request.old} leaves than ours")
        said = shown(answered.media_type)
        return Answer(witness.name, Heard.GARBAGE, f"its answer was dropped: it says its size as {said}")
    size = size_from_bytes(answered.body)
    if size == request.old:
        return Answer(witness.name, Heard.CONTRADICTED, f"it holds another tree of {size} leaves than ours")
    return Answer(witness.name, Heard.BEHIND, f"it holds a tree of {size} leaves", size=size)


def _told(seconds: int) -> str:
    """Any 63 bits of seconds: a year that no calendar has is told as the number."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%FT%TZ}"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s after 1970"
