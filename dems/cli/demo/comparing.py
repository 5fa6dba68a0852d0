"""What was taken in comes out again, bit for bit, and each item's chain is verified from its exact bytes."""

import base64
import json
import os
from collections import Counter
from typing import Any
from uuid import UUID

from dems.cli.chain import Chain
from dems.cli.demo.cast import PURPOSE, Cast
from dems.cli.demo.results import Results
from dems.cli.demo.taking_in import MOST_SHOWN, Items
from dems.cli.receive import receive
from dems.cli.screen import shown
from dems.cli.upload.content import hash_file

_ONCE = ("evidence.declare", "upload.complete", "evidence.seal")
_WHY = "Comparing with the original"


def fetch(cast: Cast, results: Results, items: Items) -> None:
    results.step(
        "The disclosure officer fetches every file, saying why, and each is compared with the original",
        f"sha256sum, or diff -r, of the originals and {results.received}",
    )
    different = 0
    for place, (found, item) in enumerate(items):
        target = results.received / os.fsdecode(found.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        receive(cast.officer, UUID(item["id"]), reason=_WHY, purpose=PURPOSE, output=target, overwrite=False)
        before = hash_file(found.path, _ignored).sha256.hex()
        after = hash_file(target, _ignored).sha256.hex()
        different += before != after
        if place < MOST_SHOWN or before != after:
            results.line(f"   {shown(os.fsdecode(found.name))}")
            results.line(f"     original {before}")
            results.line(f"     received {after}  {'same' if before == after else 'DIFFERENT'}")
    results.held(f"all {len(items)} files came out bit for bit", held=not different)


def chains(cast: Cast, results: Results, items: Items) -> None:
    results.step(
        "The chain of custody of each item is read and verified from its exact bytes",
        "dems custody show ID; chains.json holds every leaf, nonce and detail",
    )
    kept, broken, told_twice = {}, [], []
    for place, (_, item) in enumerate(items):
        chain = Chain(UUID(item["id"]), list(cast.officer.pages(f"/v1/evidence/{item['id']}/custody")))
        kept[item["id"]] = chain.entries
        if place == 0:
            for line in chain.lines():
                results.line(f"   {line}")
            results.line(f"   {chain.verdict()}")
        if (problem := chain.problem()) is not None:
            broken.append(f"{item['exhibit_ref']}: {problem}")
        acts = Counter(_what(entry) for entry in chain.entries)
        told_twice += [item["exhibit_ref"]] if any(acts[act] != 1 for act in _ONCE) else []
    results.keep("chains.json", kept)
    entries = sum(map(len, kept.values()))
    results.held("; ".join(broken) or f"{len(kept)} chains, {entries} entries", held=not broken)
    results.held(
        f"the kill left no trace: each was declared once, completed once and sealed once{_but(told_twice)}",
        held=not told_twice,
    )


def _what(entry: dict[str, Any]) -> str | None:
    """The act, as its exact bytes say; None for a digest that is declared with the request to complete an upload."""
    detail = json.loads(base64.b64decode(entry["detail"]))
    only_declared = detail["act"] == "upload.complete" and "version_id" not in detail["facts"]
    return None if only_declared else str(detail["act"])


def _but(references: list[str]) -> str:
    return f", but for {', '.join(map(shown, references))}" if references else ""


def _ignored(_: int) -> None:
    """Nobody watches this reading."""
