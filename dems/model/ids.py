"""Identifiers: UUIDv7 (RFC 9562), so that they sort by when they were made, each with its own type."""

import os
import time
from typing import NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)
TokenId = NewType("TokenId", UUID)
CaseId = NewType("CaseId", UUID)
EvidenceId = NewType("EvidenceId", UUID)
UploadId = NewType("UploadId", UUID)
VerificationId = NewType("VerificationId", UUID)
ReadingId = NewType("ReadingId", UUID)
GrantId = NewType("GrantId", UUID)
IntakeId = NewType("IntakeId", UUID)
InvitationId = NewType("InvitationId", UUID)
ChainId = NewType("ChainId", UUID)
EntryId = NewType("EntryId", UUID)
ApprovalId = NewType("ApprovalId", UUID)
ExportId = NewType("ExportId", UUID)
FactId = NewType("FactId", UUID)
"""Of one dated fact of the life of a case."""
StrandId = NewType("StrandId", UUID)
"""Of something beside the investigation that has its own dates: a review, a recommendation, a proceeding."""
LetterId = NewType("LetterId", UUID)
"""Of one draft of a report on timeliness."""
PartyId = NewType("PartyId", UUID)
"""Of a person a case is about or with: not somebody who works on it."""
DecisionId = NewType("DecisionId", UUID)
"""Of one decision about disclosure, in one proceeding."""
BlockId = NewType("BlockId", UUID)
"""Of items that a schedule lists together, by quantity and a generic title."""
SearchId = NewType("SearchId", UUID)
"""Of a search strategy that material was found, or left out, with."""
SampleId = NewType("SampleId", UUID)
"""Of items that somebody looked at in place of all."""
HappeningId = NewType("HappeningId", UUID)
"""Of something that happened in a proceeding."""
ScheduleId = NewType("ScheduleId", UUID)
"""Of one version of one schedule."""
ScheduleSetId = NewType("ScheduleSetId", UUID)
"""Of the schedules and reports that go to the prosecutor together."""
ReportId = NewType("ReportId", UUID)
"""Of a disclosure officer's report (MG6E)."""
ListId = NewType("ListId", UUID)
"""Of one version of a list of material: of exhibits, of the documents of misconduct proceedings, or the index of an inquest."""
AnswerId = NewType("AnswerId", UUID)
"""Of something done with a set of schedules: submitted, sent back, served."""

_NANOSECONDS_PER_MILLISECOND = 1_000_000


def new_id() -> UUID:
    """Make a UUIDv7: 48 bits of Unix milliseconds, then 12 bits of the fraction of that millisecond, then 62 random bits.

    The fraction (method 3 of RFC 9562, 6.2) keeps ids of one process in the order in which they were made.
    """
    milliseconds, rest = divmod(time.time_ns(), _NANOSECONDS_PER_MILLISECOND)
    fraction = rest * 4096 // _NANOSECONDS_PER_MILLISECOND
    random62 = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random62)
