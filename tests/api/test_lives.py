"""The life of a case over HTTP: facts, milestones, what runs beside the investigation, parties, the timeline."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dems.bootstrap import Dems
from dems.model.times import london_date
from tests.api.problems import problem_of
from tests.conftest import Team
from tests.world import World

COMPLAINT = {"content": {"kind": "particulars", "matter_type": "complaint", "force": "kent", "source": "mandatory"}}


def milestone(event: str, when: str, **more: Any) -> dict[str, Any]:
    return {"content": {"kind": "milestone", "event": event, "when": when, **more}}


REFERRED = milestone("referral_received", "2026-03-02")


def post(http: httpx.Client, team: Team, what: str, body: Any, **headers: str) -> httpx.Response:
    return http.post(f"/v1/cases/{team.case.id}/{what}", json=body, headers={**team.manager.headers, **headers})


def problem(answer: httpx.Response, status: int, kind: str) -> Any:
    found = problem_of(answer, status)
    assert found["type"] == f"urn:dems:problem:{kind}"
    return found


def get(http: httpx.Client, team: Team, what: str, **params: Any) -> Any:
    answer = http.get(f"/v1/cases/{team.case.id}/{what}", headers=team.manager.headers, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(answer: httpx.Response) -> Any:
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_milestone_is_recorded_corrected_and_taken_back_and_all_of_it_stays(http: httpx.Client, team: Team) -> None:
    first = told(post(http, team, "milestones", {"kind": "referral_received", "when": "2026-03-02T23:30:00Z"}))
    assert (first["on"], first["at"]) == ("2026-03-02", "2026-03-02T23:30:00.000000Z")
    assert first["warnings"] == []
    body = {"kind": "referral_received", "when": "2026-03-01", "corrects": first["id"], "reason": "The post book."}
    second = told(post(http, team, "milestones", body))
    back = {"content": {"kind": "retracted"}, "corrects": second["id"], "reason": "Another case's."}
    third = told(post(http, team, "facts", {"facts": [back]}))["items"][0]
    kept = get(http, team, "facts")["items"]
    assert [(f["number"], f["id"], f["corrected_by"]) for f in kept] == [
        (1, first["id"], second["id"]),
        (2, second["id"], third["id"]),
        (3, third["id"], None),
    ]
    assert [m["id"] for m in get(http, team, "milestones")["items"]] == [first["id"], second["id"]]
    assert get(http, team, "milestones", standing=True)["items"] == []
    story = get(http, team, f"facts/{second['id']}/story")["items"]
    assert [f["reason"] for f in story] == [None, "The post book.", "Another case's."]
    assert [f["recorded_by"] for f in story] == [str(team.manager.person.id)] * 3
    again = post(http, team, "milestones", {**body, "when": "2026-02-28"})
    assert problem(again, 409, "wrong-state")["state"] == "corrected"


def test_what_cannot_be_is_refused_with_every_rule_and_nothing_is_kept(http: httpx.Client, team: Team) -> None:
    facts = [COMPLAINT, REFERRED, milestone("closed", "2026-03-01"), milestone("papers_received", "2999-01-01")]
    refused = problem(post(http, team, "facts", {"facts": facts}), 409, "impossible-life")
    named = {p["rule"]: p for p in refused["problems"]}
    assert set(named) == {"closed-before-referral-received", "in-the-future"}
    assert named["closed-before-referral-received"]["positions"] == [2, 1]
    assert "correct whichever date is wrong" in named["closed-before-referral-received"]["message"]
    assert named["closed-before-referral-received"]["source"]
    assert get(http, team, "facts")["items"] == []


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "milestone", "event": "referral_received"},
        {"kind": "milestone", "event": "referral_received", "when": "yesterday!"},
        {"kind": "milestone", "event": "cps_decided", "when": "2026-03-02"},
        {
            "kind": "mode_decision",
            "mode": "independent",
            "when": "2026-03-02",
            "reason": "x",
            "decided_by": str(uuid4()),
        },
        {"kind": "party_status", "party": str(uuid4()), "role": "witness", "category": "witness", "holds": True}
        | {"when": "2026-03-02"},
        {"kind": "arrest", "when": "2026-03-02"},
        {"kind": "retracted"},
    ],
    ids=lambda c: str(c["kind"]),
)
def test_what_can_never_be_recorded_is_not_valid(http: httpx.Client, team: Team, content: dict[str, Any]) -> None:
    answer = post(http, team, "facts", {"facts": [{"content": content}]})
    assert answer.status_code == 422, answer.text
    assert get(http, team, "facts")["items"] == []


def test_a_mode_that_was_not_open_on_that_day_is_refused(http: httpx.Client, team: Team) -> None:
    decided = {"decided_by": str(team.manager.person.id), "reason": "So it was decided."}
    mode = {"content": {"kind": "mode_decision", "mode": "managed", "when": "2026-03-04", **decided}}
    refused = problem(post(http, team, "facts", {"facts": [COMPLAINT, REFERRED, mode]}), 409, "impossible-life")
    assert [p["rule"] for p in refused["problems"]] == ["mode-not-open"]


def test_two_updates_at_once_one_is_told_to_read_again(http: httpx.Client, team: Team) -> None:
    read = http.get(f"/v1/cases/{team.case.id}", headers=team.manager.headers)
    tag = read.headers["ETag"]
    mine = post(http, team, "facts", {"facts": [COMPLAINT]}, **{"If-Match": tag})
    theirs = post(http, team, "milestones", {"kind": "referral_received", "when": "2026-03-02"}, **{"If-Match": tag})
    assert (mine.status_code, theirs.status_code) == (201, 412)
    assert mine.headers["ETag"] != tag
    assert [f["content"]["kind"] for f in get(http, team, "facts")["items"]] == ["particulars"]


def test_a_repeated_request_gets_the_first_answer(http: httpx.Client, team: Team) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    body = {"kind": "referral_received", "when": "2026-03-02"}
    first, again = post(http, team, "milestones", body, **key), post(http, team, "milestones", body, **key)
    assert told(again) == told(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(get(http, team, "facts")["items"]) == 1


def test_the_case_says_all_that_its_life_says_today(http: httpx.Client, world: World, team: Team) -> None:
    other, secret = world.case(team.manager), world.case(team.outsider)
    del secret
    person = told(post(http, team, "parties", {"name": "Ann Example", "contact": "ann@example.org", "reference": "P1"}))
    day, decider = "2026-03-04", str(team.manager.person.id)
    status = {"party": person["id"], "role": "complainant", "category": "victim", "holds": True, "when": "2026-03-02"}
    suspended = {"pause_kind": "sub_judice", "when": "2026-04-01", "authority": "Director", "reason": "Trial"}
    facts = [
        COMPLAINT,
        REFERRED,
        {
            "content": {
                "kind": "mode_decision",
                "mode": "independent",
                "when": day,
                "decided_by": decider,
                "reason": "A death",
            }
        },
        milestone("investigation_started", "2026-03-05"),
        {"content": {"kind": "designation", "criminal": True, "when": day, "decided_by": decider, "reason": "Assault"}},
        {"content": {"kind": "pause_begun", **suspended, "proceedings": "R v X"}},
        {"content": {"kind": "party_status", **status}},
        {
            "content": {
                "kind": "case_link",
                "other": str(other.id),
                "linked": True,
                "when": day,
                "reason": "One incident",
            }
        },
    ]
    told(post(http, team, "facts", {"facts": facts}))
    case = http.get(f"/v1/cases/{team.case.id}", headers=team.manager.headers).json()
    assert (case["stage"], case["mode"], case["criminal"], case["source"]) == (
        "suspended",
        "independent",
        True,
        "mandatory",
    )
    assert (case["mode_decision"]["reason"], case["mode_decision"]["when"]) == ("A death", day)
    assert (case["suspension"]["begins"], case["suspension"]["ends"]) == ("2026-04-01", None)
    assert [c["id"] for c in case["linked_cases"]] == [str(other.id)]
    assert [(p["name"], p["roles"]) for p in case["parties"]] == [
        ("Ann Example", [{"role": "complainant", "category": "victim", "since": "2026-03-02"}])
    ]
    found = http.get("/v1/cases", headers=team.manager.headers, params={"mode": "independent", "stage": "suspended"})
    assert [c["id"] for c in found.json()["items"]] == [str(team.case.id)]
    by_reference = http.get(f"/v1/cases/by-reference/{team.case.reference}", headers=team.manager.headers)
    assert by_reference.json() == case


def test_a_partys_name_is_corrected_and_the_chain_never_says_it(http: httpx.Client, dems: Dems, team: Team) -> None:
    person = told(post(http, team, "parties", {"name": "An Example", "contact": "x", "reference": "P1"}))
    problem(post(http, team, "parties", {"name": "B", "reference": "P1"}), 409, "already-exists")
    url = f"/v1/cases/{team.case.id}/parties/{person['id']}"
    right = {"name": "Ann Example", "contact": None, "reason": "Misheard."}
    changed = http.patch(url, headers={**team.manager.headers, "If-Match": '"1"'}, json=right)
    assert (changed.json()["name"], changed.json()["contact"], changed.headers["ETag"]) == ("Ann Example", None, '"2"')
    same = http.patch(url, headers={**team.manager.headers, "If-Match": '"2"'}, json={"name": "Ann Example"})
    assert same.headers["ETag"] == '"2"'
    stale = http.patch(url, headers={**team.manager.headers, "If-Match": '"1"'}, json={"name": "C"})
    assert stale.status_code == 412
    assert http.get(url, headers=team.manager.headers).json() == changed.json()
    assert [p["name"] for p in get(http, team, "parties")["items"]] == ["Ann Example"]
    assert "Example" not in str(get(http, team, "custody"))
    del dems


def test_reviews_recommendations_and_proceedings_have_their_own_dates(http: httpx.Client, team: Team) -> None:
    told(post(http, team, "facts", {"facts": [COMPLAINT, REFERRED]}))
    events = [
        {"kind": "review_information_provided", "when": "2026-05-01"},
        {"kind": "review_applied", "when": "2026-05-20"},
    ]
    review = told(post(http, team, "reviews", {"kind": "investigation", "events": events}))
    assert (review["status"], len(review["events"])) == ("applied", 2)
    decided = {"about": review["id"], "decided_by": str(team.manager.person.id)}
    for kind, when, outcome in (
        ("review_validity_decided", "2026-05-21", "valid"),
        ("review_decided", "2026-06-30", "upheld"),
    ):
        told(post(http, team, "milestones", {"kind": kind, "when": when, "outcome": outcome, **decided}))
    told(post(http, team, "dsi-reviews", {"events": [{"kind": "dsi_review_papers_received", "when": "2026-05-05"}]}))
    advice = {"kind": "para28A", "addressee": "Chief Constable", "text": "Check cells every half hour."}
    told(post(http, team, "recommendations", advice))
    told(post(http, team, "proceedings", {"kind": "criminal", "forum": "Maidstone Crown Court", "reference": "T2026"}))
    shown = get(http, team, "reviews")["items"]
    assert [(r["status"], [e["kind"] for e in r["events"]][-1]) for r in shown] == [("upheld", "review_decided")]
    assert [len(r["events"]) for r in get(http, team, "dsi-reviews")["items"]] == [1]
    assert [r["status"] for r in get(http, team, "recommendations")["items"]] == ["draft"]
    assert [p["content"]["forum"] for p in get(http, team, "proceedings")["items"]] == ["Maidstone Crown Court"]
    nowhere = {"kind": "review_decided", "when": "2026-06-30", "outcome": "upheld", **decided, "about": str(uuid4())}
    refused = problem(post(http, team, "milestones", nowhere), 409, "impossible-life")
    assert [p["rule"] for p in refused["problems"]] == ["no-such-strand"]


def test_a_recommendation_nobody_answers_is_overdue_after_56_days_and_one_by_section_10_owes_none(
    http: httpx.Client, team: Team, dems: Dems
) -> None:
    told(post(http, team, "facts", {"facts": [COMPLAINT, REFERRED]}))
    today = london_date(dems.clock())
    for kind, age, status in (
        ("para28A", 56, "overdue"),
        ("para28A", 55, "response_due"),
        ("section10", 100, "issued"),
    ):
        made = {"kind": "recommendation_made", "when": str(today - timedelta(days=age))}
        said = {"kind": kind, "addressee": "Chief Constable", "text": "Check cells.", "events": [made]}
        assert told(post(http, team, "recommendations", said))["status"] == status
    found = [r["status"] for r in get(http, team, "recommendations")["items"]]
    assert found == ["overdue", "response_due", "issued"]


def test_the_timeline_has_facts_and_entries_in_one_order_and_page_by_page(http: httpx.Client, team: Team) -> None:
    told(post(http, team, "facts", {"facts": [COMPLAINT, REFERRED]}))
    told(post(http, team, "milestones", {"kind": "papers_received", "when": "2026-03-03"}))
    whole = get(http, team, "timeline")["items"]
    assert [("fact" if row["fact"] else row["entry"]["act"]) for row in whole] == [
        "case.open",
        "team.grant",
        "fact",
        "fact",
        "life.record",
        "fact",
        "life.record",
    ]
    paged, after = [], None
    while True:
        page = get(http, team, "timeline", limit=3, **({} if after is None else {"after": after}))
        paged += page["items"]
        after = page["next"]
        if after is None:
            break
    assert paged == whole
