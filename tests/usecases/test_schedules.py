"""Schedules from draft to submission and on, through the use cases on the real database."""

from uuid import UUID

import pytest

from dems.errors import (
    DisclosureRulesBroken,
)
from dems.model.disclosure.forms import Form
from dems.model.disclosure.putting_together import Writing
from dems.ports import Page
from dems.steps.shown_schedules import FormShown
from dems.steps.submissions import Submission
from tests.conftest import Team
from tests.model.disclosing import SENSITIVE
from tests.proceedings import OpenProceeding, proceeding_of
from tests.world import Somebody, World

ALL = Page(500)
NOTHING_MEETS_IT = Writing(certificate="a")


@pytest.fixture
def proceeding(world: World, team: Team) -> OpenProceeding:
    return proceeding_of(world, team)


class Office:
    """A disclosure officer at work on the schedules of one proceeding."""

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

    def submit(self, *parts: UUID) -> Submission:
        return self.acts.submit(self.by.actor, self.proceeding.id, parts)

    def read(self, part: UUID) -> FormShown:
        return self.acts.look_up.one(self.by.actor, part)

    def standing(self) -> list[tuple[str, str]]:
        return [(f.name, f.state.value) for f in self.acts.look_up.page(self.by.actor, self.proceeding.id, ALL)]

    def sent(self) -> tuple[UUID, UUID, UUID]:
        """A set that went to the prosecutor."""
        parts = self.drafts()
        self.certify(parts[2])
        self.submit(*parts)
        return parts


@pytest.fixture
def office(proceeding: OpenProceeding) -> Office:
    return Office(proceeding)


def rules(no: pytest.ExceptionInfo[DisclosureRulesBroken]) -> set[str]:
    return {p["rule"] for p in no.value.data["problems"]}


def test_a_set_goes_from_drafts_to_the_prosecutor(office: Office) -> None:
    proceeding = office.proceeding
    plain, secret = proceeding.thing("ABC/1"), proceeding.thing("ABC/2")
    proceeding.ready(plain, "Photograph of the custody desk on the night")
    proceeding.ready(secret, "Account that a neighbour gave in secret", SENSITIVE)
    c, d, e = office.drafts()
    shown = office.read(c)
    assert [(r["number"], r["description"]) for r in shown.says["rows"]] == [
        (1, "Photograph of the custody desk on the night")
    ]
    assert office.standing() == [("MG6C", "draft"), ("MG6D", "draft"), ("MG6E", "draft")]
    certified = office.certify(e)
    assert certified.says["covers"] == [{"id": str(i), "sha256": office.read(i).listed.sha256} for i in sorted((c, d))]
    assert office.standing() == [("MG6C 1.0", "certified"), ("MG6D 1.0", "certified"), ("MG6E", "certified")]
    sent = office.submit(c, d, e)
    assert (sent.state.value, [f.name for f in sent.forms]) == ("submitted", ["MG6C 1.0", "MG6D 1.0", "MG6E"])
    assert sent.sent.person == proceeding.officer.person.id
