"""The command: what is meant, one file after another, then wait until every item is sealed or found different."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from dems.cli.client import Client, Unreachable, connect
from dems.cli.people import Json
from dems.cli.screen import Failed, say, say_table, shown, warn
from dems.cli.upload.holdings import Holdings
from dems.cli.upload.memory import Memory
from dems.cli.upload.numbering import Numbering, initials
from dems.cli.upload.patience import patiently
from dems.cli.upload.progress import Bars, say_event
from dems.cli.upload.sender import Sender, Taken
from dems.cli.upload.walk import Found, LeftOut, walk

_MANY = 25
_FIRST_LOOK, _LAST_LOOK = 0.1, 5.0
_SAY_AFTER = 60.0
_UNAUTHENTICATED = 401
_DIFFERENT = "What was read back from the store is not what was declared: run the same command again to send it anew."


class Transport(StrEnum):
    AUTO = "auto"
    DIRECT = "direct"
    RELAY = "relay"


def upload(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's id or reference")],
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Files and folders; symbolic links are not followed")
    ],
    exhibit_prefix: Annotated[
        str | None,
        typer.Option(help="Exhibits become PREFIX/1, PREFIX/2, …; else your initials are taken", show_default=False),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Where the files come from")] = None,
    description: Annotated[
        str | None, typer.Option(help="What they are, in words that mean something to a stranger")
    ] = None,
    transport: Annotated[
        Transport, typer.Option(help="How the bytes go; auto and relay: through the API")
    ] = Transport.AUTO,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Files at once; at present they go one after another")] = 1,
    again: Annotated[
        bool, typer.Option("--again", help="Take in as a further item what the case has already, unless sent from here")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take files into a case, and wait until each is sealed. After any interruption run the same command again.

    A file is not taken in twice: one that was sent from here before is known by its path, size and time, and one of
    which the case has an item with the same name, size and SHA-256 is reported as there already.

    Example: dems upload 2021/155555 ./custody-suite --exhibit-prefix ABC --source "Custody suite server"
    """
    if transport is Transport.DIRECT:
        raise Failed("Sending directly to the store comes with bulk intake: use --transport auto or relay.")
    del jobs
    described = {k: v for k, v in (("source", source), ("description", description)) if v is not None}
    with connect() as client:
        where = client.case(case)
        if where["state"] != "open":
            raise Failed("This case is closed: reopen it before adding evidence to it.")
        with Memory(where["id"]).held() as memory:
            prefix = exhibit_prefix or initials(client.get("/v1/me")["name"])
            holdings, used = Holdings(), []
            for item in client.pages(f"/v1/cases/{where['id']}/evidence"):
                holdings.add(item)
                used.append(item["exhibit_ref"])
            numbering = Numbering(prefix, used)
            sender = Sender(client, where["id"], memory, numbering, described, None if again else holdings)
            meant = list(walk(paths))
            _Run(client, where["id"], sender, as_json=as_json).over(meant)
            if not any(isinstance(m, Found) for m in meant):
                raise Failed(f"No files found in {', '.join(shown(p) for p in paths)}.")


@dataclass(frozen=True, slots=True)
class _Failure:
    path: Path
    what: str


