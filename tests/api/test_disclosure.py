"""Disclosure over HTTP: opened, decided in bulk, refused row by row, listed as far as the reader may know, and reopened."""

from dataclasses import fields
from datetime import date
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import TypeAdapter

from api.schemas.decided import DecisionView
from api.schemas.deciding import AnyContent, Kind, content_of
from dems.errors import Invalid
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.contents import Content
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.records import KINDS, content_from, content_record
from dems.model.ids import DecisionId, PersonId, StrandId, new_id
from dems.model.people import CaseRole
from dems.ports.disclosure import KeptDecision
from tests.api.problems import problem_of
from tests.conftest import Team
from tests.model.disclosing import BEGAN, item
from tests.proceedings import OpenProceeding, member_of, proceeding_of, recorded
from tests.world import World

SAID: dict[str, dict[str, Any]] = {
    "relevance": {"relevant": True},
    "use": {"used": False},
    "description": {"description": "Photograph of the desk", "location": "Store A"},
    "sensitivity": {
        "level": "sensitive",
        "public_interest": "Safety",
        "prejudice": "Harm",
        "schedule_reason": "It names one",
        "categories": ["sources_and_persons_at_risk"],
    },
    "sensitive_information": {"holds": True, "authority": "The Secretary of State"},
    "privilege": {"state": "suspected"},
    "pii": {
        "pii_kind": "without_notice",
        "stage": "ordered",
        "public_interest": "Safety",
        "prejudice": "Harm",
        "steps_short": "A summary",
        "order": "PII/1",
        "outcome": "withhold",
        "review_on": "2027-01-02",
    },
    "test": {"result": "does_not_meet", "rebuttal": "It is of nothing at issue"},
    "presumption": {"category": None},
    "clearance": {"clearance": "pii"},
    "source_check": {"description": "Photograph of the desk", "names_no_source": True},
    "handling": {"handling": "withheld", "order": "PII/1"},
    "leak_check": {"hits": ["a1"]},
    "exhibit": {"producer": "F. Shah", "statement": "MG11/1", "continuity": "Sealed", "court_number": "4"},
    "harm_test": {
        "supply": "withheld",
        "regulation": "R16",
        "decided_by": "The Director General",
        "grounds": ["a"],
        "adverse_effect": "Somebody is hurt",
        "significant": True,
    },
    "pages": {"volume": "B", "first_page": 12, "last_page": 19},
    "owner": {"owner": "A hospital", "consulted_on": "2026-01-02"},
    "onward": {"onward": "not", "refusal": "a"},
}
"""Every kind of decision with all that it can say, as it is sent."""

AS_KEPT = {"pii_kind": "kind"}
CONTENTS: TypeAdapter[AnyContent] = TypeAdapter(AnyContent)


def _content(kind: str) -> Content:
    return content_of(CONTENTS.validate_python({"kind": kind, **SAID[kind]}))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_decision_is_sent_and_shown_with_all_that_it_says(kind: str) -> None:
    content = _content(kind)
    assert content == content_from(kind, {AS_KEPT.get(name, name): value for name, value in SAID[kind].items()})
    assert {AS_KEPT.get(name, name) for name in SAID[kind]} == {f.name for f in fields(content)}
    by = Acting(PersonId(UUID(int=1)), "D. Okoro", CaseRole.DISCLOSURE_OFFICER, BEGAN)
    made = Decision(DecisionId(new_id()), StrandId(new_id()), item(1), content, by, "So it appears.")
    assert DecisionView.of(KeptDecision(made, 1)).content == {"kind": kind, **SAID[kind]}
    assert content_record(content)[0] == kind
    assert set(get_args(Kind)) == set(KINDS)


def test_what_the_form_allows_and_no_decision_says_is_refused() -> None:
    ordered = {**SAID["pii"], "kind": "pii", "order": None}
    with pytest.raises(Invalid, match="reference and its outcome"):
        content_of(CONTENTS.validate_python(ordered))


@pytest.fixture
def case(world: World, team: Team) -> OpenProceeding:
    return proceeding_of(world, team)


def test_it_is_opened_over_http_and_said_anew_with_the_etag(http: httpx.Client, world: World, team: Team) -> None:
    proceeding, party = recorded(world, team)
    officer = member_of(world, team, "disclosure_officer")
    path = f"/v1/proceedings/{proceeding}/disclosure"
    body = {
        "investigation_began": "2025-06-01",
        "parties": [{"party": str(party), "position": "defendant", "name": "Moss"}],
        "reason": "Charge is near",
    }
    problem_of(http.get(path, headers=officer.headers), 404)
    key = {**officer.headers, "Idempotency-Key": uuid4().hex}
    made = http.post(path, headers=key, json=body)
    assert (made.status_code, made.headers["etag"], made.json()["title"]) == (201, '"1"', "R v Moss")
    assert http.post(path, headers=key, json=body).headers["idempotency-replayed"] == "true"
    problem_of(http.post(path, headers=officer.headers, json=body), 428)
    problem_of(http.post(path, headers={**officer.headers, "If-Match": '"7"'}, json=body), 412)
    wrong = http.post(path, headers={**officer.headers, "If-Match": '"1"'}, json={**body, "role": "reviewing_lawyer"})
    [found] = problem_of(wrong, 409)["problems"]
    assert (found["rule"], found["place"]) == ("R03", {"kind": "person", "key": str(officer.person.id)})
    read = http.get(path, headers=team.investigator.headers)
    assert read.json() == made.json()
    assert read.json()["by"]["role"] == "disclosure_officer"
    assert read.headers["etag"] == '"1"'


