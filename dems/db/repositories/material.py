"""What may be decided about: the items of a case as disclosure sees them, and placeholders for what is elsewhere."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, select, true, union_all
from sqlalchemy.dialects.postgresql import insert as upsert

from dems.db.repositories import review_queue
from dems.db.repositories.base import Rows, among, paged_within
from dems.db.repositories.disclosure import signature, signed
from dems.db.tables import custody_chains, custody_entries, evidence, item_particulars, material_elsewhere
from dems.errors import AlreadyExists
from dems.model.custody import ChainKind
from dems.model.digests import Digest
from dems.model.disclosure.material import Holding, Marking, Material, NeverStored
from dems.model.evidence import EvidenceState, Kind
from dems.model.ids import CaseId, EvidenceId, StrandId
from dems.model.names import OriginalName
from dems.model.times import london_date
from dems.ports.disclosure import Elsewhere, Particulars
from dems.ports.values import Page


class MaterialRows(Rows):
    def material(self, case_id: CaseId, items: Collection[EvidenceId] | None = None) -> list[Material]:
        here, there = _items(case_id), select(material_elsewhere).where(material_elsewhere.c.case_id == case_id)
        if items is not None:
            here, there = here.where(among(evidence.c.id, items)), there.where(among(material_elsewhere.c.id, items))
        return [*map(_here, self._tx.execute(here)), *map(_there, self._tx.execute(there))]

    def of_case(self, case_id: CaseId, items: Collection[EvidenceId]) -> frozenset[EvidenceId]:
        both = union_all(
            *(
                select(t.c.id).where(t.c.case_id == case_id, among(t.c.id, items))
                for t in (evidence, material_elsewhere)
            )
        ).subquery()
        return frozenset(EvidenceId(r.id) for r in self._tx.execute(select(both.c.id)))

    def add_elsewhere(self, elsewhere: Elsewhere) -> None:
        values = {
            "id": elsewhere.id,
            "case_id": elsewhere.case_id,
            "proceeding_id": elsewhere.proceeding,
            "exhibit_ref": elsewhere.exhibit_ref,
            "description": elsewhere.description,
            "holder": elsewhere.holder,
            "place": elsewhere.place,
            "marking": elsewhere.marking.value,
            "never_stored": None if elsewhere.never_stored is None else elsewhere.never_stored.value,
            "restricted": elsewhere.restricted,
        }
        statement = upsert(material_elsewhere).values(**values, **signature(elsewhere.by)).on_conflict_do_nothing()
        if self._tx.execute(statement.returning(material_elsewhere.c.id)).first() is None:
            raise AlreadyExists(
                f"There is a placeholder with the reference {elsewhere.exhibit_ref} in this case: choose another.",
                field="exhibit_ref",
            )
        review_queue.came_in(self._tx, [elsewhere.id], elsewhere=True)

    def elsewhere(self, case_id: CaseId, page: Page, *, restricted: bool) -> list[Elsewhere]:
        statement = select(material_elsewhere)
        if not restricted:
            statement = statement.where(~material_elsewhere.c.restricted)
        pages = paged_within(statement, material_elsewhere.c.case_id, case_id, material_elsewhere.c.id, page)
        return [_placeholder(r) for r in self._tx.execute(pages)]

    def restricted(self, case_id: CaseId) -> frozenset[EvidenceId]:
        statement = select(material_elsewhere.c.id).where(
            material_elsewhere.c.case_id == case_id, material_elsewhere.c.restricted
        )
        return frozenset(EvidenceId(r.id) for r in self._tx.execute(statement))

    def particulars(self, item: EvidenceId) -> list[Particulars]:
        statement = select(item_particulars).where(item_particulars.c.evidence_id == item)
        return [_particulars(r) for r in self._tx.execute(statement.order_by(item_particulars.c.number))]

    def add_particulars(self, case_id: CaseId, particulars: Particulars) -> None:
        values = {
            "evidence_id": particulars.item,
            "number": particulars.number,
            "case_id": case_id,
            "marking": particulars.marking.value,
            "unexamined": particulars.unexamined,
            "edited": particulars.edited,
            "redaction_set": particulars.redaction_set,
            "place": particulars.place,
            "holder": particulars.holder,
            "reason": particulars.reason,
        }
        self._tx.execute(insert(item_particulars).values(**values, **signature(particulars.by)))


def _items(case_id: CaseId) -> Select[Any]:
    """Each item with its newest particulars and the newest place of its chain, looked up by keys."""
    last = (
        select(
            item_particulars.c.marking,
            item_particulars.c.unexamined,
            item_particulars.c.edited,
            item_particulars.c.redaction_set,
        )
        .where(item_particulars.c.evidence_id == evidence.c.id)
        .order_by(item_particulars.c.number.desc())
        .limit(1)
        .lateral("last")
    )
    place = (
        select(func.max(custody_entries.c.seq).label("seq"))
        .select_from(custody_chains)
        .join(custody_entries, custody_entries.c.chain_id == custody_chains.c.id)
        .where(and_(custody_chains.c.kind == ChainKind.ITEM.value, custody_chains.c.subject == evidence.c.id))
        .lateral("place")
    )
    return (
        select(evidence, last, place.c.seq)
        .select_from(evidence.outerjoin(last, true()).outerjoin(place, true()))
        .where(evidence.c.case_id == case_id)
        .order_by(evidence.c.id)
    )


def _here(row: Row[Any]) -> Material:
    sha256 = row.digests.get("sha256")
    return Material(
        id=EvidenceId(row.id),
        case_id=CaseId(row.case_id),
        exhibit_ref=row.exhibit_ref,
        holding=Holding.BYTES if Kind(row.kind) is Kind.DIGITAL else Holding.PHYSICAL,
        added_on=london_date(row.declared_at),
        digest=None if sha256 is None else Digest.from_hex("sha256", sha256),
        # Chains count from 1, and the place that a row is bound to from 0.
        custody_position=None if row.seq is None else row.seq - 1,
        sealed=EvidenceState(row.state) is EvidenceState.SEALED,
        name=None if row.name is None else OriginalName(bytes(row.name)).text,
        marking=Marking.OFFICIAL if row.marking is None else Marking(row.marking),
        unexamined=bool(row.unexamined),
        edited=bool(row.edited),
        derived_from=None if row.derived_from is None else EvidenceId(row.derived_from),
        redaction_set=row.redaction_set,
    )


def _there(row: Row[Any]) -> Material:
    return Material(
        id=EvidenceId(row.id),
        case_id=CaseId(row.case_id),
        exhibit_ref=row.exhibit_ref,
        holding=Holding.OFF_SYSTEM,
        added_on=london_date(row.at),
        marking=Marking(row.marking),
        never_stored=None if row.never_stored is None else NeverStored(row.never_stored),
    )


def _placeholder(row: Row[Any]) -> Elsewhere:
    return Elsewhere(
        id=EvidenceId(row.id),
        case_id=CaseId(row.case_id),
        proceeding=StrandId(row.proceeding_id),
        exhibit_ref=row.exhibit_ref,
        description=row.description,
        holder=row.holder,
        place=row.place,
        marking=Marking(row.marking),
        never_stored=None if row.never_stored is None else NeverStored(row.never_stored),
        restricted=row.restricted,
        by=signed(row),
    )


def _particulars(row: Row[Any]) -> Particulars:
    return Particulars(
        item=EvidenceId(row.evidence_id),
        number=row.number,
        marking=Marking(row.marking),
        unexamined=row.unexamined,
        edited=row.edited,
        redaction_set=row.redaction_set,
        place=row.place,
        holder=row.holder,
        reason=row.reason,
        by=signed(row),
    )
