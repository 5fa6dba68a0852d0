"""What the use cases need from the world: a transaction, a clock, a store and somewhere to send nudges.

Everything reached through a `Transaction` happens in one database transaction: `with transactions() as tx:`
commits on clean exit and rolls back on any exception. No network but the database's is allowed inside.
"""

from dems.ports.repositories import (
    AccessGrants,
    Cases,
    Custody,
    EvidenceItems,
    IdempotencyKeys,
    Intakes,
    Jobs,
    People,
    Tokens,
    Upkeep,
    Uploads,
    Verifications,
)
from dems.ports.transaction import Transaction, Transactions
from dems.ports.values import (
    BegunMultipart,
    CaseFilter,
    Clock,
    Completion,
    CustodyRow,
    EvidenceFilter,
    IntakeRow,
    IntakeToken,
    Job,
    JobKind,
    Lease,
    Once,
    Orphan,
    Page,
    Promise,
    StoreCheck,
    UploadToken,
)

__all__ = [
    "AccessGrants",
    "BegunMultipart",
    "CaseFilter",
    "Cases",
    "Clock",
    "Completion",
    "Custody",
    "CustodyRow",
    "EvidenceFilter",
    "EvidenceItems",
    "IdempotencyKeys",
    "IntakeRow",
    "IntakeToken",
    "Intakes",
    "Job",
    "JobKind",
    "Jobs",
    "Lease",
    "Once",
    "Orphan",
    "Page",
    "People",
    "Promise",
    "StoreCheck",
    "Tokens",
    "Transaction",
    "Transactions",
    "Upkeep",
    "UploadToken",
    "Uploads",
    "Verifications",
]
