"""Neighbouring entries of the custody log, by the thousand: reading them must not cost more than hashing them.

Neighbours in the log have neighbouring ids, so they are read as ranges of ids, which are almost always in the log's order.
Nothing is sorted: things come as an index has them, and their ids beside them, which say whether it was that order.
"""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from dems.db.repositories.base import Prepared, Rows
from dems.db.tables import custody_checkpoints, custody_entries, custody_leaves, custody_nodes
from dems.ledger.hashing import HASH_BYTES
from dems.model.ids import EntryId
from dems.ports.ledger import Stray, Stretch

NOTHING = cast(b"", LargeBinary)

_AT_ONCE = 2_048
"""Entries in a row of an answer: half a megabyte. Of more each takes longer: the memory for them is new every time."""

_ID_BYTES = 16
_LENGTH_BYTES = 2
_LEAST, _MOST = UUID(int=0), UUID(int=(1 << 128) - 1)
_HIGHEST = 62
"""The level of the root of the largest tree whose size fits the column."""

_CHAIN_AT, _CHAIN_BYTES = 46, 36
"""Where a leaf's canonical form says its chain, counted from 1: a time of fixed length comes before. Its last member is `seq`."""


def bounds(*names: str) -> Iterator[BindParameter[int]]:
    return (bindparam(name, type_=BigInteger) for name in names)


def _together(value: ColumnElement[Any]) -> ColumnElement[bytes]:
    """One value, where rows would take longer than hashing."""
    return func.string_agg(value, NOTHING)


def _hashes_together(value: ColumnElement[bytes]) -> ColumnElement[bytes]:
    """Of another length none is a hash, though two of them may be as long as two."""
    return func.string_agg(value, NOTHING).filter(func.octet_length(value) == HASH_BYTES)


def _kept_elsewhere(
    leaf: ColumnElement[bytes], chain: ColumnElement[UUID], seq: ColumnElement[int]
) -> ColumnElement[bool]:
    """Whether an entry is kept in another chain, or at another place of it, than it says."""
    place = cast(seq, Text)
    said_chain = func.substring(leaf, _CHAIN_AT, _CHAIN_BYTES)
    said_place = func.substring(leaf, func.octet_length(leaf) - func.length(place) - 1)
    # Texts without a backslash, which are their own bytes.
    last = literal(":") + place + literal("}")
    other = said_chain != cast(cast(chain, Text), LargeBinary), said_place != cast(last, LargeBinary)
    return or_(chain.is_(None), seq.is_(None), *other)


def _ranges(*, checked: bool) -> Prepared:
    """The places from `start` to before `end`, some in each row: their ids, and all entries in the range of ids that they end.

    What is `checked` comes with the leaf hashes of the places, and the ids of those entries that are kept elsewhere.
    """
    (start, end), many = bounds("start", "end"), literal(_AT_ONCE, BigInteger)
    # By its name alone, which is known at any depth.
    first = column("first", BigInteger)
    beyond, place, entry = func.least(first + many, end), custody_leaves.c.idx, custody_leaves.c.entry_id
    # With a limit an index is walked in its order, whatever the planner believes of the table.
    taken = select(custody_leaves).where(place >= first, place < beyond).order_by(place).limit(many).lateral("taken").c
    of_places = (
        _together(func.uuid_send(taken.entry_id)).label("ids"),
        _hashes_together(taken.leaf_hash).label("hashes"),
    )
    # From behind the place before the first: whatever the order of places, no id is in none of their ranges.
    before, last = (select(entry).where(place == at).scalar_subquery() for at in (first - 1, beyond - 1))
    within = custody_entries.c.id > func.coalesce(before, literal(_LEAST, Uuid)), custody_entries.c.id <= last
    # An entry without its bytes is not there.
    whole = select(custody_entries).where(*within, custody_entries.c.leaf.is_not(None))
    ordered = whole.order_by(custody_entries.c.id)
    known = ordered.limit(2 * _AT_ONCE).lateral("known").c
    ids = _together(func.uuid_send(known.id))
    elsewhere = ids.filter(_kept_elsewhere(known.leaf, known.chain_id, known.seq)).label("elsewhere")
    of_entries = ids.label("ids"), func.array_agg(known.leaf).label("leaves"), elsewhere
    each = func.generate_series(start, end - literal(1, BigInteger), many).column_valued(first.name)
    places, entries = select(*of_places).lateral("places").c, select(*of_entries).lateral("entries").c
    # What is not asked for is not put together either.
    more = [places.hashes, entries.elsewhere] if checked else []
    return Prepared(select(each, places.ids, entries.ids, entries.leaves, *more))


def _one_by_one() -> Prepared:
    """Entries by their ids, each with its id as bytes, its leaf, and whether it is kept elsewhere."""
    asked = func.unnest(bindparam("ids", type_=ARRAY(Uuid))).column_valued("asked")
    of_id = custody_entries.c.id == column(asked.name, Uuid), custody_entries.c.leaf.is_not(None)
    # With a limit each is looked up in the index, whatever the planner believes of the table. Two, so that a second is seen.
    entry = select(custody_entries).where(*of_id).limit(2).lateral("entry").c
    elsewhere = _kept_elsewhere(entry.leaf, entry.chain_id, entry.seq)
    return Prepared(select(func.uuid_send(asked), entry.leaf, elsewhere))


