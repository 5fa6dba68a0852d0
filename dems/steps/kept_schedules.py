"""The schedules of a proceeding: read back from the bytes that were frozen, and written where an act made something of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from dems.model.custody import Authority, of_proceeding, restricted_of
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.entries import entered, made_whole, told_of, told_of_nil, told_of_report
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.preparing import Preparation
from dems.model.disclosure.reports import Alert, Returned, ScheduleSet, ServiceReport
from dems.model.disclosure.restoring import by_id, schedule_from, set_from
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.disclosure.showing import nil_statement
from dems.model.ids import AnswerId, PersonId, ReportId, ScheduleId, ScheduleSetId, StrandId, new_id
from dems.ports import Transaction
from dems.ports.schedules import Answer, AnswerKind, KeptDocument, KeptSet

_WITH_NUMBERS = frozenset({Form.MG6C, Form.MG6D})


def with_schedules(tx: Transaction, file: ProceedingFile) -> ProceedingFile:
    """The file with all that was certified in its proceeding and what became of it. Its decisions are all there already."""
    proceeding = file.record.proceeding
    documents, states = tx.schedules.documents(proceeding), tx.schedules.states(proceeding)
    decisions, answers = by_id(file.record), tx.schedules.answers(proceeding)
    schedules = tuple(
        schedule_from(d.snapshot, states[ScheduleId(d.id)], decisions) for d in documents if d.form in _WITH_NUMBERS
    )
    reports = [d for d in documents if d.form is Form.MG6E]
    sent = {a.of: a.by.at for a in answers if a.kind is AnswerKind.SUBMITTED}
    return replace(
        file,
        schedules=schedules,
        sets=tuple(
            set_from(k.snapshot, [r.snapshot for r in reports if r.of == k.id], schedules, sent.get(k.id))
            for k in tx.schedules.sets(proceeding)
        ),
        endorsements=tuple(tx.schedules.endorsements(proceeding)),
        returns=tuple(_returned(a, a.of) for a in answers if a.kind is AnswerKind.RETURNED and a.of is not None),
        services=tuple(_served(a) for a in answers if a.kind is AnswerKind.SERVED),
        alerts=tuple(_told(a) for a in answers if a.kind is AnswerKind.TOLD),
    )


def keep(
    tx: Transaction, before: ProceedingFile, after: ProceedingFile, of: ScheduleSetId, by: Acting, *, why: str = ""
) -> None:
    """Write what an act of `by` with a set made of the file; drafts are not kept here. `why` is the reason where it is given up.

    Raises `AlreadyExists` where somebody else did something with it in this moment.
    """
    proceeding = after.record.proceeding
    into = {state: [s for s in entered(before, after) if s.state is state] for state in ScheduleState}
    for schedule in into[ScheduleState.CERTIFIED]:
        tx.schedules.add_document(proceeding, _document(schedule, of))
    for each in made_whole(before, after):
        _keep_set(tx, after, each)
    for state, schedules in into.items():
        tx.schedules.enter([s.id for s in schedules], state, by.at)
    if into[ScheduleState.VOID]:
        whole = any(s.id == of and s.snapshot is not None for s in before.sets)
        said = {"reason": why, "schedules": sorted(str(s.id) for s in into[ScheduleState.VOID])}
        tx.schedules.add_answer(proceeding, _answer(AnswerKind.VOIDED, of if whole else None, by, said))
    if into[ScheduleState.SUBMITTED]:
        tx.schedules.add_answer(proceeding, _answer(AnswerKind.SUBMITTED, of, by, {}))
    tx.schedules.add_endorsements(after.endorsements[len(before.endorsements) :])
    for answer in _answers(before, after, by):
        tx.schedules.add_answer(proceeding, answer)


def tell(
    tx: Transaction, authority: Authority, before: ProceedingFile, after: ProceedingFile, *, why: str = ""
) -> None:
    """Enter into the proceeding's chain what everybody on the case may know of an act, and into its restricted chain the rest."""
    proceeding, case = after.record.proceeding, after.opened.case_id
    for each in told_of(before, after, why):
        if each.restricted:
            # Without the case: its lists of entries are for everybody on it.
            tx.custody.append(authority, restricted_of(proceeding), facts=each.facts)
        else:
            tx.custody.append(authority, of_proceeding(proceeding), case_id=case, facts=each.facts)


