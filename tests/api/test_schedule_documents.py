"""Documents of schedules and the lawyer's answers over HTTP: what is served, what is kept back, and what is refused where."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import httpx
import jsonschema_rs
import pytest

from dems.model.disclosure.contents import AgainstTest, Presumed, Result
from tests.conftest import Team
from tests.filled import put, worked_in
from tests.printed import pdf_inside, xlsx_inside
from tests.proceedings import proceeding_of
from tests.submitted import SubmittedSet, submitted_set
from tests.world import World

BETRAYING = ("MG6D", "MG6E", "RP3", "meets", "Account", "neighbour", "gave the information", "So it appears", "1 of 2")
"""What the defence is never shown: the other forms, marks of presumption and test, reasons, and everything of what is sensitive."""


@pytest.fixture
def went(world: World, team: Team) -> SubmittedSet:
    return submitted_set(proceeding_of(world, team))


def document(http: httpx.Client, went: SubmittedSet, kind: str, headers: dict[str, str]) -> bytes:
    answer = http.get(f"/v1/schedules/{went.mg6c}/document", params={"format": kind}, headers=headers)
    assert answer.status_code == 200
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="MG6C-1.0.{kind}"'
    return answer.content


def test_an_mg6c_in_every_format_carries_no_trace_of_what_is_not_served(http: httpx.Client, went: SubmittedSet) -> None:
    proceeding = went.proceeding
    proceeding.decide(went.plain, Presumed("RP3"), AgainstTest(Result.MEETS))
    anybody = proceeding.member("investigator").headers
    made = {kind: document(http, went, kind, anybody) for kind in ("pdf", "xlsx", "csv", "json")}
    said = {
        "pdf": pdf_inside(made["pdf"]),
        "xlsx": xlsx_inside(made["xlsx"]),
        "csv": made["csv"].decode(),
        "json": made["json"].decode(),
    }
    secret = [str(i) for i in (went.mg6d, went.report, went.id, went.secret.id)]
    for text in said.values():
        assert "Photograph of the custody desk on the night" in text
        assert "13AB1234526" in text
        assert [b for b in (*BETRAYING, *secret) if b.lower() in text.lower()] == []
    # The numbers run on without a gap, whatever else there is.
    assert [line[0] for line in json.loads(made["json"])["lines"]] == ["1", "2"]
    assert document(http, went, "pdf", proceeding.officer.headers) == made["pdf"]
    schema = http.get("/v1/schemas/schedule-document-1.json")
    assert schema.headers["content-type"] == "application/schema+json"
    jsonschema_rs.validator_for(schema.json()).validate(json.loads(made["json"]))
    assert http.get("/v1/schemas/another.json").status_code == 404
    for hidden in secret:
        assert http.get(f"/v1/schedules/{hidden}/document", headers=anybody).status_code == 404
    cleared = http.get(
        f"/v1/schedules/{went.report}/document", params={"profile": "streamlined"}, headers=proceeding.officer.headers
    )
    assert cleared.json()["form"] == "SDC"


def test_answers_of_the_prosecutor_over_http(http: httpx.Client, went: SubmittedSet) -> None:
    lawyer, officer = went.proceeding.lawyer.headers, went.proceeding.officer.headers
    c = f"/v1/schedules/{went.mg6c}"

    def post(path: str, body: dict[str, Any], headers: dict[str, str] = lawyer) -> httpx.Response:
        return http.post(path, json=body, headers=headers)

    refused = post(f"{c}/endorse", {"rows": [{"number": 1, "code": "D"}, {"number": 2, "code": "CND"}]})
    assert (refused.status_code, refused.json()["rule"]) == (409, "disclosure-rules-broken")
    assert [(p["rule"], p["place"]["key"]) for p in refused.json()["problems"]] == [
        ("R20", "MG6C 1"),
        ("R20", "MG6C 2"),
    ]
    seen = (went.dems.clock() - timedelta(minutes=5)).isoformat()
    one = post(f"{c}/endorse", {"rows": [{"number": 1, "code": "D", "inspected": {"by": "H. Bose", "at": seen}}]})
    assert (one.json()["endorsed"], one.json()["waiting"]) == (1, 1)
    workbook = http.get(f"{c}/endorsements", headers=lawyer)
    assert workbook.headers["Content-Disposition"] == 'attachment; filename="MG6C-1.0-endorsements.xlsx"'
    wrong = worked_in(workbook.content, "MG6C", put(E16="=CND", B15="Another"))
    cells = http.post(f"{c}/endorsements", content=wrong, headers=lawyer)
    assert (cells.status_code, [x["cell"] for x in cells.json()["cells"]]) == (422, ["B15", "E16"])
    right = worked_in(workbook.content, "MG6C", put(E16="CND", H16="It is of another week."))
    assert http.post(f"{c}/endorsements", content=right, headers=lawyer).json()["state"] == "endorsed"
    # What is with the prosecutor still comes back; what is endorsed does not.
    back = post(f"/v1/schedules/{went.mg6d}/return", {"reason": "Say why."}, officer)
    assert [s["state"] for s in back.json()["schedules"] if s["form"] != "MG6E"] == ["endorsed", "returned"]
    today = went.dems.clock().date().isoformat()
    told = {"served_on": today, "recipient": "Moss's solicitors", "told_by": "H. Bose"}
    never = post(f"/v1/submissions/{went.id}/served", {**told, "schedule": str(went.mg6d)}, officer)
    assert [p["rule"] for p in never.json()["problems"]] == ["R25"]
    served = post(f"/v1/submissions/{went.id}/served", told, officer)
    assert (served.status_code, served.json()["served"][0]["recipient"]) == (201, "Moss's solicitors")
    drafted = http.post(f"/v1/proceedings/{went.proceeding.id}/schedules", json={"form": "MG6D"}, headers=officer)
    d = f"/v1/schedules/{went.mg6d}/diff/{drafted.json()['id']}"
    assert http.get(d, headers=officer).json()["words"] == "0 added, 0 re-described, 0 removed"
    assert http.get(d, headers=went.proceeding.uncleared.headers).status_code == 404


def test_changed_rows_are_listed_by_number_a_page_at_a_time(http: httpx.Client, went: SubmittedSet) -> None:
    proceeding, officer = went.proceeding, went.proceeding.officer.headers
    c = f"/v1/schedules/{went.mg6c}"
    http.post(f"{c}/return", json={"reason": "Describe these."}, headers=proceeding.lawyer.headers).raise_for_status()
    for number in (7, 8):
        proceeding.ready(proceeding.thing(f"ABC/{number}"), f"Rota of the custody suite for month {number}")
    changes = {"rows": [{"number": 2, "location": "Store B"}], "reason": "It was moved."}
    draft = http.post(f"/v1/proceedings/{proceeding.id}/schedules", json={"form": "MG6C"}, headers=officer)
    path = f"/v1/schedules/{draft.json()['id']}"
    http.patch(path, json=changes, headers={**officer, "If-Match": draft.headers["ETag"]}).raise_for_status()
    first = http.get(f"{c}/diff/{draft.json()['id']}", params={"limit": 2}, headers=officer)
    assert first.json()["words"] == "2 added, 1 re-described, 0 removed"
    assert [(r["change"], r["number"], r["fields"]) for r in first.json()["rows"]] == [
        ("re_described", 2, ["location"]),
        ("added", 3, []),
    ]
    assert first.json()["rows"][0]["old"]["location"] == "Store A, shelf 3"
    second = http.get(first.headers["Link"].split(">")[0].lstrip("<"), headers=officer).json()
    assert ([r["number"] for r in second["rows"]], second["next"]) == ([4], None)
    gone = http.get(f"/v1/schedules/{draft.json()['id']}/diff/{went.mg6c}", headers=officer).json()
    assert [(r["change"], r["number"], r["new"]) for r in gone["rows"] if r["change"] == "removed"] == [
        ("removed", 3, None),
        ("removed", 4, None),
    ]
