"""Certifying a set, with every rule, and the leak guard alone, beside 500 sensitive items: ten times the rows against ten times the cost.

Everything of it is in memory, as it is once the transaction has read it: no engine is asked.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from benchmarks.installation import Installation
from benchmarks.pairs import Machine, interleaved, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.model.digests import Digest
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.certifying import certify_part
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Level,
    Relevant,
    Sensitive,
    SourceChecked,
    Used,
)
from dems.model.disclosure.contents import (
    Result as TestResult,
)
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.guard import unresolved
from dems.model.disclosure.material import Holding, Material, Subject
from dems.model.disclosure.parties import Opened, PartyTo, Position
from dems.model.disclosure.preparing import Preparation, prepared
from dems.model.disclosure.reports import OfficerReport
from dems.model.ids import (
    CaseId,
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

TARGET = Target("at most", 12)
_CASE, _PROCEEDING, _OFFICER = CaseId(UUID(int=1)), StrandId(UUID(int=2)), PersonId(UUID(int=3))
_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_BY = Acting(_OFFICER, "D. Okoro", CaseRole.DISCLOSURE_OFFICER, _AT)
_C, _D, _E = ScheduleId(UUID(int=4)), ScheduleId(UUID(int=5)), ReportId(UUID(int=6))
_MADE = Preparation(ScheduleSetId(UUID(int=7)), _C, _D, None, (OfficerReport(_E, _BY, "a", frozenset()),))
_KEPT = Sensitive(
    Level.SENSITIVE,
    "The safety of those who give information to the police",
    "Somebody would be known to have given it, and be harmed",
    ("sources_and_persons_at_risk",),
    "It would show who gave the information",
)


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    del installed
    few, many = (_file(rows, sizes.sensitive_rows) for rows in (sizes.few_schedule_rows, sizes.many_schedule_rows))
    legs = {
        "few": partial(timed, partial(_certified, few)),
        "many": partial(timed, partial(_certified, many)),
        "guard few": partial(timed, partial(_guarded, few)),
        "guard many": partial(timed, partial(_guarded, many)),
    }
    interleaved(legs, rounds=1)
    machine = Machine()
    seconds = interleaved(legs, rounds=sizes.rounds).seconds
    machine.ended()
    middle = {name: sorted(each)[len(each) // 2] for name, each in seconds.items()}
    found = (("certifying with all rules", "many", "few"), ("the leak guard", "guard many", "guard few"))
    return [
        Result(
            f"{what}, {sizes.sensitive_rows} sensitive, rows times {sizes.many_schedule_rows // sizes.few_schedule_rows}",
            f"{middle[large]:.2f} s, {sizes.many_schedule_rows:,} rows",
            f"{middle[small]:.3f} s, {sizes.few_schedule_rows:,} rows",
            ratios(seconds[large], seconds[small]),
            "x",
            TARGET,
            sizes.full,
            machine=machine,
            details={"seconds": seconds},
        )
        for what, large, small in found
    ]


def _certified(file: ProceedingFile) -> None:
    """From the decisions to the frozen set, as one act does it."""
    after, left = certify_part(prepared(_fresh(file), _MADE), _MADE, _E, _BY)
    if left is not None or after.sets[0].snapshot is None:
        raise RuntimeError("the set was not certified")


def _guarded(file: ProceedingFile) -> None:
    if unresolved(prepared(_fresh(file), _MADE)):
        raise RuntimeError("the guard found something where nothing is to be found")


def _fresh(file: ProceedingFile) -> ProceedingFile:
    """The file with nothing of it looked up before, as it is when it was just read."""
    return replace(file, record=replace(file.record))


def _file(rows: int, sensitive: int) -> ProceedingFile:
    """A proceeding with so many rows for its MG6C, and so many things for its MG6D."""
    material = {m.id: m for m in (*_things("ABC", 0, rows), *_things("SEC", rows, sensitive))}
    strand = Proceeding(
        _PROCEEDING, ProceedingKind.CRIMINAL, "Leeds Crown Court", "13AB1234526", (PartyId(UUID(int=8)),)
    )
    parties = (PartyTo(PartyId(UUID(int=8)), Position.DEFENDANT, "Moss"),)
    held = (CaseRole.DISCLOSURE_OFFICER, *Clearance)
    grants = tuple(
        CaseGrant(GrantId(UUID(int=n)), _CASE, _OFFICER, what, date(2026, 1, 1), None, _AT - timedelta(days=40))
        for n, what in enumerate(held)
    )
    decisions = tuple(_decisions(list(material.values()), rows))
    record = Record(_PROCEEDING, decisions)
    return ProceedingFile(Opened(_CASE, strand, date(2025, 6, 1), parties), record, date(2026, 3, 2), grants, material)


def _things(prefix: str, first: int, count: int) -> Iterator[Material]:
    for number in range(first + 1, first + count + 1):
        yield Material(
            id=EvidenceId(UUID(int=0xE7_0000_0000 + number)),
            case_id=_CASE,
            exhibit_ref=f"{prefix}/{number}",
            holding=Holding.BYTES,
            added_on=date(2026, 2, 1),
            digest=Digest.sha256(number.to_bytes(32, "big")),
            custody_position=2,
            sealed=True,
            name=f"{prefix}_{number:06}.jpg",
        )


def _decisions(things: list[Material], rows: int) -> Iterator[Decision[Content]]:
    lot = Random(7)  # noqa: S311 texts of a benchmark
    plain, hidden = _words(lot, 4_000, "aeiou"), _words(lot, 2_000, "yuo")
    for place, thing in enumerate(things):
        kept = place >= rows
        words = lot.sample(hidden if kept else plain, 9)
        text = f"{'Account' if kept else 'Photograph'} of the {' '.join(words[:5])} beside the {' '.join(words[5:])}"
        contents: list[Content] = [
            Relevant(relevant=True),
            Used(used=False),
            Described(text, "Store A, shelf 3"),
            _KEPT if kept else Sensitive(Level.NOT_SENSITIVE),
            AgainstTest(TestResult.DOES_NOT_MEET),
        ]
        if kept:
            contents.append(SourceChecked(text, names_no_source=True))
        for which, content in enumerate(contents):
            name = DecisionId(UUID(int=0xDE_0000_0000 + place * 8 + which))
            yield Decision(name, _PROCEEDING, Subject.item(thing.id), content, _BY, "So it appears.")


def _words(lot: Random, count: int, vowels: str) -> list[str]:
    """Made-up words, so that nothing is alike that is not meant to be."""
    consonants = "bdfgklmnprstv"
    made = {"".join(lot.choice(consonants) + lot.choice(vowels) for _ in range(4)) for _ in range(count)}
    return sorted(made)
