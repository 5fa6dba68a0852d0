"""Schedules on the real database: whatever is done with them comes back as it was, and nothing of it is done twice."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from dems.bootstrap import Dems
from dems.db.tables import cases, disclosure_proceedings, people
from dems.db.transaction import DatabaseTransaction
from dems.errors import AlreadyExists, NotFound
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import Authority, of_proceeding, restricted_of
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.contents import Described, Relevant
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.preparing import Preparation
from dems.model.disclosure.recording import certify_one, endorse_rows, returned, served, voided
from dems.model.disclosure.reports import Alert, Endorsement, Inspection, ReportRow, Returned, ServiceReport
from dems.model.disclosure.schedules import ScheduleState
from dems.model.disclosure.snapshots import nil_snapshot
from dems.model.ids import PersonId, ScheduleId
from dems.ports.schedules import KeptDocument
from dems.steps.kept_schedules import keep, tell, with_schedules
from tests.model.disclosing import (
    BEGAN,
    DEPUTY,
    HELD,
    LAWYER,
    NAMES,
    NOT_SENSITIVE,
    NOW,
    OFFICER,
    PROCEEDING,
    SENSITIVE,
    SERVED_ON,
    TODAY,
    Desk,
    item,
    schedule_id,
    set_id,
)
from tests.model.people import CASE_ID

AUTHORITY = Authority(system(), Act.LIFE_RECORD, "system")
S = ScheduleState
C, D = schedule_id(1, 1), schedule_id(1, 2)


class UndoneError(Exception):
    """Ends a test's transaction: the ids of these desks are the same in every test."""


class KeptDesk(Desk):
    """A desk whose every act is written, and read back."""

    def __init__(self, tx: DatabaseTransaction) -> None:
        super().__init__()
        self.tx = tx

    def act(self, number: int, what: Callable[[], None], *, why: str = "") -> None:
        before, by = self.file, self.acting()
        what()
        keep(self.tx, before, self.file, set_id(number), by, why=why)
        tell(self.tx, AUTHORITY, before, self.file, why=why)
        assert self.kept() == self.as_kept()

    def kept(self) -> ProceedingFile:
        bare = replace(self.file, schedules=(), sets=(), endorsements=(), returns=(), services=(), alerts=())
        return with_schedules(self.tx, bare)

    def as_kept(self) -> ProceedingFile:
        """The file without what is still being put together."""
        return replace(
            self.file,
            schedules=tuple(sorted((s for s in self.file.schedules if s.state is not S.DRAFT), key=lambda s: s.id)),
            sets=tuple(s for s in self.file.sets if s.snapshot is not None),
            endorsements=tuple(sorted(self.file.endorsements, key=lambda e: (e.schedule, e.number))),
        )

    def become(self, file: ProceedingFile) -> None:
        self.file = file

    def go(self, number: int) -> None:
        """Draft a set, certify and submit it."""
        self.draft(number)
        self.act(number, lambda: self.certify(number))
        self.send(number)

    def send(self, number: int) -> None:
        before, by = self.file, replace(self.acting(), at=NOW)
        self.submit(number)
        keep(self.tx, before, self.file, set_id(number), by)
        assert self.kept() == self.as_kept()

    def given(self, schedule: ScheduleId, number: int, code: str, seen: Inspection | None = None) -> Endorsement:
        series = self.file.schedule(schedule).series
        return Endorsement(schedule, series, number, code, self.acting(LAWYER), seen, "It is of nothing at issue.")


@pytest.fixture
def desk(dems: Dems) -> Iterator[KeptDesk]:
    with suppress(UndoneError), dems.transaction() as tx:
        for person in HELD:
            row = {"id": person, "name": NAMES[person], "email": str(person), "email_key": str(uuid4()), "roles": []}
            tx.execute(insert(people).values(**row, active=True, version=1, added_at=BEGAN))
        case = {"id": CASE_ID, "reference": str(uuid4()), "title": "T", "state": "open", "themes": []}
        tx.execute(insert(cases).values(**case, is_major=False, opened_by=min(HELD), opened_at=BEGAN, version=1))
        tx.execute(insert(disclosure_proceedings).values(id=PROCEEDING, case_id=CASE_ID, opened_at=BEGAN))
        yield KeptDesk(tx)
        raise UndoneError


def test_one_schedule_then_its_set_then_what_the_lawyer_says_and_that_it_was_served(
    desk: KeptDesk,
) -> None:
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.draft()
    row = ReportRow(Series.MG6D, 1, "It names another who was there.", "Copy of ABC/2")
    desk.change_set(1, reports=(desk.report(1, [C, D], row),), note="A note", corroborating=frozenset({DEPUTY}))
    desk.act(1, lambda: desk.become(certify_one(desk.file, C, desk.acting(DEPUTY))))
    assert [s.state for s in desk.kept().schedules] == [S.CERTIFIED]
    desk.act(1, desk.certify)
    desk.send(1)
    assert desk.tx.schedules.proceeding_of(set_id(1)) == PROCEEDING
    seen = Inspection("H. Bose", BEGAN)
    desk.act(1, lambda: desk.become(endorse_rows(desk.file, C, [desk.given(C, 1, "D", seen)])))
    assert [s.state for s in desk.kept().schedules] == [S.ENDORSED, S.SUBMITTED]
    desk.act(1, lambda: desk.become(endorse_rows(desk.file, D, [desk.given(D, 1, "Y")])))
    report = ServiceReport(C, SERVED_ON, "Moss's solicitors", "The prosecutor, by letter", desk.once_served(OFFICER))
    desk.act(1, lambda: desk.become(served(desk.file, report)))
    assert [s.recipient for s in desk.kept().services] == ["Moss's solicitors"]


