"""Give addresses to which parts are sent directly to the store: each for one part, its bytes and its lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from dems.errors import DemsError, Invalid, NotFound
from dems.layout import evidence_key
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority, of_item
from dems.model.ids import IntakeId, UploadId
from dems.model.uploads import Upload
from dems.ports import BegunMultipart, Clock, Transaction, Transactions
from dems.steps.locks import Locks
from dems.steps.promises import begin_multiparts, promise_of, same_as_promised
from dems.steps.trust import StoreTrust
from storage.interface import ObjectStore, Presigned

VALID_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PartWanted:
    """A part that is about to be sent, and the SHA-256 of its bytes."""

    upload_id: UploadId
    number: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class PartUrls:
    """Where to send each part, and what is wrong with the others."""

    urls: list[tuple[PartWanted, Presigned]]
    problems: list[tuple[PartWanted, DemsError]]


@dataclass(slots=True)
class _Looked:
    """What a look at the records gave: parts that may be sent, those that may not, and uploads that are yet to begin."""

    good: list[tuple[PartWanted, Upload]] = field(default_factory=list)
    problems: list[tuple[PartWanted, DemsError]] = field(default_factory=list)
    to_begin: dict[UploadId, Upload] = field(default_factory=dict)
    multiparts: Mapping[UploadId, BegunMultipart] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssuePartUrls:
    transaction: Transactions
    store: ObjectStore
    trust: StoreTrust
    locks: Locks
    clock: Clock

    def of_upload(self, actor: Actor, upload_id: UploadId, wanted: Sequence[PartWanted]) -> PartUrls:
        """For parts of one upload, all or none. Raises the first problem: `Invalid`, `PartDiffers`, `WrongState`, …"""
        with self.transaction() as tx:
            upload = tx.uploads.get(upload_id)
            tx.authorise(
                actor, Act.UPLOAD_RECEIVE, case_id=upload.case_id, upload_id=upload_id, intake_id=upload.intake_id
            )
        return self._issue(actor, None, wanted)

    def of_intake(self, actor: Actor, intake_id: IntakeId, wanted: Sequence[PartWanted]) -> PartUrls:
        """For parts of any uploads of an intake; what is wrong with one does not keep the others from going."""
        return self._issue(actor, intake_id, wanted)

    def _issue(self, actor: Actor, intake_id: IntakeId | None, wanted: Sequence[PartWanted]) -> PartUrls:
        begun = False
        while True:
            with self.transaction() as tx:
                authority = self._authorise(tx, actor, intake_id, wanted)
                looked = self._look(tx, intake_id, wanted)
                if not looked.to_begin:
                    self._announce(tx, authority, looked)
            if not looked.to_begin:
                break
            if begun:
                raise RuntimeError("a multipart upload was begun and is not known")
            # Outside of any transaction, since it asks the store; then everything is looked at again.
            begin_multiparts(self.transaction, self.store, self.locks, list(looked.to_begin.values()), self.clock())
            begun = True
        lock = self.locks.policy(self.clock())
        urls = []
        for part, upload in looked.good:
            key, size = evidence_key(upload.evidence_id, upload.id), upload.length_of_part(part.number)
            if upload.part_count == 1:
                signed = self.store.presign_put(key, size=size, sha256=part.sha256, lock=lock, valid_for=VALID_FOR)
            else:
                multipart = self.store.resume(key, looked.multiparts[upload.id].multipart_id)
                signed = multipart.presign_part(part.number, size=size, sha256=part.sha256, valid_for=VALID_FOR)
            urls.append((part, signed))
        return PartUrls(urls, looked.problems)

    @staticmethod
    def _authorise(
        tx: Transaction, actor: Actor, intake_id: IntakeId | None, wanted: Sequence[PartWanted]
    ) -> Authority:
        if intake_id is not None:
            case_id, upload_id = tx.intakes.get(intake_id).case_id, None
        else:
            upload = tx.uploads.get(wanted[0].upload_id)
            case_id, upload_id, intake_id = upload.case_id, upload.id, upload.intake_id
        authority = tx.authorise(actor, Act.UPLOAD_RECEIVE, case_id=case_id, upload_id=upload_id, intake_id=intake_id)
        tx.cases.get(case_id, keep_as_is=True).takes_changes()
        return authority

    def _look(self, tx: Transaction, intake_id: IntakeId | None, wanted: Sequence[PartWanted]) -> _Looked:
        looked, now = _Looked(), self.clock()
        ids = sorted({p.upload_id for p in wanted})
        uploads = tx.uploads.many(ids, for_update=True)
        looked.multiparts = tx.uploads.multiparts(ids)
        promised = dict(tx.uploads.promised([(p.upload_id, p.number) for p in wanted]))
        for part in wanted:
            upload = uploads.get(part.upload_id)
            try:
                if upload is None or (intake_id is not None and upload.intake_id != intake_id):
                    raise NotFound("upload")
                _, promise = promise_of(upload, part.number, part.sha256)
                earlier = promised.setdefault((upload.id, part.number), promise)
                same_as_promised(earlier, part.number, part.sha256)
                if upload.part_count == 1 and upload.declared is not None and upload.declared.value != part.sha256:
                    raise Invalid(
                        "The file has one part, and another SHA-256 was declared for it before.", field="sha256"
                    )
                # Last, so that whoever holds other bytes hears that, also when this upload is over.
                upload.takes_bytes(now)
            except DemsError as problem:
                if intake_id is None:
                    raise
                looked.problems.append((part, problem))
                continue
            looked.good.append((part, upload))
            if upload.part_count > 1 and upload.id not in looked.multiparts:
                looked.to_begin[upload.id] = upload
        return looked

    def _announce(self, tx: Transaction, authority: Authority, looked: _Looked) -> None:
        self.trust.require(tx, sum(u.length_of_part(p.number) for p, u in looked.good))
        tx.uploads.promise([promise_of(u, p.number, p.sha256) for p, u in looked.good])
        large = {u.evidence_id: u for _, u in looked.good if u.part_count > 1 or u.intake_id is None}
        # Of small files of an intake nothing is said until they are there: that would be one more entry for each.
        items = tx.evidence.many(sorted(large), for_update=True) if large else {}
        for evidence_id, item in items.items():
            receiving = item.receiving()
            if receiving != item:
                tx.evidence.save(receiving)
                tx.custody.append(
                    authority,
                    of_item(evidence_id),
                    case_id=item.case_id,
                    evidence_id=evidence_id,
                    facts={"upload": str(large[evidence_id].id), "transport": "direct"},
                )