def keep_nil(
    tx: Transaction, authority: Authority, file: ProceedingFile, of: ScheduleSetId, nil: ScheduleId, by: Acting
) -> None:
    """Write the statement that there is no sensitive material, which `by` signed for a set, and enter it."""
    snapshot, proceeding = nil_statement(file, of, nil, by), file.record.proceeding
    tx.schedules.add_document(proceeding, KeptDocument(nil, of, Form.MG6D_NIL, snapshot, by))
    tx.custody.append(authority, restricted_of(proceeding), facts=told_of_nil(nil, of, snapshot, by).facts)


def tell_of_report(
    tx: Transaction, authority: Authority, proceeding: StrandId, made: Preparation, report: ReportId
) -> None:
    """Enter that a report was signed that waits for others of its set."""
    tx.custody.append(authority, restricted_of(proceeding), facts=told_of_report(made, report).facts)


def _document(schedule: Schedule, of: ScheduleSetId) -> KeptDocument:
    assert schedule.snapshot is not None, "what is certified is frozen"
    assert schedule.signed is not None, "whatever is certified was signed"
    form = Form(schedule.series.value)
    return KeptDocument(schedule.id, of, form, schedule.snapshot, schedule.signed, schedule)


def _keep_set(tx: Transaction, file: ProceedingFile, of: ScheduleSet) -> None:
    """A set with its reports. Who signed the last of them made it whole."""
    assert of.snapshot is not None, "a set that is kept is frozen"
    proceeding = file.record.proceeding
    for report, part in zip(of.reports, of.parts, strict=True):
        tx.schedules.add_document(proceeding, KeptDocument(report.id, of.id, Form.MG6E, part, report.by))
    last = max((report.by for report in of.reports), key=lambda by: by.at)
    tx.schedules.add_set(proceeding, KeptSet(of.id, of.schedules, of.snapshot, last))


def _answers(before: ProceedingFile, after: ProceedingFile, by: Acting) -> list[Answer]:
    """What came back, was served and was told since."""
    returns = [
        _answer(AnswerKind.RETURNED, r.set, r.recorded, {"reason": r.reason})
        for r in after.returns[len(before.returns) :]
    ]
    services = [
        _answer(
            AnswerKind.SERVED,
            next(s.id for s in after.sets if r.schedule in s.schedules),
            r.recorded,
            {
                "schedule": str(r.schedule),
                "served_on": r.served_on.isoformat(),
                "recipient": r.recipient,
                "told_by": r.told_by,
            },
        )
        for r in after.services[len(before.services) :]
    ]
    told = [
        _answer(
            AnswerKind.TOLD,
            None,
            replace(by, at=a.at),
            {"kind": a.subject.kind.value, "id": str(a.subject.id), "to": str(a.to)},
        )
        for a in after.alerts[len(before.alerts) :]
    ]
    return [*returns, *services, *told]


def _answer(kind: AnswerKind, of: ScheduleSetId | None, by: Acting, content: Mapping[str, Any]) -> Answer:
    return Answer(AnswerId(new_id()), kind, of, content, by)


def _returned(answer: Answer, of: ScheduleSetId) -> Returned:
    return Returned(of, answer.content["reason"], answer.by)


def _served(answer: Answer) -> ServiceReport:
    says = answer.content
    return ServiceReport(
        ScheduleId(UUID(says["schedule"])),
        date.fromisoformat(says["served_on"]),
        says["recipient"],
        says["told_by"],
        answer.by,
    )


def _told(answer: Answer) -> Alert:
    says = answer.content
    subject = Subject(SubjectKind(says["kind"]), UUID(says["id"]))
    return Alert(subject, PersonId(UUID(says["to"])), answer.by.at)
