"""Figures counted where the rows are, and the cases behind them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, literal, select

from dems.db.repositories.base import Rows, paged
from dems.db.repositories.looked_at import ANSWERS, GROUP, Code, clocks, open_cases, seen
from dems.db.tables import case_facts, cases, synthetic_cases
from dems.model.ids import CaseId, FactId, StrandId
from dems.model.measures.catalogue import Picks, Rule
from dems.model.measures.figuring import Asked, By, Group
from dems.model.measures.report import Corrected, Corrections
from dems.model.people import Person
from dems.model.times import london_date
from dems.ports import Page
from dems.ports.measures import Behind

_GROUPED_IN = "32MB"


class MeasureRows(Rows):
    def groups(
        self, viewers: Sequence[Person], asked: Asked, rules: Sequence[Rule], by: By | None = None
    ) -> list[Group]:
        # Grouped in memory, not sorted on the disk: there are fewer groups than the planner expects.
        self._tx.execute(select(func.set_config("work_mem", _GROUPED_IN, literal(value=True))))
        found = []
        for looked in self._looked(asked, rules, by):
            rows = self._seen(looked, viewers).subquery()
            alike = [rows.c[name] for name in GROUP if by is not None or name != "key"]
            counted = select(*alike, func.count().label("number")).group_by(*alike)
            found += [_group(r, r.number, None if by is None else r.key) for r in self._tx.execute(counted)]
        return [g for g in found if by is None or g.key is not None]

    def behind(self, viewers: Sequence[Person], asked: Asked, rule: Rule, page: Page) -> list[Behind]:
        looked = open_cases(asked) if rule.picks is Picks.OPEN else clocks(asked, [rule])
        rows = self._seen(looked, viewers).subquery()
        statement = select(rows, cases.c.reference).join(cases, cases.c.id == rows.c.case_id)
        return [
            Behind(
                r.id, CaseId(r.case_id), r.reference, None if r.about is None else StrandId(r.about), r.started_on,
                r.stopped_on, r.due_on, _group(r, 1, None),
            )
            for r in self._tx.execute(paged(statement, rows.c.id, page))
        ]  # fmt: skip

    def corrections(self, viewers: Sequence[Person], asked: Asked, rules: Sequence[Rule], limit: int) -> Corrections:
        later = select(case_facts.c.id).where(
            case_facts.c.corrects.is_not(None), case_facts.c.recorded_at > asked.as_of
        )
        if self._tx.execute(later.limit(1)).first() is None:
            return Corrections()
        new, old = case_facts.alias("new"), case_facts.alias("old")
        looked = [select(self._seen(s, viewers).subquery().c.case_id) for s in self._looked(asked, rules, None)]
        of_them = looked[0].union(*looked[1:])
        found = (
            select(old.c.case_id, cases.c.reference, new.c.id, old.c.event, old.c.kind, old.c.happened_on)
            .add_columns(new.c.happened_on.label("is_on"), new.c.recorded_at, new.c.reason)
            .add_columns(func.count().over().label("all"))
            .select_from(new.join(old, new.c.corrects == old.c.id).join(cases, cases.c.id == old.c.case_id))
            # No figure asks for a link, and why one was corrected may speak of a case behind a wall.
            .where(old.c.kind != "case_link")
            .where(old.c.recorded_at <= asked.as_of, new.c.recorded_at > asked.as_of, new.c.case_id.in_(of_them))
            .order_by(new.c.recorded_at, new.c.id)
            .limit(limit)
        )
        rows = self._tx.execute(found).all()
        return Corrections(tuple(_corrected(r) for r in rows), rows[0].all if rows else 0)

    def synthetic(self) -> bool:
        return self._tx.execute(select(synthetic_cases.c.case_id).limit(1)).first() is not None

    def _looked(self, asked: Asked, rules: Sequence[Rule], by: By | None) -> list[Select[Any]]:
        looked = [clocks(asked, rules, by)]
        if any(r.picks is Picks.OPEN for r in rules):
            looked.append(open_cases(asked, by))
        return looked

    def _seen(self, looked: Select[Any], viewers: Sequence[Person]) -> Select[Any]:
        today = london_date(self._tx.clock())
        return looked.where(seen(looked.selected_columns.case_id, viewers, today))


def _group(row: Row[Any], count: int, key: str | None) -> Group:
    code: int = row.code
    answer, band = code // Code.ANSWER % 16, code // Code.BAND % 256
    counted, net = code // Code.COUNTED % Code.COUNTED, code // Code.NET_COUNTED
    return Group(
        clock=row.clock,
        count=count,
        member=bool(code & Code.MEMBER),
        left_out=row.left_out,
        in_time=bool(code & Code.IN_TIME),
        counted=counted,
        net_in_time=bool(code & Code.NET_IN_TIME) if net else None,
        net_counted=net - 1 if net else None,
        outcome=ANSWERS[answer - 1] if answer else None,
        thematic=bool(code & Code.THEMATIC),
        started=bool(code & Code.STARTED),
        stopped=bool(code & Code.STOPPED),
        due=bool(code & Code.DUE),
        missed=bool(code & Code.MISSED),
        band=band - 1 if band else None,
        key=key,
    )


def _corrected(row: Row[Any]) -> Corrected:
    return Corrected(
        CaseId(row.case_id), row.reference, FactId(row.id), row.event or row.kind, row.happened_on, row.is_on,
        row.recorded_at, row.reason,
    )  # fmt: skip
