"""Recording readings: rows, index, custody entry and the end of the job in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import of_item
from dems.model.evidence import Evidence, EvidenceState, Integrity
from dems.model.findings import Finding, Reading
from dems.model.ids import EvidenceId, ReadingId, new_id
from dems.model.readings import KeptReading, KeptRendition, Original
from dems.ports import Lease, Transaction
from dems.steps.result import result_document

_NOT_READ = frozenset({Integrity.MISSING, Integrity.UNREADABLE, Integrity.ALTERED})

DISAGREES = "disagrees"
"""The flag of a `media_type` that is another than the name's extension means."""


@dataclass(frozen=True, slots=True)
class Made:
    """A reading that is ready to be recorded. Its pictures are in the store, and their bytes no longer here."""

    lease: Lease
    kept: KeptReading
    findings: tuple[Finding, ...]
    renditions: tuple[KeptRendition, ...]


def original_of(item: Evidence) -> Original | None:
    """The bytes of an item that are read: sealed ones, found as they were sealed when last verified. None of any other."""
    if (
        item.state is not EvidenceState.SEALED
        or item.integrity in _NOT_READ
        or item.version_id is None
        or item.size is None
    ):
        return None
    return Original(item.id, item.case_id, item.version_id, item.digests["sha256"], item.size)


def end_work(tx: Transaction, leases: Sequence[Lease]) -> None:
    """There is nothing to be read: what was found before counts again."""
    tx.jobs.finish_many(leases)
    for lease in leases:
        tx.findings.unreadable(EvidenceId(lease.job.subject))


def made(
    lease: Lease,
    original: Original,
    reading: Reading,
    pictures: tuple[KeptRendition, ...],
    begun_at: datetime,
    ended_at: datetime,
) -> Made:
    kept = KeptReading(
        id=ReadingId(new_id()),
        original=original,
        state=reading.state,
        reason=reading.reason,
        media_type=reading.media_type,
        disagrees=any(f.name == "media_type" and DISAGREES in f.flags for f in reading.findings),
        sandbox=reading.sandbox,
        tools=dict(reading.tools),
        warnings=tuple(reading.warnings),
        bytes_read=reading.bytes_read,
        requests=reading.requests,
        seconds=reading.seconds,
        begun_at=begun_at,
        ended_at=ended_at,
        findings=len(reading.findings),
        result_sha256=sha256(result_document(original, reading)).digest(),
    )
    return Made(lease, kept, tuple(reading.findings), pictures)


def record(tx: Transaction, readings: Sequence[Made]) -> list[ReadingId]:
    """Record readings of one claim. One whose lease was lost, or whose item is no longer what was read, is left out.

    Rows are locked in one order: items, then jobs.
    """
    authority = tx.authorise(system(), Act.FINDINGS_RECORD)
    items = tx.evidence.many(sorted(each.kept.original.evidence_id for each in readings), for_update=True)
    held = tx.jobs.still_held([each.lease for each in readings])
    ours = [each for each in readings if each.lease.job.subject in held]
    changed = [each for each in ours if original_of(items[each.kept.original.evidence_id]) != each.kept.original]
    done = [each for each in ours if each not in changed]
    for each in done:
        item = items[each.kept.original.evidence_id]
        tx.findings.add(each.kept, each.findings, each.renditions)
        tx.custody.append(
            authority,
            of_item(item.id),
            case_id=item.case_id,
            evidence_id=item.id,
            facts=recorded_facts(each.kept, each.renditions),
        )
    if done:
        tx.jobs.finish_many([each.lease for each in done])
    if changed:
        end_work(tx, [each.lease for each in changed])
    return [each.kept.id for each in done]


def recorded_facts(kept: KeptReading, renditions: Sequence[KeptRendition]) -> dict[str, object]:
    """What the entry of a reading says: nothing that was read in the file but its kind."""
    return {
        "reading": str(kept.id),
        "version_id": kept.original.version_id,
        "sha256": kept.original.sha256.hex,
        "state": kept.state.value,
        "media_type": kept.media_type,
        "findings": kept.findings,
        "result_sha256": kept.result_sha256.hex(),
        "sandbox": kept.sandbox,
        "tools": dict(kept.tools),
        "renditions": [r.sha256.hex() for r in renditions],
    }
