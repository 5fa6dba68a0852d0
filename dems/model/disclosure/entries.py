"""What custody entries say of decisions and schedules, and in which chain: what tells of sensitive material is in the restricted one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from dems.model.disclosure.acting import Acting, signature_record
from dems.model.disclosure.contents import Content
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.freezing import Snapshot, frozen
from dems.model.disclosure.lists import MaterialList
from dems.model.disclosure.preparing import Preparation
from dems.model.disclosure.records import content_record
from dems.model.disclosure.reports import Endorsement, ScheduleSet
from dems.model.disclosure.schedules import Schedule, ScheduleState
from dems.model.disclosure.snapshots import body_of_report
from dems.model.disclosure.visibility import for_everybody
from dems.model.ids import ReportId, ScheduleSetId
from dems.model.times import rfc3339


@dataclass(frozen=True, slots=True)
class Told:
    """One entry to be. `restricted` ones go into the proceeding's restricted chain."""

    restricted: bool
    facts: dict[str, Any]


def entered(before: ProceedingFile, after: ProceedingFile) -> tuple[Schedule, ...]:
    """The schedules that an act brought into the state that they are in; drafts are none."""
    then = {s.id: s.state for s in before.schedules}
    return tuple(s for s in after.schedules if s.state is not ScheduleState.DRAFT and then.get(s.id) is not s.state)


def made_whole(before: ProceedingFile, after: ProceedingFile) -> tuple[ScheduleSet, ...]:
    """The sets that an act froze."""
    frozen_before = {s.id for s in before.sets if s.snapshot is not None}
    return tuple(s for s in after.sets if s.snapshot is not None and s.id not in frozen_before)


def told_of(before: ProceedingFile, after: ProceedingFile, why: str = "") -> tuple[Told, ...]:
    """What an act made of the schedules of a proceeding. `why` is the reason that whoever acts gave: for the restricted chain.

    Whatever is about an MG6C alone is told where everybody on the case may read it, as `seen_by` shows it: without a reason, and
    without a word on what goes with it. A schedule's rows, and endorsements, are told by their digest.
    """
    changed = entered(before, after)
    return (
        *(_of_schedule(s) for s in changed),
        *(_of_set(s) for s in made_whole(before, after)),
        *_of_endorsements(after, after.endorsements[len(before.endorsements) :]),
        *(
            Told(restricted=False, facts={"schedule": str(s.schedule), "served_on": s.served_on.isoformat(),
                                          "recipient": s.recipient, "told_by": s.told_by})
            for s in after.services[len(before.services) :]
        ),
        *(
            Told(restricted=True, facts={"set": str(r.set), "returned": r.reason})
            for r in after.returns[len(before.returns) :]
        ),
        *(
            Told(restricted=True, facts={"moved": a.subject.key, "told": str(a.to), "at": rfc3339(a.at)})
            for a in after.alerts[len(before.alerts) :]
        ),
        *((Told(restricted=True, facts={"why": why, "schedules": [str(s.id) for s in changed]}),) if why else ()),
    )  # fmt: skip


MOST_OF = 50
"""Subjects of which one statement says what was decided: with the longest content and reason it fits into one entry."""


def told_of_decisions(
    before: Record, new: Iterable[Decision[Content]], apart: Collection[UUID] = ()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What decisions say, for the proceeding's chain and for its restricted one: each content and reason once for many subjects.

    What is about one of those that are kept `apart` is for the restricted chain alone. In the other one nothing names a decision
    that only the restricted one has: there it replaces the newest that everybody may know of.
    """
    shown = {(d.subject, type(d.content)): d.id for d in before.decisions if for_everybody(d)}
    said: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for decision in new:
        plain = for_everybody(decision) and decision.subject.id not in apart
        replaces = shown.get((decision.subject, type(decision.content))) if plain else decision.replaces
        about = {"decision": str(decision.id), "subject": decision.subject.key}
        if replaces is not None:
            about["replaces"] = str(replaces)
        said.setdefault((plain, decision.content, decision.reason, decision.by), []).append(about)
    told: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for (plain, content, reason, by), subjects in said.items():
        kind, record = content_record(content)
        saying = {"kind": kind, "content": record, "reason": reason, "by": signature_record(by)}
        told[plain] += [{**saying, "of": subjects[n : n + MOST_OF]} for n in range(0, len(subjects), MOST_OF)]
    return told[True], told[False]


def told_of_list(made: MaterialList) -> Told:
    """That a list was certified. What is used everybody on the case may know; the other lists say what is kept back."""
    facts: dict[str, Any] = {"list": str(made.id), "name": made.name, "sha256": _digest(made.snapshot)}
    if made.signed is not None:
        facts["signed"] = signature_record(made.signed)
    return Told(made.form is not Form.MG12, facts)


def told_of_nil(nil: UUID, of: ScheduleSetId, snapshot: Snapshot, by: Acting) -> Told:
    """The statement that there is no sensitive material, signed."""
    facts = {"nil": str(nil), "set": str(of), "sha256": snapshot.digest.hex, "signed": signature_record(by)}
    return Told(restricted=True, facts=facts)


def told_of_report(made: Preparation, report: ReportId) -> Told:
    """A report that was signed while others of its set were not: by the digest of what it says, and by that of all that the schedules
    which it covers said then (`said_by_schedules`).
    """
    signed = made.report(report)
    return Told(
        restricted=True,
        facts={
            "report": str(report),
            "set": str(made.id),
            "sha256": frozen({**body_of_report(signed), "certificate": signed.certificate}).digest.hex,
            "covers_sha256": made.signed_for,
            "signed": signature_record(signed.by),
        },
    )


def _of_schedule(schedule: Schedule) -> Told:
    facts: dict[str, Any] = {
        "schedule": str(schedule.id),
        "name": schedule.name,
        "state": schedule.state.value,
        "sha256": _digest(schedule.snapshot),
    }
    if schedule.state is ScheduleState.CERTIFIED and schedule.signed is not None:
        facts["signed"] = signature_record(schedule.signed)
    return Told(schedule.series is not Series.MG6C, facts)


def _of_set(of: ScheduleSet) -> Told:
    reports = [
        {"report": str(r.id), "sha256": _digest(part), "signed": signature_record(r.by)}
        for r, part in zip(of.reports, of.parts, strict=True)
    ]
    nil = None if of.nil is None else signature_record(of.nil)
    schedules = [str(s) for s in of.schedules]
    facts = {"set": str(of.id), "sha256": _digest(of.snapshot), "schedules": schedules, "nil": nil, "reports": reports}
    return Told(restricted=True, facts=facts)


def _digest(snapshot: Snapshot | None) -> str | None:
    return None if snapshot is None else snapshot.digest.hex


def _of_endorsements(file: ProceedingFile, given: Iterable[Endorsement]) -> Iterable[Told]:
    """Of each schedule one: thousands of rows are endorsed at once, and an entry is small."""
    for schedule, some in groupby(given, key=lambda e: e.schedule):
        rows = list(some)
        said = frozen({"endorsements": [_row(e) for e in rows]})
        facts = {"schedule": str(schedule), "endorsed": len(rows), "sha256": said.digest.hex}
        yield Told(file.schedule(schedule).series is not Series.MG6C, facts)


def _row(given: Endorsement) -> dict[str, Any]:
    seen = given.inspected
    return {
        "by": signature_record(given.by),
        "code": given.code,
        "inspected": None if seen is None else {"at": rfc3339(seen.at), "by": seen.by},
        "number": given.number,
        "reason": given.reason,
    }
