"""One large file by its parts, through us or directly: a client that remembers nothing and asks what is there already."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import urllib3

from dems.bootstrap import Dems
from dems.model.actors import Actor
from dems.model.digests import Digest
from dems.model.ids import UploadId
from dems.model.uploads import Upload, UploadState
from dems.ports import Once
from dems.steps.body import Piece
from dems.usecases.intake.abandon import ExpireUploads
from dems.usecases.intake.issue_part_urls import PartWanted
from storage.interface import Presigned
from tests.faults.faults import Faults
from tests.faults.journey import Journey

THERE_ALREADY = 412

_pool = urllib3.PoolManager(retries=False, timeout=120)


def part_of(content: bytes, upload: Upload, number: int) -> bytes:
    start = (number - 1) * upload.part_size
    return content[start : start + upload.part_size]


def relay_part(dems: Dems, who: Actor, upload: Upload, number: int, data: bytes) -> None:
    """As the API hands over the body of `PUT …/parts/{n}`."""
    piece = Piece(memoryview(data), len(data), None, lambda: None)
    digest = Digest.sha256(hashlib.sha256(data).digest())
    dems.intake.receive_part(who, upload.id, number, lambda _: [piece], length=len(data), content_digest=digest)


def put_directly(signed: Presigned, data: bytes) -> int:
    """One PUT to the real store, as any client sends it; the status."""
    return _pool.request("PUT", signed.url, body=data, headers=dict(signed.headers)).status


def send_directly(faults: Faults, effect: str, signed: Presigned, data: bytes) -> None:
    """The store checks digest and length by itself, so a part that it has is the right one."""
    with faults.on(effect, lambda: ConnectionError("injected: the connection to the store was cut")):
        assert put_directly(signed, data) in {200, THERE_ALREADY}


@dataclass
class InParts(Journey):
    """By `PUT …/parts/{n}`."""

    def send(self) -> None:
        upload, there = self.core.intake.look_up(self.who, self.upload)
        known = {p.number for p in there}
        for number in range(1, upload.part_count + 1):
            if number not in known:
                self.send_part(upload, number)
        self.core.intake.complete(self.who, self.upload)

    def send_part(self, upload: Upload, number: int) -> None:
        relay_part(self.core, self.who, upload, number, part_of(self.content, upload, number))


@dataclass
class Directly(InParts):
    """By presigned addresses, past us and past the faulty store."""

    def send_part(self, upload: Upload, number: int) -> None:
        data = part_of(self.content, upload, number)
        wanted = [PartWanted(upload.id, number, hashlib.sha256(data).digest())]
        [(_, signed)] = self.core.intake.part_urls.of_upload(self.who, upload.id, wanted).urls
        send_directly(self.faults, f"direct part {number}", signed, data)


@dataclass
class Ended(InParts):
    """The last part is sent; then `how` ends the upload; then a fresh one brings everything."""

    how: Callable[["Ended"], None]

    def run(self) -> bytes:
        self.faults.enter("declare")
        self.declare()
        self.faults.enter("receive")
        for _ in range(3):
            self.tries(self._last_part)
        self.faults.enter("end")
        self.how(self)
        self.settle()
        before = [m.key for m in self.quiet.store.multiparts(f"evidence/{self.item}/")]
        assert before == [], "what was begun is gone from the store when the work is done"
        self.faults.enter("again")
        key = Once(os.urandom(32), os.urandom(32))
        _, fresh, _ = self.ask(lambda: self.core.intake.open_upload(self.who, self.item, once=key))
        self.upload = UploadId(fresh.id)
        self.uploads.add(self.upload)
        self.bring()
        self.settle()
        return self.content

    def _last_part(self) -> None:
        upload, there = self.core.intake.look_up(self.who, self.upload)
        if not there:
            self.send_part(upload, upload.part_count)

    def state(self) -> UploadState:
        return self.quiet.intake.look_up(self.who, self.upload)[0].state


def by_abandoning(journey: Ended) -> None:
    journey.ask(lambda: journey.core.intake.abandon(journey.who, journey.upload))


def by_expiring(journey: Ended) -> None:
    later = journey.core.clock() + timedelta(days=8)
    while journey.state() is UploadState.OPEN:
        journey.supervised(ExpireUploads(journey.core.transaction, lambda: later))
