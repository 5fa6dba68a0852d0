"""Who may do what, written out as data: by hand, from what people should be able to do, not from the table under test."""

from dems.model.acts import Act
from dems.model.people import CaseRole, OrganisationRole, Person, Standing
from dems.model.permission import Answer, Subject
from tests.model.people import person

# Each of the first nine is on the case in that role, and holds it in the organisation. The next three hold an
# organisation role and are on no case. The last three hold a case role in the organisation and are not on this case.
COLUMNS = [
    *("investigator", "lead_investigator", "disclosure_officer", "lead_disclosure_officer"),
    *("deputy_disclosure_officer", "case_manager", "decision_maker", "reviewing_lawyer", "independent_counsel"),
    *("administrator", "auditor", "integration"),
    *("outside:investigator", "outside:lead_investigator", "outside:case_manager"),
]

# A allowed, F forbidden (knows of it), U unknown (answered as not found).
MATRIX = """
    me.read                      AAAAA AAAA AAA AAA
    announcement.list            AAAAA AAAA AAA AAA
    person.add                   FFFFF FFFF AFF FFF
    person.list                  FAFFF AFFF AAA FAA
    person.read                  FAFFF AFFF AAA FAA
    person.change                FFFFF FFFF AFF FFF
    token.issue                  FFFFF FFFF AFF FFF
    token.list                   FFFFF FFFF AAF FFF
    token.revoke                 FFFFF FFFF AFF FFF
    link.list                    FFFFF FFFF AAF FFF
    link.revoke                  FFFFF FFFF AFF FFF
    person.custody               FFFFF FFFF FAF FFF
    installation.custody         FFFFF FFFF AAF FFF
    ledger.read                  FFFFF FFFF FAF FFF
    case.open                    FFFFF AFFF FFA FFA
    case.import                  FFFFF AFFF FFA FFA
    case.list                    AAAAA AAAA AAA AAA
    case.read                    AAAAA AAAA FAA UUU
    case.change                  FAFFF AFFF FFA UUU
    case.close                   FFFFF AAFF FFA UUU
    case.reopen                  FFFFF AAFF FFA UUU
    life.read                    AAAAA AAAA FAA UUU
    life.record                  FAFFF AAFF FFA UUU
    life.correct                 FAFFF AAFF FFA UUU
    case.link                    FAFFF AAFF FFA UUU
    clocks.read                  AAAAA AAAA FAA UUU
    due.list                     AAAAA AAAA AAA AAA
    clock_rules.read             AAAAA AAAA AAA AAA
    clock_rules.record           FFFFF FFFF AFF FFF
    letter.draft                 AAFFF AFFF FFF UUU
    letter.read                  AAAAA AAAA FAA UUU
    team.read                    AAAAA AAAA AAA UUU
    team.grant                   FAFFF AFFF AFF UUU
    team.end                     FAFFF AFFF AFF UUU
    wall.read                    FAFFF AFFF AAF UUU
    wall.raise                   FAFFF AFFF AFF UUU
    wall.lower                   FAFFF AFFF AFF UUU
    evidence.declare             AAAAA FFFF FFA UUU
    evidence.list                AAAAA AAAA FAA UUU
    evidence.read                AAAAA AAAA FAA UUU
    evidence.describe            AAAAA FFFF FFA UUU
    evidence.correct_exhibit_ref AAAAA FFFF FFF UUU
    invitation.make              AAAAA FFFF FFA UUU
    invitation.read              AAAAA AFFF FAA UUU
    invitation.revoke            AAAAA AFFF FFA UUU
    invitation.open              AAAAA FFFF FFA UUU
    intake.declare               AAAAA FFFF FFA UUU
    intake.add                   AAAAA FFFF FFA UUU
    intake.read                  AAAAA FFFF FAA UUU
    upload.open                  AAAAA FFFF FFA UUU
    upload.read                  AAAAA FFFF FAA UUU
    upload.receive               AAAAA FFFF FFA UUU
    upload.complete              AAAAA FFFF FFA UUU
    upload.abandon               AAAAA FFFF FFA UUU
    evidence.receipt             AAAAA AAAA FAA UUU
    evidence.access              AAAAA FAAA FFF UUU
    evidence.content             AAAAA FAAA FFF UUU
    evidence.verify              AAAAA FAAA FAF UUU
    verifications.read           AAAAA AAAA FAA UUU
    custody.read                 AAAAA AAAA FAA UUU
    custody.destroy_detail       FFFFF AAFF FAF UUU
    findings.read                AAAAA FAAA FFF UUU
    findings.progress            AAAAA AAAA FAA UUU
    findings.ask                 AAAAA FAAA FFF UUU
    findings.cancel              AAAAA FFFF FFF UUU
    rendition.read               AAAAA FAAA FFF UUU
    export.ask                   FAAAA FFFF FFF UUU
    export.read                  AAAAA AAAA FAA UUU
    export.content               FAAAA FFFF FFF UUU
    disclosure.open              AAAAA AAAA FFF UUU
    disclosure.read              AAAAA AAAA FAA UUU
    disclosure.decide            AAAAA AAAA FFF UUU
    disclosure.happening         AAAAA AAAA FFF UUU
    material.record              AAAAA AAAA FFF UUU
    strategy.record              AAAAA AAAA FFF UUU
    block.record                 AAAAA AAAA FFF UUU
    sample.record                AAAAA AAAA FFF UUU
    viewing.record               AAAAA AAAA FFF UUU
    schedule.read                AAAAA AAAA FAA UUU
    schedule.prepare             AAAAA AAAA FFF UUU
    schedule.certify             AAAAA AAAA FFF UUU
    schedule.void                AAAAA AAAA FFF UUU
    schedule.submit              AAAAA AAAA FFF UUU
    schedule.return              AAAAA AAAA FFF UUU
    schedule.endorse             AAAAA AAAA FFF UUU
    schedule.served              AAAAA AAAA FFF UUU
    schedule.document            AAAAA AAAA FFF UUU
    search                       AAAAA AAAA AAA AAA
    measures.read                AAAAA AAAA AAA AAA
    events.read                  AAAAA AAAA AAA AAA
"""

