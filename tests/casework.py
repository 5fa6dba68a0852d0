"""What is recorded of a case under investigation, for tests that need one whose clocks run."""

from dataclasses import replace
from typing import Any

from dems.bootstrap import Dems
from dems.model.cases import Case
from dems.model.clocks.records import record_of
from dems.model.clocks.table import CLOCKS
from dems.model.life.contents import Content, ModeDecision
from dems.model.life.saying import NewFact
from tests.model.lives import under_investigation
from tests.world import Somebody


def investigated(dems: Dems, case: Case, by: Somebody, *more: Content) -> None:
    """A complaint of 30 March 2021, referred on 1 April, independent from the 7th, started on the 12th; and more."""
    told = [f.content for f in under_investigation(*more).life.facts]
    record(dems, case, by, *told)


def record(dems: Dems, case: Case, by: Somebody, *contents: Content) -> None:
    """Record these facts together; whoever decided a mode is the same person."""
    told = [replace(c, decided_by=by.person.id) if isinstance(c, ModeDecision) else c for c in contents]
    dems.cases.record(by.actor, case.id, [NewFact(c) for c in told])


def definition_body(clock: str, *, replaces: int, **changes: Any) -> dict[str, Any]:
    """The next version of a clock that is shipped, as a body."""
    record = record_of(next(d for d in CLOCKS if d.id == clock))
    del record["version"]
    return {**record, "replaces": replaces, "reason": "The law changed.", "in_force_from": "2026-12-01", **changes}