class _Run:
    def __init__(self, client: Client, case_id: str, sender: Sender, *, as_json: bool) -> None:
        self._client = client
        self._case_id = case_id
        self._sender = sender
        self._as_json = as_json
        self._waiting: dict[str, tuple[Found, Taken]] = {}
        self._failures: list[_Failure] = []
        self._left_out: list[LeftOut] = []

    def over(self, meant: list[Found | LeftOut]) -> None:
        """Ends the command with exit code 1 if anything failed."""
        files = [m for m in meant if isinstance(m, Found)]
        for left in (m for m in meant if isinstance(m, LeftOut)):
            self._leave_out(left)
        with Bars(len(files), sum(f.size for f in files)) as bars:
            for place, found in enumerate(files):
                bars.begin(found.path, found.size)
                try:
                    self._one(found, bars)
                except Failed as failure:
                    self._fail(found.path, str(failure))
                    if isinstance(failure, Unreachable) or getattr(failure, "status", None) == _UNAUTHENTICATED:
                        self._not_tried(files[place + 1 :])
                        break
                finally:
                    bars.end()
            self._wait(bars)
        self._summary()

    def _one(self, found: Found, bars: Bars) -> None:
        taken = self._sender.take_in(found, bars)
        if taken.again:
            self._tell("already", found, taken)
            if taken.state != "verifying":
                return
        else:
            self._tell("sent", found, taken)
        self._waiting[taken.evidence_id] = (found, taken)
        self._settle(taken.evidence_id, taken.state)

    def _settle(self, evidence_id: str, state: str) -> None:
        if state in {"sealed", "frozen", "disposed"}:
            found, taken = self._waiting.pop(evidence_id)
            self._sender.sealed(taken)
            self._tell("sealed", found, taken)
        elif state == "mismatch":
            found, taken = self._waiting.pop(evidence_id)
            self._fail(found.path, _DIFFERENT, taken)

    def _wait(self, bars: Bars) -> None:
        """The server reads everything back in its own time; how long that takes is not ours to limit."""
        pause, said = _FIRST_LOOK, time.monotonic()
        while self._waiting:
            bars.waiting(len(self._waiting))
            before = len(self._waiting)
            try:
                for evidence_id, state in patiently(lambda: list(self._states())):
                    self._settle(evidence_id, state)
            except Failed as failure:
                for found, taken in self._waiting.values():
                    self._fail(
                        found.path, f"It was sent, and whether it was sealed could not be seen: {failure}", taken
                    )
                return
            if len(self._waiting) < before:
                pause, said = _FIRST_LOOK, time.monotonic()
            elif time.monotonic() - said > _SAY_AFTER:
                said = time.monotonic()
                warn(f"{len(self._waiting)} items still wait to be read back: see /readyz, and that the workers run.")
            if self._waiting:
                time.sleep(pause)
                pause = min(pause * 1.5, _LAST_LOOK)

    def _states(self) -> Iterator[tuple[str, str]]:
        if len(self._waiting) <= _MANY:
            for evidence_id in list(self._waiting):
                yield evidence_id, self._client.get(f"/v1/evidence/{evidence_id}")["state"]
            return
        for item in self._client.pages(f"/v1/cases/{self._case_id}/evidence"):
            if item["id"] in self._waiting:
                yield item["id"], item["state"]

    def _not_tried(self, files: list[Found]) -> None:
        for found in files:
            self._fail(found.path, "Not tried: run the same command again.")

    def _leave_out(self, left: LeftOut) -> None:
        if left.failure:
            self._fail(left.path, f"It {left.why}: see to it and run the same command again.")
            return
        self._left_out.append(left)
        if self._as_json:
            say_event("left out", left.path, detail=left.why)

    def _fail(self, path: Path, what: str, taken: Taken | None = None) -> None:
        self._failures.append(_Failure(path, what))
        if self._as_json:
            more: dict[str, Any] = (
                {} if taken is None else {"evidence_id": taken.evidence_id, "exhibit_ref": taken.exhibit_ref}
            )
            say_event("mismatch" if what == _DIFFERENT else "failed", path, detail=what, **more)

    def _tell(self, event: str, found: Found, taken: Taken) -> None:
        if self._as_json:
            told = {"evidence_id": taken.evidence_id, "exhibit_ref": taken.exhibit_ref, "sha256": taken.sha256}
            say_event(event, found.path, size=found.size, state="sealed" if event == "sealed" else taken.state, **told)
        elif event != "sent":
            before = "sealed before" if taken.state == "sealed" else f"there already, {taken.state}"
            word = "sealed" if event == "sealed" else before
            say(f"{shown(taken.exhibit_ref)}  {taken.evidence_id}  {word}  {shown(found.path)}")

    def _summary(self) -> None:
        if self._left_out and not self._as_json:
            warn("Not taken in:")
            for left in self._left_out:
                warn(f"  {shown(left.path)}: {left.why}")
        if not self._failures:
            return
        if not self._as_json:
            say()
            say_table(("failed", "what to do"), [(f.path, f.what) for f in self._failures])
        count = len(self._failures)
        raise Failed(f"{count} {'file was' if count == 1 else 'files were'} not sealed.")
