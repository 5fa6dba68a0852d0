"""The queue of review follows items and decisions, in the transaction that changes them.

What awaits what is said in `dems.model.disclosure.awaiting`: who changes the one changes the other, and a test compares them.
No statement is about more than `AT_ONCE` items: each has its time limit, and a case may have hundreds of thousands.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    Text,
    Uuid,
    delete,
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
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import TypeEngine

from dems.db.repositories.base import Runner, among, chunks, paged_within
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
    kept_as_is: tuple[ColumnElement[Any], ...] = ()
    """The id of the item in each table that the order is taken from and that somebody changes."""


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
    (evidence.c.id, item_index.c.evidence_id),
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


def will_begin(tx: Runner, case_id: CaseId, proceeding_id: StrandId, page: Page) -> list[EvidenceId]:
    """A proceeding's disclosure is to be opened: a page of the case's items is put here for it. Returns the ids of the page.

    Nobody reads what is here for a proceeding that is not open. Whoever holds the proceeding sees to it that it stays so.
    """
    ids = [EvidenceId(r.id) for r in tx.execute(_of_case(_HERE, case_id, page))]
    _put_undecided(tx, _HERE, proceeding_id, ids)
    return ids


def began(tx: Runner, case_id: CaseId, proceeding_id: StrandId) -> None:
    """A proceeding's disclosure was opened: everything of the case awaits a decision about its relevance. What is not here yet is put
    here.

    Whoever declares an item keeps the case's row from being locked until they commit. So each item is either seen here, or its
    declarer sees the proceeding.
    """
    tx.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
    for sort in (_HERE, _ELSEWHERE):
        item = sort.table.c
        there = select(_q.evidence_id).where(_q.evidence_id == item.id, _q.proceeding_id == proceeding_id).exists()
        missing = select(item.id).where(item.case_id == case_id, ~there).order_by(item.id)
        for some in chunks([EvidenceId(r.id) for r in tx.execute(missing)]):
            _put_undecided(tx, sort, proceeding_id, some)


def _put_undecided(tx: Runner, sort: _Sort, proceeding_id: StrandId, items: Sequence[EvidenceId]) -> None:
    """Whoever changes what one of these is put in order by does so before it is read here, or sees that it is here."""
    for key in sort.kept_as_is:
        tx.execute(select(key).where(among(key, items)).order_by(key).with_for_update(read=True))
    statement = _undecided(sort, sort.source, literal(proceeding_id, Uuid)).where(among(sort.table.c.id, items))
    tx.execute(upsert(review_queue).from_select(_COLUMNS, statement).on_conflict_do_nothing())


def came_in(tx: Runner, items: Sequence[EvidenceId], *, elsewhere: bool = False) -> None:
    """Items were declared or, of what is elsewhere, placeholders made: they await a decision about relevance in every open
    proceeding of their case.
    """
    sort = _ELSEWHERE if elsewhere else _HERE
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
    listing = _listing(tx, proceeding_id) if items else []
    for some in chunks(sorted(items)):
        tx.execute(delete(review_queue).where(among(_q.evidence_id, some), _q.proceeding_id == proceeding_id))
        _put_anew(tx, proceeding_id, some, listing)


def _put_anew(tx: Runner, proceeding_id: StrandId, about: Sequence[UUID], listing: Sequence[UUID]) -> None:
    """What stands is read first and given back as values: joined with what was decided just now, which no statistics know of, a plan
    may go through all of it for each item.
    """
    own = {r.subject_id: _Says(*r[1:]) for r in tx.execute(select(standing(proceeding_id, about)))}
    line, there = disclosure_block_items.c, material_elsewhere.c
    inside = select(line.evidence_id).where(among(line.evidence_id, about), among(line.block_id, listing))
    in_block = {r.evidence_id for r in tx.execute(inside)} if listing else set()
    elsewhere = {r.id for r in tx.execute(select(there.id).where(among(there.id, about)))}
    for sort in (_HERE, _ELSEWHERE):
        awaited = [
            (
                item,
                what.value,
                item in in_block and not says.disclosable and bool(says.sensitive),
                bool(says.quarantined),
            )
            for item in about
            if (item in elsewhere) is (sort is _ELSEWHERE)
            for says in (own.get(item, _Says()),)
            for what in _awaits(says, in_block=item in in_block, scheduled=sort is _HERE)
        ]
        if awaited:
            _put(tx, _with_values(sort, proceeding_id, awaited))


@dataclass(frozen=True, slots=True)
class _Says:
    """What something has of its own that stands; None is what nobody decided. In the order of `_SAYS`."""

    relevant: bool | None = None
    used: bool | None = None
    described: bool | None = None
    sensitive: bool | None = None
    disclosable: bool | None = None
    quarantined: bool | None = None


def _awaits(says: _Says, *, in_block: bool, scheduled: bool) -> Iterator[Awaiting]:
    """What is held elsewhere is never `scheduled`."""
    relevant = True if says.relevant is None and in_block else says.relevant
    used = False if says.used is None and in_block else says.used
    if relevant is None:
        yield _A.RELEVANCE
    elif relevant and used is None:
        yield _A.USE
    elif relevant and not used and scheduled and (not in_block or says.disclosable or says.sensitive):
        decided = {_A.DESCRIPTION: says.described, _A.SENSITIVITY: says.sensitive, _A.TEST: says.disclosable}
        yield from (what for what, said in decided.items() if said is None)


def _with_values(sort: _Sort, proceeding_id: StrandId, rows: Sequence[tuple[UUID, str, bool, bool]]) -> Select[Any]:
    kinds: tuple[type[TypeEngine[Any]], ...] = (Uuid, Text, Boolean, Boolean)
    values = [literal(list(c), ARRAY(kind)) for c, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
    names = ("item", "awaiting", "restricted", "quarantined")
    given = func.unnest(*values).table_valued(*names, name="given").render_derived().c
    return (
        select(
            sort.table.c.id,
            literal(proceeding_id, Uuid),
            given.awaiting,
            or_(sort.restricted, given.restricted),
            given.quarantined,
            *sort.order,
        )
        .select_from(sort.source)
        .where(sort.table.c.id == given.item)
    )


def standing(proceeding_id: StrandId, subjects: Sequence[UUID]) -> Subquery:
    """What each of these has of its own that stands, a row for each of which anything does; null is what nobody decided."""
    newest = (
        select(_d.subject_id, _d.kind, _d.content)
        .ext(distinct_on(_d.subject_id, _d.kind))
        .where(_d.proceeding_id == proceeding_id, _d.kind.in_(list(_SAYS)), among(_d.subject_id, subjects))
        .order_by(_d.subject_id, _d.kind, _d.number.desc())
        .subquery()
    )
    columns = (
        func.bool_or(says(newest.c.content)).filter(newest.c.kind == kind).label(name)
        for kind, (name, says) in _SAYS.items()
    )
    return select(newest.c.subject_id, *columns).group_by(newest.c.subject_id).subquery()


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


def _listing(tx: Runner, proceeding_id: StrandId) -> list[UUID]:
    """The blocks that are relevant and unused."""
    of_it = select(disclosure_blocks.c.id).where(disclosure_blocks.c.proceeding_id == proceeding_id)
    own = standing(proceeding_id, [r.id for r in tx.execute(of_it)])
    return [r.subject_id for r in tx.execute(select(own.c.subject_id).where(own.c.relevant, own.c.used.is_(False)))]


def _of_case(sort: _Sort, case_id: CaseId, page: Page) -> Select[Any]:
    return paged_within(select(sort.table.c.id), sort.table.c.case_id, case_id, sort.table.c.id, page)


def _undecided(sort: _Sort, source: FromClause, proceeding: ColumnElement[Any]) -> Select[Any]:
    columns = (sort.table.c.id, proceeding, literal(_A.RELEVANCE.value), sort.restricted, false(), *sort.order)
    return select(*columns).select_from(source)


def _put(tx: Runner, statement: Select[Any]) -> None:
    tx.execute(insert(review_queue).from_select(_COLUMNS, statement))
