"""Whatever is done to an item, in whatever order: what was sealed stays, and nothing unread is ever evidence."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dems.errors import DemsError, NotReadable, WrongState
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Found, Integrity, judge, outcome_of
from dems.model.ids import UploadId
from dems.model.uploads import Upload, UploadState
from tests.model.people import NOON, evidence, upload

contents = st.sampled_from([b"", b"abc", b"abd", b"abcd"])


def sha256(content: bytes) -> Digest:
    return Digest.sha256(hashlib.sha256(content).digest())


def reading(content: bytes) -> Found:
    return Found(len(content), {"sha256": sha256(content)})


class LifeOfAnItem(RuleBasedStateMachine):
    """One item, its uploads, and the bytes that a store holds for it."""

    item: Evidence
    upload: Upload
    stored: bytes | None
    sealed: bytes | None
    now: datetime

    @initialize(size=st.integers(0, 4), declared=st.none() | contents)
    def declare(self, size: int, declared: bytes | None) -> None:
        self.now, self.uploads, self.versions = NOON, 1, 0
        self.stored = self.sealed = None
        self.ever_altered = False
        self.upload = upload(size, declared=None if declared is None else sha256(declared))
        self.item = replace(evidence(), size=size, upload_id=self.upload.id)

    def attempt(self, changed: Evidence) -> None:
        assert changed is self.item or changed.version == self.item.version + 1
        self.item = changed

    @rule()
    def receive(self) -> None:
        try:
            self.attempt(self.item.receiving())
        except WrongState:
            assert self.item.state not in {EvidenceState.DECLARED, EvidenceState.UPLOADING}

    @rule(content=contents)
    def complete(self, content: bytes) -> None:
        self.versions += 1
        try:
            done = self.upload.completed(f"v{self.versions}", self.now, [hashlib.sha256(content).digest()])
            self.attempt(self.item.received(done))
        except WrongState:
            return
        self.upload, self.stored = done, content

    @rule(size=st.integers(0, 4), declared=st.none() | contents)
    def upload_again(self, size: int, declared: bytes | None) -> None:
        self.uploads += 1
        fresh = upload(
            size,
            declared=None if declared is None else sha256(declared),
            upload_id=UploadId(UUID(int=self.uploads)),
        )
        try:
            self.attempt(self.item.reopened_for(fresh))
        except WrongState:
            assert self.item.state not in {EvidenceState.DECLARED, EvidenceState.UPLOADING, EvidenceState.MISMATCH}
            return
        self.upload, self.stored = fresh, None

    @rule()
    def verify(self) -> None:
        try:
            self.attempt(self.item.judged(judge(self.upload, reading(self.stored or b"")), self.now))
        except WrongState:
            assert self.item.state is not EvidenceState.VERIFYING
            return
        if self.item.state is EvidenceState.SEALED:
            self.sealed = self.stored

    @precondition(lambda self: self.sealed is not None)
    @rule(content=contents)
    def alter_behind_our_back(self, content: bytes) -> None:
        self.stored = content

    @rule()
    def look_again(self) -> None:
        self.now += timedelta(days=90)
        try:
            self.item.checkable()
        except WrongState:
            assert self.sealed is None
            return
        assert self.stored is not None
        outcome = outcome_of(self.item, reading(self.stored))
        self.ever_altered = self.ever_altered or outcome is Integrity.ALTERED
        assert (outcome is Integrity.INTACT) is (self.stored == self.sealed)
        self.attempt(self.item.rechecked(outcome, self.now))

    @invariant()
    def only_bytes_that_were_read_back_and_agree_can_be_read(self) -> None:
        try:
            version = self.item.readable()
        except NotReadable:
            assert self.item.state is not EvidenceState.SEALED
            return
        assert self.item.state is EvidenceState.SEALED
        assert self.item.integrity is Integrity.INTACT
        assert version == self.upload.version_id
        assert self.sealed is not None
        assert self.item.digests["sha256"].same_as(sha256(self.sealed))
        assert self.upload.declared is None or self.upload.declared.same_as(sha256(self.sealed))
        assert self.item.size == self.upload.size == len(self.sealed)

    @invariant()
    def what_was_sealed_stays_as_it_was_sealed(self) -> None:
        if self.sealed is not None:
            assert self.item.state in {EvidenceState.SEALED, EvidenceState.FROZEN}
            assert self.item.digests == {"sha256": sha256(self.sealed)}
            assert self.item.upload_id == self.upload.id
            assert self.item.version_id == self.upload.version_id
        else:
            assert self.item.sealed_at is None

    @invariant()
    def an_item_found_altered_is_frozen_for_good(self) -> None:
        assert (self.item.state is EvidenceState.FROZEN) is self.ever_altered

    @invariant()
    def a_completed_upload_takes_no_more_bytes(self) -> None:
        if self.upload.state is UploadState.COMPLETED:
            try:
                self.upload.takes_bytes(self.now)
            except DemsError:
                return
            raise AssertionError("a completed upload took bytes")


TestLifeOfAnItem = LifeOfAnItem.TestCase
TestLifeOfAnItem.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