def test_what_came_back_is_corrected_what_is_given_up_keeps_its_numbers_and_what_moves_is_told(
    desk: KeptDesk,
) -> None:
    desk.item(1)
    desk.item(2)
    desk.go(1)
    back = Returned(set_id(1), "Describe these.", desk.acting(LAWYER))
    desk.act(1, lambda: desk.become(returned(desk.file, back)))
    desk.decide(item(2), Relevant(relevant=False))
    desk.draft(2)
    desk.act(2, lambda: desk.become(certify_one(desk.file, schedule_id(2, 1), desk.acting())))
    desk.decide(item(1), Described("Photograph of the custody desk, taken at noon", "Store A"))
    desk.act(2, lambda: desk.become(voided(desk.file, set_id(2))), why="The description was wrong.")
    desk.draft(3)
    desk.act(3, lambda: desk.certify(3))
    desk.act(3, lambda: desk.become(voided(desk.file, set_id(3))), why="It was signed too early.")
    voids = [a for a in desk.tx.schedules.answers(PROCEEDING) if a.kind == "voided"]
    assert [(a.of, a.content["reason"]) for a in voids] == [
        (None, "The description was wrong."),
        (set_id(3), "It was signed too early."),
    ]
    desk.go(4)
    desk.act(4, lambda: desk.endorse(4))
    desk.ready(item(1), SENSITIVE, "Photograph of the custody desk, taken at noon")
    by = desk.acting()
    told = Alert(item(1), LAWYER, by.at)
    desk.act(4, lambda: desk.change(alerts=(told,)))
    desk.draft(5)
    desk.clear()
    desk.go(5)
    assert [(s.name, s.state) for s in desk.kept().schedules] == [
        ("MG6C 1.0", S.RETURNED),
        ("MG6C 1.1", S.VOID),
        ("MG6C 1.2", S.VOID),
        ("MG6C 1.3", S.CONTINUED),
        ("MG6C 2.0", S.SUBMITTED),
        ("MG6D 1.0", S.SUBMITTED),
    ]
    assert desk.kept().alerts == (told,)


def test_a_number_a_place_a_row_and_a_step_are_taken_once(desk: KeptDesk) -> None:
    desk.item(1)
    desk.item(2)
    desk.draft()
    drafts = desk.file
    desk.act(1, desk.certify)
    with pytest.raises(AlreadyExists, match="in this moment"):
        keep(desk.tx, drafts, desk.file, set_id(1), desk.acting())
    taken = desk.file.schedule(C)
    desk.send(1)
    with pytest.raises(AlreadyExists, match="how it stands"):
        desk.tx.schedules.enter([C], S.VOID, BEGAN)
    one = desk.given(C, 1, "CND")
    desk.tx.schedules.add_endorsements([one])
    with pytest.raises(AlreadyExists, match="endorsed in this moment"):
        desk.tx.schedules.add_endorsements([one])
    swapped = replace(
        taken,
        id=schedule_id(9, 1),
        ordinal=2,
        rows=tuple(replace(r, number=3 - r.number) for r in taken.rows),
    )
    assert taken.snapshot is not None
    forged = KeptDocument(swapped.id, set_id(9), Form.MG6C, taken.snapshot, desk.acting(), swapped)
    with pytest.raises(AlreadyExists, match="given to something else"):
        desk.tx.schedules.add_document(PROCEEDING, forged)


def test_the_set_that_is_put_together_is_kept_changed_and_ended(desk: KeptDesk) -> None:
    assert desk.tx.schedules.preparation(PROCEEDING) is None
    made = Preparation(set_id(7), C, D, None, (desk.report(1, []),))
    assert desk.tx.schedules.prepare(PROCEEDING, made) == 1
    changed = replace(made, note="Begun before the Code.")
    assert desk.tx.schedules.prepare(PROCEEDING, changed) == 2
    assert desk.tx.schedules.preparation(PROCEEDING) == (changed, 2)
    assert {desk.tx.schedules.proceeding_of(part) for part in made.parts} == {PROCEEDING}
    desk.tx.schedules.end_preparation(PROCEEDING)
    with pytest.raises(NotFound):
        desk.tx.schedules.proceeding_of(UUID(int=C.int))


def test_the_statement_that_there_is_none_is_kept_beside_its_set(desk: KeptDesk) -> None:
    desk.item(1, NOT_SENSITIVE)
    by: Acting = desk.acting(PersonId(DEPUTY))
    template = desk.file.forms.template(Form.MG6D_NIL, TODAY)
    nil = nil_snapshot(desk.file.opened, D, set_id(1), template, by, further=False)
    desk.tx.schedules.add_document(PROCEEDING, KeptDocument(D, set_id(1), Form.MG6D_NIL, nil, by))
    desk.draft(1, nil=by)
    desk.act(1, desk.certify)
    [found] = [d for d in desk.tx.schedules.documents(PROCEEDING) if d.form is Form.MG6D_NIL]
    assert (found.snapshot, found.by, found.of) == (nil, by, set_id(1))
    assert found.snapshot.intact


def test_what_is_sensitive_is_told_in_the_restricted_chain_alone(desk: KeptDesk) -> None:
    desk.item(1)
    desk.item(2, SENSITIVE)
    desk.draft()
    desk.act(1, desk.certify)
    both = [r.chain for r in desk.tx.custody.pending]
    assert both == [of_proceeding(PROCEEDING), restricted_of(PROCEEDING), restricted_of(PROCEEDING)]
    plain, *hidden = desk.tx.custody.pending
    assert (plain.case_id, plain.facts["name"], plain.facts["state"]) == (CASE_ID, "MG6C 1.0", "certified")
    assert {r.case_id for r in hidden} == {None}
    assert not {"MG6D", str(D), str(set_id(1))} & set(map(str, plain.facts.values()))
