"""Schedules, reports and sets from the bytes that were frozen: those are what is kept, and nothing beside them that could differ."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from dems.model.disclosure.acting import signature_from
from dems.model.disclosure.contents import Content, Sensitive
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.forms import Series
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.material import Binding, Subject, SubjectKind
from dems.model.disclosure.reports import BasisLine, OfficerReport, ReportRow, ScheduleSet
from dems.model.disclosure.schedules import Annotation, Note, Row, Schedule, ScheduleState
from dems.model.ids import DecisionId, PersonId, ReportId, ScheduleId, ScheduleSetId, StrandId

Decisions = Mapping[DecisionId, Decision[Content]]


def by_id(record: Record) -> Decisions:
    """Every decision of a proceeding, to find what rows rest on."""
    return {d.id: d for d in record.decisions}


def schedule_from(snapshot: Snapshot, state: ScheduleState, decisions: Decisions) -> Schedule:
    """The schedule that was frozen, as it stands now. Raises `KeyError` where a decision that it rests on is gone."""
    says = json.loads(snapshot.data)
    series = Series(says["series"])
    return Schedule(
        id=ScheduleId(UUID(says["id"])),
        proceeding=StrandId(UUID(says["proceeding"])),
        series=series,
        ordinal=says["ordinal"],
        version=says["version"],
        template=says["template"],
        rows=tuple(_row(series, row, decisions) for row in says["rows"]),
        annotations=tuple(
            Annotation(a["number"], _subject(a["of"]), Note(a["note"])) for a in says["annotations"]
        ),
        state=state,
        snapshot=snapshot,
        signed=None if says["signed"] is None else signature_from(says["signed"]),
    )  # fmt: skip


def _row(series: Series, row: Mapping[str, Any], decisions: Decisions) -> Row:
    basis = tuple(DecisionId(UUID(d)) for d in row["basis"])
    [sensitivity] = [d for d in map(decisions.__getitem__, basis) if isinstance(d.content, Sensitive)]
    return Row(
        series=series,
        number=row["number"],
        subject=_subject(row["of"]),
        description=row["description"],
        location=row["location"],
        binding=Binding(row["sha256"], row["custody_position"]),
        sensitivity=cast("Decision[Sensitive]", sensitivity),
        basis=basis,
        quantity=row["quantity"],
        note=None if row["note"] is None else Note(row["note"]),
    )


def _subject(key: str) -> Subject:
    kind, name = key.split(" ")
    return Subject(SubjectKind(kind), UUID(name))


def report_from(snapshot: Snapshot) -> OfficerReport:
    """The report that was frozen."""
    says = json.loads(snapshot.data)
    rows = []
    for row in says["rows"]:
        series, number = row["row"].split(" ")
        rows.append(ReportRow(Series(series), int(number), row["reason"], row["copy"]))
    return OfficerReport(
        ReportId(UUID(says["id"])),
        signature_from(says["signed"]),
        says["certificate"]["code"],
        frozenset(ScheduleId(UUID(s["id"])) for s in says["covers"]),
        tuple(rows),
    )


def set_from(
    snapshot: Snapshot, parts: Iterable[Snapshot], schedules: Sequence[Schedule], submitted_at: datetime | None
) -> ScheduleSet:
    """The set that was frozen. `parts` are reports, `schedules` those of the proceeding."""
    says = json.loads(snapshot.data)
    reports = {p.digest.hex: p for p in parts}
    in_order = tuple(reports[digest] for digest in says["parts"])
    series = {s.id: s.series for s in schedules}
    own = {series[s]: s for s in (ScheduleId(UUID(name)) for name in says["schedules"])}
    return ScheduleSet(
        id=ScheduleSetId(UUID(says["id"])),
        mg6c=own.get(Series.MG6C),
        mg6d=own.get(Series.MG6D),
        reports=tuple(report_from(p) for p in in_order),
        nil=None if says["nil"] is None else signature_from(says["nil"]),
        note=says["note"],
        copies=frozenset(_subject(key) for key in says["copies"]),
        corroborating=frozenset(PersonId(UUID(p)) for p in says["corroborating"]),
        basis=tuple(BasisLine(_subject(line["of"]), line["sha256"]) for line in says["basis"]),
        parts=in_order,
        snapshot=snapshot,
        submitted_at=submitted_at,
    )
