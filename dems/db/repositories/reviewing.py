"""The queue of review page by page, the items that a question finds, and what of a case looks alike or was looked at."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    any_,
    distinct,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on

from dems.db.repositories.base import Rows, among, chunks, paged_within
from dems.db.repositories.disclosure import to_viewing
from dems.db.repositories.reopening import came_at
from dems.db.repositories.review_conditions import asked, ordered, worded
from dems.db.repositories.review_queue import standing
from dems.db.repositories.searching import answered_in_time
from dems.db.repositories.viewing_times import time_of_each
from dems.db.tables import (
    disclosure_block_items,
    disclosure_decisions,
    disclosure_viewings,
    evidence,
    findings,
    item_index,
    item_particulars,
    material_elsewhere,
    review_queue,
)
from dems.errors import Invalid
from dems.model.digests import Digest
from dems.model.disclosure.blocks import AnnexLine
from dems.model.disclosure.coverage import Viewing
from dems.model.disclosure.reviewing import Awaiting, ReviewFilter, ReviewSort
from dems.model.evidence import EvidenceState
from dems.model.ids import BlockId, CaseId, EvidenceId, StrandId
from dems.model.names import OriginalName
from dems.model.searching import DURATION
from dems.model.times import rfc3339
from dems.ports.reviewing import Counted, FoundItem, ReviewPage, ReviewRow, Sight
from dems.ports.values import Page

_q, _e, _x, _there = review_queue.c, evidence.c, item_index.c, material_elsewhere.c
_FEW = 2_000
"""So many items are put in order faster than a queue is gone through that has them here and there."""
_KEYS: Mapping[ReviewSort, ColumnElement[Any]] = {
    ReviewSort.DATE: _q.at,
    ReviewSort.EXHIBIT_REF: _q.ref_order,
    ReviewSort.SIZE: _q.size,
    ReviewSort.TYPE: _q.media_type,
}
_sha256 = _e.digests.op("->>")("sha256")
_APART = ("description", "sensitive_information", "privilege", "test", "presumption")
"""Decisions that keep an item from being listed with others: of those that are kept from anybody there is none."""


class ReviewingRows(Rows):
    def awaiting(
        self,
        proceeding_id: StrandId,
        case_id: CaseId,
        awaiting: Awaiting,
        wanted: ReviewFilter,
        sight: Sight,
        page: ReviewPage,
    ) -> list[ReviewRow]:
        key, of_it = _KEYS[page.sort], (_q.proceeding_id == proceeding_id, _q.awaiting == awaiting.value)
        words = worded(case_id, wanted, sight)
        source = review_queue.join(item_index, _x.evidence_id == _q.evidence_id) if words else review_queue
        inside = select(_q.evidence_id, _q.quarantined, _q.at, key.label("place")).select_from(source)
        inside = inside.where(*words, *ordered(wanted))
        if not sight.restricted:
            inside = inside.where(~_q.restricted)
        if not sight.quarantined:
            inside = inside.where(~_q.quarantined)
        with answered_in_time():
            few = self._few(case_id, of_it, wanted, words)
            if few is None:
                inside = inside.where(*_through(proceeding_id, awaiting))
            else:
                inside = inside.where(*of_it, _q.evidence_id == any_(literal(few, ARRAY(Uuid))))
            in_order = (_q.proceeding_id, _q.awaiting, key, _q.evidence_id)
            if page.after is not None:
                begun = (literal(proceeding_id, Uuid), literal(awaiting.value, Text))
                inside = inside.where(tuple_(*in_order) > tuple_(*begun, _value(page), literal(page.after.item, Uuid)))
            rows = self._tx.execute(_shown(inside.order_by(*in_order).limit(page.limit).subquery())).all()
        return [_to_row(r) for r in rows]

    def _few(
        self,
        case_id: CaseId,
        of_it: Sequence[ColumnElement[bool]],
        wanted: ReviewFilter,
        words: Sequence[ColumnElement[bool]],
    ) -> list[UUID] | None:
        """All that answers one of the conditions, where that is little: so that nobody goes through the whole queue for it."""
        questions: list[Select[Any]] = []
        if words:
            questions.append(select(_x.evidence_id).where(_x.case_id == case_id, *words))
        questions += [select(_q.evidence_id).where(*of_it, condition) for condition in ordered(wanted)]
        for question in questions:
            ids = [r.evidence_id for r in self._tx.execute(question.limit(_FEW + 1))]
            if len(ids) <= _FEW:
                return ids
        return None

    def found(
        self,
        proceeding_id: StrandId,
        case_id: CaseId,
        wanted: ReviewFilter,
        sight: Sight,
        most: int,
        since: datetime | None = None,
    ) -> Mapping[EvidenceId, FoundItem]:
        said = item_particulars.c
        of_it = select(said.unexamined).where(said.evidence_id == _e.id).order_by(said.number.desc()).limit(1)
        statement = (
            select(
                _e.id,
                _sha256.label("sha256"),
                func.coalesce(of_it.scalar_subquery(), false()).label("unexamined"),
                _e.sealed_at,
            )
            .select_from(evidence.join(item_index, _x.evidence_id == _e.id))
            .where(_e.case_id == case_id, _e.state == EvidenceState.SEALED.value, *asked(case_id, wanted, sight))
        )
        if since is not None:
            statement = statement.where(came_at > since)
        with answered_in_time():
            rows = self._tx.execute(statement.order_by(_e.id).limit(most)).all()
        apart = {r.id for r in rows if r.unexamined} | self._decided_apart(proceeding_id, [r.id for r in rows])
        return {
            EvidenceId(r.id): FoundItem(Digest.from_hex("sha256", r.sha256), r.id in apart, r.sealed_at) for r in rows
        }

    def _decided_apart(self, proceeding_id: StrandId, items: Sequence[UUID]) -> set[UUID]:
        """Those of these that are not to be listed with others, by a decision about them by themselves."""
        d, found = disclosure_decisions.c, set()
        for some in chunks(items):
            by_itself = select(d.subject_id).where(
                d.proceeding_id == proceeding_id, d.replaces.is_(None), d.kind.in_(_APART), among(d.subject_id, some)
            )
            own = standing(proceeding_id, some)
            not_unused = select(own.c.subject_id).where(or_(own.c.relevant.is_(False), own.c.used.is_(True)))
            found |= {r.subject_id for statement in (by_itself, not_unused) for r in self._tx.execute(statement)}
        return found

    def same_bytes(self, case_id: CaseId, digests: Collection[str], most: int) -> Mapping[str, tuple[EvidenceId, ...]]:
        wanted = func.unnest(literal(sorted(digests), ARRAY(Text))).table_valued("sha256", name="of").render_derived()
        alike = (
            select(_e.id)
            .where(_e.case_id == case_id, _sha256 == wanted.c.sha256)
            .order_by(_e.id)
            .limit(most)
            .lateral("alike")
        )
        found: dict[str, tuple[EvidenceId, ...]] = {}
        statement = select(wanted.c.sha256, alike.c.id).join(alike, true()).order_by(wanted.c.sha256, alike.c.id)
        for row in self._tx.execute(statement):
            found[row.sha256] = (*found.get(row.sha256, ()), EvidenceId(row.id))
        return found

    def quarantined(self, proceeding_id: StrandId, items: Collection[EvidenceId]) -> frozenset[EvidenceId]:
        own = standing(proceeding_id, sorted(items))
        rows = self._tx.execute(select(own.c.subject_id).where(own.c.quarantined))
        return frozenset(EvidenceId(r.subject_id) for r in rows)

    def annex(self, block_id: BlockId, page: Page) -> list[AnnexLine]:
        line = disclosure_block_items.c
        pages = paged_within(select(disclosure_block_items), line.block_id, block_id, line.evidence_id, page)
        return [AnnexLine(EvidenceId(r.evidence_id), Digest.sha256(bytes(r.sha256))) for r in self._tx.execute(pages)]

    def lengths(self, case_id: CaseId, items: Collection[EvidenceId]) -> Mapping[EvidenceId, timedelta | None]:
        duration = and_(findings.c.reading_id == _x.reading_id, findings.c.name == DURATION)
        source = evidence.outerjoin(item_index, _x.evidence_id == _e.id).outerjoin(findings, duration)
        longest = select(_e.id, func.max(findings.c.number_value).label("seconds")).select_from(source)
        found: dict[EvidenceId, timedelta | None] = {}
        for some in chunks(sorted(items)):
            of_these = longest.where(_e.case_id == case_id, _e.id.in_(some)).group_by(_e.id).order_by(_e.id)
            for row in self._tx.execute(of_these):
                found[EvidenceId(row.id)] = None if row.seconds is None else timedelta(seconds=row.seconds)
        return found

    def items(self, case_id: CaseId, page: Page) -> list[EvidenceId]:
        pages = paged_within(select(_e.id), _e.case_id, case_id, _e.id, page)
        return [EvidenceId(r.id) for r in self._tx.execute(pages)]

    def counted(self, proceeding_id: StrandId, case_id: CaseId) -> Counted:
        of_case = select(func.count()).select_from(evidence).where(_e.case_id == case_id)
        said = item_particulars.c
        newest = select(said.unexamined).ext(distinct_on(said.evidence_id)).where(said.case_id == case_id)
        last = newest.order_by(said.evidence_id, said.number.desc()).subquery()
        unexamined = select(func.count()).select_from(last).where(last.c.unexamined)
        v = disclosure_viewings.c
        seen = select(func.count(distinct(v.evidence_id))).where(v.proceeding_id == proceeding_id)
        items, apart, looked_at = (int(self._tx.execute(s).scalar_one()) for s in (of_case, unexamined, seen))
        return Counted(items, apart, looked_at, time_of_each(self._tx, proceeding_id))

    def viewings_of(self, proceeding_id: StrandId, items: Collection[EvidenceId]) -> list[Viewing]:
        v = disclosure_viewings.c
        found: list[Row[Any]] = []
        for some in chunks(sorted(items)):
            statement = select(disclosure_viewings).where(v.proceeding_id == proceeding_id, v.evidence_id.in_(some))
            found += self._tx.execute(statement).all()
        return [to_viewing(r) for r in sorted(found, key=lambda r: r.id)]


def _through(proceeding_id: StrandId, awaiting: Awaiting) -> list[ColumnElement[bool]]:
    """What awaits one decision in one proceeding, as a range of pairs: so that the planner walks along the order that is asked for,
    where it takes an equality for a sign that there is little to sort.
    """
    pair, wanted = tuple_(_q.proceeding_id, _q.awaiting), (literal(proceeding_id, Uuid), literal(awaiting.value, Text))
    return [pair >= tuple_(*wanted), pair <= tuple_(*wanted)]


def _shown(page: Subquery) -> Select[Any]:
    """What a page shows of each item."""
    item = page.c.evidence_id
    source = (
        page.outerjoin(evidence, _e.id == item)
        .outerjoin(item_index, _x.evidence_id == item)
        .outerjoin(material_elsewhere, _there.id == item)
    )
    columns = (
        *page.c,
        func.coalesce(_e.exhibit_ref, _there.exhibit_ref).label("exhibit_ref"),
        func.coalesce(_e.description, _there.description).label("description"),
        _e.name,
        _e.kind,
        _e.state,
        _e.size,
        _x.media_type,
        _sha256.label("sha256"),
    )
    return select(*columns).select_from(source).order_by(page.c.place, item)


def _value(page: ReviewPage) -> ColumnElement[Any]:
    """Where the page before ended, as the order has it."""
    assert page.after is not None
    said = page.after.value
    try:
        if page.sort is ReviewSort.DATE:
            return literal(datetime.fromisoformat(said), _q.at.type)
        if page.sort is ReviewSort.SIZE:
            return literal(int(said), BigInteger)
    except ValueError as error:
        raise Invalid("`after` is of another order: use the `next` of the page before.", field="after") from error
    return literal(said, Text)


def _to_row(row: Row[Any]) -> ReviewRow:
    return ReviewRow(
        item=EvidenceId(row.evidence_id),
        exhibit_ref=row.exhibit_ref,
        description=row.description,
        name=None if row.name is None else OriginalName(bytes(row.name)).text,
        kind=row.kind,
        state=row.state,
        media_type=row.media_type,
        size=row.size,
        at=row.at,
        sha256=row.sha256,
        quarantined=row.quarantined,
        place=rfc3339(row.place) if isinstance(row.place, datetime) else str(row.place),
    )
