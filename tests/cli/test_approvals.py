"""`dems approvals`: what needs two people, on the real API."""

import json

import pytest

from dems.bootstrap import Dems
from dems.ports import Page
from tests.cli.desk import Run
from tests.conftest import Team
from tests.world import World

ORDER = "Order of the High Court, KB-2026-000123"


def test_one_asks_and_another_agrees(dems: Dems, world: World, team: Team, run: Run) -> None:
    item = world.sealed(team.investigator, team.case, b"bytes")
    auditor = world.somebody("auditor")
    entry = dems.custody.read.item(team.manager.actor, item.id, Page(10))[1]
    approval = run("approvals", "ask", entry.id, "--reason", ORDER, by=auditor).strip()
    [waiting] = json.loads(run("approvals", "list", team.case.id, "--json", by=team.manager))
    assert (waiting["id"], waiting["state"], waiting["reason"]) == (approval, "waiting", ORDER)
    assert "issued" not in run("approvals", "give", approval, "--yes", by=auditor, code=1)
    assert f"confirmed: custody.destroy_detail of {entry.id}" in run(
        "approvals", "give", approval, "--yes", by=team.manager
    )
    assert dems.custody.read.item(team.manager.actor, item.id, Page(10))[1].detail is None
    assert json.loads(run("approvals", "give", approval, "--yes", "--json", by=team.manager))["state"] == "confirmed"
    listed = run("approvals", "list", team.case.id, by=team.manager)
    assert "confirmed" in listed
    assert auditor.person.name in listed
    asked = json.loads(
        run("approvals", "ask", dems.custody.read.item(team.manager.actor, item.id, Page(10))[0].id,
            "--reason", ORDER, "--json", by=auditor)
    )  # fmt: skip
    assert asked["state"] == "waiting"


def test_nobody_agrees_by_mistake(
    dems: Dems, world: World, team: Team, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = world.sealed(team.investigator, team.case, b"bytes")
    entry = dems.custody.read.item(team.manager.actor, item.id, Page(10))[1]
    approval = run("approvals", "ask", entry.id, "--reason", ORDER, by=world.somebody("auditor")).strip()
    monkeypatch.setattr("typer.confirm", _says_no)
    run("approvals", "give", approval, by=team.manager, code=1)
    assert dems.custody.read.item(team.manager.actor, item.id, Page(10))[1].detail is not None


def _says_no(question: str, **_: object) -> None:
    assert ORDER in question
    raise SystemExit(1)
