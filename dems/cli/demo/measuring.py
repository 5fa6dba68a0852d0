"""A synthetic year beside the real files: its measures against the targets of the body's plan, and the monthly report."""

from pathlib import Path
from typing import Any

from dems.cli.client import Client
from dems.cli.demo.results import Results
from dems.cli.demo.stage import Stage
from dems.cli.measures import lines, write_report
from dems.cli.screen import Failed
from dems.cli.seed.history import History
from dems.cli.seed.loading import load
from dems.db.known_holidays import shipped_calendars
from dems.engines import read_connections
from dems.model.clocks.calendars import EW

_SEED, _SCALE = 1, 0.03
_YEAR = {"from": "2021-04-01", "to": "2022-03-31"}
_MONTH = {"from": "2022-03-01", "to": "2022-03-31"}


def seed(stage: Stage, results: Results) -> None:
    """Before anything else is done: a history is only put into a database that holds no case."""
    results.step(
        "A synthetic year of cases is put into the database, marked so that nobody takes one for real",
        f"dems seed-demo --scale {_SCALE} --seed {_SEED}",
    )
    connections = read_connections(stage.folder / "data")
    if connections is None:
        raise Failed("The throw-away installation does not run any more: start the demonstration again.")
    calendar = next(c for c in shipped_calendars() if c.name == EW)
    done = load(connections.database_owner_url, History(_SEED, 1, _SCALE, calendar))
    results.line(f"   {done.cases} cases with {done.facts} facts, of a year at {_SCALE:.0%} of the body's size")


def measures(stage: Stage, results: Results) -> None:
    """As an auditor, who may see every case."""
    results.step(
        "The measures of that year, beside the targets of the body's plan",
        f"dems measures --from {_YEAR['from']} --to {_YEAR['to']}; measures.pdf, measures.csv and measures.json",
    )
    client = _auditor(stage)
    found = client.get("/v1/measures", **_YEAR)
    for line in lines(found):
        results.line(f"   {line}")
    results.keep("measures.json", found)
    for kind in ("pdf", "csv"):
        write_report(client, kind, results.folder / f"measures.{kind}", _MONTH)
    counted = next(m for m in found["measures"] if m["name"] == "mode-decision")["figures"][0]["denominator"]
    listed = len(list(client.pages("/v1/measures/mode-decision/cases", **_YEAR)))
    results.held(
        f"the {counted} cases that a figure counts are the {listed} that are listed behind it", held=counted == listed
    )


def _auditor(stage: Stage) -> Client:
    url = stage.run["url"]
    admin = Client(url, Path(stage.run["token_file"]).read_text().strip())
    made: dict[str, Any] = admin.post(
        "/v1/people", {"name": "Ruth Adeyemi", "email": "r.adeyemi@example.org", "roles": ["auditor"]}
    )
    return Client(url, str(admin.post(f"/v1/people/{made['id']}/tokens", {"days": 1})["token"]))
