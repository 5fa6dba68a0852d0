"""What the use cases need from the world: a transaction, a clock, a store and somewhere to send nudges.

Everything reached through a `Transaction` happens in one database transaction: `with transactions() as tx:`
commits on clean exit and rolls back on any exception. No network but the database's is allowed inside.
"""

from dems.ports.approvals import Approvals
from dems.ports.clocks import Clocks, Due, DueAfter, DueFilter
from dems.ports.events import Events
from dems.ports.exports import Exports
from dems.ports.findings import Findings, ItemFindings, NoReaders, ReaderDied, ReaderReport, ReadsFindings
from dems.ports.imports import BadLine, CaseImport, Imports
from dems.ports.invitations import Announcements, Invitations
from dems.ports.ledger import Ledger, LedgerReport, SignedCheckpoint, TreeHead
from dems.ports.lives import KeptFact, Lives, Parties
from dems.ports.measures import Behind, Measures
from dems.ports.repositories import (
    AccessGrants,
    Cases,
    Custody,
    EvidenceItems,
    HashStates,
    IdempotencyKeys,
    Jobs,
    People,
    Tokens,
    Upkeep,
    Verifications,
)
from dems.ports.searching import Hit, Searching
from dems.ports.transaction import Transaction, Transactions
from dems.ports.uploads import Intakes, Uploads
from dems.ports.values import (
    BegunMultipart,
    CaseFilter,
    Clock,
    Completion,
    CustodyRow,
    Destroyed,
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
    "Announcements",
    "Approvals",
    "BadLine",
    "BegunMultipart",
    "Behind",
    "CaseFilter",
    "CaseImport",
    "Cases",
    "Clock",
    "Clocks",
    "Completion",
    "Custody",
    "CustodyRow",
    "Destroyed",
    "Due",
    "DueAfter",
    "DueFilter",
    "Events",
    "EvidenceFilter",
    "EvidenceItems",
    "Exports",
    "Findings",
    "HashStates",
    "Hit",
    "IdempotencyKeys",
    "Imports",
    "IntakeRow",
    "IntakeToken",
    "Intakes",
    "Invitations",
    "ItemFindings",
    "Job",
    "JobKind",
    "Jobs",
    "KeptFact",
    "Lease",
    "Ledger",
    "LedgerReport",
    "Lives",
    "Measures",
    "NoReaders",
    "Once",
    "Orphan",
    "Page",
    "Parties",
    "People",
    "Promise",
    "ReaderDied",
    "ReaderReport",
    "ReadsFindings",
    "Searching",
    "SignedCheckpoint",
    "StoreCheck",
    "Tokens",
    "Transaction",
    "Transactions",
    "TreeHead",
    "Upkeep",
    "UploadToken",
    "Uploads",
    "Verifications",
]
