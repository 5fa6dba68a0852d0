"""Whatever is decided, by whomever, in whatever order, and whatever comes back: numbers stay, what was certified stays as it
was, and nothing sensitive gets onto an MG6C.
"""

from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dems.errors import DemsError, DisclosureRulesBroken
from dems.model.disclosure.blocks import AnnexLine, Block, FrozenQuery
from dems.model.disclosure.causes import Cause, ChangedFindings, DefenceStatement
from dems.model.disclosure.contents import (
    Content,
    Level,
    Privilege,
    PrivilegeState,
    Sensitive,
)
from dems.model.disclosure.differences import difference
from dems.model.disclosure.drafting import left_out
from dems.model.disclosure.forms import Series
from dems.model.disclosure.freezing import Snapshot
from dems.model.disclosure.guard import hits, unresolved
from dems.model.disclosure.material import Subject
from dems.model.disclosure.numbering import of_series
from dems.model.disclosure.recording import decide, returned, served, voided
from dems.model.disclosure.reopening import in_question
from dems.model.disclosure.reports import Alert, Returned, ServiceReport
from dems.model.disclosure.rules import check
from dems.model.disclosure.schedules import Row, ScheduleState
from dems.model.ids import EvidenceId, PersonId, ScheduleId
from dems.model.people import CaseRole
from tests.model.disclosing import (
    BEGAN,
    COUNSEL,
    HELD,
    LAWYER,
    NOT_SENSITIVE,
    NOW,
    SENSITIVE,
    SERVED_ON,
    Desk,
    block_id,
    digest,
    evidence_id,
    material,
    set_id,
)
from tests.properties.deciding import BLOCK, ITEMS, TEXTS, contents

pytestmark = pytest.mark.no_cover

S = ScheduleState
people = st.sampled_from(sorted(HELD))
roles = st.none() | st.sampled_from(CaseRole)


