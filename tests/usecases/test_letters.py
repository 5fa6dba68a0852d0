"""Drafting a report on timeliness: kept as it was drafted, with an entry, and read by whoever may read the case."""

import json
from uuid import uuid4

import pytest

from dems.bootstrap import Dems
from dems.errors import Invalid, NotFound, NotPermitted
from dems.model.actors import system
from dems.model.clocks.letters import Letter, Wanted
from dems.model.clocks.timeliness import Recipient, ReportField
from dems.model.life.contents import Milestone
from dems.model.life.events import EventKind
from dems.ports import Once, Page
from tests.casework import investigated, record
from tests.conftest import Team
from tests.model.lives import on
from tests.world import World


def wanted(clock: str = "timeliness-report", **written: str) -> Wanted:
    fields = {ReportField(k): v for k, v in written.items()}
    return Wanted(clock, None, fields, authority_is_chief_officer=True, chief_officer_is_subject=False)


def draft(dems: Dems, team: Team, what: Wanted, once: Once | None = None) -> Letter:
    return dems.timeliness.draft(team.investigator.actor, team.case.id, what, once=once)


def test_a_draft_is_kept_as_it_was_and_a_later_one_stands_beside_it(dems: Dems, team: Team) -> None:
    investigated(dems, team.case, team.manager)
    first = draft(dems, team, wanted(progress="It goes on."))
    record(dems, team.case, team.manager, Milestone(EventKind.CONDUCT_NOTICE_SERVED, on("2021-05-01")))
    second = draft(dems, team, wanted(progress="It is done.", estimate="May", reason="None", planned_steps="None"))
    assert dems.timeliness.letters.page(team.manager.actor, team.case.id, Page(9)) == [first, second]
    assert first.content[ReportField.DATE_OF_NOTICE] == "No notice has been served."
    assert second.content[ReportField.DATE_OF_NOTICE] == "Conduct notice served on 1 May 2021."
    assert (first.complete, second.complete) == (False, True)
    assert second.recipients == {Recipient.POLICING_BODY, Recipient.CHIEF_OFFICER}
    chain = dems.custody.read.case(team.manager.actor, team.case.id, Page(100))
    entries = [e for e in (json.loads(r.detail) for r in chain if r.detail is not None) if e["act"] == "letter.draft"]
    assert entries[0]["facts"] == {
        "report": str(first.id),
        "clock": "timeliness-report",
        "period": 1,
        "recipients": ["chief_officer", "policing_body"],
        "missing": ["estimate", "reason", "planned_steps"],
    }
    assert "It goes on." not in json.dumps(entries)


def test_its_document_is_the_same_bytes_whenever_it_is_asked_for(dems: Dems, team: Team) -> None:
    investigated(dems, team.case, team.manager)
    letter = draft(dems, team, wanted(progress="It goes on."))
    read = dems.timeliness.letters.document
    for kind, begins in (("pdf", b"%PDF-"), ("docx", b"PK\x03\x04")):
        about, first = read(team.manager.actor, team.case.id, letter.id, kind)
        assert first.startswith(begins)
        assert read(team.manager.actor, team.case.id, letter.id, kind)[1] == first
        assert (about.reference, about.drafted_by) == (team.case.reference, team.investigator.person.name)


def test_a_draft_of_another_case_is_not_found(dems: Dems, world: World, team: Team) -> None:
    investigated(dems, team.case, team.manager)
    letter = draft(dems, team, wanted())
    other = world.case(team.manager)
    with pytest.raises(NotFound):
        dems.timeliness.letters.document(team.manager.actor, other.id, letter.id, "pdf")
    with pytest.raises(NotFound):
        dems.timeliness.letters.document(team.outsider.actor, team.case.id, letter.id, "pdf")
    assert dems.timeliness.letters.page(team.manager.actor, other.id, Page(9)) == []


def test_a_repeated_request_drafts_nothing_again(dems: Dems, team: Team) -> None:
    investigated(dems, team.case, team.manager)
    once = Once(uuid4().bytes, b"a")
    assert draft(dems, team, wanted(), once) == draft(dems, team, wanted(), once)
    assert len(dems.timeliness.letters.page(team.manager.actor, team.case.id, Page(9))) == 1


def test_a_report_that_the_case_does_not_ask_for_is_refused(dems: Dems, world: World, team: Team) -> None:
    investigated(dems, team.case, team.manager)
    with pytest.raises(Invalid, match="asks for no such report"):
        draft(dems, team, wanted("force-timeliness-report"))
    with pytest.raises(Invalid, match="no report of that kind"):
        draft(dems, team, wanted("mode-decision"))
    lawyer = world.somebody("reviewing_lawyer")
    world.join(team.case, lawyer, "reviewing_lawyer", by=team.manager)
    with pytest.raises(NotPermitted):
        dems.timeliness.draft(lawyer.actor, team.case.id, wanted())
    with pytest.raises(RuntimeError, match="by somebody"):
        dems.timeliness.draft(system(), team.case.id, wanted())
