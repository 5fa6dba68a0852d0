"""Items of evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories.base import Rows, paged_within
from dems.db.tables import evidence, exhibit_refs
from dems.errors import AlreadyExists, NotFound
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Integrity, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, PersonId, UploadId
from dems.model.names import OriginalName
from dems.ports import EvidenceFilter, Page


def _values(item: Evidence) -> dict[str, Any]:
    return {
        "exhibit_ref": item.exhibit_ref.text,
        "description": item.description,
        "state": item.state.value,
        "source": item.source,
        "obtained_at": item.obtained_at,
        "obtained_by": item.obtained_by,
        "size": item.size,
        "upload_id": item.upload_id,
        "version_id": item.version_id,
        "digests": {name: d.hex for name, d in item.digests.items()},
        "integrity": item.integrity.value,
        "sealed_at": item.sealed_at,
        "checked_at": item.checked_at,
        "version": item.version,
    }


def _to_evidence(row: Row[Any]) -> Evidence:
    return Evidence(
        id=EvidenceId(row.id),
        case_id=CaseId(row.case_id),
        exhibit_ref=ExhibitRef(row.exhibit_ref),
        description=row.description,
        kind=Kind(row.kind),
        state=EvidenceState(row.state),
        declared_by=PersonId(row.declared_by),
        declared_at=row.declared_at,
        source=row.source,
        obtained_at=row.obtained_at,
        obtained_by=row.obtained_by,
        derived_from=row.derived_from,
        part_of=row.part_of,
        name=None if row.name is None else OriginalName(bytes(row.name)),
        size=row.size,
        upload_id=None if row.upload_id is None else UploadId(row.upload_id),
        version_id=row.version_id,
        digests={name: Digest.from_hex(name, value) for name, value in row.digests.items()},
        integrity=Integrity(row.integrity),
        sealed_at=row.sealed_at,
        checked_at=row.checked_at,
        version=row.version,
    )


class EvidenceRows(Rows):
    def add(self, item: Evidence) -> None:
        self._tx.execute(
            upsert(evidence).values(
                id=item.id,
                case_id=item.case_id,
                kind=item.kind.value,
                derived_from=item.derived_from,
                part_of=item.part_of,
                name=None if item.name is None else item.name.raw,
                declared_by=item.declared_by,
                declared_at=item.declared_at,
                **_values(item),
            )
        )
        self._take_ref(item, item.exhibit_ref)

    def _take_ref(self, item: Evidence, ref: ExhibitRef) -> None:
        statement = upsert(exhibit_refs).values(case_id=item.case_id, ref_key=ref.key, evidence_id=item.id)
        if self._tx.execute(statement.on_conflict_do_nothing().returning(exhibit_refs.c.ref_key)).first() is not None:
            return
        # The item may go back to a reference of its own; nobody may take another item's, past or present.
        taken = select(exhibit_refs.c.evidence_id).where(
            exhibit_refs.c.case_id == item.case_id, exhibit_refs.c.ref_key == ref.key
        )
        if self._tx.execute(taken).scalar() != item.id:
            raise AlreadyExists(
                f"The exhibit reference {ref.text} is or was used in this case. References are not used again: choose the next number.",
                field="exhibit_ref",
            )

    def get(self, evidence_id: EvidenceId, *, for_update: bool = False) -> Evidence:
        statement = select(evidence).where(evidence.c.id == evidence_id)
        row = self._tx.execute(statement.with_for_update() if for_update else statement).first()
        if row is None:
            raise NotFound
        return _to_evidence(row)

    def save(self, item: Evidence) -> None:
        self._tx.execute(update(evidence).where(evidence.c.id == item.id).values(**_values(item)))

    def correct_ref(self, item: Evidence, exhibit_ref: ExhibitRef) -> None:
        self._take_ref(item, exhibit_ref)
        self.save(item)

    def page(self, case_id: CaseId, page: Page, wanted: EvidenceFilter) -> list[Evidence]:
        statement = select(evidence)
        if wanted.state is not None:
            statement = statement.where(evidence.c.state == wanted.state.value)
        if wanted.integrity is not None:
            statement = statement.where(evidence.c.integrity == wanted.integrity.value)
        if wanted.exhibit_ref is not None:
            statement = statement.where(evidence.c.exhibit_ref == wanted.exhibit_ref)
        pages = paged_within(statement, evidence.c.case_id, case_id, evidence.c.id, page)
        return [_to_evidence(r) for r in self._tx.execute(pages)]

    def least_recently_checked(self, limit: int, before: datetime) -> list[EvidenceId]:
        statement = (
            select(evidence.c.id)
            .where(
                evidence.c.state == EvidenceState.SEALED.value,
                or_(evidence.c.checked_at.is_(None), evidence.c.checked_at < before),
            )
            .order_by(evidence.c.checked_at)
            .limit(limit)
        )
        return [EvidenceId(r.id) for r in self._tx.execute(statement)]

    def count_sealed(self) -> int:
        statement = select(func.count()).select_from(evidence).where(evidence.c.state == EvidenceState.SEALED.value)
        return int(self._tx.execute(statement).scalar_one())
