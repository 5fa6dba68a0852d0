"""`dems up`: what it writes, what its children know, and that there is one on a folder."""

import json

import httpx
import psycopg

from tests.e2e.conftest import Installation
from tests.memory import holds


def test_run_json_is_private_and_says_how_to_reach_everything(installed: Installation) -> None:
    assert installed.run_file.stat().st_mode & 0o777 == 0o600
    run = installed.run
    assert set(run) == {"url", "token_file", "database_url", "s3", "pid"}
    assert set(run["s3"]) == {"endpoint", "access_key", "secret_key", "buckets"}
    assert run["s3"]["buckets"] == {"evidence": "evidence", "ledger": "ledger", "exports": "exports"}
    assert run["pid"] == installed.pid
    assert run["url"] == f"http://127.0.0.1:{installed.port}"
    with psycopg.connect(run["database_url"]) as connection:
        assert connection.execute("SELECT current_user::text").fetchone() == ("dems_app",)


def test_the_first_administrator_has_a_token_for_a_day(installed: Installation) -> None:
    token_file = installed.data / "first-admin-token"
    assert str(token_file) == installed.run["token_file"]
    assert token_file.stat().st_mode & 0o777 == 0o600
    headers = {"Authorization": f"Bearer {token_file.read_text().strip()}"}
    with httpx.Client(base_url=installed.run["url"], headers=headers, timeout=60) as client:
        me = client.get("/v1/me").json()
    assert (me["name"], me["email"], me["roles"]) == ("First administrator", "admin@localhost", ["administrator"])


def test_no_child_knows_the_owner_or_the_setup_identity(installed: Installation) -> None:
    secrets = json.loads((installed.data / "secrets.json").read_bytes())
    kept_back = {secrets[name] for name in ("dems_superuser", "dems_owner", "s3_setup_access", "s3_setup_secret")}
    assert not any(secret in installed.run_file.read_text() for secret in kept_back)
    ours = ("uvicorn", "celery")
    children = [c for c in installed.children() if any(w in " ".join(c.cmdline()) for w in ours)]
    assert len(children) == 6, "a worker for each of four queues, the beat and the API"
    for child in children:
        assert not any(secret in " ".join(child.cmdline()) for secret in kept_back)
        assert not any(holds(child.pid, *kept_back)), child.cmdline()


def test_a_second_start_on_the_folder_is_refused_in_one_sentence(installed: Installation) -> None:
    before = installed.run
    refusal = installed.program("up").refused()
    assert refusal.startswith("DEMS is already running on ")
    assert "\n" not in refusal
    assert installed.run == before


def test_the_doctor_finds_every_part_well(installed: Installation) -> None:
    told = installed.dems("doctor", "--json").json
    wrong = [f for f in told["findings"] if f["state"] == "wrong"]
    assert told["ok"], wrong
    parts = {f["part"] for f in told["findings"]}
    assert {"schema", "custody triggers", "custody grants", "custody chains", "store self-check", "workers"} <= parts
    assert {row["identity"] for row in told["store_self_check"]} == {"application", "set-up", "nobody"}


def test_migrating_again_changes_nothing(installed: Installation) -> None:
    assert "The schema is " in installed.dems("migrate").well()
