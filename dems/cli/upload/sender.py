"""One file into a case: declared, sent and brought to where only the server has work to do."""

import base64
import contextlib
import hashlib
import time
from dataclasses import dataclass, replace
from typing import Any, Protocol

import httpx

from dems.cli.client import Client, Problem, Unreachable
from dems.cli.screen import Failed, shown, warn
from dems.cli.upload.content import Changed, Content, hash_file, mark_of
from dems.cli.upload.holdings import Holdings
from dems.cli.upload.memory import Memory, Remembered
from dems.cli.upload.numbering import Numbering
from dems.cli.upload.patience import passing, patiently, pause, pauses
from dems.cli.upload.walk import Found
from dems.model.names import OriginalName

_TIMES = httpx.Timeout(60, connect=10, read=900)
"""The answer to a body comes when the store has all of it."""
_FIRST_NUDGE, _NUDGE_EVERY = 3.0, 10.0
"""A completion takes moments; one that was cut off is finished at once when it is asked for, else in a quarter of an hour."""
_SAY_AFTER = 60.0
_LASTING = {"sealed", "frozen", "disposed"}
_UNAUTHENTICATED = 401


class Watcher(Protocol):
    """Who is told how far a file is; in bytes."""

    def hashing(self, count: int) -> None: ...

    def sending(self) -> None: ...

    def sent(self, count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: the item it is now, and the state in which the server last showed it."""

    key: str
    """By which the file is remembered."""
    evidence_id: str
    exhibit_ref: str
    sha256: str
    state: str
    again: bool
    """It was there before this run."""


class Sender:
    """Sends files into one case. `holdings` is None where a file is to be taken in whatever the case has."""

    def __init__(
        self,
        client: Client,
        case_id: str,
        memory: Memory,
        numbering: Numbering,
        described: dict[str, Any],
        holdings: Holdings | None,
    ) -> None:
        self._client = client
        self._path = f"/v1/cases/{case_id}/evidence"
        self._memory = memory
        self._numbering = numbering
        self._described = described
        self._holdings = holdings

    def take_in(self, found: Found, watcher: Watcher) -> Taken:
        """Raises `Failed` with what to do, `Unreachable` when there is nobody to send to."""
        mark = mark_of(found.path)
        key = self._memory.key(found.path, mark)
        known = self._memory.recall(key)
        if known is not None and known.found and self._holdings is None:
            known = None
        if known is not None and known.evidence_id is not None:
            if self._holdings is not None:
                self._holdings.speak_for(known.evidence_id)
            if known.done and (item := self._item(known.evidence_id))["state"] in _LASTING:
                return _taken(key, item, known, again=True)
        content = hash_file(found.path, watcher.hashing)
        if content.mark != mark:
            raise Changed
        if known is None and (there := self._there_already(found, content, key)) is not None:
            return there
        known = self._declared(found, content, key, known)
        return self._brought(key, known, content, watcher)

    def sealed(self, taken: Taken) -> None:
        """Remember that nothing is left to do for this file."""
        known = self._memory.recall(taken.key)
        if known is not None:
            self._memory.keep(taken.key, replace(known, done=True, upload_token=None))

    def _there_already(self, found: Found, content: Content, key: str) -> Taken | None:
        """The case's item of this name and content, if it needs nothing from here. Raises `Failed` if it waits for bytes."""
        if self._holdings is None:
            return None
        sha256 = content.sha256.hex()
        while (evidence_id := self._holdings.take(found.name, content.mark.size, sha256)) is not None:
            item = self._item(evidence_id)
            file = {"size": content.mark.size, "sha256": sha256}
            known = Remembered({"exhibit_ref": item["exhibit_ref"], "file": file}, "", evidence_id, found=True)
            if item["state"] == "sealed":
                self._memory.keep(key, replace(known, done=True))
            if item["state"] in {"sealed", "verifying"}:
                return _taken(key, item, known, again=True)
            if item["state"] in {"declared", "uploading"}:
                raise Failed(
                    f"The case has it already as {shown(item['exhibit_ref'])}, {item['state']} and not begun from here: "
                    f"see `dems evidence show {evidence_id}`; --again takes it in as a further item."
                )
        return None

    def _declared(self, found: Found, content: Content, key: str, known: Remembered | None) -> Remembered:
        if known is not None and known.evidence_id is not None:
            return known
        intent, recalled = known, known is not None
        while True:
            if intent is None:
                body = self._body(found, content, self._numbering.next())
                intent = Remembered(body, hashlib.sha256(f"{key} {body['exhibit_ref']}".encode()).hexdigest())
                self._memory.keep(key, intent)
            try:
                item = self._post(self._path, intent.body, intent.key)
            except Problem as problem:
                if problem.kind != "already-exists":
                    raise
                ours = self._ours(intent) if recalled else None
                if ours is not None:
                    self._memory.keep(key, ours)
                    return ours
                intent, recalled = None, False  # somebody else used the reference: take the next
                continue
            known = replace(
                intent, evidence_id=item["id"], upload_id=item["upload"]["id"], upload_token=item["upload_token"]
            )
            self._memory.keep(key, known)
            return known

    def _body(self, found: Found, content: Content, exhibit_ref: str) -> dict[str, Any]:
        try:
            name = OriginalName(found.name)
        except ValueError as error:
            raise Failed(f"Its name cannot be kept: {error}.") from error
        named = {"name": name.text} if name.exact else {"name_base64": base64.b64encode(name.raw).decode()}
        file = {**named, "size": content.mark.size, "sha256": content.sha256.hex()}
        return {**self._described, "exhibit_ref": exhibit_ref, "kind": "digital", "file": file}

    def _ours(self, intent: Remembered) -> Remembered | None:
        """The item that an earlier run declared, when the server has forgotten the key by now."""
        file = intent.body["file"]
        wanted = (file["size"], file["sha256"], file.get("name_base64"))
        for item in self._client.pages(self._path, exhibit_ref=intent.body["exhibit_ref"]):
            if (item["size"], item["declared_sha256"], item["name_base64"]) == wanted:
                upload = self._item(item["id"])["upload"]
                return replace(intent, evidence_id=item["id"], upload_id=upload and upload["id"])
        return None

    def _brought(self, key: str, known: Remembered, content: Content, watcher: Watcher) -> Taken:
        item = self._item(known.evidence_id)
        if item["upload"] is not None and item["upload"]["state"] == "completing":
            self._state(replace(known, upload_id=item["upload"]["id"], upload_token=None))  # ours may be too old
            item = self._item(known.evidence_id)
        if item["state"] in {"declared", "uploading", "mismatch"}:
            known = self._with_upload(key, known, content, item)
            self._send(key, known, content, watcher)
            item = self._item(known.evidence_id)
        return _taken(key, item, known, again=False)

    def _with_upload(self, key: str, known: Remembered, content: Content, item: dict[str, Any]) -> Remembered:
        """The upload to send to: the remembered one while it takes bytes, else a fresh one of the same item."""
        upload = item["upload"]
        usable = (
            upload is not None
            and known.upload_token is not None
            and upload["id"] == known.upload_id
            and upload["state"] in {"open", "completing"}
            and known.sha256 == content.sha256.hex()
        )
        return known if usable else self._reopened(key, known, content, upload)

    def _reopened(self, key: str, known: Remembered, content: Content, upload: dict[str, Any] | None) -> Remembered:
        before = "none" if upload is None else upload["id"]
        if upload is not None and upload["state"] == "open":
            patiently(lambda: self._client.request("DELETE", f"/v1/uploads/{before}"))
        file = {"size": content.mark.size, "sha256": content.sha256.hex()}
        once = hashlib.sha256(f"{key} after {before} {file['sha256']}".encode()).hexdigest()
        opened = self._post(f"/v1/evidence/{known.evidence_id}/uploads", file, once)
        body = {**known.body, "file": {**known.body["file"], **file}}
        known = replace(known, body=body, upload_id=opened["id"], upload_token=opened["upload_token"])
        self._memory.keep(key, known)
        return known

    def _send(self, key: str, known: Remembered, content: Content, watcher: Watcher) -> None:
        """Send until the upload is complete. After every failure first look: the answer may have been all that was lost."""
        headers = {
            "Content-Length": str(content.mark.size),
            "Content-Digest": content.digest_header,
            "Content-Type": "application/octet-stream",
        }
        for wait in pauses():
            watcher.sending()
            try:
                self._client.request(
                    "PUT",
                    f"/v1/uploads/{known.upload_id}/content",
                    token=known.upload_token,
                    headers=headers,
                    content=content.blocks(watcher.sent),
                    timeout=_TIMES,
                )
            except (Unreachable, Problem) as error:
                lost_token = isinstance(error, Problem) and error.status == _UNAUTHENTICATED
                looked = isinstance(error, Problem) and error.kind == "wrong-state"
                if wait is None or not (lost_token or looked or passing(error)):
                    raise
                if lost_token:
                    known = self._reopened(key, known, content, self._item(known.evidence_id)["upload"])
                    continue
                pause(error, 0 if looked else wait)
                if self._state(known) == "completed":
                    return
            else:
                return

    def _state(self, known: Remembered) -> str:
        """Of the upload, once it is not between two states. Raises `Failed` where it takes no bytes any more."""
        began = time.monotonic()
        nudge, say = began + _FIRST_NUDGE, began + _SAY_AFTER
        look = f"/v1/uploads/{known.upload_id}"
        while True:
            state = str(patiently(lambda: self._client.get(look, token=known.upload_token))["state"])
            if state in {"expired", "abandoned"}:
                raise Failed(f"Its upload was {state}: run the same command again.")
            if state != "completing":
                return state
            if (now := time.monotonic()) >= nudge:
                nudge = now + _NUDGE_EVERY
                with contextlib.suppress(Unreachable, Problem):  # it may be complete by now: looking tells
                    self._client.request("POST", f"{look}/complete", token=known.upload_token)
            if now >= say:
                say = now + _SAY_AFTER
                warn("The server has yet to finish an upload that was cut off: see /readyz, and that the workers run.")
            time.sleep(1)

    def _item(self, evidence_id: str | None) -> dict[str, Any]:
        return patiently(lambda: self._client.get(f"/v1/evidence/{evidence_id}"))

    def _post(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        return patiently(lambda: self._client.post(path, body, key=key))


def _taken(key: str, item: dict[str, Any], known: Remembered, *, again: bool) -> Taken:
    return Taken(key, item["id"], item["exhibit_ref"], known.sha256, item["state"], again)