ANSWERS = {"A": Answer.ALLOWED, "F": Answer.FORBIDDEN, "U": Answer.UNKNOWN}
EXPECTED = {
    Act(line.split()[0]): dict(zip(COLUMNS, (ANSWERS[c] for c in "".join(line.split()[1:])), strict=True))
    for line in MATRIX.strip().splitlines()
}
NOT_ABOUT_A_CASE = {act for act, row in EXPECTED.items() if row["outside:investigator"] is not Answer.UNKNOWN}
ABOUT_A_CASE = sorted(set(EXPECTED) - NOT_ABOUT_A_CASE)
BY_UPLOAD_TOKEN = {
    Act.UPLOAD_READ,
    Act.UPLOAD_RECEIVE,
    Act.UPLOAD_COMPLETE,
    Act.UPLOAD_ABANDON,
    Act.EVIDENCE_RECEIPT,
}
BY_INTAKE_TOKEN = BY_UPLOAD_TOKEN | {Act.UPLOAD_OPEN, Act.INTAKE_READ}
BY_INVITATION = BY_INTAKE_TOKEN | {Act.INTAKE_ADD, Act.INVITATION_OPEN}
OF_THE_INSTALLATION = {
    Act.APPROVAL_ASK,
    Act.UPLOAD_EXPIRE,
    Act.EVIDENCE_SEAL,
    Act.EVIDENCE_MISMATCH,
    Act.EVIDENCE_RECHECK,
    Act.EVIDENCE_FREEZE,
    Act.ORPHAN_REPORT,
    Act.UPLOAD_TOKEN_AGAIN,
    Act.INTAKE_TOKEN_AGAIN,
    Act.UPLOAD_DISCARD,
    Act.RECORDS_CONSULTED,
    Act.FINDINGS_RECORD,
    Act.EVIDENCE_EXPORT,
    Act.EXPORT_END,
}


def someone(column: str) -> tuple[Person, Standing]:
    name = column.removeprefix("outside:")
    who = person(1, OrganisationRole(name))
    on_case = name == column and name in {r.value for r in CaseRole}
    return who, Standing(roles=frozenset({CaseRole(name)} if on_case else ()))


def case_of(*people: tuple[Person, Standing]) -> Subject:
    return Subject(standings={who.id: standing for who, standing in people})
