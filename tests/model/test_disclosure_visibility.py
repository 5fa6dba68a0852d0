"""R32: what somebody without a clearance is shown of a proceeding: nothing of what they may not know, and no gap."""

from dataclasses import replace

from dems.model.disclosure.broken import Broken
from dems.model.disclosure.contents import (
    AgainstTest,
    Described,
    Handled,
    Handling,
    Pii,
    PiiKind,
    PiiOutcome,
    PiiStage,
    Relevant,
    SourceChecked,
    Used,
)
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Series
from dems.model.disclosure.recording import returned, served
from dems.model.disclosure.reports import Alert, Returned, ServiceReport
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import Note
from dems.model.disclosure.visibility import seen_by
from dems.model.people import Clearance
from tests.model.disclosing import (
    LAWYER,
    SENSITIVE,
    SERVED_ON,
    Desk,
    item,
    schedule_id,
    set_id,
)

RELEVANT, IRRELEVANT = Relevant(relevant=True), Relevant(relevant=False)
SEES = frozenset({Clearance.SENSITIVE})
ALL = frozenset(Clearance)


# --- R32: what is shown ---


def immunity(kind: PiiKind, stage: PiiStage = PiiStage.ORDERED) -> Pii:
    ordered = stage is PiiStage.ORDERED
    outcome = PiiOutcome.WITHHOLD if ordered else None
    return Pii(kind, stage, "Safety of a source", "They would be found", "", "PII/1" if ordered else None, outcome)


def test_r32_immunity_without_notice_is_not_shown_without_the_clearance() -> None:
    desk = Desk()
    desk.item(1, SENSITIVE)
    before = desk.file
    desk.decide(item(1), immunity(PiiKind.WITHOUT_NOTICE), Handled(Handling.WITHHELD, "PII/1"))
    raw = replace(desk.file, shown_to=SEES)
    assert [b.rule for b in _r32(raw)] == ["R32"]
    shown = seen_by(desk.file, SEES)
    assert _r32(shown) == []
    assert shown == seen_by(before, SEES)
    assert _r32(seen_by(desk.file, ALL)) == []
    assert _r32(desk.file) == []
    assert seen_by(desk.file, ALL).record == desk.file.record


def _r32(file: ProceedingFile) -> list[Broken]:
    return list(check(file, ("R32",)))


def test_r32_no_decision_that_is_shown_names_one_that_is_not() -> None:
    desk = Desk()
    desk.item(1, SENSITIVE)
    desk.decide(
        item(1),
        immunity(PiiKind.NOTICE_WITH_CATEGORY, PiiStage.CONSIDERED),
        immunity(PiiKind.WITHOUT_NOTICE),
        immunity(PiiKind.NOTICE_WITHOUT_CATEGORY),
    )
    shown = seen_by(desk.file, SEES).record.history(item(1), Pii)
    assert seen_by(desk.file, frozenset({Clearance.PII})).record.history(item(1), Pii) == ()
    assert seen_by(desk.file, frozenset({Clearance.PII})).record.says(item(1), Relevant) == RELEVANT
    assert [d.content.kind for d in shown] == [PiiKind.NOTICE_WITH_CATEGORY, PiiKind.NOTICE_WITHOUT_CATEGORY]
    assert shown[1].replaces == shown[0].id


def test_without_the_sensitive_clearance_nothing_of_the_other_schedule_is_shown() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.item(3, SENSITIVE)
    desk.through(1)
    c, d = desk.set(1).schedules
    for schedule in (c, c):
        desk.file = served(desk.file, ServiceReport(schedule, SERVED_ON, "Counsel", "H. Bose", desk.once_served()))
    desk.decide(item(1), SENSITIVE)
    desk.decide(item(1), immunity(PiiKind.NOTICE_WITH_CATEGORY), Handled(Handling.WITHHELD, "PII/1"))
    desk.decide(item(2), Handled(Handling.DISCLOSED))
    desk.decide(item(1), SourceChecked("Photograph 1 of the custody desk on the night", names_no_source=True))
    desk.change(alerts=(Alert(item(1), LAWYER, desk.acting().at),))
    desk.item(4)
    desk.draft(2)
    desk.clear()
    desk.certify(2)
    desk.submit(2)
    desk.file = returned(desk.file, Returned(set_id(2), "Unclear.", desk.acting(LAWYER)))
    shown = seen_by(desk.file, frozenset())
    told = {type(x.content) for x in shown.record.decisions}
    assert told == {Relevant, Used, Described, AgainstTest, Handled}
    assert [s.series for s in shown.schedules] == [Series.MG6C, Series.MG6C]
    assert [a.note for s in shown.schedules for a in s.annotations] == [Note.SET_ASIDE]
    assert [a.note for s in desk.file.schedules if s.series is Series.MG6C for a in s.annotations] == [Note.MOVED]
    assert all(s.mg6d is None and s.nil is None and s.reports == () and s.basis is None for s in shown.sets)
    assert [s.submitted_at for s in shown.sets] == [s.submitted_at for s in desk.file.sets]
    assert {e.schedule for e in shown.endorsements} == {c}
    assert len(shown.services) == 2
    assert (shown.returns, shown.alerts) == ((), ())
    assert all(s.snapshot is None for s in shown.schedules)
    assert d not in {s.id for s in shown.schedules}
    everything = seen_by(desk.file, ALL)
    assert everything.schedules == desk.file.schedules
    assert everything.returns == desk.file.returns


def test_a_row_withdrawn_in_a_correction_does_not_say_why_to_those_without_the_clearance() -> None:
    desk = Desk()
    desk.item(1)
    desk.item(2)
    desk.draft(1)
    desk.certify(1)
    desk.submit(1)
    desk.file = returned(desk.file, Returned(set_id(1), "One is sensitive.", desk.acting(LAWYER)))
    desk.decide(item(1), SENSITIVE)
    desk.draft(2)
    [_, second] = seen_by(desk.file, frozenset()).schedules
    assert [row.note for row in second.rows] == [Note.SET_ASIDE, None]
    assert [row.note for row in desk.file.schedule(schedule_id(2, 1)).rows] == [Note.MOVED, None]
