"""Facts as rows, and lives made of them."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import all_, and_, any_, bindparam, func, insert, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from dems.db.repositories.base import Rows, any_page_within, chunks, paged, within
from dems.db.tables import case_facts, cases
from dems.model.ids import CaseId, FactId, PersonId
from dems.model.life.contents import Content, Milestone
from dems.model.life.facts import Fact
from dems.model.life.lives import Life
from dems.model.life.records import content_from, content_record
from dems.ports import KeptFact, Page

_OF_A_FACT = (
    case_facts.c.number,
    case_facts.c.id,
    case_facts.c.kind,
    case_facts.c.content,
    case_facts.c.recorded_by,
    case_facts.c.recorded_at,
    case_facts.c.corrects,
    case_facts.c.reason,
)

_READ: dict[FactId, tuple[str, Mapping[str, Any], Content]] = {}
"""Contents that were read before, each with the row that it was read from: nobody rewrites one."""

_MOST_READ = 8_000
"""Some eight megabytes."""

_later = case_facts.alias("later")
_old = case_facts.alias("old")

_OF_CASES = (
    select(case_facts.c.case_id, *_OF_A_FACT)
    .where(case_facts.c.case_id == any_(bindparam("cases", type_=ARRAY(UUID))))
    .order_by(case_facts.c.case_id, case_facts.c.number)
)
_FACTS = select(*_OF_A_FACT, _later.c.id.label("corrected_by")).outerjoin(_later, _later.c.corrects == case_facts.c.id)
_PAGE = any_page_within(_FACTS, case_facts.c.case_id, case_facts.c.id)
_LINKS = (
    select(
        case_facts.c.id,
        func.coalesce(case_facts.c.content["other"].astext, _old.c.content["other"].astext).label("other"),
    )
    .outerjoin(_old, _old.c.id == case_facts.c.corrects)
    .where(
        case_facts.c.case_id == bindparam("case", type_=UUID),
        case_facts.c.kind.in_(["case_link", "retracted"]),
        or_(case_facts.c.kind == "case_link", and_(case_facts.c.kind == "retracted", _old.c.kind == "case_link")),
    )
)
"""Statements that every page of a case asks are put together once: that takes as long as asking them."""


class LifeRows(Rows):
    def of_case(self, case_id: CaseId) -> Life:
        return self.of_cases([case_id])[0]

    def of_cases(self, case_ids: Sequence[CaseId]) -> list[Life]:
        rows = self._tx.execute(_OF_CASES, {"cases": list(case_ids)}).all()
        lives = {life.case_id: life for life in _lives(rows)}
        return [lives.get(case_id, Life(case_id)) for case_id in case_ids]

    def page(self, page: Page) -> list[Life]:
        some = paged(select(cases.c.id.label("case_id")), cases.c.id, page).subquery()
        joined = some.outerjoin(case_facts, case_facts.c.case_id == some.c.case_id)
        rows = self._tx.execute(
            select(some.c.case_id, *_OF_A_FACT).select_from(joined).order_by(some.c.case_id, case_facts.c.number)
        )
        return list(_lives(rows))

    def links(self, case_id: CaseId) -> Mapping[FactId, CaseId]:
        rows = self._tx.execute(_LINKS, {"case": case_id})
        return {FactId(r.id): CaseId(uuid.UUID(r.other)) for r in rows}

    def facts(
        self,
        case_id: CaseId,
        page: Page,
        *,
        kinds: Collection[str] | None = None,
        standing: bool = False,
        without: Collection[FactId] = (),
    ) -> list[KeptFact]:
        statement = _PAGE
        if kinds is not None:
            statement = statement.where(case_facts.c.kind.in_(sorted(kinds)))
        if standing:
            statement = statement.where(_later.c.id.is_(None), case_facts.c.kind != "retracted")
        if without:
            statement = statement.where(case_facts.c.id != all_(literal(sorted(without), ARRAY(UUID))))
        rows: Sequence[Any] = self._tx.execute(statement, within(case_id, page)).all()
        return [KeptFact(_to_fact(*fact), number, corrected_by) for number, *fact, corrected_by in rows]

    def add(self, case_id: CaseId, facts: Sequence[Fact[Content]]) -> None:
        last = select(func.coalesce(func.max(case_facts.c.number), 0)).where(case_facts.c.case_id == case_id)
        number = int(self._tx.execute(last).scalar_one())
        self.add_many([(case_id, number + n, f) for n, f in enumerate(facts, 1)])

    def add_many(self, facts: Sequence[tuple[CaseId, int, Fact[Content]]]) -> None:
        rows = [{"case_id": case_id, "number": number, **_values(f)} for case_id, number, f in facts]
        for some in chunks(rows):
            self._tx.execute(insert(case_facts), list(some))

    def add_whole(self, lives: Sequence[Life]) -> None:
        """All facts of cases that have none yet."""
        rows = [
            {"case_id": life.case_id, "number": number, **_values(fact)}
            for life in lives
            for number, fact in enumerate(life.facts, 1)
        ]
        for some in chunks(rows):
            self._tx.execute(insert(case_facts), list(some))


def _values(fact: Fact[Content]) -> dict[str, Any]:
    content = fact.content
    kind, record = content_record(content)
    when = getattr(content, "when", None) or getattr(content, "granted", None)
    return {
        "id": fact.id,
        "kind": kind,
        "content": record,
        "event": content.kind.value if isinstance(content, Milestone) else None,
        "happened_on": None if when is None else when.on,
        "about": getattr(content, "about", None),
        "recorded_by": fact.recorded_by,
        "recorded_at": fact.recorded_at,
        "corrects": fact.corrects,
        "reason": fact.reason,
    }


def _lives(rows: Iterable[Any]) -> Iterable[Life]:
    for case_id, of_case in groupby(rows, key=itemgetter(0)):
        yield Life(CaseId(case_id), tuple(_to_fact(*fact) for _, number, *fact in of_case if number is not None))


def _to_fact(
    fact_id: FactId,
    kind: str,
    content: Mapping[str, Any],
    recorded_by: PersonId,
    recorded_at: datetime,
    corrects: FactId | None,
    reason: str | None,
) -> Fact[Content]:
    """By place and not by name, since a page of a case makes hundreds: what `_OF_A_FACT` has after the number."""
    return Fact(fact_id, content_of(fact_id, kind, content), recorded_by, recorded_at, corrects, reason)


def content_of(fact_id: FactId, kind: str, record: Mapping[str, Any]) -> Content:
    """Read once for all requests of a page, each of which asks for all facts of its case; of what differs, read again."""
    known = _READ.get(fact_id)
    if known is not None and known[0] == kind and known[1] == record:
        return known[2]
    content = content_from(kind, record)
    if len(_READ) >= _MOST_READ:
        _READ.clear()
    _READ[fact_id] = (kind, record, content)
    return content
