"""Readings recorded for tests as workers record them: rows and custody entry in one transaction, without any worker."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dems.bootstrap import Dems
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence
from dems.model.findings import (
    Confidence,
    Entry,
    Finding,
    Moment,
    Place,
    RenditionKind,
    ResultState,
    Value,
    ValueType,
    ZoneStatus,
)
from dems.model.ids import ReadingId, new_id
from dems.model.readings import KeptReading, KeptRendition, Original
from storage.interface import Lock

_TYPES: dict[type, ValueType] = {
    str: ValueType.TEXT,
    int: ValueType.INTEGER,
    float: ValueType.NUMBER,
    bool: ValueType.BOOLEAN,
    Moment: ValueType.TIME,
    Place: ValueType.PLACE,
    Entry: ValueType.ENTRY,
}


def finding(name: str, value: Value, *, source: str = "EXIF:Test", flags: tuple[str, ...] = ()) -> Finding:
    return Finding(name, _TYPES[type(value)], value, None, None, source, "tests", "1", Confidence.STATED, flags)


def shown(text: str, *, hours: float | None = None) -> Moment:
    """What a clock showed; `hours` east of UTC, unknown where it is left out."""
    local = datetime.fromisoformat(text)
    if hours is None:
        return Moment(local, ZoneStatus.UNKNOWN)
    return Moment(local, ZoneStatus.KNOWN, timedelta(hours=hours))


def record(
    dems: Dems,
    item: Evidence,
    *found: Finding,
    media_type: str = "image/jpeg",
    disagrees: bool = False,
    state: ResultState = ResultState.COMPLETE,
    renditions: Sequence[KeptRendition] = (),
) -> KeptReading:
    """Another reading of a sealed item; it is its last from now on."""
    now = datetime.now(UTC)
    original = Original(item.id, item.case_id, item.version_id or "", item.digests["sha256"], item.size or 0)
    reason = None if state is ResultState.COMPLETE else "It was cut off."
    kept = KeptReading(
        ReadingId(new_id()), original, state, reason, media_type, disagrees, "full", {"tests": "1"}, ("a warning",),
        100, 2, 0.5, now, now, len(found), hashlib.sha256(repr(found).encode()).digest(),
    )  # fmt: skip
    with dems.transaction() as tx:
        authority = tx.authorise(system(), Act.FINDINGS_RECORD)
        tx.findings.add(kept, found, renditions)
        facts: dict[str, Any] = {"reading": str(kept.id), "result_sha256": kept.result_sha256.hex()}
        tx.custody.append(authority, of_item(item.id), case_id=item.case_id, evidence_id=item.id, facts=facts)
    return kept


def picture(dems: Dems, item: Evidence, data: bytes, *, number: int = 0) -> KeptRendition:
    """A picture that lies in the store, still to be recorded."""
    sha256 = hashlib.sha256(data)
    key = f"renditions/{item.id}/{sha256.hexdigest()}"
    lock = Lock(datetime.now(UTC) + timedelta(days=1))
    stored = dems.exports.put(key, data, size=len(data), sha256=sha256.digest(), lock=lock)
    return KeptRendition(
        number, RenditionKind.THUMBNAIL, "image/jpeg", 4, 3, None, sha256.digest(), len(data), key, stored.version_id
    )
