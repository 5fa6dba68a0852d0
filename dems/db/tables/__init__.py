"""The tables. Three sorts, told apart by ``info``:

* *domain*: what is true of people, cases and evidence; a change to one needs a custody entry in its transaction;
* *custody*: insert-only, for everyone;
* *work*: what is due, in whose hands, and what was answered; may be lost without losing a fact.
"""

from dems.db.tables.base import CUSTODY, DOMAIN, WORK, metadata
from dems.db.tables.of_approvals import approvals
from dems.db.tables.of_clocks import calendars, case_clocks, clock_definitions, reminders, timeliness_reports
from dems.db.tables.of_custody import (
    custody_chains,
    custody_destroyed,
    custody_details,
    custody_entries,
    custody_queue,
)
from dems.db.tables.of_disclosure import (
    disclosure_block_items,
    disclosure_blocks,
    disclosure_decisions,
    disclosure_happenings,
    disclosure_openings,
    disclosure_proceedings,
    disclosure_samples,
    disclosure_searches,
    disclosure_viewings,
    item_particulars,
    material_elsewhere,
)
from dems.db.tables.of_events import events, feed_key
from dems.db.tables.of_evidence import access_grants, evidence, exhibit_refs, intakes, uploads, verifications
from dems.db.tables.of_exports import export_items, exports
from dems.db.tables.of_findings import findings, item_index, reader_reports, readings, renditions
from dems.db.tables.of_invitations import announcements, invitations
from dems.db.tables.of_lives import case_facts, case_import_lines, case_imports, parties
from dems.db.tables.of_log import (
    custody_anchors,
    custody_checkpoints,
    custody_leaves,
    custody_nodes,
    custody_signed,
    ledger_reports,
)
from dems.db.tables.of_measures import synthetic_cases
from dems.db.tables.of_people import case_grants, case_walls, cases, people, tokens
from dems.db.tables.of_review import review_queue
from dems.db.tables.of_schedules import (
    schedule_answers,
    schedule_documents,
    schedule_drafts,
    schedule_endorsements,
    schedule_numbers,
    schedule_sets,
    schedule_states,
)
from dems.db.tables.of_work import (
    consultations,
    exhibit_numbers,
    hash_states,
    idempotency_keys,
    intake_tokens,
    jobs,
    multiparts,
    object_locks,
    orphans,
    store_checks,
    upload_completions,
    upload_parts,
    upload_tokens,
)

__all__ = [
    "CUSTODY",
    "DOMAIN",
    "WORK",
    "access_grants",
    "announcements",
    "approvals",
    "calendars",
    "case_clocks",
    "case_facts",
    "case_grants",
    "case_import_lines",
    "case_imports",
    "case_walls",
    "cases",
    "clock_definitions",
    "consultations",
    "custody_anchors",
    "custody_chains",
    "custody_checkpoints",
    "custody_destroyed",
    "custody_details",
    "custody_entries",
    "custody_leaves",
    "custody_nodes",
    "custody_queue",
    "custody_signed",
    "disclosure_block_items",
    "disclosure_blocks",
    "disclosure_decisions",
    "disclosure_happenings",
    "disclosure_openings",
    "disclosure_proceedings",
    "disclosure_samples",
    "disclosure_searches",
    "disclosure_viewings",
    "events",
    "evidence",
    "exhibit_numbers",
    "exhibit_refs",
    "export_items",
    "exports",
    "feed_key",
    "findings",
    "hash_states",
    "idempotency_keys",
    "intake_tokens",
    "intakes",
    "invitations",
    "item_index",
    "item_particulars",
    "jobs",
    "ledger_reports",
    "material_elsewhere",
    "metadata",
    "multiparts",
    "object_locks",
    "orphans",
    "parties",
    "people",
    "reader_reports",
    "readings",
    "reminders",
    "renditions",
    "review_queue",
    "schedule_answers",
    "schedule_documents",
    "schedule_drafts",
    "schedule_endorsements",
    "schedule_numbers",
    "schedule_sets",
    "schedule_states",
    "store_checks",
    "synthetic_cases",
    "timeliness_reports",
    "tokens",
    "upload_completions",
    "upload_parts",
    "upload_tokens",
    "uploads",
    "verifications",
]
