"""Somebody without an account is invited, sends what was asked for and gets a receipt; more than that they cannot do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dems.cli.client import Client, Problem
from dems.cli.demo.cast import Cast
from dems.cli.demo.program import Program
from dems.cli.demo.results import Results
from dems.cli.demo.samples import audio, mail
from dems.cli.demo.stage import Stage
from dems.cli.screen import shown
from dems.cli.upload.content import hash_file

_MOST_BYTES = 10_000_000
_ASKED = {
    "asked_for": "The voice message that you received on 3 March 2026",
    "recipient": "Beth Marsh, witness",
    "contact": "Amina Khan, a.khan@example.org",
    "exhibit_prefix": "BM",
    "max_files": 1,
    "max_bytes": _MOST_BYTES,
}
_SHOWN_OF_A_SECRET = 4
_ASKED_FOR_PROOFS = 15
"""Times, each of which waits two seconds at most."""


class Invited:
    """The link is all that its holder has: no account, no token, no address."""

    def __init__(self, stage: Stage, results: Results, cast: Cast, case_id: str) -> None:
        self._stage = stage
        self._results = results
        self._cast = cast
        self._made = cast.investigator.post(f"/v1/cases/{case_id}/invitations", {**_ASKED, "expires_at": _in_a_week()})
        self._case_id = case_id

    def run(self) -> None:
        folder = self._stage.folder / "of a witness"
        folder.mkdir()
        asked, more = folder / "voice message.wav", folder / "something else.eml"
        asked.write_bytes(audio())
        more.write_bytes(mail())
        base, _, token = str(self._made["url"]).partition("#")
        short = f"{base}#{token[: len('dems_in_') + _SHOWN_OF_A_SECRET]}…"
        self._results.step(
            "Somebody without an account is invited to send one file",
            f'dems upload --invitation LINK "{asked.name}", or the link in a browser',
        )
        self._results.line(f"   made by Amina Khan: {short}")
        self._results.line(f"   asked for: {_ASKED['asked_for']}; of {_ASKED['recipient']}; 1 file")
        self._sends(asked, token)
        self._one_too_many(more)
        self._cast.investigator.request("DELETE", f"/v1/cases/{self._case_id}/invitations/{self._made['id']}")
        try:
            Client(self._stage.run["url"], token).get("/v1/invitation")
        except Problem as problem:
            self._results.held(f"once it is withdrawn, the link opens nothing: {problem}", held=True)
        else:
            self._results.held("once it is withdrawn, the link opens nothing", held=False)

    def _program(self, path: Path) -> Program:
        return Program(
            ["--invitation", self._made["url"], str(path)],
            said=self._stage.folder / "invited.log",
            DEMS_STATE_DIR=str(self._stage.folder / "state of a witness"),
        )

    def _sends(self, path: Path, token: str) -> None:
        program = self._program(path)
        code = program.wait()
        items = program.items("sealed")
        self._results.held(f"it is sealed{_said(program)}", held=code == 0 and len(items) == 1)
        for item in items:
            receipt = _proved(Client(self._stage.run["url"], token), f"/v1/evidence/{item}/receipt")
            self._receipt(receipt, hash_file(path, lambda _: None).sha256.hex())
            self._results.keep("receipt.json", receipt)
        told = list(self._cast.investigator.pages("/v1/me/announcements"))
        for each in told:
            self._results.line(f"   announced to Amina Khan: {shown(each['text'])}")
        announced = [a for a in told if a["invitation_id"] == self._made["id"]]
        self._results.held("the investigator was told", held=len(announced) == 1)

    def _receipt(self, receipt: dict[str, Any], sha256: str) -> None:
        self._results.line(f"   receipt: {receipt['exhibit_ref']}, {receipt['size']} bytes, {receipt['state']}")
        self._results.line(f"     sha256 {receipt['sha256']}")
        for entry in receipt["entries"]:
            self._results.line(f"     {entry['at'][:19]}Z  {entry['act']:<18} leaf {entry['leaf_hash'][:16]}…")
        self._results.held("its receipt has the digest of what was sent", held=receipt["sha256"] == sha256)
        proved = all(entry["proof"] for entry in receipt["entries"])
        self._results.held("each of its entries comes with the proof that it is in the log", held=proved)

    def _one_too_many(self, path: Path) -> None:
        program = self._program(path)
        refused = program.wait() == 1 and not program.items("sent", "sealed")
        self._results.held(f"a second file is refused{_said(program)}", held=refused)


def _proved(client: Client, path: str) -> dict[str, Any]:
    """The receipt, as soon as the log is signed over its entries; as it is, where that takes too long."""
    for _ in range(_ASKED_FOR_PROOFS):
        receipt = client.request("GET", path, headers={"Prefer": "wait=2"})
        if all(entry["proof"] for entry in receipt["entries"]):
            break
    return receipt


def _in_a_week() -> str:
    return (datetime.now(UTC) + timedelta(days=7)).isoformat()


def _said(program: Program) -> str:
    return f": {shown(program.said)}" if program.said else ""
