"""Many uploads finished in one request, while what they need passes through trouble."""

from uuid import UUID

import httpx

from dems.bootstrap import Dems
from dems.model.ids import EvidenceId
from dems.settings import Settings
from tests.api.conftest import PLAIN, serve
from tests.api.intakes import Submitter, entry
from tests.conftest import Team


def test_what_passes_is_no_uploads_own_problem_and_the_request_is_to_be_repeated(
    dems: Dems, settings: Settings, http: httpx.Client, team: Team
) -> None:
    submitter = Submitter(http, team.investigator.headers)
    intake = submitter.declare(team.case.id, [entry("a", b"abc"), entry("b", b"def")])
    submitter.send_small(intake, [b"abc", b"def"])
    while dems.evidence.seal_many():
        pass  # what other tests left to be verified is among it
    assert submitter.counts(intake)["sealed"] == 2
    rows = submitter.items(intake)
    wanted = {"uploads": [{"upload": r["upload"]["id"], "sha256": r["sha256"]} for r in rows]}
    path = f"/v1/intakes/{intake['id']}/complete"
    hasty = settings.model_copy(update={"database": settings.database.model_copy(update={"lock_timeout_ms": 50})})
    core = Dems(hasty, nudge=lambda _: None, store=dems.store)
    for url in serve(core, hasty):
        with httpx.Client(base_url=url, timeout=60, verify=PLAIN) as hurried:
            sender = Submitter(hurried, team.investigator.headers)
            with dems.transaction() as tx:
                tx.evidence.get(EvidenceId(UUID(rows[1]["evidence_id"])), for_update=True)
                assert sender.post(path, wanted, 409)["type"].endswith("busy")
            done = sender.post(path, wanted)
    core.close()
    assert [u["state"] for u in done["uploads"]] == ["completed", "completed"]
    assert done["problems"] == []
