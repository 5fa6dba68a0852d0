"""The queue of review follows items and decisions, in the transaction that changes them.

What awaits what is said in `dems.model.disclosure.awaiting`: who changes the one changes the other, and a test compares them.
No statement is about more than `AT_ONCE` items: each has its time limit, and a case may have hundreds of thousands.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnCollection,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    Text,
    Uuid,
    and_,
    case,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import array, distinct_on
from sqlalchemy.sql.selectable import LateralFromClause

from dems.db.repositories.base import AT_ONCE, Runner, among, chunks, paged_within
from dems.db.tables import (
    cases,
    disclosure_block_items,
    disclosure_blocks,
    disclosure_decisions,
    disclosure_proceedings,
    evidence,
    item_index,
    material_elsewhere,
    review_queue,
)
from dems.model.disclosure.contents import MIGHT_BE_DISCLOSED, Content, Level, PrivilegeState
from dems.model.disclosure.decisions import Decision
from dems.model.disclosure.material import SubjectKind
from dems.model.disclosure.records import kind_of
from dems.model.disclosure.reviewing import Awaiting
from dems.model.ids import CaseId, EvidenceId, StrandId
from dems.ports.values import Page

_A, _d, _q = Awaiting, disclosure_decisions.c, review_queue.c
_COLUMNS = [c.name for c in review_queue.columns]
_ORDER = ("at", "ref_order", "size", "media_type")


def _in_order(reference: ColumnElement[Any]) -> ColumnElement[Any]:
    """A reference with each of its numbers brought to twelve digits."""
    padded = func.regexp_replace(func.lower(reference), "([0-9]+)", r"00000000000\1", "g")
    return func.regexp_replace(padded, "[0-9]*([0-9]{12})", r"\1", "g").label("ref_order")


@dataclass(frozen=True)
class _Sort:
    """Items that are here, or what is held elsewhere: where they are, and what they are put in order by."""

    table: Table
    source: FromClause
    order: tuple[ColumnElement[Any], ...]
    restricted: ColumnElement[Any]


_HERE = _Sort(
    evidence,
    evidence.outerjoin(item_index, item_index.c.evidence_id == evidence.c.id),
    (
        func.coalesce(evidence.c.obtained_at, evidence.c.declared_at).label("at"),
        _in_order(evidence.c.exhibit_ref),
        func.coalesce(evidence.c.size, 0).label("size"),
        func.coalesce(item_index.c.media_type, "").label("media_type"),
    ),
    false(),
)
_ELSEWHERE = _Sort(
    material_elsewhere,
    material_elsewhere,
    (
        material_elsewhere.c.at,
        _in_order(material_elsewhere.c.exhibit_ref),
        literal(0).label("size"),
        literal("").label("media_type"),
    ),
    material_elsewhere.c.restricted,
)


def began(tx: Runner, case_id: CaseId, proceeding_id: StrandId) -> None:
    """A proceeding's disclosure was opened: everything of the case awaits a decision about its relevance.

    Whoever declares an item keeps the case's row from being locked until they commit. So each item is either seen here, or its
    declarer sees the proceeding.
    """
    tx.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
    for sort in (_HERE, _ELSEWHERE):
        page = Page(AT_ONCE)
        while ids := [r.id for r in tx.execute(_of_case(sort, case_id, page))]:
            _put(tx, _undecided(sort, sort.source, literal(proceeding_id, Uuid)).where(among(sort.table.c.id, ids)))
            page = Page(AT_ONCE, ids[-1])


def came_in(tx: Runner, items: Sequence[EvidenceId]) -> None:
    """Items were declared, or placeholders made: they await a decision about relevance in every open proceeding of their case."""
    for sort in (_HERE, _ELSEWHERE):
        source = sort.source.join(disclosure_proceedings, disclosure_proceedings.c.case_id == sort.table.c.case_id)
        for some in chunks(items):
            _put(tx, _undecided(sort, source, disclosure_proceedings.c.id).where(among(sort.table.c.id, some)))


def changed(tx: Runner, items: Sequence[EvidenceId]) -> None:
    """What items are put in order by may have changed."""
    now = select(evidence.c.id, *_HERE.order).select_from(_HERE.source).where(among(evidence.c.id, items)).subquery()
    differs = tuple_(*(_q[n] for n in _ORDER)).is_distinct_from(tuple_(*(now.c[n] for n in _ORDER)))
    statement = update(review_queue).where(_q.evidence_id == now.c.id, differs)
    tx.execute(statement.values({n: now.c[n] for n in _ORDER}))


def decided(tx: Runner, proceeding_id: StrandId, decisions: Collection[Decision[Content]]) -> None:
    """These were recorded. Whoever decides holds the proceeding."""
    subjects = {d.subject for d in decisions if kind_of(d.content) in _SAYS}
    items = {s.id for s in subjects if s.kind is SubjectKind.ITEM}
    blocks = [s.id for s in subjects if s.kind is SubjectKind.BLOCK]
    if blocks:
        line = disclosure_block_items.c
        items |= {r.evidence_id for r in tx.execute(select(line.evidence_id).where(among(line.block_id, blocks)))}
    listed = _listed(tx, proceeding_id) if items else false()
    for some in chunks(sorted(items)):
        _put_anew(tx, proceeding_id, some, listed)


def _put_anew(tx: Runner, proceeding_id: StrandId, about: Sequence[UUID], listed: ColumnElement[bool]) -> None:
    tx.execute(delete(review_queue).where(among(_q.evidence_id, about), _q.proceeding_id == proceeding_id))
    for sort in (_HERE, _ELSEWHERE):
        own = standing_of(proceeding_id, sort.table, sort.table.c.id)
        in_block = listed if sort is _HERE else false()
        columns = (sort.table.c.id, *own.c, in_block.label("in_block"), sort.restricted.label("hidden"), *sort.order)
        chosen = select(*columns).select_from(sort.source.join(own, true())).where(among(sort.table.c.id, about))
        # Once for each item, and not for each of its rows.
        item = chosen.cte("item").prefix_with("MATERIALIZED", dialect="postgresql").c
        what = (
            func.unnest(_awaits(item, scheduled=sort is _HERE)).table_valued("awaiting", name="what").render_derived()
        )
        only_for_the_cleared = and_(item.in_block, item.disclosable.is_not(True), item.sensitive.is_(True))
        statement = select(
            item.id,
            literal(proceeding_id, Uuid),
            what.c.awaiting,
            or_(item.hidden, only_for_the_cleared),
            item.quarantined.is_(True),
            *(item[name] for name in _ORDER),
        )
        _put(tx, statement.join(what, true()).where(what.c.awaiting.is_not(None)))


def _awaits(item: ColumnCollection[str, ColumnElement[Any]], *, scheduled: bool) -> ColumnElement[Any]:
    """The decisions that an item awaits, as an array with nulls in it; what is held elsewhere is never `scheduled`."""
    relevant = func.coalesce(item.relevant, case((item.in_block, true())))
    used = func.coalesce(item.used, case((item.in_block, false())))
    own_row = or_(item.disclosable.is_(True), item.sensitive.is_(True))
    rest = and_(relevant, used.is_(False), or_(~item.in_block, own_row)) if scheduled else false()
    conditions = {
        _A.RELEVANCE: relevant.is_(None),
        _A.USE: and_(relevant, used.is_(None)),
        _A.DESCRIPTION: and_(rest, item.described.is_(None)),
        _A.SENSITIVITY: and_(rest, item.sensitive.is_(None)),
        _A.TEST: and_(rest, item.disclosable.is_(None)),
    }
    return array([cast(case((holds, name.value)), Text) for name, holds in conditions.items()])


def standing_of(proceeding_id: StrandId, of: FromClause, subject: ColumnElement[Any]) -> LateralFromClause:
    """What each subject of a table has of its own that stands; null is what nobody decided.

    Looked up for each by itself: joined as a whole, tables that were not analysed since they grew are gone through again and again.
    """
    newest = (
        select(_d.kind, _d.content)
        .ext(distinct_on(_d.kind))
        .where(_d.proceeding_id == proceeding_id, _d.kind.in_(list(_SAYS)), _d.subject_id == subject)
        .order_by(_d.kind, _d.number.desc())
        .correlate(of)
        .lateral("newest")
    )
    columns = (
        func.bool_or(says(newest.c.content)).filter(newest.c.kind == kind).label(name)
        for kind, (name, says) in _SAYS.items()
    )
    return select(*columns).lateral("own")


def standing(proceeding_id: StrandId, subjects: Sequence[UUID]) -> Subquery:
    """The same, a row for each of these."""
    named = func.unnest(literal(list(subjects), ARRAY(Uuid))).table_valued("subject_id", name="named").render_derived()
    own = standing_of(proceeding_id, named, named.c.subject_id)
    return select(named.c.subject_id, *own.c).select_from(named.join(own, true())).subquery()


def _text(content: ColumnElement[Any], field: str) -> ColumnElement[str]:
    return content.op("->>")(field)


_SAYS: dict[str, tuple[str, Any]] = {
    "relevance": ("relevant", lambda c: _text(c, "relevant") == "true"),
    "use": ("used", lambda c: _text(c, "used") == "true"),
    "description": ("described", lambda _: true()),
    "sensitivity": ("sensitive", lambda c: _text(c, "level") != Level.NOT_SENSITIVE.value),
    "test": ("disclosable", lambda c: _text(c, "result").in_([r.value for r in sorted(MIGHT_BE_DISCLOSED)])),
    "privilege": ("quarantined", lambda c: _text(c, "state") != PrivilegeState.CLEARED.value),
}
"""Of each kind of decision under which name it is given, and when it says yes."""


def _listed(tx: Runner, proceeding_id: StrandId) -> ColumnElement[bool]:
    """Whether an item is in a block that is relevant and unused."""
    of_it = select(disclosure_blocks.c.id).where(disclosure_blocks.c.proceeding_id == proceeding_id)
    own = standing(proceeding_id, [r.id for r in tx.execute(of_it)])
    listing = [r.subject_id for r in tx.execute(select(own.c.subject_id).where(own.c.relevant, own.c.used.is_(False)))]
    line = disclosure_block_items.c
    return exists().where(line.evidence_id == evidence.c.id, among(line.block_id, listing)) if listing else false()


def _of_case(sort: _Sort, case_id: CaseId, page: Page) -> Select[Any]:
    return paged_within(select(sort.table.c.id), sort.table.c.case_id, case_id, sort.table.c.id, page)


def _undecided(sort: _Sort, source: FromClause, proceeding: ColumnElement[Any]) -> Select[Any]:
    columns = (sort.table.c.id, proceeding, literal(_A.RELEVANCE.value), sort.restricted, false(), *sort.order)
    return select(*columns).select_from(source)


def _put(tx: Runner, statement: Select[Any]) -> None:
    tx.execute(insert(review_queue).from_select(_COLUMNS, statement))
