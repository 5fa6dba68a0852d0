"""Items of evidence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories import review_queue
from dems.db.repositories.base import Rows, chunks, paged_within
from dems.db.tables import evidence, exhibit_numbers, exhibit_refs, item_index
from dems.errors import AlreadyExists, NotFound
from dems.model.digests import Digest
from dems.model.evidence import Evidence, EvidenceState, Integrity, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, IntakeId, PersonId, UploadId
from dems.model.names import OriginalName
from dems.model.readings import FindingsState
from dems.model.searching import declared_text
from dems.ports import EvidenceFilter, Page

_sha256 = evidence.c.digests.op("->>")("sha256")

READ_BACK = evidence.c.digests != literal_column("'{}'::jsonb")
"""Digests of the stored bytes exist."""


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


def to_evidence(row: Row[Any]) -> Evidence:
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
        intake_id=None if row.intake_id is None else IntakeId(row.intake_id),
        intake_position=row.intake_position,
    )


def _first_values(item: Evidence) -> dict[str, Any]:
    return {
        "id": item.id,
        "case_id": item.case_id,
        "kind": item.kind.value,
        "derived_from": item.derived_from,
        "part_of": item.part_of,
        "name": None if item.name is None else item.name.raw,
        "declared_by": item.declared_by,
        "declared_at": item.declared_at,
        "intake_id": item.intake_id,
        "intake_position": item.intake_position,
        **_values(item),
    }


def _declared_text(item: Evidence) -> str:
    return declared_text(item.exhibit_ref.text, item.description, None if item.name is None else item.name.text)


def _place_in_index(item: Evidence) -> dict[str, Any]:
    return {
        "evidence_id": item.id,
        "case_id": item.case_id,
        "state": FindingsState.NONE.value,
        "declared_text": _declared_text(item),
        "found_text": "",
        "device_text": "",
    }


class EvidenceRows(Rows):
    def add(self, item: Evidence) -> None:
        self._tx.execute(insert(evidence).values(_first_values(item)))
        self._tx.execute(insert(item_index).values(_place_in_index(item)))
        review_queue.came_in(self._tx, [item.id])
        self._take_ref(item, item.exhibit_ref)

    def add_many(self, items: Sequence[Evidence]) -> set[EvidenceId]:
        if not items:
            return set()
        self._tx.execute(insert(evidence), [_first_values(i) for i in items])
        self._tx.execute(insert(item_index), [_place_in_index(i) for i in items])
        review_queue.came_in(self._tx, [i.id for i in items])
        refs = [{"case_id": i.case_id, "ref_key": i.exhibit_ref.key, "evidence_id": i.id} for i in items]
        self._tx.execute(upsert(exhibit_refs).on_conflict_do_nothing(), refs)
        got: set[EvidenceId] = set()
        for some in chunks(refs):
            statement = select(exhibit_refs.c.evidence_id).where(
                exhibit_refs.c.case_id == items[0].case_id, exhibit_refs.c.ref_key.in_([r["ref_key"] for r in some])
            )
            got |= {EvidenceId(r.evidence_id) for r in self._tx.execute(statement)}
        return {i.id for i in items} - got

    def refs_used(self, case_id: CaseId, keys: Sequence[str]) -> set[str]:
        used: set[str] = set()
        for some in chunks(keys):
            statement = select(exhibit_refs.c.ref_key).where(
                exhibit_refs.c.case_id == case_id, exhibit_refs.c.ref_key.in_(some)
            )
            used |= {r.ref_key for r in self._tx.execute(statement)}
        return used

    def next_number(self, case_id: CaseId, prefix_key: str) -> int:
        numbers = exhibit_numbers
        fresh = upsert(numbers).values(case_id=case_id, prefix_key=prefix_key, next=1).on_conflict_do_nothing()
        self._tx.execute(fresh)
        statement = select(numbers.c.next).where(numbers.c.case_id == case_id, numbers.c.prefix_key == prefix_key)
        return int(self._tx.execute(statement.with_for_update()).scalar_one())

    def numbered(self, case_id: CaseId, prefix_key: str, next_number: int) -> None:
        numbers = exhibit_numbers
        statement = update(numbers).where(numbers.c.case_id == case_id, numbers.c.prefix_key == prefix_key)
        self._tx.execute(statement.values(next=next_number))

    def many(self, evidence_ids: Sequence[EvidenceId], *, for_update: bool = False) -> Mapping[EvidenceId, Evidence]:
        statement = select(evidence).where(evidence.c.id.in_(evidence_ids)).order_by(evidence.c.id)
        rows = self._tx.execute(statement.with_for_update() if for_update else statement)
        return {EvidenceId(r.id): to_evidence(r) for r in rows}

    def save_many(self, items: Sequence[Evidence]) -> None:
        if items:
            names = [n for n in _values(items[0]) if n not in {"exhibit_ref", "description"}]
            statement = update(evidence).where(evidence.c.id == bindparam("of"))
            rows = [{"of": i.id, **{f"new_{n}": v for n, v in _values(i).items() if n in names}} for i in items]
            self._tx.execute(statement.values({n: bindparam(f"new_{n}") for n in names}), rows)
            review_queue.changed(self._tx, [i.id for i in items])

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
        return to_evidence(row)

    def save(self, item: Evidence) -> None:
        self._tx.execute(update(evidence).where(evidence.c.id == item.id).values(**_values(item)))
        words = _declared_text(item)
        is_its = (item_index.c.evidence_id == item.id, item_index.c.declared_text != words)
        self._tx.execute(update(item_index).where(*is_its).values(declared_text=words))
        review_queue.changed(self._tx, [item.id])

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
        if wanted.sha256 is not None:
            statement = statement.where(_sha256 == wanted.sha256)
        pages = paged_within(statement, evidence.c.case_id, case_id, evidence.c.id, page)
        return [to_evidence(r) for r in self._tx.execute(pages)]

    def same_bytes(self, item: Evidence, limit: int) -> list[Evidence]:
        found = item.digests.get("sha256")
        if found is None:
            return []
        alike = (evidence.c.case_id == item.case_id, _sha256 == found.hex, evidence.c.id != item.id)
        rows = self._tx.execute(select(evidence).where(*alike).order_by(evidence.c.id).limit(limit))
        return [to_evidence(r) for r in rows]

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
