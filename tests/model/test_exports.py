"""An export ends once, and is known by one digest."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import pytest

from dems.errors import Invalid, NotReady, WrongState
from dems.model.acts import Act
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Integrity, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.exports import Export, ExportState, snapshot, withholdable
from dems.model.ids import CaseId, EvidenceId, ExportId, PersonId, UploadId
from dems.model.names import OriginalName

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DIGEST = Digest.sha256(sha256(b"package").digest())
ASKED = Export(ExportId(uuid4()), CaseId(uuid4()), PersonId(uuid4()), "A. Khan", AT, "CPS", "charge", True, True, (), 1)
NAMED = ASKED.named(b"n" * 32)
READY = NAMED.ready(5, DIGEST, "v1", AT)
FAILED = ASKED.failed("it cannot", AT)


def test_an_export_is_named_made_and_read() -> None:
    assert NAMED.named(b"n" * 32) == NAMED
    assert (READY.state, READY.readable()) == (ExportState.READY, ("v1", 5, DIGEST))


def test_it_is_never_named_twice_and_ends_once() -> None:
    with pytest.raises(WrongState, match="came out otherwise"):
        NAMED.named(b"m" * 32)
    with pytest.raises(WrongState):
        ASKED.ready(5, DIGEST, "v1", AT)
    for ended in (READY, FAILED):
        with pytest.raises(WrongState):
            ended.ready(5, DIGEST, "v1", AT)
        with pytest.raises(WrongState):
            ended.failed("again", AT)
        with pytest.raises(WrongState):
            ended.named(b"n" * 32)


def test_what_is_not_made_cannot_be_read() -> None:
    with pytest.raises(NotReady):
        NAMED.readable()
    with pytest.raises(WrongState, match="could not be made"):
        FAILED.readable()


def test_details_on_which_the_package_rests_are_not_withheld() -> None:
    assert withholdable([Act.EVIDENCE_CONTENT, Act.EVIDENCE_ACCESS, Act.EVIDENCE_ACCESS]) == (
        Act.EVIDENCE_ACCESS,
        Act.EVIDENCE_CONTENT,
    )
    for needed in (
        "evidence.seal",
        "evidence.export",
        "upload.complete",
        "evidence.correct_exhibit_ref",
        "evidence.mismatch",
        "evidence.freeze",
        "evidence.recheck",
        "approval.ask",
        "custody.destroy_detail",
    ):
        with pytest.raises(Invalid, match="cannot be withheld"):
            withholdable([Act.EVIDENCE_ACCESS, Act(needed)])


def test_an_item_is_remembered_with_its_bytes_only_where_they_are_what_was_sealed() -> None:
    sealed = Evidence(
        EvidenceId(uuid4()),
        CaseId(uuid4()),
        ExhibitRef("AB/1"),
        "A film",
        Kind.DIGITAL,
        EvidenceState.SEALED,
        PersonId(uuid4()),
        AT,
        name=OriginalName(b"f\xff.mp4"),
        size=7,
        upload_id=UploadId(uuid4()),
        version_id="v7",
        digests={"sha256": DIGEST},
    )
    remembered = snapshot(sealed, 4)
    assert (remembered.key_upload, remembered.version_id) == (str(sealed.upload_id), "v7")
    assert (remembered.last_seq, remembered.name, remembered.sha256) == (4, "f\ufffd.mp4", DIGEST.hex)
    for lost in (replace(sealed, integrity=Integrity.MISSING), replace(sealed, state=EvidenceState.FROZEN)):
        assert (snapshot(lost, 4).key_upload, snapshot(lost, 4).version_id) == (None, None)
    shoe = replace(sealed, kind=Kind.PHYSICAL, state=EvidenceState.REGISTERED, name=None, digests={}, size=None)
    assert (snapshot(shoe, 1).name, snapshot(shoe, 1).sha256, snapshot(shoe, 1).version_id) == (None, None, None)
