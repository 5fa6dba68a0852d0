"""Where each item belongs, and the rows that follow: nobody writes a row, it is derived from what was decided."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from dems.model.disclosure.contents import (
    AgainstTest,
    Described,
    Level,
    Presumed,
    Privilege,
    Relevant,
    Sensitive,
    Used,
)
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.freezing import frozen
from dems.model.disclosure.material import Binding, Holding, Material, Subject, SubjectKind
from dems.model.disclosure.numbering import live_rows, next_place, numbered
from dems.model.disclosure.reports import BasisLine
from dems.model.disclosure.schedules import SERIES_OF, Annotation, Note, Row, Schedule, ScheduleState
from dems.model.ids import BlockId, EvidenceId, ScheduleId
from dems.model.people import Clearance

MATTER = (Relevant, Used, Described, Sensitive, Privilege, AgainstTest, Presumed)
"""Decisions that a row, and so a certificate, rests on."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something that cannot be listed now, and why. With `note`, a row that lists it already counts no more."""

    subject: Subject
    why: str
    note: Note | None = None


AWAITS_SENSITIVITY = "it awaits a decision about sensitivity"

Place: TypeAlias = Series | Note | Left
"""The schedule a subject belongs on, or why it belongs on none."""


def place_of(file: ProceedingFile, subject: Subject) -> Place:
    """Where what was decided puts a subject now."""
    unlisted = _unlisted(file, subject)
    if unlisted is not None:
        return unlisted
    if subject.kind is SubjectKind.BLOCK:
        return _block(file, subject)
    item = file.material[EvidenceId(subject.id)]
    if file.listing.get(item.id) and not file.might_be_disclosed(subject) and not file.sensitive(subject):
        return Note.LISTED_OTHERWISE
    return _item(file, item)


def _unlisted(file: ProceedingFile, subject: Subject) -> Note | Left | None:
    """Why a subject is not relevant unused material, or not yet."""
    relevant, used = file.decided(subject, Relevant), file.decided(subject, Used)
    if relevant is None:
        return Left(subject, "it awaits a decision about relevance")
    if not relevant.content.relevant:
        return Note.NOT_RELEVANT
    if used is None:
        return Left(subject, "it awaits a decision whether it is used")
    return Note.NOW_USED if used.content.used else None


def _item(file: ProceedingFile, item: Material) -> Place:
    subject = item.subject
    why = _cannot(file, subject)
    if item.holding is Holding.OFF_SYSTEM:
        why = "it is not here: a placeholder says that it exists"
    elif why is None and not item.can_be_bound:
        why = "it is not sealed, or has no place in a custody chain: nothing would show which thing the row means"
    elif why is None and file.record.stands(subject, Described) is None:
        why = "it awaits a description"
    return _by_level(file, subject) if why is None else Left(subject, why)


def _block(file: ProceedingFile, subject: Subject) -> Place:
    why = _cannot(file, subject)
    level = file.record.says(subject, Sensitive)
    if why is None and level is not None and level.level is Level.NOT_SENSITIVE:
        inside = [m for m in file.members(subject) if file.sensitive(m)]
        why = "it holds a sensitive item: make the block without it" if inside else None
    return _by_level(file, subject) if why is None else Left(subject, why)


def _cannot(file: ProceedingFile, subject: Subject) -> str | None:
    """What keeps an item, or a block for one of its items, off every schedule."""
    for member in file.members(subject):
        item = file.material.get(EvidenceId(member.id))
        if file.quarantined(member):
            return "it may be privileged: independent counsel has to clear it first"
        if item is not None and item.unexamined:
            return "it was seized unexamined: its existence is stated, and it is not listed as reviewed"
    return None


def _by_level(file: ProceedingFile, subject: Subject) -> Place:
    found = file.record.says(subject, Sensitive)
    if found is None:
        return Left(subject, AWAITS_SENSITIVITY)
    if found.level is Level.HIGHLY:
        return Left(subject, "it is highly sensitive: it is revealed to the prosecutor apart", Note.MOVED)
    if found.level is Level.IN_PART and not file.policy.dual_list_unedited:
        return Left(subject, "its edited version is listed in its place", Note.MOVED)
    series = SERIES_OF[found.level]
    assert series is not None
    return series


