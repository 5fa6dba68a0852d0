"""Everything that can be done, named once: the permission table, the routes and the custody entries use these names."""

from enum import StrEnum


class Act(StrEnum):
    """An act. What is behind the dot is a verb; what is before it is done something to."""

    ME_READ = "me.read"
    ANNOUNCEMENT_LIST = "announcement.list"

    PERSON_ADD = "person.add"
    PERSON_LIST = "person.list"
    PERSON_READ = "person.read"
    PERSON_CHANGE = "person.change"
    TOKEN_ISSUE = "token.issue"  # noqa: S105 the name of an act
    TOKEN_LIST = "token.list"  # noqa: S105 the name of an act
    TOKEN_REVOKE = "token.revoke"  # noqa: S105 the name of an act
    LINK_LIST = "link.list"
    """Links are what people gave to others in their own name: invitations, and tokens of intakes and uploads."""
    LINK_REVOKE = "link.revoke"
    PERSON_CUSTODY = "person.custody"
    INSTALLATION_CUSTODY = "installation.custody"
    LEDGER_READ = "ledger.read"
    """The log itself: checkpoints, hashes and leaves, which say nothing about anyone."""

    CASE_OPEN = "case.open"
    CASE_LIST = "case.list"
    CASE_READ = "case.read"
    CASE_CHANGE = "case.change"
    CASE_CLOSE = "case.close"
    CASE_REOPEN = "case.reopen"
    LIFE_READ = "life.read"
    """The facts of a case's life: milestones, decisions, parties and what runs beside the investigation."""
    LIFE_RECORD = "life.record"
    LIFE_CORRECT = "life.correct"
    CASE_IMPORT = "case.import"
    """The history of many cases is loaded at once."""
    CASE_LINK = "case.link"
    """That cases belong together is recorded, or that they no longer do."""
    CLOCKS_READ = "clocks.read"
    """How the clocks of a case stand, with the events and pauses that made them so."""
    DUE_LIST = "due.list"
    CLOCK_RULES_READ = "clock_rules.read"
    """Definitions of clocks, and calendars."""
    CLOCK_RULES_RECORD = "clock_rules.record"
    LETTER_DRAFT = "letter.draft"
    """A report on timeliness (regulation 13 or 19) is drafted."""
    LETTER_READ = "letter.read"
    TEAM_READ = "team.read"
    TEAM_GRANT = "team.grant"
    TEAM_END = "team.end"
    WALL_READ = "wall.read"
    WALL_RAISE = "wall.raise"
    WALL_LOWER = "wall.lower"

    EVIDENCE_DECLARE = "evidence.declare"
    EVIDENCE_LIST = "evidence.list"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_DESCRIBE = "evidence.describe"
    EVIDENCE_CORRECT_REF = "evidence.correct_exhibit_ref"
    INTAKE_DECLARE = "intake.declare"
    INTAKE_ADD = "intake.add"
    INTAKE_READ = "intake.read"
    INVITATION_MAKE = "invitation.make"
    INVITATION_READ = "invitation.read"
    INVITATION_REVOKE = "invitation.revoke"
    INVITATION_OPEN = "invitation.open"
    """Its holder looks at what is asked for."""
    UPLOAD_OPEN = "upload.open"
    UPLOAD_READ = "upload.read"
    UPLOAD_RECEIVE = "upload.receive"
    UPLOAD_COMPLETE = "upload.complete"
    UPLOAD_ABANDON = "upload.abandon"
    EVIDENCE_RECEIPT = "evidence.receipt"
    EVIDENCE_ACCESS = "evidence.access"
    EVIDENCE_CONTENT = "evidence.content"
    EVIDENCE_VERIFY = "evidence.verify"
    VERIFICATIONS_READ = "verifications.read"
    CUSTODY_READ = "custody.read"
    DETAIL_DESTROY = "custody.destroy_detail"
    """What lies beside a leaf is destroyed for good, by two people. The leaf stays, and the log with it."""
    FINDINGS_READ = "findings.read"
    """What was read in the bytes of an item: texts, places, names."""
    FINDINGS_PROGRESS = "findings.progress"
    FINDINGS_ASK = "findings.ask"
    """Have the bytes read again."""
    FINDINGS_CANCEL = "findings.cancel"
    RENDITION_READ = "rendition.read"
    """A picture made from the bytes is looked at."""
    SEARCH = "search"
    MEASURES_READ = "measures.read"
    """Figures over the cases that the caller may know of, and the cases behind them."""
    EVENTS_READ = "events.read"
    """What happened, one event for each act, in the order of the log: what other systems follow."""
    EXPORT_ASK = "export.ask"
    """Have a package made of items and their chains, for somebody outside."""
    EXPORT_READ = "export.read"
    EXPORT_CONTENT = "export.content"
    """The package itself is fetched."""

    DISCLOSURE_OPEN = "disclosure.open"
    """What disclosure asks of a proceeding is said: when the investigation began, and who is what in it."""
    DISCLOSURE_READ = "disclosure.read"
    DISCLOSURE_DECIDE = "disclosure.decide"
    DISCLOSURE_HAPPENING = "disclosure.happening"
    """Something happened in the proceeding that rules of disclosure count from."""
    MATERIAL_RECORD = "material.record"
    """What is elsewhere is given a placeholder, or what disclosure asks of an item is said."""
    STRATEGY_RECORD = "strategy.record"
    """A search for material is recorded, with what it found."""
    BLOCK_RECORD = "block.record"
    SAMPLE_RECORD = "sample.record"
    VIEWING_RECORD = "viewing.record"
    """Somebody says which item they looked at, and for how long."""
    SCHEDULE_READ = "schedule.read"
    SCHEDULE_PREPARE = "schedule.prepare"
    SCHEDULE_CERTIFY = "schedule.certify"
    SCHEDULE_VOID = "schedule.void"
    SCHEDULE_SUBMIT = "schedule.submit"
    """A set of schedules went to the prosecutor."""
    SCHEDULE_RETURN = "schedule.return"
    SCHEDULE_ENDORSE = "schedule.endorse"
    SCHEDULE_SERVED = "schedule.served"
    """The prosecutor said that they served a schedule on the defence."""
    SCHEDULE_DOCUMENT = "schedule.document"
    """The document of a schedule is fetched."""

    # Acts of the installation itself; no token can ask for them.
    APPROVAL_ASK = "approval.ask"
    """Somebody asked for an act that needs two people, and may do it if another agrees."""
    UPLOAD_TOKEN_AGAIN = "upload.token_again"  # noqa: S105 the name of an act
    """A repeated request was given a new token for the upload that it had made."""
    INTAKE_TOKEN_AGAIN = "intake.token_again"  # noqa: S105 the name of an act
    """A repeated request was given a new token for the intake that it had declared."""
    UPLOAD_EXPIRE = "upload.expire"
    UPLOAD_DISCARD = "upload.parts_discarded"
    """The parts of an upload that ended without being completed were thrown away in the store."""
    EVIDENCE_SEAL = "evidence.seal"
    EVIDENCE_MISMATCH = "evidence.mismatch"
    EVIDENCE_RECHECK = "evidence.recheck"
    EVIDENCE_FREEZE = "evidence.freeze"
    EVIDENCE_EXPORT = "evidence.export"
    """A package was made of the item: its entry names the package by its digest and is in it."""
    EXPORT_END = "export.end"
    """The package lies in the store, or cannot be made."""
    FINDINGS_RECORD = "findings.record"
    """What a reading of the bytes found was recorded, by the digest of the result."""
    ORPHAN_REPORT = "orphan.report"
    RECORDS_CONSULTED = "records.consulted"


