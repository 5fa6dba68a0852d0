"""What somebody without a clearance is shown: what they may not know of is not there, and leaves no gap."""

from dataclasses import replace

from dems.model.disclosure.contents import (
    Content,
    Handled,
    LeakCleared,
    NeedsClearance,
    Pii,
    PiiKind,
    Sensitive,
    SourceChecked,
)
from dems.model.disclosure.contents_of_lists import HarmTested, ProposedOnward
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.material import Subject
from dems.model.disclosure.reports import ScheduleSet
from dems.model.disclosure.schedules import Note, Schedule
from dems.model.ids import DecisionId, EvidenceId
from dems.model.people import Clearance


def seen_by(file: ProceedingFile, clearances: frozenset[Clearance]) -> ProceedingFile:
    """The file as somebody with these clearances on its date may know it.

    Without `pii`, records without notice are gone, with what became of their items under their orders, and which clearance things
    need. Without `sensitive`, so are the MG6D, reports, every list but that of exhibits, every decision about sensitivity, harm and
    what is passed on, and all public interest immunity, and of a row that counts no more it is not said why. What is left names
    nothing that is gone: a decision that replaced one of those replaces the newest one that is shown.
    """
    seen = replace(file, record=record_seen_by(file.record, clearances), shown_to=clearances)
    if Clearance.SENSITIVE in clearances:
        return seen
    kept = tuple(_plain(s) for s in file.schedules if s.series is Series.MG6C)
    ids = {s.id for s in kept}
    return replace(
        seen,
        schedules=kept,
        sets=tuple(ScheduleSet(s.id, s.mg6c, None, submitted_at=s.submitted_at) for s in file.sets if s.mg6c in ids),
        endorsements=tuple(e for e in file.endorsements if e.schedule in ids),
        services=tuple(s for s in file.services if s.schedule in ids),
        returns=(),
        alerts=(),
        lists=tuple(one for one in file.lists if one.form is Form.MG12),
    )


def record_seen_by(record: Record, clearances: frozenset[Clearance]) -> Record:
    """The decisions of it that somebody with these clearances may know; what is left names nothing that is gone."""
    return _without(record, _hidden(record, clearances))


def for_everybody(decision: Decision[Content]) -> bool:
    """Whether everybody on the case may know of a decision, as far as its content goes."""
    return not _is_hidden(decision, frozenset(), set())


def without(file: ProceedingFile, hidden: frozenset[EvidenceId]) -> ProceedingFile:
    """The file as if these were nothing of its case: neither they nor what was decided about them is in it."""
    if not hidden:
        return file
    kept = tuple(d for d in file.record.decisions if d.subject.id not in hidden)
    material = {item: found for item, found in file.material.items() if item not in hidden}
    return replace(file, record=replace(file.record, decisions=kept), material=material, unread=file.unread - hidden)


def _plain(schedule: Schedule) -> Schedule:
    """An MG6C that does not say why rows count no more, and so without the bytes that do."""
    return replace(
        schedule,
        rows=tuple(row if row.live else replace(row, note=Note.SET_ASIDE) for row in schedule.rows),
        annotations=tuple(replace(a, note=Note.SET_ASIDE) for a in schedule.annotations),
        snapshot=None,
    )


def _hidden(record: Record, clearances: frozenset[Clearance]) -> frozenset[DecisionId]:
    if Clearance.PII in clearances and Clearance.SENSITIVE in clearances:
        return frozenset()
    secret = {
        (d.subject, d.content.order)
        for d in record.decisions
        if isinstance(d.content, Pii) and d.content.kind is PiiKind.WITHOUT_NOTICE and d.content.order is not None
    }
    return frozenset(d.id for d in record.decisions if _is_hidden(d, clearances, secret))


def _is_hidden(decision: Decision[Content], clearances: frozenset[Clearance], secret: set[tuple[Subject, str]]) -> bool:
    """Somebody has not both clearances: is this kept from them? Which clearance a thing needs tells of what it is."""
    content = decision.content
    if isinstance(content, NeedsClearance):
        return True
    if Clearance.SENSITIVE not in clearances and (
        isinstance(content, Pii | SourceChecked | LeakCleared | Sensitive | HarmTested | ProposedOnward)
        or (isinstance(content, Handled) and content.order is not None)
    ):
        return True
    if Clearance.PII in clearances:
        return False
    if isinstance(content, Pii):
        return content.kind is PiiKind.WITHOUT_NOTICE
    return isinstance(content, Handled) and content.order is not None and (decision.subject, content.order) in secret


def _without(record: Record, hidden: frozenset[DecisionId]) -> Record:
    shown: list[Decision[Content]] = []
    newest: dict[tuple[Subject, type], DecisionId] = {}
    for decision in record.decisions:
        if decision.id not in hidden:
            key = decision.subject, type(decision.content)
            shown.append(replace(decision, replaces=newest.get(key)))
            newest[key] = decision.id
    return Record(record.proceeding, tuple(shown))
