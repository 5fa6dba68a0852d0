"""The tour: what a file goes through, with what to look at in each step."""

import hashlib
import time
from pathlib import Path
from typing import Any

from dems.cli.client import Client, Problem
from dems.cli.demo.attacks import attack
from dems.cli.demo.cast import PURPOSE, Cast, case, people
from dems.cli.demo.comparing import chains, fetch
from dems.cli.demo.disclosing import disclose
from dems.cli.demo.finding import Finding
from dems.cli.demo.giving_out import give_out
from dems.cli.demo.invited import Invited
from dems.cli.demo.measuring import measures, seed
from dems.cli.demo.results import Results
from dems.cli.demo.stage import Stage, staged
from dems.cli.demo.taking_in import TakingIn
from dems.cli.screen import Failed, shown

_WAIT_SECONDS = 60.0


def tour(evidence: Path | None, out: Path) -> None:
    """Raises `Failed` unless everything held."""
    if evidence is not None and not evidence.exists():
        raise Failed(f"There is no folder {shown(evidence)} to take files from.")
    if evidence is not None and out.resolve().is_relative_to(evidence.resolve()):
        raise Failed(
            f"The results may not lie among the files that are taken in ({shown(evidence)}): name another --out."
        )
    results = Results(out)
    results.open()
    began = time.monotonic()
    results.line("DEMS: files through their whole life, on real engines in a throw-away folder.")
    with staged() as stage:
        _Tour(stage, results, None if evidence is None else evidence.absolute()).run(began)
    results.held("everything was stopped in order, and the throw-away folder is gone", held=stage.ended_well)
    results.close()


class _Tour:
    def __init__(self, stage: Stage, results: Results, evidence: Path | None) -> None:
        self._stage = stage
        self._results = results
        self._evidence = evidence

    def run(self, began: float) -> None:
        say, step, url = self._results.line, self._results.step, self._stage.run["url"]
        step("PostgreSQL, an S3 store with Object Lock, a broker, workers and the API are running", f"{url}/readyz")
        say(f"   {url}, ready {time.monotonic() - began:.1f} s after the command")
        seed(self._stage, self._results)
        cast = people(self._stage, self._results)
        case_id = case(cast, self._results)
        items = TakingIn(self._stage, self._results, cast, case_id, self._evidence).run()
        if items:
            self._show(items[0][1])
            self._attack(items[0][1])
        self._wrong_digest(cast, case_id)
        Invited(self._stage, self._results, cast, case_id).run()
        Finding(self._results, cast, case_id, items).run()
        fetch(cast, self._results, items)
        chains(cast, self._results, items)
        give_out(self._stage, cast, self._results, case_id)
        measures(self._stage, self._results)
        disclose(self._stage, self._results)
        self._results.keep("items.json", list(cast.officer.pages(f"/v1/cases/{case_id}/evidence")))

    def _show(self, item: dict[str, Any]) -> None:
        self._results.step("One item as it stands in the record", f"dems evidence show {item['id']}")
        shown_fields = ("exhibit_ref", "state", "integrity", "size", "declared_sha256", "version_id", "sealed_at")
        for name in shown_fields:
            self._results.line(f"   {name:<16} {shown(item[name])}")
        self._results.line(f"   {'computed sha256':<16} {item['digests']['sha256']}")
        same = item["declared_sha256"] == item["digests"]["sha256"]
        self._results.held("the digest of the stored bytes, read back, is the declared one", held=same)

    def _attack(self, item: dict[str, Any]) -> None:
        self._results.step(
            "Somebody who holds the application's own credentials tries to destroy or change it",
            "each attempt is refused, by the store or by the database; dems doctor tries many more",
        )
        for what, refused, told in attack(self._stage.run_file, item):
            self._results.held(f"{what}: {told}", held=refused)

    def _wrong_digest(self, cast: Cast, case_id: str) -> None:
        self._results.step("A file arrives that is not what was declared", "the item is `mismatch`, and cannot be read")
        content = b"what really came\n"
        file = {
            "name": "swapped.txt",
            "size": len(content),
            "sha256": hashlib.sha256(b"what was promised\n").hexdigest(),
        }
        client = cast.investigator
        body = {"exhibit_ref": "WRONG/1", "description": "Declared with another digest, on purpose", "file": file}
        made = client.post(f"/v1/cases/{case_id}/evidence", body)
        client.request(
            "PUT", f"/v1/uploads/{made['upload']['id']}/content", token=made["upload_token"], content=content
        )
        item = self._until(client, made["id"], "mismatch")
        self._results.line(f"   declared {item['declared_sha256']}")
        self._results.line(f"   found    {item['digests'].get('sha256')}")
        self._results.held("the item is not sealed", held=item["state"] == "mismatch")
        try:
            client.post(f"/v1/evidence/{made['id']}/access", {"purpose": PURPOSE, "reason": "It must be refused"})
        except Problem as problem:
            self._results.held(f"it cannot be read: {problem}", held=True)
        else:
            self._results.held("it cannot be read", held=False)

    @staticmethod
    def _until(client: Client, evidence_id: str, state: str) -> dict[str, Any]:
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            item = client.get(f"/v1/evidence/{evidence_id}")
            if item["state"] == state or time.monotonic() > deadline:
                return item
            time.sleep(0.1)
