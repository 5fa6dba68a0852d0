"""`dems search`, what was found in an item, and a backlog that is watched: on the real API."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from types import SimpleNamespace

import pytest

from dems.bootstrap import Dems
from dems.model.evidence import Evidence
from dems.model.findings import Entry, Place, ResultState
from tests.cli.desk import ROOT, Run
from tests.conftest import Team
from tests.readings import finding, record, shown
from tests.world import World


@pytest.fixture
def run(run: Run, team: Team) -> Run:
    return partial(run, by=team.investigator)


@pytest.fixture
def item(world: World, team: Team) -> Evidence:
    return world.sealed(team.investigator, team.case, b"bytes")


def test_findings_are_printed_by_groups_and_steer_no_terminal(dems: Dems, item: Evidence, run: Run, team: Team) -> None:
    record(
        dems,
        item,
        finding("device.make", "Canon"),
        finding("title", "\x1b[2Jgone\u202e\nSECOND LINE " + "x" * 500, source="PDF:\x07Title"),
        finding("device.model", "5D", flags=("cut",)),
        finding("recorded_at", shown("2026-03-03T21:14:05")),
        finding("sent_at", shown("9999-12-31T23:59:59", hours=-5.5)),
        finding("position", Place(53.5, -2.25)),
        finding("entry", Entry("../../\x1b]0;x", 3)),
    )
    out = run("evidence", "show", item.id)
    assert not set(out) & set("\x1b\x07\u202e")
    lines = out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("Findings: complete."))
    assert [line.split()[0] for line in lines[at + 2 :]] == [
        "device.make", "device.model", "title", "recorded_at", "sent_at", "position", "entry",
    ]  # fmt: skip
    assert max(map(len, lines)) < 400
    assert any("2026-03-03T21:14:05 (zone unknown)" in line for line in lines)
    assert any("9999-12-31T23:59:59, -5.5 h from UTC" in line for line in lines), "a zone that is known is said"
    assert any("[cut]" in line for line in lines)
    assert "Findings are for those who may see the bytes." in run("evidence", "show", item.id, by=team.manager)


def test_many_findings_are_cut_on_the_screen_and_whole_in_json(dems: Dems, item: Evidence, run: Run) -> None:

    nothing = run("evidence", "show", item.id)
    assert "Findings: waiting; nothing was read in the bytes yet." in nothing
    record(dems, item, *(finding("entry", Entry(f"e{n}")) for n in range(600)), state=ResultState.PARTIAL)
    out = run("evidence", "show", item.id)
    assert "… and 540 more: --json shows them all" in out
    assert "It was cut off." in out
    found = json.loads(run("evidence", "show", item.id, "--json"))["found"]
    assert [f["position"] for f in found["items"]] == list(range(600))


def test_a_search_says_what_was_found_and_why(dems: Dems, item: Evidence, run: Run, team: Team) -> None:
    record(
        dems,
        item,
        finding("recorded_at", shown("2026-03-03T21:14:05")),
        finding("position", Place(53.5, -2.25)),
        finding("title", "heron \x1b[2J"),
        finding("duration", 4.0),
        finding("device.make", "Canon"),
    )
    out = run(
        "search", "heron", "--case", team.case.reference, "--from", "2026-03-03T12:00:00Z", "--to", "2026-03-04T00:00:00Z",
        "--near", "53.5,-2.25,1", "--device", "canon", "--type", "image/*", "--longer", "4", "--shorter", "5",
    )  # fmt: skip
    assert "\x1b" not in out
    assert f"{item.exhibit_ref.text}  recording.mp4  {item.id}" in out
    assert "it may also lie outside of what was asked" in out
    assert "0 km away" in out
    assert "title: heron" in out
    assert out.endswith("\n1 item\n")
    assert run("search", "nothing like it", "--case", team.case.id) == "0 items\n"
    assert "at least one condition" in run("search", code=1)
    assert "latitude,longitude,kilometres" in run("search", "--near", "here", code=1)


def test_a_search_goes_on_through_its_pages(world: World, team: Team, run: Run) -> None:

    for n in range(103):
        world.declare(team.investigator, team.case, bytes([n]))
    everything = json.loads(run("search", "recording", "--case", team.case.id, "--limit", "200", "--json"))
    assert (everything["count"], len({i["evidence_id"] for i in everything["items"]})) == (103, 103)
    assert run("search", "recording", "--case", team.case.id, "--limit", "1").endswith("\n1 of 103 items\n")


def test_a_backlog_is_followed_until_it_is_done(
    dems: Dems, item: Evidence, run: Run, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    between_two_looks = SimpleNamespace(sleep=lambda _: record(dems, item))
    monkeypatch.setattr("dems.cli.evidence.time", between_two_looks)
    out = run("evidence", "list", team.case.id, "--watch")
    lines = out.splitlines()
    assert lines[:2] == ["0 of 1 read", "1 of 1 read"]
    assert "complete" in lines[3]

    [line] = run("evidence", "list", team.case.id, "--watch", "--json").splitlines()
    assert json.loads(line)["counts"]["complete"] == 1


def test_watching_ends_in_order_when_it_is_interrupted(item: Evidence, url: str, team: Team) -> None:
    del item
    environment = {**os.environ, "DEMS_URL": url, "DEMS_TOKEN": team.investigator.token}
    command = [sys.executable, "-m", "dems.cli", "evidence", "list", str(team.case.id), "--watch", "--json"]
    with subprocess.Popen(  # noqa: S603  (our own program)
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert '"waiting": 1' in program.stdout.readline()
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=120)
    assert (program.returncode, err.count("\n")) == (1, 1)
