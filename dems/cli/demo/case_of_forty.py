"""The worked case before anything is decided: its people, its proceeding, and its items with their bytes."""

import hashlib
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dems.cli.client import Client
from dems.cli.demo.picture import jpeg
from dems.cli.demo.results import Results
from dems.cli.demo.stage import Stage
from dems.cli.demo.worked_case import (
    BEGAN,
    BLOCK_REASON,
    BLOCK_SOURCE,
    BLOCK_TITLE,
    DEFENDANT,
    FORUM,
    REFERENCE,
    TITLE,
    URN,
    Lot,
    Thing,
    of_lot,
)
from dems.cli.screen import Failed

_WAIT_SECONDS = 90.0
_LOOK_SECONDS = 0.2
_AT_ONCE = 4
_PICTURES = "image/jpeg"


class Forty:
    """`ids` are those of items by their references."""

    def __init__(self, stage: Stage, results: Results) -> None:
        self._url = stage.run["url"]
        self._admin = Client(self._url, Path(stage.run["token_file"]).read_text().strip())
        self._results = results
        self.ids: dict[str, str] = {}
        self.proceeding = self._case = ""

    def opened(self) -> "Forty":
        """With its people, its defendant and its disclosure."""
        self._results.step(
            "A second case, in which somebody is charged", f"docs/worked-case.md; dems case show {REFERENCE}"
        )
        self.manager, _ = self._person("Priya Nair", "p.nair@example.org", "case_manager", "investigator")
        self.officer, officer = self._person("Mina Patel", "m.patel@example.org", "disclosure_officer")
        self.lawyer, lawyer = self._person("Hugh Bose", "h.bose@example.org", "reviewing_lawyer")
        body = {"reference": REFERENCE, "title": TITLE, "matter_type": "dsi"}
        self._case = str(self.manager.post("/v1/cases", body)["id"])
        for person, role in ((officer, "disclosure_officer"), (lawyer, "reviewing_lawyer")):
            held = {"role": role, "clearances": ["sensitive", "pii"]}
            self.manager.request("PUT", f"/v1/cases/{self._case}/team/{person}", json=held)
        party = self.manager.post(f"/v1/cases/{self._case}/parties", {"name": DEFENDANT})["id"]
        told = {"kind": "criminal", "forum": FORUM, "reference": URN, "parties": [party]}
        self.proceeding = str(self.manager.post(f"/v1/cases/{self._case}/proceedings", told)["id"])
        opening = {
            "investigation_began": BEGAN,
            "parties": [{"party": party, "position": "defendant", "name": DEFENDANT}],
            "reason": "A charge is likely.",
        }
        self.officer.post(f"/v1/proceedings/{self.proceeding}/disclosure", opening)
        self._results.line(f"   case {REFERENCE}, R v {DEFENDANT}, {FORUM}, URN {URN}")
        self._results.line(
            "   Mina Patel: disclosure_officer, cleared for sensitive and pii; Hugh Bose: reviewing_lawyer"
        )
        return self

    def _person(self, name: str, email: str, *roles: str) -> tuple[Client, str]:
        made = self._admin.post("/v1/people", {"name": name, "email": email, "roles": roles})
        token = self._admin.post(f"/v1/people/{made['id']}/tokens", {"days": 1})["token"]
        return Client(self._url, token), str(made["id"])

    def take_in(self, things: Iterable[Thing]) -> None:
        """Send the bytes of each that has some, and wait until all of them are sealed and read."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            self.ids |= dict(pool.map(self._sent, things))
        self._until_sealed()

    def _sent(self, thing: Thing) -> tuple[str, str]:
        body: dict[str, Any] = {"exhibit_ref": thing.reference, "description": thing.name.partition(".")[0]}
        if thing.paper:
            made = self.manager.post(f"/v1/cases/{self._case}/evidence", {**body, "kind": "document"})
            return thing.reference, str(made["id"])
        content = bytes_of(thing)
        body["file"] = {"name": _name(thing), "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        made = self.manager.post(f"/v1/cases/{self._case}/evidence", body)
        path, token = f"/v1/uploads/{made['upload']['id']}/content", made["upload_token"]
        self.manager.request("PUT", path, token=token, content=content)
        return thing.reference, str(made["id"])

    def _until_sealed(self) -> None:
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            states = [i["state"] for i in self.officer.pages(f"/v1/cases/{self._case}/evidence")]
            waiting = self.officer.get(f"/v1/cases/{self._case}/findings/progress")["counts"]["waiting"]
            sealed, registered = states.count("sealed"), states.count("registered")
            if sealed + registered == len(self.ids) and not waiting:
                self._results.line(f"   {sealed} items are sealed and read, {registered} are paper in a store")
                return
            if time.monotonic() > deadline:
                raise Failed(f"Of {len(self.ids)} items {sealed + registered} were ready in {_WAIT_SECONDS:.0f} s.")
            time.sleep(_LOOK_SECONDS)

    def block(self) -> str:
        """The photographs, listed together: what a question finds is frozen with its digests. Its id."""
        photographs = of_lot(Lot.BLOCK)
        wanted: dict[str, Any] = {
            "title": BLOCK_TITLE,
            "source": BLOCK_SOURCE,
            "reason": BLOCK_REASON,
            "question": "Every photograph of the case",
            "asks": {"type": _PICTURES},
        }
        made = self.officer.post(f"/v1/proceedings/{self.proceeding}/blocks", wanted)
        sample = {"items": [self.ids[t.reference] for t in photographs[::4]], "drawn": "Every fourth"}
        self.officer.post(f"/v1/proceedings/{self.proceeding}/blocks/{made['id']}/samples", sample)
        self._results.held(
            f"a block of {made['quantity']} photographs is frozen", held=made["quantity"] == len(photographs)
        )
        return str(made["id"])


def _name(thing: Thing) -> str:
    return thing.name.replace(".txt", ".jpg") if thing.lot is Lot.BLOCK else thing.name


def bytes_of(thing: Thing) -> bytes:
    """A photograph for the block, and words for everything else; no two are the same."""
    if thing.lot is not Lot.BLOCK:
        return f"{thing.reference}\n{thing.description or thing.name}\nMade by the DEMS demonstration. It concerns nobody.\n".encode()
    shade = int(thing.reference.split("/")[1])
    return jpeg(64, 48, lambda column, row: (60 + 4 * shade + row, 118 + column % 8, 122 + shade))
