"""Items found again by words, times, places, devices, kinds and durations: within what each viewer may see, in SQL.

Every question begins with the cases: each index that answers one leads with the case, or has it as a word. So a search
neither shows nor counts anything of a case that is kept from its caller, nor takes longer for what is in it.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg.errors
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    any_,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY
from sqlalchemy.exc import DBAPIError

from dems.db.repositories.base import Rows
from dems.db.repositories.known_cases import holds, known_to, sees_every_case
from dems.db.repositories.search_matches import Matches, in_place, in_time, lasting
from dems.db.tables import cases, findings, item_index
from dems.errors import Invalid, SearchTooBroad
from dems.model.people import Person
from dems.model.permission import FINDINGS_ROLES
from dems.model.searching import Search
from dems.model.times import london_date
from dems.ports.searching import Hit
from dems.ports.values import Page

_SIMPLE = cast(literal_column("'simple'"), REGCONFIG)
_MOST_NAMED = 500
"""Cases named in one query of words; a person on more has the rest of the index looked through as well."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """The cases in which findings are searched, and those in which only what was declared is; None: any other known one."""

    readable: Sequence[UUID]
    known: Sequence[UUID] | None
    every: Select[Any]
    """All that the viewers may know of."""


class SearchRows(Rows):
    def within(self, patience: timedelta) -> None:
        milliseconds = max(1, int(patience / timedelta(milliseconds=1)))
        self._tx.execute(select(func.set_config("statement_timeout", str(milliseconds), literal(value=True))))

    def words(self, text: str) -> Sequence[str]:
        try:
            tree = self._tx.execute(select(func.querytree(func.websearch_to_tsquery(_SIMPLE, text)))).scalar_one()
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.errors.InternalError_):  # its stack holds few signs in a row
                raise Invalid("These signs are more than a search can hold: write words, and fewer signs.") from error
            raise
        return list(dict.fromkeys(w.replace("''", "'").replace("\\\\", "\\") for w in _LEXEME.findall(tree)))

    def find(self, viewers: Sequence[Person], search: Search, page: Page) -> list[Hit]:
        with answered_in_time():
            reach = self._reach(viewers, search)
            found = self._found(reach, search, page)
            ids = [r.evidence_id for r in self._tx.execute(found)]
            return Matches(self._tx, self.words, search, frozenset(reach.readable)).of(ids)

    def count(self, viewers: Sequence[Person], search: Search, most: int) -> int:
        with answered_in_time():
            found = self._found(self._reach(viewers, search), search, Page(most), ordered=False)
            return int(self._tx.execute(select(func.count()).select_from(found.subquery())).scalar_one())

    def _reach(self, viewers: Sequence[Person], search: Search) -> _Reach:
        today = london_date(self._tx.clock())
        every = select(cases.c.id)
        # Nobody in particular sees nothing at all.
        every = every if viewers else every.where(~true())
        if search.case_id is not None:
            every = every.where(cases.c.id == search.case_id)
        for viewer in viewers:
            every = known_to(viewer, every, today)
        reading = every.where(*(holds(v, FINDINGS_ROLES, today) for v in viewers))
        readable = [r.id for r in self._tx.execute(reading)]
        if all(sees_every_case(v) for v in viewers) and search.case_id is None:
            return _Reach(readable, None, every)
        known = set() if search.only_in_findings else {r.id for r in self._tx.execute(every)}
        return _Reach(readable, sorted(known.difference(readable)), every)

    def _found(self, reach: _Reach, search: Search, page: Page, *, ordered: bool = True) -> Select[Any]:
        parts = [_read(reach, search)]
        if not search.only_in_findings:
            parts.append(_declared(reach, search))
        if page.after is not None:
            parts = [p.where(item_index.c.evidence_id > page.after) for p in parts]
        bounded = [(p.order_by(item_index.c.evidence_id) if ordered else p).limit(page.limit).subquery() for p in parts]
        together = union_all(*(select(b) for b in bounded)).subquery()
        found = select(together.c.evidence_id)
        return (found.order_by(together.c.evidence_id) if ordered else found).limit(page.limit)


_LEXEME = re.compile(r"'((?:[^']|'')*)'")


@contextmanager
def answered_in_time() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.QueryCanceled):
            raise SearchTooBroad from error
        raise


def _read(reach: _Reach, search: Search) -> Select[Any]:
    """Items of cases whose findings the viewers may read."""
    named = reach.readable
    wanted = [_in(item_index.c.case_id, named), *_kind(search)]
    if search.q is not None:
        wanted.append(holds_words(item_index.c.words, search.q, named))
    if search.device is not None:
        wanted.append(holds_words(item_index.c.device_words, search.device, named))
    for answers in (in_time(search), in_place(search), lasting(search)):
        if answers is not None:
            which = select(findings.c.reading_id).where(_in(findings.c.case_id, named), answers)
            wanted.append(item_index.c.reading_id.in_(which))
    return select(item_index.c.evidence_id).where(*wanted)


def _declared(reach: _Reach, search: Search) -> Select[Any]:
    """Items of the other cases that the viewers may know of, by what was declared of them and what their bytes are."""
    wanted = _kind(search)
    if search.q is not None:
        wanted.append(holds_words(item_index.c.declared_words, search.q, reach.known))
    if reach.known is not None:
        return select(item_index.c.evidence_id).where(_in(item_index.c.case_id, reach.known), *wanted)
    others = (item_index.c.case_id.in_(reach.every), ~_in(item_index.c.case_id, reach.readable))
    return select(item_index.c.evidence_id).where(*others, *wanted)


def _in(column: ColumnElement[Any], ids: Sequence[UUID]) -> ColumnElement[bool]:
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def _kind(search: Search) -> list[ColumnElement[bool]]:
    wanted = search.media_type
    if wanted is None:
        return []
    column = item_index.c.media_type
    return [column.startswith(wanted[:-1], autoescape=True) if wanted.endswith("/*") else column == wanted]


def holds_words(column: ColumnElement[Any], text: str, named: Sequence[UUID] | None) -> ColumnElement[bool]:
    """The words of the query, and the case among the words of the item (see `words_of` in the database)."""
    query: ColumnElement[Any] = func.websearch_to_tsquery(_SIMPLE, text)
    if named is not None and 0 < len(named) <= _MOST_NAMED:
        one_of = cast(" | ".join(f"' {case_id}'" for case_id in named), TSQUERY)
        query = query.op("&&")(one_of)
    return column.op("@@")(query)
