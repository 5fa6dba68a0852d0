"""What the walk over all routes finds: a case with everything that a route can name, people of every kind, and fitting bodies."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from dems.model.acts import Act
from dems.model.clocks.letters import Wanted
from dems.model.disclosure.forms import Form
from dems.model.ids import CaseId
from dems.model.life.contents import ThemeStatus
from dems.model.life.saying import NewFact
from dems.model.life.when import When
from dems.model.names import OriginalName
from dems.model.people import CaseRole, OrganisationRole
from dems.ports import Page
from dems.steps.declaring import FileDeclared
from dems.steps.manifest import Defaults, ItemDeclared
from dems.usecases.cases.put_member import Holding
from dems.usecases.disclosure.make_block import NewBlock
from dems.usecases.disclosure.record_particulars import Particular
from tests.api.intakes import digest_header
from tests.api.who_may import (
    ON_CASE,
    RELATIONS,
)
from tests.casework import definition_body, investigated
from tests.conftest import Team
from tests.invited import terms
from tests.officers import Office
from tests.proceedings import ON_THE_EXHIBIT_LIST, proceeding_of, taken_back
from tests.readings import picture, record
from tests.world import Somebody, World


@dataclass(frozen=True)
class Scene:
    """One case with one sealed item, and for every role and relation a person."""

    case: CaseId
    ids: dict[str, str]
    people: dict[tuple[str, str], Somebody]


def scene_of(world: World) -> Scene:
    manager = world.somebody("case_manager", "investigator")
    case = world.case(manager)
    sealed = world.sealed(manager, case, b"evidence")
    shown = picture(world.dems, sealed, b"\xff\xd8\xff picture")
    record(world.dems, sealed, renditions=[shown])
    waiting = world.declare(manager, case, b"more")
    assert waiting.upload is not None
    other = world.somebody("investigator")
    grant = world.dems.evidence.grant_access(manager.actor, sealed.id, purpose="test", reason="x")
    item = ItemDeclared(FileDeclared(OriginalName(b"small"), 3))
    intake, _, _ = world.dems.intakes.declare(manager.actor, case.id, [item], defaults=Defaults("IN"))
    invitation, _, _ = world.dems.invitations.make(manager.actor, case.id, terms(world.dems))
    investigated(world.dems, case, manager)
    wanted = Wanted("timeliness-report", None, {}, authority_is_chief_officer=True, chief_officer_is_subject=False)
    report = world.dems.timeliness.draft(manager.actor, case.id, wanted)
    fact = world.dems.cases.record(
        manager.actor, case.id, [NewFact(ThemeStatus("taser", True, When(date(2026, 1, 2))))]
    )
    party = world.dems.cases.parties.add(manager.actor, case.id, name="Ann Example")
    proceeding = proceeding_of(world, Team(case, manager, manager, world))
    happening = taken_back(proceeding)
    world.dems.disclosure.particulars(proceeding.officer.actor, sealed.id, Particular(), reason="x")
    proceeding.ready(proceeding.thing("ABC/9001"), "Notebook of the duty sergeant")
    schedule, *_ = Office(proceeding).sent()
    [submission] = world.dems.schedules.look_up.submissions(proceeding.officer.actor, proceeding.id, Page(1))
    proceeding.decide(proceeding.thing("ABC/9002"), *ON_THE_EXHIBIT_LIST)
    exhibits = world.dems.lists.certify(proceeding.officer.actor, proceeding.id, Form.MG12)
    search = world.dems.reviewing.search(
        proceeding.officer.actor, proceeding.id, source="Phone", purpose="x", hits=[], examined=1
    )
    block = world.dems.reviewing.block(
        proceeding.officer.actor, proceeding.id, NewBlock("Meals", "Phone", "Many", "Meals", quantity=1)
    )
    lead = world.somebody("lead_investigator")
    world.join(case, lead, "lead_investigator", by=manager)
    export = world.dems.exporting.ask(
        lead.actor, case.id, items=None, with_bytes=False, recipient="Coroner", reason="inquest"
    )
    entry, second = world.dems.custody.read.case(manager.actor, case.id, Page(2))
    auditor = world.somebody("auditor")
    approval = world.dems.approvals.ask(auditor.actor, Act.DETAIL_DESTROY, second.id, reason="order")
    assert other.token, "issued when it is first asked for"
    token = world.dems.people.look_up.tokens(world.somebody("administrator").actor, other.person.id, Page(1))[0]
    people = {}
    for role in OrganisationRole:
        for relation in RELATIONS:
            who = people[role.value, relation] = world.somebody(role.value)
            if role.value in ON_CASE and relation != "outsider":
                held = [Holding(CaseRole(role.value))]
                world.dems.cases.put_member(manager.actor, case.id, who.person.id, held)
            if relation == "former" and role.value in ON_CASE:
                world.dems.cases.end_member(manager.actor, case.id, who.person.id)
            if relation == "walled":
                world.dems.cases.raise_wall(manager.actor, case.id, person_id=who.person.id, reason="kin")
    ids = {
        "case_id": str(case.id),
        "evidence_id": str(sealed.id),
        "upload_id": str(waiting.upload.id),
        "person_id": str(other.person.id),
        "entry_id": str(entry.id),
        "token_id": str(token.id),
        "report_id": str(report.id),
        "asked": str(second.id),
        "approval_id": str(approval.id),
        "subject": str(world.somebody("investigator").person.id),
        "reference": case.reference,
        "grant": str(grant.id),
        "intake_id": str(intake.id),
        "invitation_id": str(invitation.id),
        "export_id": str(export.id),
        "proceeding_id": str(proceeding.id),
        "happening_id": str(happening.id),
        "search_id": str(search.id),
        "block_id": str(block.block.id),
        "schedule_id": str(schedule),
        "other_id": str(schedule),
        "submission_id": str(submission.id),
        "list_id": str(exhibits.id),
        "number": "1",
        "name": "mode-decision",
        "fact_id": str(fact.facts[0].id),
        "party_id": str(party.id),
        "import_id": str(world.dems.cases.load.begin(manager.actor, b"s" * 32).id),
        "kind": "dems.evidence.seal",
        "level": "0",
        "index": "000",
        "sha256": shown.sha256.hex(),
    }
    return Scene(case.id, ids, people)


_TERMS = ("asked_for", "recipient", "contact", "exhibit_prefix")


def body_for(method: str, path: str, asked: str) -> dict[str, Any]:
    """A body that is refused, once permission is given, without changing anything: the walk must not move the scene."""
    if path.endswith("/content") and method == "PUT":
        return {"content": b"not the size that was declared"}
    if path.endswith("/endorsements") and method == "POST":
        return {"content": b"no workbook"}
    if path.endswith("/parts/{number}"):
        return {"content": b"x", "headers": {"Content-Digest": digest_header(b"x")}}
    if method not in {"POST", "PUT", "PATCH"}:
        return {}
    part = {"number": 99, "sha256": "0" * 64}
    manifest = {"items": [{"file": {"name": "a", "size": 1}, "part_of": str(uuid4())}], "exhibit_prefix": "W"}
    over = {"expires_at": "2020-01-01T00:00:00Z", "max_files": 1, "max_bytes": 1}
    to_come = {"kind": "referral_received", "when": "2199-01-01"}
    bodies: dict[str, Any] = {
        "/v1/cases/{case_id}/team/{person_id}": {"roles": []},
        "/v1/cases/{case_id}/evidence": {"exhibit_ref": "X/1", "kind": "physical", "part_of": str(uuid4())},
        "/v1/evidence/{evidence_id}/exhibit-ref-corrections": {"exhibit_ref": "X/2", "reason": "typing"},
        "/v1/evidence/{evidence_id}/uploads": {},
        "/v1/evidence/{evidence_id}/access": {"purpose": "test", "reason": "walk"},
        "/v1/people": {"name": "N", "email": f"{uuid4().hex}@example.org", "roles": ["investigator"]},
        "/v1/people/{person_id}/tokens": {"days": 1},
        "/v1/cases": {"reference": f"W/{uuid4()}", "title": "W"},
        "/v1/cases/by-reference/{reference:path}": {"title": "W"},
        # A retraction of nothing, and dates to come: of no case can they be true.
        "/v1/cases/{case_id}/facts": {"facts": [{"content": {"kind": "retracted"}}]},
        "/v1/cases/{case_id}/milestones": to_come,
        "/v1/cases/{case_id}/reviews": {"kind": "handling", "events": [{**to_come, "kind": "review_applied"}]},
        "/v1/cases/{case_id}/dsi-reviews": {"events": [{**to_come, "kind": "dsi_review_papers_received"}]},
        "/v1/cases/{case_id}/recommendations": {"kind": "para28A", "addressee": "W", "text": "W"},
        "/v1/cases/{case_id}/proceedings": {"kind": "criminal", "forum": "W"},
        "/v1/cases/{case_id}/parties": {"name": "W"},
        "/v1/imports": {"reference": "W"},
        "/v1/cases/{case_id}/intakes": manifest,
        "/v1/cases/{case_id}/invitations": {**dict.fromkeys(_TERMS, "W"), **over},
        "/v1/intakes/{intake_id}/items": manifest,
        "/v1/intakes/{intake_id}/part-urls": {"parts": [{**part, "upload": str(uuid4())}]},
        "/v1/intakes/{intake_id}/complete": {"uploads": [{"upload": str(uuid4())}]},
        "/v1/cases/{case_id}/exports": {
            "bytes": True,
            "recipient": "W",
            "reason": "W",
            "withhold": ["evidence.seal"],
        },
        # Of an item that is nobody's.
        # What was submitted is changed no more, and the next of its series waits until it is endorsed.
        "/v1/proceedings/{proceeding_id}/schedules": {"form": "MG6C"},
        "/v1/proceedings/{proceeding_id}/submissions": {"schedules": [str(uuid4())]},
        "/v1/schedules/{schedule_id}": {"rows": [{"number": 1, "location": "W"}], "reason": "W"},
        "/v1/schedules/{schedule_id}/certify": {},
        # A list of other proceedings.
        "/v1/proceedings/{proceeding_id}/lists": {"form": "Document list"},
        "/v1/schedules/{schedule_id}/void": {"reason": "W"},
        # Nobody of the walk is cleared, and no row has this number or this code.
        "/v1/schedules/{schedule_id}/return": {"reason": "W"},
        "/v1/schedules/{schedule_id}/endorse": {"rows": [{"number": 9999, "code": "W"}]},
        "/v1/submissions/{submission_id}/served": {"served_on": "2026-01-01", "recipient": "W", "told_by": "W"},
        "/v1/proceedings/{proceeding_id}/decisions": {
            "decisions": [{"content": {"kind": "use", "used": True}, "items": [str(uuid4())], "reason": "W"}]
        },
        # More hits than items, a search that is none, and an item that is nobody's.
        "/v1/proceedings/{proceeding_id}/searches": {
            "source": "W",
            "purpose": "W",
            "hits": [{"term": "W", "items": 2}],
            "examined": 1,
        },
        "/v1/proceedings/{proceeding_id}/blocks": {
            **dict.fromkeys(("title", "source", "reason", "question"), "W"),
            "quantity": 1,
            "searches": [str(uuid4())],
        },
        "/v1/proceedings/{proceeding_id}/searches/{search_id}/samples": {"items": [str(uuid4())], "drawn": "W"},
        "/v1/proceedings/{proceeding_id}/blocks/{block_id}/samples": {"items": [str(uuid4())], "drawn": "W"},
        "/v1/proceedings/{proceeding_id}/viewings": {
            "viewings": [
                {"item": str(uuid4()), "began": "2026-01-01T09:00:00Z", "ended": "2026-01-01T09:01:00Z"},
            ]
        },
        "/v1/proceedings/{proceeding_id}/happenings": {"kind": "charged", "on": "2199-01-01"},
        "/v1/proceedings/{proceeding_id}/happenings/{happening_id}/take-back": {"reason": "W"},
        "/v1/proceedings/{proceeding_id}/placeholders": {
            "exhibit_ref": "W/1",
            "description": "W",
            "holder": "W",
            "place": "W",
            "marking": "official",
            "never_stored": "chis",
            "restricted": True,
        },
        "/v1/evidence/{evidence_id}/particulars": {"reason": "W"},
        # It is open, and by another version than the walk sends.
        "/v1/proceedings/{proceeding_id}/disclosure": {
            "investigation_began": "2025-06-01",
            "parties": [{"party": str(uuid4()), "position": "defendant", "name": "W"}],
            "reason": "W",
        },
        "/v1/uploads/{upload_id}/part-urls": {"parts": [part]},
        "/v1/clocks/definitions": definition_body("mode-decision", replaces=999),
        "/v1/calendars": {"name": "EW", "replaces": 999, "reason": "W", "add": {"2030-01-09": "W"}},
        "/v1/cases/{case_id}/timeliness-reports": {
            "authority_is_chief_officer": True,
            "chief_officer_is_subject": False,
            "period": 999,
        },
        # Of an entry that was asked about before, so that nobody asks for anything new.
        "/v1/approvals": {"act": "custody.destroy_detail", "subject": asked, "reason": "walk"},
    }
    return {"json": bodies.get(path, {})}