class LifeOfSchedules(RuleBasedStateMachine):
    """One proceeding, with everything that was ever certified in it."""

    desk: Desk
    number: int
    frozen: dict[ScheduleId, Snapshot]
    owners: dict[tuple[Series, int], Subject]

    @initialize()
    def begin(self) -> None:
        self.desk = Desk()
        self.desk.add(*(material(n) for n in range(1, 7)))
        lines = tuple(AnnexLine(evidence_id(n), digest(n)) for n in (5, 6))
        block = Block(block_id(1), "Photographs of meals", 2, "Phone", "Too many.", FrozenQuery("q", BEGAN), lines)
        self.desk.add_block(block)
        for subject in ITEMS[:3]:
            self.desk.ready(subject, NOT_SENSITIVE, TEXTS[0])
        self.desk.ready(ITEMS[3], SENSITIVE, TEXTS[1])
        self.desk.ready(BLOCK, NOT_SENSITIVE, TEXTS[0])
        self.number = 0
        self.frozen, self.owners = {}, {}

    @property
    def state(self) -> ScheduleState | None:
        sets = self.desk.file.sets
        return self.desk.file.state_of(sets[-1]) if sets else None

    @rule(subject=st.sampled_from([*ITEMS, BLOCK]), content=contents, who=people, role=roles)
    def decide(self, subject: Subject, content: Content, who: PersonId, role: CaseRole | None) -> None:
        before = self.desk.file
        made = self.desk.decision(subject, content, self.desk.acting(who, role))
        try:
            self.desk.file = decide(before, (made,), NOW)
        except DemsError:
            assert self.desk.file is before
        else:
            assert self.desk.file.record.decisions == (*before.record.decisions, made)

    @rule(subject=st.sampled_from(ITEMS), sensitivity=st.sampled_from([SENSITIVE, NOT_SENSITIVE]))
    def reclassify(self, subject: Subject, sensitivity: Sensitive) -> None:
        try:
            self.desk.ready(subject, sensitivity, TEXTS[0])
        except DemsError:
            return
        self.desk.change(alerts=(*self.desk.file.alerts, Alert(subject, LAWYER, self.desk.acting().at)))

    @rule(statement=st.booleans(), subject=st.sampled_from(ITEMS))
    def put_in_question(self, statement: bool, subject: Subject) -> None:
        at = self.desk.acting().at
        found: Cause = DefenceStatement(at) if statement else ChangedFindings(EvidenceId(subject.id), "A voice.", at)
        self.desk.change(causes=(*self.desk.file.causes, found))

    def put_in_order(self, sensitivity: Sensitive) -> None:
        """Whatever waits for something gets it, and what is listed is described, so that there is something to certify."""
        waiting = {left.subject for left in left_out(self.desk.file)}
        for subject in (*ITEMS, BLOCK):
            if self.desk.file.quarantined(subject):
                self.desk.decide(subject, Privilege(PrivilegeState.CLEARED), by=COUNSEL)
            if subject in waiting:
                self.reclassify(subject, sensitivity)
            elif self.desk.file.relevant(subject) and self.desk.file.unused(subject):
                self.reclassify(subject, SENSITIVE if self.desk.file.sensitive(subject) else NOT_SENSITIVE)

    @precondition(lambda self: self.state not in {S.CERTIFIED, S.SUBMITTED})
    @rule()
    def draft(self) -> None:
        if self.state is not S.DRAFT:
            self.number += 1
        try:
            self.desk.draft(self.number, corroborating=frozenset(HELD))
        except DemsError:
            return
        record = self.desk.file.record
        for row in (r for r in self.drafts()[Series.MG6C] if r.live):
            for member in self.desk.file.members(row.subject):
                says = record.says(member, Sensitive)
                assert says is None or says.level is Level.NOT_SENSITIVE
                assert not self.desk.file.quarantined(member)
        listed = {r.subject for rows in self.drafts().values() for r in rows if r.live}
        assert not listed & {left.subject for left in left_out(self.desk.file)}

    def drafts(self) -> dict[Series, tuple[Row, ...]]:
        return {s.series: s.rows for s in self.desk.file.schedules if s.state is S.DRAFT}

    @precondition(lambda self: self.state is S.DRAFT)
    @rule()
    def certify(self) -> None:
        before = self.desk.file
        try:
            self.desk.certify(self.number)
        except DisclosureRulesBroken:
            assert self.desk.file is before
            return
        assert unresolved(before) == () == in_question(before)
        for schedule in self.desk.file.schedules:
            if schedule.state is S.CERTIFIED:
                assert schedule.snapshot is not None
                self.frozen[schedule.id] = schedule.snapshot
                for row in schedule.rows:
                    assert self.owners.setdefault((row.series, row.number), row.subject) == row.subject

    def answer_the_guard(self) -> None:
        """Everything that the guard found is answered where it can be: nothing quarantined is decided on."""
        if not any(self.desk.file.quarantined(hit.shown) for hit in hits(self.desk.file)):
            self.desk.clear()

    @precondition(lambda self: self.state not in {S.CERTIFIED, S.SUBMITTED})
    @rule(sensitivity=st.sampled_from([SENSITIVE, NOT_SENSITIVE]), back=st.booleans(), as_it_is=st.booleans())
    def send(self, sensitivity: Sensitive, back: bool, as_it_is: bool) -> None:
        if not as_it_is:
            self.put_in_order(sensitivity)
        self.draft()
        if not as_it_is:
            self.answer_the_guard()
        if self.state is S.DRAFT:
            self.certify()
        if self.state is S.CERTIFIED:
            self.submit()
            self.heard(back)

    @precondition(lambda self: self.state is S.CERTIFIED)
    @rule()
    def submit(self) -> None:
        try:
            self.desk.submit(self.number)
        except DemsError:
            self.desk.file = voided(self.desk.file, set_id(self.number))

    @precondition(lambda self: self.state is S.SUBMITTED)
    @rule(back=st.booleans())
    def answer(self, back: bool) -> None:
        self.heard(back)

    def heard(self, back: bool) -> None:
        """What the prosecutor makes of a set, if it got that far."""
        if self.state is not S.SUBMITTED:
            return
        if back:
            self.desk.file = returned(
                self.desk.file, Returned(set_id(self.number), "Describe these.", self.desk.acting(LAWYER))
            )
        else:
            self.desk.endorse(self.number)

    @precondition(lambda self: self.desk.file.schedules)
    @rule(data=st.data())
    def serve(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(sorted(self.desk.file.schedules, key=lambda s: s.id)))
        report = ServiceReport(which.id, SERVED_ON, "Counsel", "H. Bose", self.desk.once_served())
        before = self.desk.file
        try:
            self.desk.file = served(before, report)
        except DisclosureRulesBroken:
            assert self.desk.file is before
        else:
            assert which.series is Series.MG6C
            assert which.state in {S.ENDORSED, S.CONTINUED}

    @invariant()
    def numbers_go_on_by_one_and_never_change_hands(self) -> None:
        assert check(self.desk.file, ("R01", "R18", "R57")) == ()
        for series in Series:
            numbers = sorted(number for s, number in self.owners if s is series)
            assert numbers == list(range(1, len(numbers) + 1))
            versions = [s for s in of_series(self.desk.file.schedules, series) if s.id in self.frozen]
            for old, new in pairwise(versions):
                what = difference(old, new)
                if new.ordinal == old.ordinal:
                    assert {r.number for r in old.rows} <= {r.number for r in new.rows}
                else:
                    assert not {r.number for r in old.rows} & {r.number for r in new.rows}
                    assert {r.number for r in what.removed} <= {a.number for a in new.annotations}
                assert {r.number for r in what.added}.isdisjoint({r.number for r in old.rows})

    @invariant()
    def what_was_certified_stays_as_it_was(self) -> None:
        for schedule, snapshot in self.frozen.items():
            assert self.desk.file.schedule(schedule).snapshot == snapshot
            assert snapshot.intact

    @invariant()
    def no_row_of_an_mg6c_rests_on_anything_but_a_decision_that_it_is_not_sensitive(self) -> None:
        for schedule in self.desk.file.schedules:
            if schedule.series is Series.MG6C:
                assert {row.sensitivity.content.level for row in schedule.rows} <= {Level.NOT_SENSITIVE}


LifeOfSchedules.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
TestLifeOfSchedules = LifeOfSchedules.TestCase