def left_out(file: ProceedingFile) -> tuple[Left, ...]:
    """Everything that awaits something before it can be listed, or never will be, each with why.

    In a file that was prepared for somebody who may not know what is sensitive, nothing that they could tell that from.
    """
    uncleared = file.shown_to is not None and Clearance.SENSITIVE not in file.shown_to
    found = (p for s in file.listable if isinstance(p := place_of(file, s), Left))
    return tuple(p for p in found if not (uncleared and p.why == AWAITS_SENSITIVITY))


def draft(file: ProceedingFile, series: Series, schedule_id: ScheduleId) -> Schedule:
    """What a series has to say next, drafted anew: a correction of what came back, or a continuation with what is new.

    Raises `WrongState` while the last one is certified or with the prosecutor.
    """
    settled = tuple(s for s in file.schedules if s.state is not ScheduleState.DRAFT)
    ordinal, version = next_place(settled, series)
    earlier = live_rows([s for s in settled if s.ordinal < ordinal], series)
    places = {subject: place_of(file, subject) for subject in file.listable}
    proposed = [_row(file, series, subject) for subject, p in places.items() if p is series and subject not in earlier]
    ended = {subject: note for subject, p in places.items() if (note := _note(p, series)) is not None}
    return Schedule(
        id=schedule_id,
        proceeding=file.record.proceeding,
        series=series,
        ordinal=ordinal,
        version=version,
        template=file.forms.template(Form(series.value), file.on).reference,
        rows=numbered(settled, series, proposed, ended),
        annotations=tuple(
            Annotation(row.number, subject, ended[subject])
            for subject, rows in sorted(earlier.items(), key=lambda e: e[1][0].number)
            for row in rows
            if subject in ended
        ),
    )


def _note(place: Place, series: Series) -> Note | None:
    """Why a row in a series counts no more, from where its subject belongs now; None where it still belongs there."""
    if isinstance(place, Series):
        return None if place is series else Note.MOVED
    return place.note if isinstance(place, Left) else place


def _row(file: ProceedingFile, series: Series, subject: Subject) -> Row:
    sensitivity = file.record.stands(subject, Sensitive)
    assert sensitivity is not None
    described = file.record.says(subject, Described)
    standing = [d for kind in MATTER if (d := file.decided(subject, kind)) is not None]
    whole = Row(
        series=series,
        number=0,
        subject=subject,
        description="" if described is None else described.description,
        location="" if described is None else described.location,
        binding=Binding(None, None),
        sensitivity=sensitivity,
        basis=tuple(sorted(d.id for d in standing)),
    )
    if subject.kind is SubjectKind.ITEM:
        return replace(whole, binding=file.material[EvidenceId(subject.id)].binding)
    block = file.blocks[BlockId(subject.id)]
    return replace(
        whole,
        description=block.title,
        location=whole.location or block.source,
        binding=block.binding,
        quantity=block.quantity,
    )


def basis_of(file: ProceedingFile) -> tuple[BasisLine, ...]:
    """What a certificate given now would rest on: of each unused relevant subject, the decisions that stand and its bytes."""
    lines = []
    for subject in file.listable:
        if file.relevant(subject) and file.unused(subject):
            standing = [d for kind in MATTER if (d := file.decided(subject, kind)) is not None]
            found = file.material.get(EvidenceId(subject.id))
            binding = found.binding if found is not None else file.blocks[BlockId(subject.id)].binding
            # Where in its custody chain an item is says nothing here: looking at it moves that, and voids no certificate.
            value = {"decisions": sorted(str(d.id) for d in standing), "sha256": binding.sha256}
            lines.append(BasisLine(subject, frozen(value).digest.hex))
    return tuple(lines)


def changed_since(file: ProceedingFile, schedule: Schedule) -> tuple[Subject, ...]:
    """What a schedule lists otherwise than it would be drafted now, in order. Where in its chain an item is says nothing here."""
    others = tuple(s for s in file.schedules if s.id != schedule.id)
    then, now = _said(schedule), _said(draft(replace(file, schedules=others), schedule.series, schedule.id))
    return tuple(sorted(subject for subject in then.keys() | now.keys() if then.get(subject) != now.get(subject)))


def _said(schedule: Schedule) -> dict[Subject, frozenset[object]]:
    """All that a schedule says of each subject."""
    found: dict[Subject, set[object]] = {}
    for row in schedule.rows:
        found.setdefault(row.subject, set()).add(replace(row, binding=Binding(row.binding.sha256, None)))
    for annotation in schedule.annotations:
        found.setdefault(annotation.subject, set()).add(annotation)
    return {subject: frozenset(said) for subject, said in found.items()}
