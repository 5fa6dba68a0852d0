"""`dems case show`, `facts`, `record` and `load` on the real API."""

import json
from pathlib import Path
from uuid import uuid4

from tests.cli.desk import Run
from tests.conftest import Team


def test_dates_are_recorded_corrected_and_shown(run: Run, team: Team) -> None:
    reference = team.case.reference
    first = run("case", "record", reference, "referral_received", "2026-03-02").strip()
    run("case", "record", reference, "referral_received", "2026-03-01", "--corrects", first, "--reason", "Post book")
    warned = run("case", "record", reference, "closed", "2026-03-09")
    assert "needs mode decided to be recorded first" in warned
    refused = run("case", "record", reference, "archived", "2026-01-01", code=1)
    assert "is before closed on 9 March 2026" in refused
    shown = run("case", "show", reference)
    assert "closed" in shown
    assert "2026-03-01" in shown
    facts = run("case", "facts", reference).splitlines()
    assert [line.split()[0] for line in facts[1:]] == ["1", "2", "3"]
    assert "corrected" in facts[1]
    assert "corrects: Post book" in facts[2]
    standing = json.loads(run("case", "facts", reference, "--standing", "--json"))
    assert [f["content"]["event"] for f in standing] == ["referral_received", "closed"]
    whole = json.loads(run("case", "show", reference, "--json"))
    assert (whole["stage"], whole["received_on"], whole["facts"]) == ("closed", "2026-03-01", 3)
    told = json.loads(run("case", "record", reference, "archived", "2026-03-10", "--json"))
    assert told["kind"] == "archived"


def test_history_is_loaded_from_a_file_and_its_bad_lines_are_listed(run: Run, tmp_path: Path) -> None:
    mark, file = uuid4().hex[:8], tmp_path / "history.ndjson"
    roles = [{"role": "complainant", "category": "victim", "when": "2026-03-02"}]
    good = {
        "reference": f"{mark}/1",
        "title": "A case",
        "matter_type": "dsi",
        "parties": [{"reference": "P1", "name": "Ann Example", "roles": roles}],
        "milestones": [{"kind": "referral_received", "when": "2026-03-02"}],
    }
    file.write_text(f"{json.dumps(good)}\nnonsense\n", encoding="utf-8")
    said = run("case", "load", file, code=1)
    assert "The line is not a JSON object in UTF-8." in said
    assert "The others are in." in said
    again = json.loads(run("case", "load", file, "--json", code=1).split("\nSome lines")[0])
    assert (again["opened"], again["failed"], [b["line"] for b in again["bad_lines"]]) == (1, 1, [2])
    file.write_text(json.dumps(good), encoding="utf-8")
    assert "unchanged  1" in run("case", "load", file)
    shown = run("case", "show", f"{mark}/1")
    assert "Ann Example" in shown
    assert "complainant (victim)" in shown