class S62(StrEnum):
    """The processing operations that the Data Protection Act 2018 s.62(1) wants logged."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"


S62_OPERATION: dict[Act, S62] = {
    Act.PERSON_ADD: S62.COLLECTION,
    Act.PERSON_CHANGE: S62.ALTERATION,
    Act.CASE_OPEN: S62.COLLECTION,
    Act.CASE_CHANGE: S62.ALTERATION,
    Act.LIFE_READ: S62.CONSULTATION,
    Act.LIFE_RECORD: S62.COLLECTION,
    Act.LIFE_CORRECT: S62.ALTERATION,
    Act.CASE_IMPORT: S62.COLLECTION,
    Act.CASE_LINK: S62.COMBINATION,
    Act.CLOCKS_READ: S62.CONSULTATION,
    Act.DUE_LIST: S62.CONSULTATION,
    Act.LETTER_DRAFT: S62.COLLECTION,
    Act.LETTER_READ: S62.CONSULTATION,
    Act.EVIDENCE_DECLARE: S62.COLLECTION,
    Act.INTAKE_DECLARE: S62.COLLECTION,
    Act.INTAKE_ADD: S62.COLLECTION,
    Act.UPLOAD_COMPLETE: S62.COLLECTION,
    Act.EVIDENCE_DESCRIBE: S62.ALTERATION,
    Act.EVIDENCE_CORRECT_REF: S62.ALTERATION,
    Act.EVIDENCE_ACCESS: S62.CONSULTATION,
    Act.EVIDENCE_CONTENT: S62.CONSULTATION,
    Act.RECORDS_CONSULTED: S62.CONSULTATION,
    Act.FINDINGS_READ: S62.CONSULTATION,
    Act.FINDINGS_RECORD: S62.COLLECTION,
    Act.RENDITION_READ: S62.CONSULTATION,
    Act.SEARCH: S62.CONSULTATION,
    Act.DETAIL_DESTROY: S62.ERASURE,
    Act.MEASURES_READ: S62.CONSULTATION,
    Act.EVENTS_READ: S62.CONSULTATION,
    Act.EXPORT_ASK: S62.DISCLOSURE,
    Act.EXPORT_CONTENT: S62.DISCLOSURE,
    Act.EVIDENCE_EXPORT: S62.DISCLOSURE,
    Act.DISCLOSURE_OPEN: S62.COLLECTION,
    Act.DISCLOSURE_READ: S62.CONSULTATION,
    Act.DISCLOSURE_DECIDE: S62.COLLECTION,
    Act.DISCLOSURE_HAPPENING: S62.COLLECTION,
    Act.MATERIAL_RECORD: S62.COLLECTION,
    Act.STRATEGY_RECORD: S62.COLLECTION,
    Act.BLOCK_RECORD: S62.COMBINATION,
    Act.SAMPLE_RECORD: S62.COLLECTION,
    Act.VIEWING_RECORD: S62.COLLECTION,
    Act.SCHEDULE_READ: S62.CONSULTATION,
    Act.SCHEDULE_PREPARE: S62.ALTERATION,
    Act.SCHEDULE_CERTIFY: S62.ALTERATION,
    Act.SCHEDULE_VOID: S62.ALTERATION,
    Act.SCHEDULE_SUBMIT: S62.DISCLOSURE,
    Act.SCHEDULE_RETURN: S62.COLLECTION,
    Act.SCHEDULE_ENDORSE: S62.COLLECTION,
    Act.SCHEDULE_SERVED: S62.COLLECTION,
    Act.SCHEDULE_DOCUMENT: S62.CONSULTATION,
}
"""Which operation an act is; the others process no personal data of a case (DPA 2018 s.62)."""
