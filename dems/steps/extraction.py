"""Making it due to read what is in sealed bytes: with the seal, when somebody asks again, and when tools have changed."""

from collections.abc import Sequence

from dems.model.evidence import Evidence
from dems.model.ids import new_id
from dems.ports import Job, JobKind, Transaction

LARGE = 64 * 1024 * 1024
"""Bytes beyond which an item is read apart from the small ones: a video takes seconds where a photo takes milliseconds."""

EXTRACTIONS = (JobKind.EXTRACT, JobKind.EXTRACT_LARGE)
"""An item waits to be read by one of these, never by both."""

WORTH_A_RUN = 10
"""So many items are nudged for by one message and read one after another."""


def extraction_of(item: Evidence) -> Job:
    """The work of reading one item, by its size."""
    return Job(JobKind.EXTRACT if (item.size or 0) <= LARGE else JobKind.EXTRACT_LARGE, item.id)


def extractions_due(tx: Transaction, items: Sequence[Evidence]) -> None:
    """Make it due to read these sealed items, in the transaction that says why."""
    if not items:
        return
    due = [extraction_of(i) for i in items]
    small = [j for j in due if j.kind is JobKind.EXTRACT]
    nudges = [Job(JobKind.EXTRACT_MANY, new_id())] if len(small) >= WORTH_A_RUN else small
    tx.findings.waiting([i.id for i in items])
    tx.jobs.due_many(due, [*nudges, *(j for j in due if j.kind is JobKind.EXTRACT_LARGE)])
