"""Sets that are put together, for tests: forms asked for, and reports of two officers to write on."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from uuid import UUID

from dems.model.disclosure.acting import Acting
from dems.model.disclosure.forms import Form
from dems.model.disclosure.preparing import Preparation, prepared
from dems.model.disclosure.putting_together import Writing, asked_for, written
from dems.model.ids import PersonId, ReportId
from tests.model.disclosing import (
    DEPUTY,
    OFFICER,
    SENSITIVE,
    Desk,
)


def fresh() -> Callable[[], UUID]:
    numbers = count(0xF0_0000)
    return lambda: UUID(int=next(numbers))


def ask(made: Preparation | None, form: Form, by: Acting, new: Callable[[], UUID]) -> tuple[Preparation, UUID]:
    part = new()
    return asked_for(made, form, part, by, new), part


class Written:
    """A set of an item on each schedule, with a report of the officer and one of the deputy."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.desk.item(1)
        self.desk.item(2, SENSITIVE)
        self.new = fresh()
        made, self.c = ask(None, Form.MG6C, self.desk.acting(), self.new)
        made, self.d = ask(made, Form.MG6D, self.desk.acting(), self.new)
        made, own = ask(made, Form.MG6E, self.desk.acting(), self.new)
        self.made, other = ask(made, Form.MG6E, self.desk.acting(DEPUTY), self.new)
        self.own, self.other = ReportId(own), ReportId(other)

    def write(self, says: Writing, by: PersonId = OFFICER) -> Preparation:
        report = self.own if by == OFFICER else self.other
        return written(self.desk.file, self.made, report, self.desk.acting(by), says)


def ready(table: Written) -> None:
    table.made = table.write(Writing(certificate="a", corroborating=frozenset({DEPUTY})))
    own = tuple(r for r in table.made.reports if r.id == table.own)
    table.made = replace(table.made, reports=own)
    table.desk.file = prepared(table.desk.file, table.made)
