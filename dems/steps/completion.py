"""Bringing an upload to its end: in the store, then in the record.

Between the two lies the only moment at which bytes exist without a record. It is covered by the intent
written beforehand: whoever finds it asks the store what happened, and never assumes.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dems.errors import IntegrityBroken, WrongState
from dems.layout import evidence_key
from dems.model.actors import ActorKind
from dems.model.acts import Act
from dems.model.custody import Authority, of_item, person_facts
from dems.model.digests import composite_sha256
from dems.model.evidence import Evidence
from dems.model.ids import UploadId
from dems.model.times import rfc3339
from dems.model.uploads import Upload, UploadState
from dems.ports import Job, JobKind, Transaction
from dems.steps.announcing import announce
from storage.errors import ObjectExists, UploadMissing
from storage.interface import ObjectStore, Part, StoredVersion


def complete_multipart(store: ObjectStore, upload: Upload, multipart_id: str, parts: Sequence[Part]) -> StoredVersion:
    """Ask the store to put the parts together; when it says that this was done already, look whether it was by us.

    Raises `IntegrityBroken` when something else lies at the key, `storage.errors.UploadMissing` when nothing does.
    """
    key = evidence_key(upload.evidence_id, upload.id)
    try:
        return store.resume(key, multipart_id).complete(parts)
    except (ObjectExists, UploadMissing) as error:
        found = adopt(store, upload, parts)
        if found is None:
            raise UploadMissing(f"the store knows neither the upload nor the object of upload {upload.id}") from error
        return found


def adopt(store: ObjectStore, upload: Upload, parts: Sequence[Part]) -> StoredVersion | None:
    """The version at the upload's key when it is what these parts make; None when there is none.

    Of several versions (a store whose `If-None-Match` is not atomic can make two) the first that fits is taken.
    Raises `IntegrityBroken` when there are versions and none fits.
    """
    key = evidence_key(upload.evidence_id, upload.id)
    versions = [v for v in store.versions(key) if v.key == key and not v.is_delete_marker]
    for version in sorted(versions, key=lambda v: v.last_modified):
        info = store.head(key, version.version_id)
        if info.stored.size == sum(p.size for p in parts) and info.sha256 in _expected(parts):
            return info.stored
    if versions:
        raise IntegrityBroken(
            "Something else is stored where this upload's bytes belong. It was left alone and reported; open a new upload.",
            upload=str(upload.id),
        )
    return None


def _expected(parts: Sequence[Part]) -> set[str | None]:
    """The checksums by which a store that keeps any would show these bytes; one that keeps none shows None."""
    if len(parts) == 1:
        whole = base64.b64encode(parts[0].sha256).decode()
        return {None, whole, f"{base64.b64encode(composite_sha256([parts[0].sha256])).decode()}-1"}
    composite = base64.b64encode(composite_sha256([p.sha256 for p in parts])).decode()
    return {None, composite, f"{composite}-{len(parts)}"}


def record_completed(
    tx: Transaction,
    authority: Authority,
    upload_id: UploadId,
    stored: StoredVersion,
    parts: Sequence[Part],
    at: datetime,
    *,
    sender: Mapping[str, Any] | None = None,
) -> tuple[Upload, Evidence]:
    """Make it a fact that the bytes are there, and verification due. Doing it twice changes nothing the second time.

    `parts` are those that were made into `stored`, from whoever saw that: never read again, since another attempt may
    have written its own in between. `sender` is who sent the bytes, where that is not the one who records it.
    """
    upload = tx.uploads.get(upload_id, for_update=True)
    evidence = tx.evidence.get(upload.evidence_id, for_update=True)
    earlier = upload.state
    upload, evidence = completed(upload, evidence, stored, parts, at)
    if earlier is UploadState.COMPLETED:
        return upload, evidence
    tx.uploads.keep_parts(upload.id, parts)
    tx.uploads.save(upload)
    tx.evidence.save(evidence)
    record(tx, authority, upload, evidence, stored, parts, sender)
    multipart = tx.uploads.multiparts([upload.id]).get(upload.id)
    if multipart is not None:
        # The parts are the object now, or another attempt was faster and these are of no use: the store is told.
        tx.jobs.due(Job(JobKind.DISCARD_PARTS, upload.id))
    tx.jobs.due(Job(JobKind.VERIFY, evidence.id))
    announce(tx, [upload], at)
    return upload, evidence


def completed(
    upload: Upload, evidence: Evidence, stored: StoredVersion, parts: Sequence[Part], at: datetime
) -> tuple[Upload, Evidence]:
    """Upload and item once the bytes are there; as they are when this was recorded before. Pure.

    Raises `IntegrityBroken`, `WrongState`.
    """
    if upload.state is UploadState.COMPLETED:
        if upload.version_id != stored.version_id:
            raise IntegrityBroken("This upload was completed with another version.", upload=str(upload.id))
        return upload, evidence
    if upload.state not in {UploadState.OPEN, UploadState.COMPLETING}:
        raise WrongState(
            f"This upload was {upload.state.value} while its bytes were coming. They were left where they are and "
            "will be reported; open a new upload of the item.",
            state=upload.state.value,
        )
    done = upload.completed(stored.version_id, _came_at(upload, stored, at), [p.sha256 for p in parts])
    return done, evidence.received(done)


def _came_at(upload: Upload, stored: StoredVersion, at: datetime) -> datetime:
    """When the store had the bytes, where it said so with them, by the second and by its clock; else `at`, when we learnt it.

    Neither before the upload was opened nor after it was recorded, whatever the store's clock says.
    """
    return at if stored.stored_at is None else min(at, max(stored.stored_at, upload.created_at))


def record(
    tx: Transaction,
    authority: Authority,
    done: Upload,
    evidence: Evidence,
    stored: StoredVersion,
    parts: Sequence[Part],
    sender: Mapping[str, Any] | None,
) -> None:
    """The entry that says that the bytes are there."""
    tx.custody.append(
        authority,
        of_item(evidence.id),
        act=Act.UPLOAD_COMPLETE,
        case_id=evidence.case_id,
        evidence_id=evidence.id,
        facts={
            "upload": str(done.id),
            "key": stored.key,
            "version_id": stored.version_id,
            "size": stored.size,
            "part_size": done.part_size,
            "parts_sha256": [p.sha256.hex() for p in parts[:MAX_PARTS_WRITTEN]],
            "part_count": len(parts),
            "composite_sha256": composite_sha256([p.sha256 for p in parts]).hex(),
            "declared_sha256": None if done.declared is None else done.declared.hex,
            "sent_by": None if sender is None else dict(sender),
            **_after_withdrawal(tx, authority, done, sender),
        },
    )


def _after_withdrawal(
    tx: Transaction, authority: Authority, done: Upload, sender: Mapping[str, Any] | None
) -> dict[str, str]:
    """What the entry says where bytes sent by an invitation are found after it was withdrawn: nothing sent is lost."""
    kind = authority.actor.kind.value if sender is None else sender.get("kind")
    if kind != ActorKind.INVITATION.value or done.intake_id is None:
        return {}
    # Kept as it is until this is committed: what no entry calls late was recorded before the withdrawal.
    invitation = tx.invitations.of_intake(done.intake_id, keep_as_is=True)
    if invitation is None or invitation.revoked_at is None:
        return {}
    return {"invitation_withdrawn_at": rfc3339(invitation.revoked_at)}


def sender_of(authority: Authority) -> dict[str, Any]:
    """Who sends bytes, as an entry says it: kept with the intent, for whoever has to record them after a crash."""
    actor = authority.actor
    return {
        "kind": actor.kind.value,
        "person": None if actor.person is None else person_facts(actor.person),
        "on_behalf_of": None if actor.on_behalf_of is None else person_facts(actor.on_behalf_of),
        "role": authority.role,
        "token": None if actor.token_id is None else str(actor.token_id),
        "request": actor.request_id,
        **({"recipient": actor.name} if actor.kind is ActorKind.INVITATION else {}),
    }


MAX_PARTS_WRITTEN = 256
"""So many part digests are written out in an entry, which must stay below 64 KiB; the composite covers all of them."""
