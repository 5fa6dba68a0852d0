"""One proceeding's disclosure for tests: people with roles, items with decisions, sets on their way."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from dems.model.digests import Digest
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.blocks import AnnexLine, Block, FrozenQuery
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    LeakCleared,
    Level,
    Relevant,
    Result,
    Sensitive,
    SourceChecked,
    Used,
)
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.drafting import draft
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Series
from dems.model.disclosure.guard import hits
from dems.model.disclosure.material import Holding, Material, Subject
from dems.model.disclosure.parties import Opened, PartyTo, Position
from dems.model.disclosure.recording import certify, decide, drafted, endorse, submit
from dems.model.disclosure.reports import Endorsement, Inspection, OfficerReport, ReportRow, ScheduleSet
from dems.model.disclosure.rules import check
from dems.model.ids import (
    BlockId,
    DecisionId,
    EvidenceId,
    GrantId,
    PartyId,
    PersonId,
    ReportId,
    ScheduleId,
    ScheduleSetId,
    StrandId,
)
from dems.model.life.strands import Proceeding, ProceedingKind
from dems.model.people import CaseGrant, CaseRole, Clearance
from tests.model.people import CASE_ID, person_id

PROCEEDING = StrandId(UUID(int=0x9C_0001))
OTHER_PROCEEDING = StrandId(UUID(int=0x9C_0002))
MOSS = PartyId(UUID(int=0x9A_0001))
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)
NOW = BEGAN + timedelta(days=30)
"""When sets are submitted."""
SERVED_ON = date(2026, 4, 2)
R = CaseRole
OFFICER, DEPUTY, INVESTIGATOR, COUNSEL, LAWYER = (person_id(n) for n in (11, 12, 13, 14, 15))
CLEARED_NOT_PII = person_id(16)
HELD: dict[PersonId, tuple[CaseRole | Clearance, ...]] = {
    OFFICER: (R.DISCLOSURE_OFFICER, Clearance.SENSITIVE, Clearance.PII),
    DEPUTY: (R.DEPUTY_DISCLOSURE_OFFICER, Clearance.SENSITIVE, Clearance.PII),
    INVESTIGATOR: (R.INVESTIGATOR,),
    COUNSEL: (R.INDEPENDENT_COUNSEL, Clearance.SENSITIVE, Clearance.PII),
    LAWYER: (R.REVIEWING_LAWYER, Clearance.SENSITIVE, Clearance.PII),
    CLEARED_NOT_PII: (R.DISCLOSURE_OFFICER, Clearance.SENSITIVE),
}
NAMES = {
    OFFICER: "D. Okoro",
    DEPUTY: "E. Lind",
    INVESTIGATOR: "F. Shah",
    COUNSEL: "G. Ross",
    LAWYER: "H. Bose",
    CLEARED_NOT_PII: "K. Vale",
}
GRANTS = tuple(
    CaseGrant(GrantId(UUID(int=n)), CASE_ID, person, what, date(2026, 1, 1), date(2026, 12, 31), BEGAN - timedelta(days=40))
    for n, (person, what) in enumerate((p, w) for p in HELD for w in HELD[p])
)  # fmt: skip

NOT_SENSITIVE = Sensitive(Level.NOT_SENSITIVE)
SENSITIVE = Sensitive(
    Level.SENSITIVE,
    "The safety of those who give information to the police",
    "Somebody would be known to have given it, and be harmed",
    ("sources_and_persons_at_risk",),
    "It would show who gave the information",
)


def evidence_id(number: int) -> EvidenceId:
    return EvidenceId(UUID(int=0xE7_0000 + number))


def item(number: int) -> Subject:
    return Subject.item(evidence_id(number))


def block_id(number: int) -> BlockId:
    return BlockId(UUID(int=0xB1_0000 + number))


def digest(number: int) -> Digest:
    return Digest.sha256(number.to_bytes(32, "big"))


def material(number: int, **changes: object) -> Material:
    sealed = Material(
        id=evidence_id(number),
        case_id=CASE_ID,
        exhibit_ref=f"ABC/{number}",
        holding=Holding.BYTES,
        added_on=date(2026, 2, 1),
        digest=digest(number),
        custody_position=2,
        sealed=True,
        name=f"IMG_{number:04}.jpg",
    )
    return replace(sealed, **changes)  # type: ignore[arg-type]


def opened(kind: ProceedingKind = ProceedingKind.CRIMINAL, position: Position = Position.DEFENDANT) -> Opened:
    strand = Proceeding(PROCEEDING, kind, "Leeds Crown Court", "13AB1234526", (MOSS,))
    return Opened(CASE_ID, strand, date(2025, 6, 1), (PartyTo(MOSS, position, "Moss"),))


class Desk:
    """A file, and somebody at work on it: each act is a minute after the last."""

    def __init__(self) -> None:
        self.file = ProceedingFile(opened(), Record(PROCEEDING), TODAY, GRANTS)
        self.minutes = 0

    def change(self, **changes: object) -> None:
        self.file = replace(self.file, **changes)  # type: ignore[arg-type]

    def acting(self, person: PersonId = OFFICER, role: CaseRole | None = None) -> Acting:
        self.minutes += 1
        held = next(r for r in HELD[person] if isinstance(r, CaseRole))
        return Acting(person, NAMES[person], role or held, BEGAN + timedelta(minutes=self.minutes))

    def once_served(self, person: PersonId = LAWYER) -> Acting:
        """Somebody who acts two days after sets were submitted, and a day after `SERVED_ON`."""
        return replace(self.acting(person), at=NOW + timedelta(days=2))

    def decision(
        self, subject: Subject, content: Content, by: Acting | None = None, reason: str = "So it appears."
    ) -> Decision[Content]:
        acting = by or self.acting()
        before = self.file.record.stands(subject, type(content))
        self.minutes += 1
        number = DecisionId(UUID(int=0xDE_0000 + self.minutes))
        return Decision(number, PROCEEDING, subject, content, acting, reason, None if before is None else before.id)

    def decide(self, subject: Subject, *contents: Content, by: PersonId = OFFICER) -> None:
        for content in contents:
            made = self.decision(subject, content, self.acting(by))
            self.file = decide(self.file, (made,), NOW)

    def put(self, decision: Decision[Content]) -> None:
        """Record a decision as it is, whatever the rules say."""
        self.change(record=self.file.record.appended((decision,)))

    def add(self, *found: Material) -> None:
        self.change(material={**self.file.material, **{m.id: m for m in found}})

    def add_block(self, block: Block) -> Subject:
        self.change(blocks={**self.file.blocks, block.id: block})
        return block.subject

    def item(self, number: int, sensitivity: Sensitive = NOT_SENSITIVE, **changes: object) -> Subject:
        """An item that is relevant and unused, described, tested and of this sensitivity."""
        self.add(material(number, **changes))
        plain = sensitivity.level in {Level.NOT_SENSITIVE, Level.IN_PART}
        what = (
            "Photograph {} of the custody desk on the night" if plain else "Account {} that a neighbour gave in secret"
        )
        self.ready(item(number), sensitivity, what.format(number))
        return item(number)

    def ready(self, subject: Subject, sensitivity: Sensitive, description: str) -> None:
        self.decide(
            subject,
            Relevant(relevant=True),
            Used(used=False),
            Described(description, "Store A, shelf 3"),
            sensitivity,
            AgainstTest(Result.DOES_NOT_MEET),
        )
        if sensitivity.level is not Level.NOT_SENSITIVE:
            self.decide(subject, SourceChecked(description, names_no_source=True))

    def block(self, number: int, *items: int, sensitivity: Sensitive = NOT_SENSITIVE) -> Subject:
        """A block of items that are there, relevant and unused as a block."""
        self.add(*(material(n) for n in items if evidence_id(n) not in self.file.material))
        lines = tuple(AnnexLine(evidence_id(n), digest(n)) for n in items)
        question = FrozenQuery("kind:photo source:phone", BEGAN)
        whole = Block(
            block_id(number),
            "Photographs of meals and pets",
            len(items),
            "Phone ABC/90",
            "There are too many.",
            question,
            lines,
        )
        self.ready(self.add_block(whole), sensitivity, "Photographs of meals and pets, by quantity")
        if sensitivity.level is not Level.NOT_SENSITIVE:
            self.decide(whole.subject, SourceChecked(whole.title, names_no_source=True))
        return whole.subject

    def clear(self) -> None:
        """Answer every hit of the leak guard in what is drafted."""
        found: dict[Subject, list[str]] = {}
        for hit in hits(self.file):
            found.setdefault(hit.shown, []).append(hit.id)
        for subject, ids in found.items():
            self.decide(subject, LeakCleared(tuple(ids)))

    def draft(self, number: int = 1, **changes: object) -> ScheduleSet:
        """A set with whatever both series have to say, and a report that covers it."""
        c = draft(self.file, Series.MG6C, schedule_id(number, 1))
        d = draft(self.file, Series.MG6D, schedule_id(number, 2))
        sensitive = bool(d.rows or d.annotations)
        schedules = (c, d) if sensitive else (c,)
        whole = ScheduleSet(
            set_id(number),
            c.id,
            d.id if sensitive else None,
            (self.report(number, [s.id for s in schedules]),),
            None if sensitive else self.acting(),
        )
        self.file = drafted(self.file, schedules, replace(whole, **changes))  # type: ignore[arg-type]
        return self.set(number)

    def set(self, number: int = 1) -> ScheduleSet:
        return self.file.set_of(set_id(number))

    def change_set(self, number: int = 1, **changes: object) -> None:
        changed = replace(self.set(number), **changes)  # type: ignore[arg-type]
        self.change(sets=tuple(changed if s.id == changed.id else s for s in self.file.sets))

    def report(
        self, number: int, covers: Iterable[ScheduleId], *rows: ReportRow, by: PersonId = OFFICER, certificate: str = ""
    ) -> OfficerReport:
        code = certificate or ("b" if rows else "a")
        return OfficerReport(ReportId(UUID(int=0x6E_0000 + number)), self.acting(by), code, frozenset(covers), rows)

    def certify(self, number: int = 1) -> None:
        self.file = certify(self.file, set_id(number))

    def submit(self, number: int = 1) -> None:
        self.file = submit(self.file, set_id(number), NOW)

    def endorse(self, number: int = 1) -> None:
        given = []
        for schedule in map(self.file.schedule, self.set(number).schedules):
            code = "CND" if schedule.series is Series.MG6C else "Y"
            given += [
                Endorsement(
                    schedule.id, r.series, r.number, code, self.acting(LAWYER), None, "It is of nothing at issue."
                )
                for r in schedule.rows
                if r.live
            ]
        self.file = endorse(self.file, set_id(number), given)

    def through(self, number: int = 1) -> None:
        """Draft, certify, submit and endorse what there is."""
        self.draft(number)
        self.certify(number)
        self.submit(number)
        self.endorse(number)

    def broken(self, *rules: str) -> list[tuple[str, str]]:
        """Which of these rules are broken, and where."""
        return [(b.rule, b.where.key) for b in check(self.file, rules)]


def set_id(number: int) -> ScheduleSetId:
    return ScheduleSetId(UUID(int=0x5E_0000 + number))


def schedule_id(number: int, which: int) -> ScheduleId:
    return ScheduleId(UUID(int=0x5C_0000 + 16 * number + which))


def inspected() -> Inspection:
    return Inspection("H. Bose", BEGAN)
