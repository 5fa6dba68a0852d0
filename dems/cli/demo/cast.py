"""Who plays in the demonstration, and the case that it is about."""

from dataclasses import dataclass
from pathlib import Path

from dems.cli.client import Client
from dems.cli.demo.results import Results
from dems.cli.demo.stage import Stage

REFERENCE = "DEMO/1"
PURPOSE = "demonstration"


@dataclass(frozen=True, slots=True)
class Cast:
    """An investigator who also manages the case, and a disclosure officer."""

    investigator: Client
    investigator_token: str
    officer: Client


def people(stage: Stage, results: Results) -> Cast:
    """Add them, as the administrator."""
    url = stage.run["url"]
    admin = Client(url, Path(stage.run["token_file"]).read_text().strip())

    def person(name: str, email: str, *roles: str) -> str:
        made = admin.post("/v1/people", {"name": name, "email": email, "roles": roles})
        return str(admin.post(f"/v1/people/{made['id']}/tokens", {"days": 1})["token"])

    results.step("Two people get a token each", "dems person list; an administrator reads no evidence")
    token = person("Amina Khan", "a.khan@example.org", "case_manager", "investigator")
    results.line("   Amina Khan: case_manager, investigator")
    officer = person("Dylan Osei", "d.osei@example.org", "disclosure_officer")
    results.line("   Dylan Osei: disclosure_officer")
    return Cast(Client(url, token), token, Client(url, officer))


def case(cast: Cast, results: Results) -> str:
    """Open the case; its id."""
    results.step("A case is opened, and the disclosure officer joins it", "dems case list")
    body = {"reference": REFERENCE, "title": "Demonstration", "matter_type": "complaint"}
    case_id = str(cast.investigator.post("/v1/cases", body)["id"])
    officer = cast.officer.get("/v1/me")["id"]
    cast.investigator.request("PUT", f"/v1/cases/{case_id}/team/{officer}", json={"role": "disclosure_officer"})
    results.line(f"   case {REFERENCE}, id {case_id}")
    return case_id
