"""What workers read in the files, and one of the files found again by it."""

import os
import time
from typing import Any

from dems.cli.demo.cast import Cast
from dems.cli.demo.results import Results
from dems.cli.demo.taking_in import MOST_SHOWN, Items
from dems.cli.findings import fetch_findings, progress_text, value_text
from dems.cli.screen import shown

_WAIT_SECONDS = 180.0
_LOOK_SECONDS = 0.2
_MOST_LINES = 6
_MOST_CHARACTERS = 160
_TELLING = ("recorded_at", "sent_at", "position", "device.", "duration", "title", "mail.", "entry", "width", "height")
"""What says most of a file to somebody who has not seen it."""


class Finding:
    """Waits until nothing waits to be read, shows what was found, and finds one file again."""

    def __init__(self, results: Results, cast: Cast, case_id: str, items: Items) -> None:
        self._results = results
        self._client = cast.officer
        self._case_id = case_id
        self._items = items

    def run(self) -> None:
        self._results.step(
            "What is in the files was read by readers that are locked up, and none of it is evidence",
            f"dems evidence list {self._case_id} --watch; dems evidence show ID; findings.json",
        )
        progress = self._read()
        self._results.line(f"   {progress_text(progress)}")
        self._results.held("nothing waits to be read", held=not progress["counts"]["waiting"])
        kept: dict[str, Any] = {}
        for place, (file, item) in enumerate(self._items):
            found = kept[item["id"]] = fetch_findings(self._client, item["id"])
            if place < MOST_SHOWN and found is not None and found["reading"] is not None:
                self._show(os.fsdecode(file.name), found)
        self._results.keep("findings.json", kept)
        nameless = [i for i, found in kept.items() if found is None or found["reading"] is None]
        without = f", but for {len(nameless)}" if nameless else ""
        self._results.held(f"each of {len(kept)} files has a result{without}", held=not nameless)
        self._search(kept)

    def _read(self) -> dict[str, Any]:
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            progress = self._client.get(f"/v1/cases/{self._case_id}/findings/progress")
            if not progress["counts"]["waiting"] or time.monotonic() > deadline:
                return progress
            time.sleep(_LOOK_SECONDS)

    def _show(self, name: str, found: dict[str, Any]) -> None:
        reading = found["reading"]
        self._results.line(
            f"   {shown(name)}: {shown(reading['media_type'])}, {reading['state']}, sandbox {reading['sandbox']}"
        )
        if reading["reason"] is not None:
            self._results.line(f"     {shown(reading['reason'][:_MOST_CHARACTERS])}")
        telling = [f for f in found["items"] if f["name"].startswith(_TELLING)]
        for finding in telling[:_MOST_LINES]:
            self._results.line(f"     {shown(finding['name']):<14} {value_text(finding)}")

    def _search(self, kept: dict[str, Any]) -> None:
        """By the first place that a file says it was recorded at, or else by what the first file is."""
        if not kept:
            return
        wanted, asked = next(iter(kept)), {}
        for evidence_id, found in kept.items():
            at = next((f["value"] for f in (found or {}).get("items", []) if f["name"] == "position"), None)
            if at is not None:
                wanted, asked = evidence_id, {"near": f"{at['latitude']:.6f},{at['longitude']:.6f},1"}
                break
        if not asked:
            reading = (kept[wanted] or {}).get("reading")
            asked = {"media_type": "application/octet-stream" if reading is None else reading["media_type"]}
        told = " ".join(f"--{'type' if name == 'media_type' else name} {value}" for name, value in asked.items())
        self._results.step("One of the files is found again by what is in it", f"dems search {told}")
        answer = self._client.get("/v1/search", **asked)
        for hit in answer["items"][:MOST_SHOWN]:
            why = ", ".join(_why(m) for m in hit["matched"])
            self._results.line(f"   {shown(hit['exhibit_ref'])}  {shown(hit['name'])}: {why}")
        hits = {hit["evidence_id"] for hit in answer["items"]}
        self._results.held(f"{answer['count']} found, and the file among them", held=wanted in hits)


def _why(match: dict[str, Any]) -> str:
    finding = match["finding"]
    if finding is None:
        return f"{match['field']} {shown(match['excerpt'])}"
    return f"{shown(finding['name'])} {value_text(finding)} ({shown(finding['source'])})"
