"""A set of schedules that went to the prosecutor, for tests of what comes back."""

from dataclasses import dataclass
from uuid import UUID

from dems.bootstrap import Dems
from dems.model.disclosure.contents import Presumed
from dems.model.disclosure.forms import Form
from dems.model.disclosure.material import Subject
from dems.model.disclosure.putting_together import Writing
from dems.model.ids import ScheduleId, ScheduleSetId
from tests.model.disclosing import SENSITIVE
from tests.proceedings import OpenProceeding


@dataclass(frozen=True)
class SubmittedSet:
    """Two rows on the MG6C, of which the second is presumed to meet the test, and one on the MG6D."""

    proceeding: OpenProceeding
    id: ScheduleSetId
    mg6c: ScheduleId
    mg6d: ScheduleId
    report: UUID
    plain: Subject
    presumed: Subject
    secret: Subject

    @property
    def dems(self) -> Dems:
        return self.proceeding.dems


def drafted_set(proceeding: OpenProceeding) -> tuple[UUID, UUID, UUID]:
    """MG6C, MG6D or the statement that there is none, and a report by which nothing meets the test."""
    prepare, by = proceeding.dems.schedules.prepare, proceeding.officer.actor
    c, d = (prepare(by, proceeding.id, form).listed.id for form in (Form.MG6C, Form.MG6D))
    return c, d, prepare(by, proceeding.id, Form.MG6E, writing=Writing(certificate="a")).listed.id


def submitted_set(proceeding: OpenProceeding) -> SubmittedSet:
    plain, presumed, secret = (proceeding.thing(f"ABC/{n}") for n in (1, 2, 3))
    proceeding.ready(plain, "Photograph of the custody desk on the night")
    proceeding.ready(presumed, "Notebook of the custody sergeant for that week")
    proceeding.ready(secret, "Account that a neighbour gave in secret", SENSITIVE)
    prepared = drafted_set(proceeding)
    officer, schedules = proceeding.officer.actor, proceeding.dems.schedules
    schedules.certify(officer, prepared[2])
    sent = schedules.submit(officer, proceeding.id, prepared)
    # Decided after it went: what is presumed before goes with a copy, which is of no matter here.
    proceeding.decide(presumed, Presumed("RP3"))
    c, d, e = prepared
    return SubmittedSet(proceeding, sent.id, ScheduleId(c), ScheduleId(d), e, plain, presumed, secret)
