"""Who may do what over HTTP and who may know of it, as data: written by hand, never computed from the table under test."""

from dems.model.people import CaseRole, OrganisationRole

PUBLIC = {"/healthz", "/readyz", "/metrics", "/i", "/i/{name}", "/i{rest:path}", "/v1/schemas/{name}"}
"""Say nothing about anyone, and need no token."""

FOR_HOLDERS = {"/v1/invitation"}
"""There for whoever holds an invitation; for people it is not."""

INVESTIGATING = {
    "investigator",
    "lead_investigator",
    "disclosure_officer",
    "lead_disclosure_officer",
    "deputy_disclosure_officer",
}
VIEWING = INVESTIGATING | {"decision_maker", "reviewing_lawyer", "independent_counsel"}
RUNNING = {"case_manager", "lead_investigator"}
GIVING_OUT = INVESTIGATING - {"investigator"}
ENDING = {"case_manager", "decision_maker"}
ON_CASE = {r.value for r in CaseRole}

EXPECTED: dict[str, tuple[set[str], set[str]]] = {
    # act: (case roles on that case, organisation roles whatever the case)
    "case.read": (ON_CASE, {"auditor", "integration"}),
    "case.change": (RUNNING, {"integration"}),
    "life.read": (ON_CASE, {"auditor", "integration"}),
    "life.record": (RUNNING | ENDING, {"integration"}),
    "life.correct": (RUNNING | ENDING, {"integration"}),
    "clocks.read": (ON_CASE, {"auditor", "integration"}),
    "letter.draft": (RUNNING | {"investigator"}, set()),
    "letter.read": (ON_CASE, {"auditor", "integration"}),
    "team.read": (ON_CASE, {"administrator", "auditor", "integration"}),
    "team.grant": (RUNNING, {"administrator"}),
    "team.end": (RUNNING, {"administrator"}),
    "wall.read": (RUNNING, {"administrator", "auditor"}),
    "wall.raise": (RUNNING, {"administrator"}),
    "wall.lower": (RUNNING, {"administrator"}),
    "evidence.declare": (INVESTIGATING, {"integration"}),
    "evidence.list": (ON_CASE, {"auditor", "integration"}),
    "evidence.read": (ON_CASE, {"auditor", "integration"}),
    "evidence.describe": (INVESTIGATING, {"integration"}),
    "evidence.correct_exhibit_ref": (INVESTIGATING, set()),
    "intake.declare": (INVESTIGATING, {"integration"}),
    "intake.add": (INVESTIGATING, {"integration"}),
    "intake.read": (INVESTIGATING, {"auditor", "integration"}),
    "invitation.make": (INVESTIGATING, {"integration"}),
    "invitation.read": (INVESTIGATING | RUNNING, {"auditor", "integration"}),
    "invitation.revoke": (INVESTIGATING | RUNNING, {"integration"}),
    "invitation.open": (INVESTIGATING, {"integration"}),
    "upload.open": (INVESTIGATING, {"integration"}),
    "upload.read": (INVESTIGATING, {"auditor", "integration"}),
    "upload.receive": (INVESTIGATING, {"integration"}),
    "upload.complete": (INVESTIGATING, {"integration"}),
    "upload.abandon": (INVESTIGATING, {"integration"}),
    "evidence.receipt": (ON_CASE, {"auditor", "integration"}),
    "evidence.access": (VIEWING, set()),
    "evidence.content": (VIEWING, set()),
    "evidence.verify": (VIEWING, {"auditor"}),
    "verifications.read": (ON_CASE, {"auditor", "integration"}),
    "custody.read": (ON_CASE, {"auditor", "integration"}),
    "custody.destroy_detail": (ENDING, {"auditor"}),
    "findings.read": (VIEWING, set()),
    "rendition.read": (VIEWING, set()),
    "findings.progress": (ON_CASE, {"auditor", "integration"}),
    "findings.ask": (VIEWING, set()),
    "findings.cancel": (INVESTIGATING, set()),
    "export.ask": (GIVING_OUT, set()),
    "export.read": (ON_CASE, {"auditor", "integration"}),
    "export.content": (GIVING_OUT, set()),
    "disclosure.open": (ON_CASE, set()),
    "disclosure.read": (ON_CASE, {"auditor", "integration"}),
    "disclosure.decide": (ON_CASE, set()),
    "disclosure.happening": (ON_CASE, set()),
    "material.record": (ON_CASE, set()),
    "strategy.record": (ON_CASE, set()),
    "block.record": (ON_CASE, set()),
    "sample.record": (ON_CASE, set()),
    "viewing.record": (ON_CASE, set()),
    "schedule.read": (ON_CASE, {"auditor", "integration"}),
    "schedule.prepare": (ON_CASE, set()),
    "schedule.certify": (ON_CASE, set()),
    "schedule.void": (ON_CASE, set()),
    "schedule.submit": (ON_CASE, set()),
    "schedule.return": (ON_CASE, set()),
    "schedule.endorse": (ON_CASE, set()),
    "schedule.served": (ON_CASE, set()),
    "schedule.document": (ON_CASE, set()),
}
KNOWS_EVERY_CASE = {"administrator", "auditor", "integration"}
NOT_ABOUT_A_CASE: dict[str, set[str]] = {
    "me.read": {r.value for r in OrganisationRole},
    "announcement.list": {r.value for r in OrganisationRole},
    "search": {r.value for r in OrganisationRole},
    "measures.read": {r.value for r in OrganisationRole},
    "events.read": {r.value for r in OrganisationRole},
    "case.list": {r.value for r in OrganisationRole},
    "due.list": {r.value for r in OrganisationRole},
    "clock_rules.read": {r.value for r in OrganisationRole},
    "clock_rules.record": {"administrator"},
    "case.open": {"case_manager", "integration"},
    "case.import": {"case_manager", "integration"},
    "person.add": {"administrator"},
    "person.list": {"administrator", "case_manager", "lead_investigator", "auditor", "integration"},
    "person.read": {"administrator", "case_manager", "lead_investigator", "auditor", "integration"},
    "person.change": {"administrator"},
    "token.issue": {"administrator"},
    "token.list": {"administrator", "auditor"},
    "token.revoke": {"administrator"},
    "link.list": {"administrator", "auditor"},
    "link.revoke": {"administrator"},
    "person.custody": {"auditor"},
    "installation.custody": {"administrator", "auditor"},
    "ledger.read": {"auditor"},
}
BY_ITS_BODY = {"case.close", "case.reopen", "case.link"}
"""Reached through PATCH /v1/cases/{id}, whose route says `case.change`, or POST /v1/cases/{id}/facts, which says
`life.record`; tested with the use case."""


RELATIONS = ("member", "former", "walled", "outsider")