def test_many_are_decided_at_once_or_none_and_every_refused_row_is_named(
    http: httpx.Client, case: OpenProceeding
) -> None:
    first, second = (case.thing(f"A/{n}") for n in (1, 2))
    path, headers, use = f"/v1/proceedings/{case.id}/decisions", case.officer.headers, {"kind": "use", "used": False}
    relevant = {"kind": "relevance", "relevant": True}
    asked = {
        "decisions": [
            {"content": relevant, "items": [str(first.id), str(second.id)], "reason": "Seen on the night"},
            {"content": use, "items": [str(first.id)], "reason": "Nobody relies on it"},
        ]
    }
    key = {**headers, "Idempotency-Key": uuid4().hex}
    made = http.post(path, headers=key, json=asked)
    assert made.status_code == 201, made.text
    assert [(d["subject"]["id"], d["kind"]) for d in made.json()["decisions"]] == [
        (str(first.id), "relevance"),
        (str(second.id), "relevance"),
        (str(first.id), "use"),
    ]
    assert http.post(path, headers=key, json=asked).json() == made.json()
    again = problem_of(http.post(path, headers=headers, json=asked), 409)
    stands = [(p["row"], p["position"], p["decides"], p["stands"]) for p in again["problems"]]
    decided = made.json()["decisions"]
    assert stands == [(f"item {d['subject']['id']}", n, d["kind"], d["id"]) for n, d in enumerate(decided)]
    stranger = str(uuid4())
    unknown = {"decisions": [{"content": use, "items": [str(second.id), stranger], "reason": "x"}]}
    refused = problem_of(http.post(path, headers=headers, json=unknown), 409)
    [row] = refused["problems"]
    assert (row["rule"], row["row"], row["position"]) == ("R57", f"item {stranger}", 1)
    assert row["source"]
    assert row["message"].startswith("This is about nothing of this case")
    anew = {
        "decisions": [
            {
                "content": {**relevant, "relevant": False},
                "items": [str(first.id)],
                "reason": "It was another night",
                "replaces": {str(first.id): decided[0]["id"]},
            }
        ]
    }
    [replaced] = http.post(path, headers=headers, json=anew).json()["decisions"]
    assert replaced["replaces"] == decided[0]["id"]
    listed = http.get(path, headers=case.uncleared.headers, params={"limit": 3}).json()
    assert [d["id"] for d in listed["items"]] == [d["id"] for d in decided]
    assert listed["items"][0]["content"] == relevant
    rest = http.get(path, headers=headers, params={"after": listed["next"]}).json()
    assert [d["id"] for d in rest["items"]] == [replaced["id"]]
    chain = f"/v1/proceedings/{case.id}/custody"
    [_, *entries] = http.get(chain, headers=case.uncleared.headers).json()["items"]
    assert [e["act"] for e in entries] == ["disclosure.decide"] * 2
    problem_of(http.get(chain, headers=case.uncleared.headers, params={"restricted": "true"}), 409)
    assert http.get(chain, headers=headers, params={"restricted": "true"}).json()["items"] == []
    wanted = {"kind": "relevance", "standing": "true", "subject": str(first.id)}
    [only] = http.get(path, headers=headers, params=wanted).json()["items"]
    assert (only["id"], only["reason"]) == (replaced["id"], "It was another night")
    form: dict[str, Any] = {"decisions": [{"content": {"kind": "used"}, "reason": "x"}]}
    for wrong in ({}, {**form, "decisions": []}, form):
        problem_of(http.post(path, headers=headers, json=wrong), 422)


def test_what_happened_what_is_elsewhere_and_what_is_reopened(http: httpx.Client, case: OpenProceeding) -> None:
    base, headers = f"/v1/proceedings/{case.id}", case.officer.headers
    thing = case.thing("A/1")
    case.ready(thing, "Photograph of the custody desk on the night")
    happening = {"kind": "defence_statement", "on": date(2026, 1, 5).isoformat(), "party": str(case.party)}
    said = http.post(f"{base}/happenings", headers=headers, json=happening)
    assert said.status_code == 201, said.text
    open_ = http.get(f"{base}/reopened", headers=headers, params={"limit": 1}).json()
    assert [(r["kind"], r["cause"], r["subject"]["id"]) for r in open_["items"]] == [
        ("test", "defence_statement", str(thing.id))
    ]
    back = http.post(f"{base}/happenings/{said.json()['id']}/take-back", headers=headers, json={"reason": "Another"})
    assert back.json()["takes_back"] == said.json()["id"]
    assert http.get(f"{base}/reopened", headers=headers).json()["items"] == []
    both = http.get(f"{base}/happenings", headers=headers).json()["items"]
    assert both == [said.json(), back.json()]
    secret = {"exhibit_ref": "S/1", "description": "x", "holder": "y", "place": "z", "marking": "secret"}
    kept = http.post(f"{base}/placeholders", headers=headers, json={**secret, "restricted": True})
    assert kept.status_code == 201, kept.text
    assert http.get(f"{base}/placeholders", headers=headers).json()["items"] == [kept.json()]
    assert http.get(f"{base}/placeholders", headers=case.uncleared.headers).json()["items"] == []
    path = f"/v1/evidence/{thing.id}/particulars"
    first = http.post(path, headers=headers, json={"unexamined": True, "reason": "Seized in bulk"})
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    problem_of(http.post(path, headers=headers, json={"reason": "x"}), 428)
    assert http.get(path, headers=case.uncleared.headers).json() == first.json()
