"""The tour: what a file goes through, with what to look at in each step."""

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from dems.cli.chain import Chain
from dems.cli.children import ROOT
from dems.cli.client import Client, Problem
from dems.cli.demo.attacks import attack
from dems.cli.demo.results import Results
from dems.cli.demo.samples import write_samples
from dems.cli.demo.stage import Stage, environment, staged
from dems.cli.receive import original_name, receive
from dems.cli.screen import Failed, shown, size_text
from dems.cli.upload.content import hash_file
from dems.cli.upload.walk import Found, LeftOut, walk

_REFERENCE = "DEMO/1"
_WAIT_SECONDS = 60.0
_MOST_SHOWN = 25


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who plays: an investigator who also manages the case, and a disclosure officer."""

    investigator: Client
    investigator_token: str
    officer: Client


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
        cast = self._people(url)
        case_id = self._case(cast)
        files = self._files()
        items = self._take_in(cast, case_id, files)
        if items:
            self._show(items[0][1])
            self._attack(items[0][1])
        self._wrong_digest(cast, case_id)
        self._fetch(cast, items)
        self._chains(cast, items)
        self._results.keep("items.json", list(cast.officer.pages(f"/v1/cases/{case_id}/evidence")))

    def _people(self, url: str) -> _Cast:
        admin = Client(url, Path(self._stage.run["token_file"]).read_text().strip())

        def person(name: str, email: str, *roles: str) -> str:
            made = admin.post("/v1/people", {"name": name, "email": email, "roles": roles})
            return str(admin.post(f"/v1/people/{made['id']}/tokens", {"days": 1})["token"])

        self._results.step("Two people get a token each", "dems person list; an administrator reads no evidence")
        token = person("Amina Khan", "a.khan@example.org", "case_manager", "investigator")
        self._results.line("   Amina Khan: case_manager, investigator")
        officer = person("Dylan Osei", "d.osei@example.org", "disclosure_officer")
        self._results.line("   Dylan Osei: disclosure_officer")
        return _Cast(Client(url, token), token, Client(url, officer))

    def _case(self, cast: _Cast) -> str:
        self._results.step("A case is opened, and the disclosure officer joins it", "dems case list")
        body = {"reference": _REFERENCE, "title": "Demonstration", "matter_type": "complaint"}
        case_id = str(cast.investigator.post("/v1/cases", body)["id"])
        officer = cast.officer.get("/v1/me")["id"]
        cast.investigator.request("PUT", f"/v1/cases/{case_id}/team/{officer}", json={"role": "disclosure_officer"})
        self._results.line(f"   case {_REFERENCE}, id {case_id}")
        return case_id

    def _files(self) -> list[Found]:
        if self._evidence is None:
            self._evidence = self._stage.folder / "samples"
            write_samples(self._evidence)
        meant = list(walk([self._evidence]))
        for left in (m for m in meant if isinstance(m, LeftOut)):
            self._results.line(f"   left out: {shown(left.path)}: {left.why}")
            if left.failure:
                self._results.held(f"{shown(left.path)} can be read", held=False)
        files = [m for m in meant if isinstance(m, Found)]
        if not files:
            raise Failed(f"There is no file in {shown(self._evidence)}.")
        return files

    def _take_in(self, cast: _Cast, case_id: str, files: list[Found]) -> list[tuple[Found, dict[str, Any]]]:
        where = shown(self._evidence)
        self._results.step(
            f"{len(files)} files are taken in: declared with their SHA-256, stored write-once, read back, sealed",
            f'dems upload {_REFERENCE} "{where}" --exhibit-prefix AK',
        )
        began = time.monotonic()
        argv = (sys.executable, "-m", "dems.cli", "upload", _REFERENCE, str(self._evidence), "--exhibit-prefix", "AK")
        env = environment(
            DEMS_URL=self._stage.run["url"],
            DEMS_TOKEN=cast.investigator_token,
            DEMS_STATE_DIR=str(self._stage.folder / "state"),
        )
        done = subprocess.run(argv, cwd=ROOT, env=env, stdout=subprocess.PIPE, check=False)  # noqa: S603  (ourselves)
        by_name = {
            name.raw: item
            for item in cast.investigator.pages(f"/v1/cases/{case_id}/evidence")
            if (name := original_name(item)) is not None
        }
        items = [(found, by_name[found.name]) for found in files if found.name in by_name]
        for found, item in items[:_MOST_SHOWN]:
            told = f"{size_text(item['size']):>9}  {shown(os.fsdecode(found.name))}"
            self._results.line(f"   {item['exhibit_ref']:<8} {item['state']:<10} {told}")
        if len(items) > _MOST_SHOWN:
            self._results.line(f"   … and {len(items) - _MOST_SHOWN} more")
        size, seconds = sum(f.size for f in files), time.monotonic() - began
        self._results.line(f"   {size_text(size)} in {seconds:.1f} s")
        sealed = [pair for pair in items if pair[1]["state"] == "sealed"]
        self._results.held(
            f"{len(sealed)} of {len(files)} files are sealed", held=len(sealed) == len(files) and done.returncode == 0
        )
        return [(found, cast.investigator.get(f"/v1/evidence/{item['id']}")) for found, item in sealed]

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

    def _wrong_digest(self, cast: _Cast, case_id: str) -> None:
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
            client.post(
                f"/v1/evidence/{made['id']}/access", {"purpose": "demonstration", "reason": "It must be refused"}
            )
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

    def _fetch(self, cast: _Cast, items: list[tuple[Found, dict[str, Any]]]) -> None:
        self._results.step(
            "The disclosure officer fetches every file, saying why, and each is compared with the original",
            f"sha256sum, or diff -r, of the originals and {self._results.received}",
        )
        different = 0
        for place, (found, item) in enumerate(items):
            target = self._results.received / os.fsdecode(found.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            receive(
                cast.officer,
                UUID(item["id"]),
                reason="Comparing with the original",
                purpose="demonstration",
                output=target,
                overwrite=False,
            )
            before = hash_file(found.path, _ignored).sha256.hex()
            after = hash_file(target, _ignored).sha256.hex()
            different += before != after
            if place < _MOST_SHOWN or before != after:
                self._results.line(f"   {shown(os.fsdecode(found.name))}")
                self._results.line(f"     original {before}")
                self._results.line(f"     received {after}  {'same' if before == after else 'DIFFERENT'}")
        self._results.held(f"all {len(items)} files came out bit for bit", held=not different)

    def _chains(self, cast: _Cast, items: list[tuple[Found, dict[str, Any]]]) -> None:
        self._results.step(
            "The chain of custody of each item is read and verified from its exact bytes",
            "dems custody show ID; chains.json holds every leaf, nonce and detail",
        )
        kept, broken = {}, []
        for place, (_, item) in enumerate(items):
            chain = Chain(UUID(item["id"]), list(cast.officer.pages(f"/v1/evidence/{item['id']}/custody")))
            kept[item["id"]] = chain.entries
            if place == 0:
                for line in chain.lines():
                    self._results.line(f"   {line}")
                self._results.line(f"   {chain.verdict()}")
            if (problem := chain.problem()) is not None:
                broken.append(f"{item['exhibit_ref']}: {problem}")
        self._results.keep("chains.json", kept)
        entries = sum(map(len, kept.values()))
        self._results.held("; ".join(broken) or f"{len(kept)} chains, {entries} entries", held=not broken)


def _ignored(_: int) -> None:
    """Nobody watches this reading."""
