"""The feed over HTTP: CloudEvents that hold against their published schemas, cursors, and waiting."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import jsonschema_rs
import pytest

from dems.bootstrap import Dems
from dems.cli.main import main
from dems.model.acts import Act
from dems.model.events import makes_events
from dems.model.ids import EntryId
from tests.api.conftest import PLAIN, serve
from tests.logbook import Logbook
from tests.world import Somebody, World


class Followed:
    """A core on a log of its own, served."""

    def __init__(self, book: Logbook, dems: Dems, http: httpx.Client) -> None:
        self.book, self.dems, self.http, self.world = book, dems, http, World(dems)

    def get(self, who: Somebody, path: str = "/v1/events", **more: Any) -> httpx.Response:
        headers = {**who.headers, **more.pop("headers", {})}
        return self.http.get(path, params=more, headers=headers)


@pytest.fixture
def served(book: Logbook) -> Iterator[Followed]:
    dems = Dems(book.settings, nudge=lambda _: None, engine=book.app)
    for url in serve(dems, dems.settings):
        with httpx.Client(base_url=url, timeout=60, verify=PLAIN) as client:
            yield Followed(book, dems, client)


CLOUD_EVENT = {
    "type": "object",
    "required": ["id", "source", "specversion", "type"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "minLength": 1, "format": "uri-reference"},
        "specversion": {"const": "1.0"},
        "type": {"type": "string", "minLength": 1},
        "subject": {"type": "string", "minLength": 1},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "format": "uri", "minLength": 1},
        "data": {"type": "object"},
    },
    "propertyNames": {"pattern": "^[a-z0-9]+$"},
}
"""What CloudEvents 1.0 demands of an event and of the names of its attributes (sections 3.1 and 3.2)."""


def holds(served: Followed, who: Somebody, event: dict[str, Any]) -> None:
    jsonschema_rs.validator_for(CLOUD_EVENT, validate_formats=True).validate(event)
    address = urlsplit(event["dataschema"])
    schema = served.http.get(address.path, headers=who.headers).raise_for_status()
    assert schema.headers["content-type"] == "application/schema+json"
    assert schema.json()["$id"] == event["dataschema"]
    jsonschema_rs.validator_for(schema.json(), validate_formats=True).validate(event["data"])


def test_events_are_cloud_events_that_hold_against_their_published_schemas(served: Followed) -> None:
    manager, auditor = served.world.somebody("case_manager", "investigator"), served.world.somebody("auditor")
    service = served.world.somebody("integration", service=True)
    reference = {"reference": "EV/1", "title": "Death in custody"}
    case = served.http.post("/v1/cases", json=reference, headers=manager.headers).raise_for_status().json()
    for_whom = {**service.headers, "On-Behalf-Of": manager.person.email}
    item = {"exhibit_ref": "AB/1", "kind": "physical"}
    path = f"/v1/cases/{case['id']}/evidence"
    declared = served.http.post(path, json=item, headers=for_whom).raise_for_status().json()
    served.book.sequence()
    page = served.get(manager)
    assert (page.headers["content-type"], page.headers["cache-control"]) == ("application/json", "no-store")
    opened, added = page.json()["items"]
    source = str(served.http.base_url).rstrip("/")
    assert opened == {
        "specversion": "1.0",
        "id": opened["id"],
        "source": source,
        "type": "dems.case.open",
        "subject": f"cases/{case['id']}",
        "time": opened["time"],
        "datacontenttype": "application/json",
        "dataschema": f"{source}/v1/events/schemas/dems.case.open",
        "data": {
            "act": "case.open",
            "case_id": case["id"],
            "case_reference": "EV/1",
            "evidence_id": None,
            "actor": {
                "kind": "person",
                "name": manager.person.name,
                "person_id": str(manager.person.id),
                "role": "case_manager",
            },
            "on_behalf_of": None,
            "concerns": {},
            "destroyed": False,
        },
    }
    entry = served.get(manager, f"/v1/custody/entries/{opened['id']}").raise_for_status().json()
    assert (entry["act"], entry["at"]) == ("case.open", opened["time"])
    assert added["data"]["on_behalf_of"] == {"name": manager.person.name, "person_id": str(manager.person.id)}
    assert added["data"]["actor"]["person_id"] == str(service.person.id)
    resource = served.get(manager, f"/v1/{added['subject']}").raise_for_status().json()
    assert (resource["id"], resource["exhibit_ref"]) == (declared["id"], "AB/1")
    approval = served.dems.approvals.ask(
        auditor.actor, Act.DETAIL_DESTROY, EntryId(UUID(opened["id"])), reason="an order"
    )
    served.dems.approvals.confirm(manager.actor, approval.id)
    served.book.sequence()
    seen = served.get(auditor, limit=500).json()["items"]
    assert "dems.destroyed" in {event["type"] for event in seen}
    for event in seen:
        holds(served, auditor, event)


def test_every_act_that_makes_events_has_a_schema_and_no_other(served: Followed) -> None:
    anyone = served.world.somebody("investigator")
    types = served.get(anyone, "/v1/events/schemas").raise_for_status().json()["items"]
    assert set(types) == {f"dems.{act.value}" for act in Act if makes_events(act)} | {"dems.destroyed"}
    for kind, address in types.items():
        schema = served.get(anyone, urlsplit(address).path).raise_for_status().json()
        jsonschema_rs.meta.validate(schema)
        act = schema["properties"]["act"]
        assert act.get("const") == (None if kind == "dems.destroyed" else kind.removeprefix("dems."))
        data = {"act": act.get("const"), "destroyed": kind == "dems.destroyed", "case_id": None, "case_reference": None}
        data |= {"evidence_id": None, "on_behalf_of": None, "concerns": {}, "actor": None}
        if kind != "dems.destroyed":
            data["actor"] = {"kind": "system", "name": "DEMS", "person_id": None, "role": "system"}
        assert jsonschema_rs.is_valid(schema, data)
        for wrong in ({"act": "case.read"}, {"destroyed": kind != "dems.destroyed"}, {"more": 1}, {"case_id": 5}):
            assert not jsonschema_rs.is_valid(schema, data | wrong), (kind, wrong)
    for none in ("dems.case.read", "case.open", "x"):
        assert served.get(anyone, f"/v1/events/schemas/{none}").status_code == 404


def test_a_page_says_where_it_goes_on_and_what_is_no_cursor_is_400(served: Followed) -> None:
    manager = served.world.somebody("case_manager")
    cases = [served.world.case(manager) for _ in range(3)]
    served.book.sequence()
    first = served.get(manager, limit=2)
    after = first.json()["next"]
    second = served.http.get(first.links["next"]["url"], headers=manager.headers).json()
    told = [e["data"]["case_id"] for e in (*first.json()["items"], *second["items"])]
    assert told == [str(c.id) for c in cases]
    assert served.get(manager, after=second["next"]).json()["items"] == []
    for bad in ("", "1", after[:-1], "x" * 5000, after.swapcase()):
        refused = served.get(manager, after=bad)
        assert (refused.status_code, refused.json()["type"]) == (400, "urn:dems:problem:bad-request")
        assert "use the `next` of an answer before" in refused.json()["detail"]
    assert served.get(manager, limit=501).status_code == 422
    assert served.http.get("/v1/events").status_code == 401


def test_the_program_prints_an_event_a_line_and_where_to_go_on(
    served: Followed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manager = served.world.somebody("case_manager")
    cases = [served.world.case(manager) for _ in range(2)]
    served.book.sequence()
    monkeypatch.setenv("DEMS_URL", str(served.http.base_url))
    monkeypatch.setenv("DEMS_TOKEN", manager.token)
    assert main(["events", "--json"]) == 0
    *told, end = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [event["subject"] for event in told] == [f"cases/{c.id}" for c in cases]
    assert main(["events", "--after", end["next"]]) == 0
    assert [*json.loads(capsys.readouterr().out)] == ["next"], "one line, and nothing new"
    assert main(["events", "--after", "x"]) == 1
    assert "is not a cursor of this feed" in capsys.readouterr().err


def test_who_waits_is_told_as_soon_as_something_happens(served: Followed) -> None:
    manager = served.world.somebody("case_manager")
    end = served.get(manager).json()["next"]
    begun = time.monotonic()
    assert served.get(manager, after=end, headers={"Prefer": "wait=1"}).json()["items"] == []
    assert 0.9 < time.monotonic() - begun < 15

    def happens() -> None:
        served.world.case(manager)
        served.book.sequence()

    later = threading.Timer(0.3, happens)
    begun = time.monotonic()
    later.start()
    told = served.get(manager, after=end, headers={"Prefer": "wait=20"}).json()["items"]
    later.join()
    assert [event["type"] for event in told] == ["dems.case.open"]
    assert time.monotonic() - begun < 18
