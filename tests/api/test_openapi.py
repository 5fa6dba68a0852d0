"""The OpenAPI document is true: schemathesis walks it with data that fits and data that does not."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import Team
from tests.world import World

SECONDS = 50

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)


@pytest.mark.timeout(600)
def test_the_document_holds_under_generated_requests(
    url: str, http: httpx.Client, world: World, team: Team, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """With a person who may do almost everything, so that more than refusals is seen."""
    boss = world.somebody("administrator", "auditor", "case_manager", "investigator")
    world.join(team.case, boss, "case_manager", "investigator", by=team.manager)
    item = world.sealed(boss, team.case, b"evidence")
    (tmp_path / "schemathesis.toml").write_text(
        f"""
[[operations]]
include-path-regex = ".*"
parameters = {{ case_id = "{team.case.id}", evidence_id = "{item.id}", "header.On-Behalf-Of" = "" }}

# Rules about time are for good, and all tests of this process count by them: `test_clocks` sends these two what is wrong.
[[operations]]
include-path = "/v1/clocks/definitions"
include-method = "POST"
enabled = false

[[operations]]
include-path = "/v1/calendars"
include-method = "POST"
enabled = false
""".replace(', "header.On-Behalf-Of" = ""', "")
    )
    seed = request.config.getoption("--hypothesis-seed")
    run = subprocess.run(  # noqa: S603 our own interpreter, no user input
        [
            sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()",
            "run", f"{url}/openapi.json", "--header", f"Authorization: Bearer {boss.token}",
            "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-time", str(SECONDS),
            "--suppress-health-check", "all", "--continue-on-failure", "--warnings", "off", "--generation-database", "none",
            "--request-timeout", "60", *(["--seed", seed] if seed else []),
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=580, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2000:]
    assert http.get("/healthz").status_code == 200
