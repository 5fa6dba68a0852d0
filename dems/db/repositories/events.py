"""The feed of events: the log's entries by who may know of them, read in the order of the log.

Each audience and case has its events in an index of their own. So a page costs what it shows: neither what it holds, nor
how long it takes, tells of what is kept from its reader. Only whoever sees every case has the walled ones left out of a
walk through all, and that walk is bounded.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, assert_never
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    true,
    tuple_,
)

from dems.db.repositories.base import Prepared, Rows
from dems.db.repositories.known_cases import cases_known_to, sees_every_case, walled_from_any
from dems.db.tables import (
    cases,
    custody_chains,
    custody_destroyed,
    custody_details,
    custody_entries,
    custody_leaves,
    events,
    feed_key,
)
from dems.model.custody import ChainKind
from dems.model.events import CONCERNS, NOBODYS, Audience, Event, telling
from dems.model.people import Person, force_key
from dems.model.times import london_date

_STRETCH = 50_000
"""Places in one walk through all cases."""
_MOST_STRETCHES = 10
_RFC3339 = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_PLACING = 4_721_118_009_305_577_216
"""Of those who take entries into the feed one does at a time; the others read what is there."""


class EventRows(Rows):
    def key(self) -> bytes:
        [(key,)] = self._tx.read(_KEY)
        return bytes(key)

    def place(self, at_most: int) -> int:
        start, size = self.taken_in()
        if start >= size or not self._tx.execute(select(func.pg_try_advisory_xact_lock(_PLACING))).scalar_one():
            return 0
        start, _ = self.taken_in()  # whoever had the lock before may have gone on since
        end = min(start + at_most, size)
        found = _to_place(start, end)
        self._tx.execute(insert(events).from_select([c.name for c in found.selected_columns], found))
        return end - start

    def taken_in(self) -> tuple[int, int]:
        [(feed, log)] = self._tx.read(_TAKEN_IN)
        return feed, log

    def between(
        self, viewers: Sequence[Person], beside_cases: Collection[Audience], start: int, end: int, limit: int
    ) -> tuple[list[Event], int]:
        everywhere = {a for a in Audience if _whole(viewers, a, beside_cases)}
        if Audience.CASE not in everywhere:
            scopes = [(a, s) for a in Audience for s in self._scopes(viewers, a, everywhere)]
            return self._merged(scopes, start, end, limit), end
        found: list[Event] = []
        until = start
        for _ in range(_MOST_STRETCHES):
            begun, until = until, min(end, until + _STRETCH)
            found += self._walked(viewers, everywhere, begun, until, limit - len(found))
            if len(found) == limit or until == end:
                break
        return found, until

    def _scopes(self, viewers: Sequence[Person], audience: Audience, everywhere: Collection[Audience]) -> list[UUID]:
        """Of which cases the viewers are this audience; zeros where it is not that of a case."""
        match audience:
            case Audience.CASE:
                today = london_date(self._tx.clock())
                known = [cases_known_to(self._tx, viewer, today) for viewer in viewers]
                return sorted(set[UUID]().union(*known).intersection(*known))
            case Audience.PERSON | Audience.INSTALLATION:
                return [NOBODYS] if audience in everywhere else []
            case Audience.NOBODY:
                return []
            case _ as never:
                assert_never(never)

    def _walked(
        self, viewers: Sequence[Person], audiences: Collection[Audience], start: int, end: int, limit: int
    ) -> list[Event]:
        """In the order of the log, without what walls keep from the viewers."""
        people = [viewer.id for viewer in viewers]
        forces = [force_key(viewer.force) for viewer in viewers if viewer.force]
        given = {"audiences": [a.value for a in audiences], "people": people, "forces": forces}
        return self._read(_WALKED, {**given, "start": start, "end": end, "most": limit})

    def _merged(self, scopes: Sequence[tuple[Audience, UUID]], start: int, end: int, limit: int) -> list[Event]:
        """The first of each of these, and of all those the first."""
        if not scopes or start >= end:
            return []
        given = {"audiences": [a.value for a, _ in scopes], "scopes": [s for _, s in scopes]}
        return self._read(_MERGED, {**given, "start": start, "end": end, "most": limit})

    def _read(self, page: Prepared, given: Mapping[str, Any]) -> list[Event]:
        rows = self._tx.read(page, **given)
        # All at once: one by one they would take twice as long.
        details = from_json(b"[" + b",".join([b"null" if row[-1] is None else row[-1] for row in rows]) + b"]")
        return [_to_event(row, said) for row, said in zip(rows, details, strict=True)]


def _with_details(page: Select[Any]) -> Select[Any]:
    """The page is cut first and its details looked up then."""
    cut = page.subquery("page")
    return (
        select(
            cut.c.idx,
            cast(cut.c.entry_id, Text).label("entry"),
            func.to_char(func.timezone("UTC", cut.c.at), _RFC3339).label("said_at"),
            cut.c.kind,
            cast(cut.c.subject, Text).label("subject"),
            cast(func.nullif(cut.c.scope, literal(NOBODYS, Uuid)), Text).label("case_id"),
            cases.c.reference,
            cast(custody_details.c.evidence_id, Text).label("evidence"),
            custody_details.c.detail,
        )
        .outerjoin(custody_details, custody_details.c.entry_id == cut.c.entry_id)
        .outerjoin(cases, cases.c.id == cut.c.scope)
        .order_by(cut.c.idx)
    )


def _bounds() -> tuple[BindParameter[int], BindParameter[int], BindParameter[int]]:
    start, end, most = (bindparam(name, type_=BigInteger) for name in ("start", "end", "most"))
    return start, end, most


def _of_all() -> Select[Any]:
    """Of all cases, but for those behind walls."""
    audiences, people, forces = (
        bindparam(name, type_=ARRAY(kind)) for name, kind in (("audiences", Text), ("people", Uuid), ("forces", Text))
    )
    start, end, most = _bounds()
    statement = select(events).where(events.c.idx >= start, events.c.idx < end, events.c.audience == any_(audiences))
    open_to_them = statement.where(~walled_from_any(people, forces, events.c.scope))
    return _with_details(open_to_them.order_by(events.c.idx).limit(most))


def _of_each() -> Select[Any]:
    """The first of each scope, and of all those the first."""
    audiences, scopes = bindparam("audiences", type_=ARRAY(Text)), bindparam("scopes", type_=ARRAY(Uuid))
    theirs = func.unnest(audiences, scopes).table_valued("audience", "scope", name="theirs").render_derived()
    key = tuple_(events.c.audience, events.c.scope, events.c.idx)
    # A range of the index and nothing else, whatever the planner believes of how often a case comes by.
    start, end, most = _bounds()
    first = tuple_(theirs.c.audience, theirs.c.scope, start)
    last = tuple_(theirs.c.audience, theirs.c.scope, end)
    few = select(events).where(events.c.audience.is_not(None), key >= first, key < last)
    few_of_each = few.order_by(events.c.audience, events.c.scope, events.c.idx).limit(most).lateral("few")
    together = select(few_of_each).select_from(theirs.join(few_of_each, true()))
    return _with_details(together.order_by(few_of_each.c.idx).limit(most))


# Put into words once: that takes longer than asking.
_WALKED, _MERGED = Prepared(_of_all()), Prepared(_of_each())
_KEY = Prepared(select(feed_key.c.key))
_LAST = {"feed": events.c.idx, "log": custody_leaves.c.idx}
_TAKEN_IN = Prepared(
    select(*(select(func.coalesce(func.max(c), -1) + 1).scalar_subquery().label(n) for n, c in _LAST.items()))
)
_KINDS = {kind.value: kind for kind in ChainKind}


def _whole(viewers: Sequence[Person], audience: Audience, beside_cases: Collection[Audience]) -> bool:
    """Whether the viewers are of this audience wherever no wall is."""
    match audience:
        case Audience.CASE:
            return bool(viewers) and all(sees_every_case(v) for v in viewers)
        case Audience.PERSON | Audience.INSTALLATION:
            return audience in beside_cases
        case Audience.NOBODY:
            return False
        case _ as never:
            assert_never(never)


def _to_place(start: int, end: int) -> Select[Any]:
    """Every leaf of this stretch, with whose event its entry is. A leaf whose entry somebody removed keeps its place."""
    leaves, entries, chains, details = custody_leaves.c, custody_entries.c, custody_chains.c, custody_details.c
    audience_of = case(*((chains.kind == k.value, telling(k).audience.value) for k in ChainKind), else_=null())
    about_cases = chains.kind.in_([k.value for k in ChainKind if telling(k).audience.of_a_case])
    of_case = func.coalesce(details.case_id, custody_destroyed.c.case_id, literal(NOBODYS, Uuid))
    return (
        select(
            leaves.idx,
            leaves.entry_id,
            case((entries.told_by.is_(None), audience_of), else_=null()).label("audience"),
            case((about_cases, of_case), else_=literal(NOBODYS, Uuid)).label("scope"),
            chains.kind,
            chains.subject,
            entries.at,
        )
        .outerjoin(custody_entries, entries.id == leaves.entry_id)
        .outerjoin(custody_chains, chains.id == entries.chain_id)
        .outerjoin(custody_details, details.entry_id == leaves.entry_id)
        .outerjoin(custody_destroyed, custody_destroyed.c.entry_id == leaves.entry_id)
        .where(leaves.idx >= start, leaves.idx < end)
        .order_by(leaves.idx)
    )


def _to_event(row: tuple[Any, ...], detail: Any) -> Event:
    place, entry, at, of_kind, subject, case_id, reference, evidence, _ = row
    kind, said = _KINDS[of_kind], detail or {}
    facts = said.get("facts", {})
    return Event(
        place,
        entry,
        at,
        kind,
        subject,
        said.get("act"),
        case_id,
        reference,
        subject if kind is ChainKind.ITEM else evidence,
        said.get("actor"),
        said.get("on_behalf_of"),
        {name: facts[name] for name in CONCERNS.intersection(facts)},
    )