def _rows() -> Prepared:
    """Of each level the hashes one after the other: one plan for all of them."""
    start, end = bounds("start", "end")
    level, node = column("asked", Integer), custody_nodes.c
    first, beyond = start.op(">>")(level), end.op(">>")(level)
    within = select(node.hash).where(node.level == cast(level, SmallInteger), node.idx >= first, node.idx < beyond)
    ordered = within.order_by(node.idx).limit(beyond - first).lateral("ordered").c
    each = func.generate_series(1, bindparam("height", type_=Integer)).column_valued(level.name)
    return Prepared(select(each, select(_hashes_together(ordered.hash)).scalar_subquery()))


def _astray() -> Prepared:
    """The first leaf before or behind the newest tree, else a node behind it: level, place and entry."""
    size = select(func.coalesce(func.max(custody_checkpoints.c.size), 0)).scalar_subquery()
    leaf, node, no_entry = custody_leaves.c, custody_nodes.c, null().cast(Uuid)
    level = column("asked", Integer)
    behind = select(node.idx).where(node.level == cast(level, SmallInteger), node.idx >= size.op(">>")(level))
    first, each = (
        behind.order_by(node.idx).limit(1).lateral("first").c,
        func.generate_series(1, _HIGHEST).column_valued(level.name),
    )
    found = (
        *(
            select(literal(0), leaf.idx, leaf.entry_id).where(where).order_by(leaf.idx).limit(1).subquery().select()
            for where in (leaf.idx < 0, leaf.idx >= size)
        ),
        select(each, first.idx, no_entry).limit(1).subquery().select(),
    )
    return Prepared(union_all(*found).subquery().select().limit(1))


_RANGES, _CHECKED, _ONE_BY_ONE, _ROWS = _ranges(checked=False), _ranges(checked=True), _one_by_one(), _rows()
_ASTRAY = _astray()


def _split(ids: bytes | None) -> list[bytes]:
    ids = ids or b""
    return [ids[at : at + _ID_BYTES] for at in range(0, len(ids), _ID_BYTES)]


class LogStretches(Rows):
    """The entries of `dems.ports.ledger.Ledger`, as they stand beside one another in the log."""

    def entry_at(self, index: int) -> EntryId | None:
        found = self._tx.execute(select(custody_leaves.c.entry_id).where(custody_leaves.c.idx == index)).scalar()
        return None if found is None else EntryId(found)

    def leaves(self, start: int, end: int) -> list[bytes]:
        found: list[bytes] = []
        for _, places, ids, leaves in self._ranges(_RANGES, start, end):
            found += leaves or [] if ids == places else self._in_order(places, ids, leaves)[0]
        return found

    def bundle(self, start: int, end: int) -> bytes:
        leaves = self.leaves(start, end)
        return b"".join([(len(leaf) % (1 << 16)).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in leaves])

    def stretch(self, start: int, end: int) -> Stretch:
        leaves, hashes, lost, elsewhere = list[bytes](), list[bytes](), None, list[bytes]()
        for first, places, ids, some, of_places, others in self._ranges(_CHECKED, start, end):
            if ids == places:
                leaves += some or []
            else:
                ordered, more = self._in_order(places, ids, some)
                leaves += ordered
                elsewhere += more
                lost = lost or self._lost(first, places, ids)
            hashes.append(of_places or b"")
            elsewhere += _split(others)
        rows = self._tx.read(_ROWS, start=start, end=end, height=end.bit_length())
        return Stretch(
            leaves,
            b"".join(hashes),
            [together or b"" for _, together in sorted(rows)],
            lost,
            EntryId(UUID(bytes=min(elsewhere))) if elsewhere else None,
        )

    def unlogged(self, after: EntryId | None, upto: EntryId | None) -> EntryId | None:
        # A range of ids, of which the first is not part and the last is.
        found = self._tx.execute(select(func.custody_unlogged(after or _LEAST, upto or _MOST))).scalar()
        return None if found is None else EntryId(found)

    def astray(self) -> Stray | None:
        for level, place, entry in self._tx.read(_ASTRAY):
            return Stray(level, place, entry)
        return None

    def _ranges(self, prepared: Prepared, start: int, end: int) -> list[tuple[Any, ...]]:
        return sorted(self._tx.read(prepared, start=start, end=end), key=itemgetter(0))

    def _in_order(
        self, places: bytes | None, ids: bytes | None, leaves: list[bytes] | None
    ) -> tuple[list[bytes], list[bytes]]:
        """The leaves of these places, some of which are not in their range of ids; and which of those are kept elsewhere."""
        asked, leaves_of = _split(places), dict[bytes, list[bytes]]()
        for entry, leaf in zip(_split(ids), leaves or [], strict=True):
            leaves_of.setdefault(entry, []).append(leaf)
        missing = [UUID(bytes=each) for each in asked if each not in leaves_of]
        others = self._tx.read(_ONE_BY_ONE, ids=missing) if missing else []
        for entry, leaf, _ in others:
            leaves_of.setdefault(entry, []).append(leaf)
        ordered = [leaf for each in asked for leaf in leaves_of.get(each, [])]
        return ordered, [entry for entry, _, other in others if other]

    def _lost(self, first: int, places: bytes | None, ids: bytes | None) -> EntryId | None:
        """Which entry of a range of ids is neither in the log nor waits; those at these places need no second look."""
        asked = _split(places)
        # More of them than these places are never all of these: so a range of which the end was not read is asked about.
        if set(asked).issuperset(_split(ids)):
            return None
        return self.unlogged(self.entry_at(first - 1), EntryId(UUID(bytes=asked[-1])))
