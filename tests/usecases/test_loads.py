"""Histories of many cases, loaded in batches; and what happens where somebody else is at the same case in that moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import Busy, Invalid, NotFound, NotPermitted
from dems.model.cases import Case, CaseState
from dems.model.ids import CaseId, new_id
from dems.model.life.contents import Milestone, ModeDecision
from dems.model.life.events import EventKind
from dems.model.life.messages import CaseMessage, SourceVersion
from dems.model.life.vocabulary import Mode, Vocabulary
from dems.ports import BadLine, Transaction
from dems.steps.taking import Known, Taken
from dems.usecases.cases.load_history import Line, LoadHistory
from dems.usecases.cases.take_message import TakeMessage
from tests.conftest import Owner, Team
from tests.usecases.test_lives import on
from tests.waits import until_somebody_waits_for_a_lock
from tests.world import Somebody, World


def line(number: int, said: Any) -> Line:
    return Line(number, said, bytes([number]) * 32)


def message(reference: str, **more: Any) -> CaseMessage:
    return CaseMessage(reference, "t", {"matter_type": "complaint"}, version=SourceVersion(1), **more)


@dataclass(frozen=True)
class Meanwhile(Vocabulary):
    """Lets somebody else open a case after it was looked for and before it is opened, once."""

    dems: Dems | None = None
    by: Somebody | None = None
    reference: str = ""
    done: list[str] = field(default_factory=list)

    def meant(self, said: Any) -> dict[str, Any]:
        if not self.done and self.dems is not None and self.by is not None:
            self.done.append(self.reference)
            self.dems.cases.open(self.by.actor, reference=self.reference, title="First")
        return super().meant(said)


def test_lines_of_one_batch_follow_one_another_and_what_is_wrong_is_said_of_its_line(
    dems: Dems, world: World, team: Team
) -> None:
    who, mark = world.somebody("case_manager"), uuid4().hex[:8]
    begun = dems.cases.load.begin(who.actor, uuid4().bytes)
    mine = world.case(who)
    referred = Milestone(EventKind.REFERRAL_RECEIVED, on("2026-03-02"))
    impossible = Milestone(EventKind.CLOSED, on("2026-03-01"))
    modes = ((Mode.LOCAL, "2026-03-03"), (Mode.INDEPENDENT, "2026-03-09"))
    decided = [ModeDecision(mode, on(day), who.person.id, "So it was decided.") for mode, day in modes]
    lines = [
        line(1, message(f"{mark}/1")),
        line(2, CaseMessage(f"{mark}/1", contents=(referred, *decided), version=SourceVersion(2))),
        line(3, CaseMessage(f"{mark}/1", contents=(impossible,), version=SourceVersion(3))),
        line(4, message(f"{mark}/1")),
        line(5, Invalid("Not JSON.")),
        line(6, message(team.case.reference)),
        line(7, CaseMessage(mine.reference, contents=(referred,))),
        line(8, CaseMessage(mine.reference, contents=(referred,))),
        line(9, CaseMessage(f"{mark}/1", contents=(decided[0],))),
    ]
    done = dems.cases.load.batch(who.actor, begun, lines)
    assert (done.lines, done.opened, done.changed, done.unchanged, done.failed) == (9, 1, 2, 3, 3)
    assert done.sha256 == bytes([9]) * 32
    case = dems.cases.look_up.by_reference(who.actor, f"{mark}/1")
    assert (case.facts, case.received_on, case.version) == (4, referred.when.on, 2)
    assert case.mode is Mode.INDEPENDENT
    found, bad = dems.cases.load.look_up(who.actor, begun.id, 0, 10)
    assert found == done
    assert [(b.line, b.rule) for b in bad] == [(3, "impossible-life"), (5, "invalid"), (6, "already-exists")]
    assert bad[1] == BadLine(5, "invalid", "Not JSON.")
    assert dems.cases.load.look_up(who.actor, begun.id, 5, 10)[1] == bad[2:]
    assert dems.cases.load.finish(who.actor, done).finished_at is not None


def test_a_load_is_gone_on_with_by_one_and_seen_by_who_began_it(dems: Dems, world: World) -> None:
    who, scope = world.somebody("integration"), uuid4().bytes
    begun = dems.cases.load.begin(who.actor, scope)
    assert dems.cases.load.begin(who.actor, scope) == begun
    dems.cases.load.batch(who.actor, begun, [line(1, message(f"L/{uuid4()}"))])
    with pytest.raises(Busy):
        dems.cases.load.batch(who.actor, begun, [line(1, message(f"L/{uuid4()}"))])
    assert dems.cases.load.begin(who.actor, scope).lines == 1
    with pytest.raises(NotFound):
        dems.cases.load.look_up(world.somebody("case_manager").actor, begun.id, 0, 10)
    with pytest.raises(NotFound):
        dems.cases.load.look_up(who.actor, uuid4(), 0, 10)
    with pytest.raises(NotPermitted):
        dems.cases.load.begin(world.somebody("investigator").actor, scope)


def test_a_case_that_was_opened_in_this_moment_is_looked_at_again(dems: Dems, world: World) -> None:
    who = world.somebody("case_manager")
    for reference, load in ((f"M/{uuid4()}", False), (f"M/{uuid4()}", True)):
        words = Meanwhile(dems=dems, by=who, reference=reference)
        if load:
            loading = LoadHistory(dems.transaction, dems.clock, words)
            begun = loading.begin(who.actor, uuid4().bytes)
            done = loading.batch(who.actor, begun, [line(1, message(reference))])
            assert (done.opened, done.changed) == (0, 1)
        else:
            taken = TakeMessage(dems.transaction, dems.clock, words)(who.actor, message(reference))
            assert (taken.opened, taken.changed) == (False, True)
        assert words.done == [reference]
        assert dems.cases.look_up.by_reference(who.actor, reference).title == "t"


def test_two_that_open_the_same_cases_do_not_wait_for_each_other_in_a_circle(
    dems: Dems, world: World, as_owner: Owner
) -> None:
    """Whoever comes second waits for the first of these references before it has added any that the first still needs."""
    who, mark = world.somebody("case_manager"), uuid4().hex[:8]
    begun = dems.cases.load.begin(who.actor, uuid4().bytes)
    lines = [line(1, message(f"{mark}/2")), line(2, message(f"{mark}/1"))]
    with ThreadPoolExecutor(1) as other:
        with _undone(dems) as tx:
            tx.cases.add(_case(who, f"{mark}/1"))
            loading = other.submit(dems.cases.load.batch, who.actor, begun, lines)
            until_somebody_waits_for_a_lock(as_owner)
            tx.cases.add(_case(who, f"{mark}/2"))
        done = loading.result(60)
    assert (done.opened, done.failed) == (2, 0)


class _Undone(Exception):
    """Nothing went wrong."""


@contextmanager
def _undone(dems: Dems) -> Iterator[Transaction]:
    """A transaction of somebody who thinks better of it in the end."""
    with suppress(_Undone), dems.transaction() as tx:
        yield tx
        raise _Undone


def _case(who: Somebody, reference: str) -> Case:
    return Case(CaseId(new_id()), reference, "t", CaseState.OPEN, who.person.id, datetime.now(UTC), version=1)


def test_a_message_that_was_taken_is_of_a_case() -> None:
    with pytest.raises(RuntimeError):
        _ = Taken(Known(), Known()).case
