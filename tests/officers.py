"""A disclosure officer at work on the schedules of one proceeding, through the use cases."""

import json
from uuid import UUID, uuid4

import pytest

from dems.errors import DisclosureRulesBroken
from dems.model.actors import system
from dems.model.acts import Act
from dems.model.custody import Authority, of_proceeding, restricted_of
from dems.model.disclosure.forms import Form, Series
from dems.model.disclosure.putting_together import Writing
from dems.model.disclosure.recording import endorse_rows, returned
from dems.model.disclosure.reports import Endorsement, Returned
from dems.model.ids import ScheduleId, ScheduleSetId
from dems.ports import Once, Page
from dems.steps.acting import acting
from dems.steps.kept_schedules import keep, tell
from dems.steps.schedules_at_hand import certified
from dems.steps.shown_schedules import FormShown
from dems.steps.submissions import Submission
from tests.model.disclosing import NOT_SENSITIVE, SENSITIVE
from tests.proceedings import OpenProceeding
from tests.world import Somebody

ALL = Page(500)
NOTHING_MEETS_IT = Writing(certificate="a")
PLAIN = "Photograph of the custody desk on the night"
SECRET = "Account that a neighbour gave in secret"


class Office:
    def __init__(self, proceeding: OpenProceeding, by: Somebody | None = None) -> None:
        self.proceeding, self.by = proceeding, by or proceeding.officer
        self.acts = proceeding.dems.schedules

    def draft(self, form: Form, writing: Writing | None = None) -> FormShown:
        return self.acts.prepare(self.by.actor, self.proceeding.id, form, writing=writing)

    def drafts(self) -> tuple[UUID, UUID, UUID]:
        """MG6C, MG6D or the statement that there is none, and a report by which nothing meets the test."""
        c, d = (self.draft(form).listed.id for form in (Form.MG6C, Form.MG6D))
        return c, d, self.draft(Form.MG6E, NOTHING_MEETS_IT).listed.id

    def certify(self, part: UUID) -> FormShown:
        return self.acts.certify(self.by.actor, part)

    def void(self, part: UUID, reason: str = "It was signed too early.") -> list[tuple[str, str]]:
        return [(f.name, f.state.value) for f in self.acts.void(self.by.actor, part, reason=reason)]

    def submit(self, *parts: UUID) -> Submission:
        return self.acts.submit(self.by.actor, self.proceeding.id, parts)

    def read(self, part: UUID) -> FormShown:
        return self.acts.look_up.one(self.by.actor, part)

    def standing(self) -> list[tuple[str, str]]:
        """Every form that this officer may know of, and how it stands."""
        return [(f.name, f.state.value) for f in self.acts.look_up.page(self.by.actor, self.proceeding.id, ALL)]

    def signed(self) -> tuple[UUID, UUID, UUID]:
        """A set that is certified."""
        parts = self.drafts()
        self.certify(parts[2])
        return parts

    def sent(self) -> tuple[UUID, UUID, UUID]:
        """A set that went to the prosecutor."""
        parts = self.signed()
        self.submit(*parts)
        return parts

    def endorsed(self, *schedules: UUID) -> None:
        """The lawyer endorses every row of these."""
        for schedule in schedules:
            self._answered(ScheduleId(schedule))

    def _answered(self, wanted: ScheduleId) -> None:
        dems, lawyer = self.proceeding.dems, self.proceeding.lawyer
        with dems.transaction() as tx:
            now = dems.clock()
            before = certified(tx, self.proceeding.id, now)
            by, schedule = acting(tx, lawyer.actor, self.proceeding.case_id, now), before.schedule(wanted)
            code = "CND" if schedule.series is Series.MG6C else "Y"
            rows = [r for r in schedule.rows if r.live]
            given = [
                Endorsement(wanted, r.series, r.number, code, by, None, "It is of nothing at issue.") for r in rows
            ]
            after = endorse_rows(before, wanted, given)
            keep(tx, before, after, next(s.id for s in before.sets if wanted in s.schedules), by)
            tx.authorise(system(), Act.SCHEDULE_ENDORSE)
            tell(tx, Authority(system(), Act.SCHEDULE_ENDORSE, "system"), before, after)

    def sent_back(self, of: ScheduleSetId, reason: str = "Describe these.") -> None:
        """The prosecutor returns what of a set is not endorsed."""
        dems, lawyer = self.proceeding.dems, self.proceeding.lawyer
        with dems.transaction() as tx:
            now = dems.clock()
            before = certified(tx, self.proceeding.id, now)
            by = acting(tx, lawyer.actor, self.proceeding.case_id, now)
            after = returned(before, Returned(of, reason, by))
            keep(tx, before, after, of, by)
            tx.authorise(system(), Act.SCHEDULE_RETURN)
            tell(tx, Authority(system(), Act.SCHEDULE_RETURN, "system"), before, after)


def with_both(office: Office) -> None:
    """One thing for each schedule."""
    for ref, description, sensitivity in (("ABC/1", PLAIN, NOT_SENSITIVE), ("ABC/2", SECRET, SENSITIVE)):
        office.proceeding.ready(office.proceeding.thing(ref), description, sensitivity)


def rules(no: pytest.ExceptionInfo[DisclosureRulesBroken]) -> list[tuple[str, str | None]]:
    return [(p["rule"], p["row"]) for p in no.value.data["problems"]]


def once() -> Once:
    return Once(uuid4().bytes * 2, b"f" * 32)


def chain(office: Office, *, restricted: bool) -> list[dict[str, object]]:
    which = restricted_of if restricted else of_proceeding
    with office.proceeding.dems.transaction() as tx:
        entries = tx.custody.chain(which(office.proceeding.id), ALL)
    return [json.loads(e.detail or b"{}")["facts"] for e in entries]


def told(office: Office, *, restricted: bool) -> list[tuple[object, object]]:
    """What the entries say of states of schedules."""
    return [
        (f["name"], f["state"]) for f in chain(office, restricted=restricted) if "state" in f and "document" not in f
    ]
