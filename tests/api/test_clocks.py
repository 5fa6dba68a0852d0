"""Clocks over HTTP: what is answered, that it is what the domain page counts, and what bad input gets."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dems.bootstrap import Dems
from dems.model.ids import StrandId, new_id
from dems.model.life.contents import Content, Milestone, PauseBegun, PauseEnded
from dems.model.life.events import EVENTS, Outcome, PauseKind, Strand
from dems.model.life.events import EventKind as E
from dems.model.life.strands import LocalDsiReview, OtherStrand, Recommendation, RecommendationKind, Review, ReviewKind
from tests.api.intakes import Submitter
from tests.casework import definition_body, investigated, record
from tests.conftest import Team
from tests.model.lives import at, on
from tests.world import World

Kind = Callable[[StrandId], Content]
Begins = tuple[Kind, E]

REVIEW: Begins = (lambda a: Review(a, ReviewKind.INVESTIGATION), E.REVIEW_PAPERS_RECEIVED)
DSI: Begins = (LocalDsiReview, E.DSI_REVIEW_PAPERS_RECEIVED)
REQUEST: Begins = (lambda a: OtherStrand(a, Strand.INFORMATION_REQUEST, "Request 1"), E.INFORMATION_REQUESTED)
SERVICE: Begins = (lambda a: OtherStrand(a, Strand.SERVICE_COMPLAINT, "Letter 1"), E.SERVICE_COMPLAINT_RECEIVED)
LEARNING: Begins = (lambda a: Recommendation(a, RecommendationKind.PARA_28A, "NP", "Record it."), E.RECOMMENDATION_MADE)
APPLICATION: Begins = (lambda a: Review(a, ReviewKind.INVESTIGATION), E.REVIEW_INFORMATION_PROVIDED)

DUE: list[tuple[Kind | None, E, str, str, str]] = [
    (None, E.REFERRAL_RECEIVED, "2021-12-24", "mode-decision", "2021-12-31"),
    (None, E.REFERRAL_RECEIVED, "2021-04-01", "mode-decision", "2021-04-08"),
    (None, E.REFERRAL_RECEIVED, "2021-01-02", "mode-decision", "2021-01-06"),
    (*SERVICE, "2021-12-01", "service-complaint", "2021-12-31"),
    (*SERVICE, "2022-03-10", "service-complaint", "2022-04-07"),
    (*REQUEST, "2022-03-10", "freedom-of-information", "2022-04-08"),
    (*SERVICE, "2026-07-01", "service-complaint", "2026-07-29"),
    (*REQUEST, "2026-07-01", "freedom-of-information", "2026-07-30"),
    (*LEARNING, "2022-01-10", "recommendation-response", "2022-03-06"),
    (*APPLICATION, "2022-01-10", "review-application", "2022-02-07"),
]
"""Vectors of the domain page (section 3.3) that have a date: what begins it, when, which clock, the last day in time."""

ROUNDS = [
    ("2021-04-01", ["2022-03-31", "2022-09-30", "2023-03-31"]),
    ("2020-02-29", ["2021-02-28", "2021-08-31", "2022-02-28"]),
    ("2023-03-01", ["2024-02-29", "2024-08-31", "2025-02-28"]),
    ("2021-08-31", ["2022-08-30", "2023-02-28", "2023-08-31"]),
]
"""Regulation 13."""

COUNTED: list[tuple[Kind, E, E, str, str, str, int]] = [
    (*DSI, E.DSI_REVIEW_DECIDED, "2021-04-06", "2021-05-19", "dsi-review", 30),
    (*REVIEW, E.REVIEW_DECIDED, "2021-04-06", "2021-06-17", "review", 50),
    (*SERVICE, E.SERVICE_COMPLAINT_ANSWERED, "2022-06-01", "2022-06-07", "service-complaint", 2),
    (*SERVICE, E.SERVICE_COMPLAINT_ANSWERED, "2022-09-09", "2022-10-03", "service-complaint", 15),
    (*SERVICE, E.SERVICE_COMPLAINT_ANSWERED, "2023-04-28", "2023-05-23", "service-complaint", 15),
]
"""Working days from one to the other."""


@pytest.fixture
def manager(http: httpx.Client, team: Team) -> Submitter:
    return Submitter(http, team.manager.headers)


def clocks(http: Submitter, case: Any, name: str, about: StrandId | None = None) -> dict[str, Any]:
    items = http.get(f"/v1/cases/{case.id}/clocks", limit=500)["items"]
    (found,) = [
        c for c in items if (c["definition"]["id"], c["about"]) == (name, None if about is None else str(about))
    ]
    return dict(found)


def test_the_vectors_of_the_domain_page_come_out_of_the_api(
    dems: Dems, world: World, team: Team, manager: Submitter
) -> None:
    """All of them: dates in working days, days and months, and counts, each on the calendars that the program brings."""
    case = world.case(team.manager)
    for kind, begins, day, clock, due in DUE:
        if kind is None:
            alone = world.case(team.manager)
            record(dems, alone, team.manager, Milestone(begins, on(day)))
            found = clocks(manager, alone, clock)
        else:
            about = StrandId(new_id())
            record(dems, case, team.manager, kind(about), Milestone(begins, on(day), about))
            found = clocks(manager, case, clock, about)
        assert (found["started"], found["due"]) == (day, due), clock
        assert found["source"]
    for day, ends in ROUNDS:
        alone = world.case(team.manager)
        record(dems, alone, team.manager, Milestone(E.COMPLAINT_MADE, on(day)))
        found = clocks(manager, alone, "timeliness-report")
        assert [r["last"] for r in found["rounds"][:3]] == ends
        assert (found["due"], found["state"]) == (ends[0], "overdue")
    for made, begins, ends_with, day, last, clock, count in COUNTED:
        about = StrandId(new_id())
        record(
            dems,
            case,
            team.manager,
            made(about),
            *_before(ends_with, about, team),
            Milestone(begins, on(day), about),
            *_end(ends_with, last, about, team),
        )
        found = clocks(manager, case, clock, about)
        assert (found["elapsed"], found["elapsed_in"], found["stopped"]) == (count, "working days", last)
        assert (found["remaining"], found["calendar"]["name"]) == (None, "EW")


def _before(kind: E, about: StrandId, team: Team) -> tuple[Content, ...]:
    """A review is applied for, and found valid, before anything else."""
    if kind is not E.REVIEW_DECIDED:
        return ()
    applied, valid = E.REVIEW_APPLIED, E.REVIEW_VALIDITY_DECIDED
    return (
        Milestone(applied, on("2021-03-01"), about),
        Milestone(valid, on("2021-03-02"), about, Outcome.VALID, team.manager.person.id),
    )


def _end(kind: E, day: str, about: StrandId, team: Team) -> tuple[Content, ...]:
    rule = EVENTS[kind]
    outcome = min(rule.outcomes) if rule.outcomes else None
    return (Milestone(kind, on(day), about, outcome, team.manager.person.id if rule.decided else None),)


def test_a_publication_counts_the_day_of_the_response_and_hours_run_through_the_night(
    dems: Dems, team: Team, manager: Submitter
) -> None:
    learning, breach = StrandId(new_id()), StrandId(new_id())
    record(
        dems,
        team.case,
        team.manager,
        LEARNING[0](learning),
        Milestone(E.RECOMMENDATION_MADE, on("2022-01-10"), learning),
        *_end(E.RECOMMENDATION_ANSWERED, "2022-03-01", learning, team),
        OtherStrand(breach, Strand.BREACH, "Breach 1"),
        Milestone(E.BREACH_KNOWN, at("2022-03-01T22:30:00+00:00"), breach),
    )
    assert clocks(manager, team.case, "response-publication", learning)["due"] == "2022-03-21"
    found = clocks(manager, team.case, "data-breach", breach)
    assert (found["due"], found["due_at"], found["elapsed_in"]) == (
        "2022-03-04",
        "2022-03-04T22:30:00.000000Z",
        "hours",
    )


def test_a_clock_answers_why(dems: Dems, team: Team, manager: Submitter) -> None:
    pause = StrandId(new_id())
    began = PauseBegun(pause, PauseKind.SUB_JUDICE, on("2021-06-01"), "DM", "A trial.", None, "R v Moss")
    investigated(dems, team.case, team.manager, began, PauseEnded(pause, on("2021-07-01"), "DM", "It is over."))
    found = clocks(manager, team.case, "investigation-6-months")
    assert (found["started"], found["due"], found["state"]) == ("2021-04-07", "2021-10-07", "overdue")
    assert found["started_by"]["event"] == "decided_to_investigate"
    (paused,) = found["paused"]
    assert (paused["begins"], paused["ends"], paused["effect"], paused["days"]) == (
        "2021-06-01", "2021-07-01", "net", 30,
    )  # fmt: skip
    assert (found["net"]["label"], found["net"]["due"]) == ("net of time for sub judice", "2021-11-06")
    assert "IOPC Business plan" in found["source"]
    assert any("Pause for sub judice" in sentence for sentence in found["explanation"])
    statutory = clocks(manager, team.case, "timeliness-report")
    assert [(p["effect"], p["days"]) for p in statutory["paused"]] == [("none", 0)], (
        "a suspension stops no statutory clock"
    )


def test_clocks_and_dates_come_in_pages(dems: Dems, team: Team, manager: Submitter) -> None:
    investigated(dems, team.case, team.manager)
    path = f"/v1/cases/{team.case.id}/clocks"
    whole = manager.get(path, limit=500)["items"]
    first = manager.get(path, limit=2)
    rest = manager.get(path, limit=500, after=first["next"])
    assert (first["items"] + rest["items"], rest["next"]) == (whole, None)
    due = manager.get("/v1/due", case=team.case.id)["items"]
    one = manager.get("/v1/due", case=team.case.id, limit=1)
    more = manager.get("/v1/due", case=team.case.id, after=one["next"])
    assert one["items"] + more["items"] == due
    assert [d["due"] for d in due] == sorted(d["due"] for d in due)
    assert due[0]["case_reference"] == team.case.reference
    assert (due[0]["state"], due[0]["days"] < 0) == ("overdue", True)


@pytest.mark.parametrize("path", ["/v1/due", "/v1/cases/{}/clocks", "/v1/clocks/definitions", "/v1/calendars"])
@pytest.mark.parametrize("after", ["x", "WzFd!", "W10", "eyJhIjoxfQ", "Wy0xXQ", "WyJub3QiLCJhIl0", "%C3%A9"])
def test_what_is_no_cursor_of_a_list_is_refused(http: httpx.Client, team: Team, path: str, after: str) -> None:
    answer = http.get(f"{path.format(team.case.id)}?after={after}", headers=team.manager.headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "after")


def test_a_definition_is_recorded_read_and_refused_where_it_cannot_be(
    http: httpx.Client, world: World, team: Team
) -> None:
    boss = Submitter(http, world.somebody("administrator").headers)
    name = f"ours-{uuid4().hex}"
    body = definition_body("service-complaint", replaces=0, id=name)
    key = {"Idempotency-Key": str(uuid4())}
    made = boss.post("/v1/clocks/definitions", body, 201, **key)
    assert made == boss.post("/v1/clocks/definitions", body, 201, **key)
    assert (made["version"], made["rule"][:15], made["offered"]) == (1, "20 working days", False)
    assert boss.get("/v1/clocks/definitions", clock=name)["items"] == [made]
    for wrong, status, said in (
        ({"starts": ["moon_rose"]}, 422, "referral_duty_clear"),
        ({"starts": ["complaint_made"]}, 422, "is no event of a service complaint"),
        ({"calendar": "FR"}, 422, "There is no calendar 'FR'"),
        ({"limit": None, "nature": "statutory"}, 422, "a statutory clock has a limit"),
        ({"replaces": 0}, 409, "version 1 is the newest"),
        ({"extra": 1}, 422, "extra"),
    ):
        answer = http.post("/v1/clocks/definitions", json={**body, **wrong}, headers=boss.headers)
        assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert http.post("/v1/clocks/definitions", json=body, headers=team.manager.headers).status_code == 403


def test_a_calendar_says_its_days_and_takes_the_next_version(http: httpx.Client, world: World) -> None:
    boss = Submitter(http, world.somebody("administrator").headers)
    newest = boss.get("/v1/calendars", name="UK", limit=500)["items"][-1]
    assert newest["holidays"]["2026-07-13"]
    body = {"name": "UK", "replaces": newest["version"], "reason": "Proclaimed.", "add": {"2001-01-09": "A day"}}
    made = boss.post("/v1/calendars", body, 201)
    assert (made["version"], made["holidays"]["2001-01-09"]) == (newest["version"] + 1, "A day")
    again = http.post("/v1/calendars", json=body, headers=boss.headers)
    assert (again.status_code, again.json()["type"]) == (409, "urn:dems:problem:wrong-state")
    outside = {**body, "replaces": made["version"], "add": {"1999-12-31": "Too early"}}
    assert http.post("/v1/calendars", json=outside, headers=boss.headers).status_code == 422


def test_a_report_is_drafted_and_comes_as_a_document(
    http: httpx.Client, dems: Dems, team: Team, manager: Submitter
) -> None:
    investigated(dems, team.case, team.manager)
    path = f"/v1/cases/{team.case.id}/timeliness-reports"
    body = {"progress": "It goes on.\nSlowly.", "authority_is_chief_officer": True, "chief_officer_is_subject": False}
    made = manager.post(path, body, 201)
    assert (made["period"], made["complete"], made["missing"]) == (1, False, ["estimate", "reason", "planned_steps"])
    assert made["recipients"] == ["chief_officer", "policing_body"]
    assert manager.get(path)["items"] == [made]
    for kind, media_type in (("pdf", "application/pdf"), ("docx", "application/vnd.openxmlformats")):
        answer = http.get(f"{path}/{made['id']}/document?format={kind}", headers=manager.headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
        assert f"timeliness-report-1-draft-not-complete.{kind}" in answer.headers["content-disposition"]
    assert http.get(f"{path}/{made['id']}/document?format=exe", headers=manager.headers).status_code == 422
    assert http.get(f"{path}/{uuid4()}/document", headers=manager.headers).status_code == 404
    no_dates = http.post(path, json={**body, "date_of_matter": "2021-01-01"}, headers=manager.headers)
    assert no_dates.status_code == 422
    nul = http.post(path, json={**body, "progress": "a\x00b"}, headers=manager.headers)
    assert nul.status_code == 422


def test_who_leads_a_case_reads_of_its_dates_among_what_is_announced(
    dems: Dems, team: Team, manager: Submitter
) -> None:
    record(dems, team.case, team.manager, Milestone(E.COMPLAINT_MADE, on("2021-03-30")))
    dems.timeliness.remind()
    told = manager.get("/v1/me/announcements", limit=500)["items"]
    (mine,) = [t for t in told if t["case_id"] == str(team.case.id)]
    assert (mine["kind"], mine["clock"], mine["due_on"], mine["days_ahead"]) == (
        "due", "timeliness-report", "2022-03-29", 0,
    )  # fmt: skip
    assert (mine["files"], mine["invitation_id"]) == (None, None)
    assert mine["stands"] is True
    record(dems, team.case, team.manager, Milestone(E.FORCE_INVESTIGATION_COMPLETE, on("2022-03-28")))
    told = manager.get("/v1/me/announcements", limit=500)["items"]
    (mine,) = [t for t in told if t["case_id"] == str(team.case.id)]
    assert mine["stands"] is False
    assert "is withdrawn" in mine["text"]
