"""What measures look at, as SQL: the clocks that a period takes, and the cases that were open at its end.

Each selectable has what a page needs of a row (`ROW`) and what a figure needs of it (`GROUP`, the same for both), so that
a figure and the list of cases behind it cannot differ.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    values,
)

from dems.db.repositories.known_cases import known_to, sees_every_case, walled
from dems.db.tables import case_clocks, case_facts, case_grants, cases
from dems.model.clocks.answers import ClockState
from dems.model.clocks.definitions import Nature
from dems.model.life.events import EventKind, Outcome
from dems.model.measures.catalogue import MODE, OPEN_CASE, Holds, Picks, Rule
from dems.model.measures.figuring import Asked, By
from dems.model.people import Person

ROW = ("id", "case_id", "about", "started_on", "stopped_on", "due_on")
GROUP = ("clock", "left_out", "code", "key")


class Code:
    """What a figure asks of a row, as bits of one number, so that grouping by all of it is grouping by one column."""

    IN_TIME, NET_IN_TIME, STARTED, STOPPED, DUE, MISSED, THEMATIC, MEMBER = (1 << bit for bit in range(8))
    ANSWER = 1 << 8
    """Times the place in `ANSWERS`, from 1; 0 is none."""
    BAND = 1 << 12
    """Times the age of an open case, from 1; 0 is no open case."""
    COUNTED, NET_COUNTED = 1 << 20, 1 << 40
    """Times counted days, and times counted days net of what the clock leaves out and 1; 0 where it has no net figure."""


ANSWERS = (
    Outcome.UPHELD,
    Outcome.NOT_UPHELD,
    Outcome.ACCEPTED,
    Outcome.PARTIALLY_ACCEPTED,
    Outcome.NOT_ACCEPTED,
)
"""Of what an answer can say, the parts that a figure tells apart."""


def seen(of_case: ColumnElement[Any], viewers: Iterable[Person], today: date) -> ColumnElement[bool]:
    """Whether every viewer may know of the case. Who sees every case is asked about walls only, which are few."""
    return and_(
        true(),
        *(
            ~walled(v, of_case) if sees_every_case(v) else of_case.in_(known_to(v, select(cases.c.id), today))
            for v in viewers
        ),
    )


def clocks(asked: Asked, rules: Sequence[Rule], by: By | None = None) -> Select[Any]:
    """The clocks that any of these measures looks at, as they were known."""
    c, period, looked = case_clocks.c, asked.period, _looked_for(rules)
    stopped_on, due_on = func.coalesce(c.stopped_on, date.min), func.coalesce(c.due_on, date.max)
    stopped = and_(looked.c.stops.is_(True), stopped_on.between(period.first, period.last))
    started = and_(looked.c.starts.is_(True), c.started_on.between(period.first, period.last))
    over = or_(c.stopped_on.is_not(None), due_on < asked.today)
    due: ColumnElement[bool] = false()
    if any(r.picks is Picks.DUE for r in rules):
        due = and_(c.nature == Nature.STATUTORY.value, due_on.between(period.first, period.last), over)
    late = or_(c.state == ClockState.MISSED.value, and_(c.stopped_on.is_(None), due_on < asked.today))
    timed = and_(stopped, looked.c.timed.is_(True))
    said = case(*((literal(o.value, Text) == any_(c.outcomes), n) for n, o in enumerate(ANSWERS, 1)), else_=0)
    answer = case((and_(stopped, looked.c.answered.is_(True)), said), else_=0)
    code = (
        _bit(and_(stopped, c.state == ClockState.MET.value), Code.IN_TIME)
        + _bit(and_(timed, c.net_met.is_(True)), Code.NET_IN_TIME)
        + _bit(started, Code.STARTED)
        + _bit(stopped, Code.STOPPED)
        + _bit(due, Code.DUE)
        + _bit(and_(due, late), Code.MISSED)
        + _bit(and_(started, func.cardinality(c.themes) > 0), Code.THEMATIC)
        + _bit(c.member, Code.MEMBER)
        + answer * Code.ANSWER
        + case((timed, c.counted * literal(Code.COUNTED, BigInteger)), else_=0)
        + case((timed, func.coalesce((c.net_counted + 1) * literal(Code.NET_COUNTED, BigInteger), 0)), else_=0)
    )
    key, source = _told_apart(by, case_clocks, case_clocks.outerjoin(looked, looked.c.clock == c.clock))
    return (
        select(
            *(c[name] for name in ROW),
            c.clock,
            c.left_out,
            code.label("code"),
            key.label("key"),
        )
        .select_from(source)
        .where(known(case_clocks, asked), or_(stopped, started, due), *_filters(case_clocks, c.case_id, asked))
    )


def open_cases(asked: Asked, by: By | None = None) -> Select[Any]:
    """Cases that had been referred by the end of the period and not been closed, as it was known.

    They are filtered and told apart by what they were on the day their mode was decided or, where it is not, by then.
    """
    referred, closed = case_facts.alias("referred"), case_facts.alias("closed")
    still_open = ~exists().where(
        closed.c.case_id == referred.c.case_id,
        closed.c.event == EventKind.CLOSED.value,
        closed.c.happened_on <= asked.last,
        stands(closed, asked),
    )
    source: FromClause = referred
    key: ColumnElement[Any] = cast(null(), Text)
    filters: list[ColumnElement[bool]] = []
    if by is not None or asked.force is not None or asked.theme is not None or asked.mode is not None:
        moded = case_clocks.alias("moded")
        on = and_(
            moded.c.case_id == referred.c.case_id, moded.c.clock == MODE, moded.c.about.is_(None), known(moded, asked)
        )
        key, source = _told_apart(by, moded, referred.join(moded, on))
        filters = _filters(moded, referred.c.case_id, asked)
    elif asked.team is not None:
        filters = _filters(referred, referred.c.case_id, asked)
    band = sum((cast(referred.c.happened_on <= border, Integer) for border in asked.borders), literal(1, Integer))
    nothing = cast(null(), Text)
    return (
        select(
            referred.c.id,
            referred.c.case_id,
            cast(null(), Uuid).label("about"),
            referred.c.happened_on.label("started_on"),
            cast(null(), case_facts.c.happened_on.type).label("stopped_on"),
            cast(null(), case_facts.c.happened_on.type).label("due_on"),
            literal(OPEN_CASE, Text).label("clock"),
            nothing.label("left_out"),
            cast(band * Code.BAND + Code.MEMBER, BigInteger).label("code"),
            key.label("key"),
        )
        .select_from(source)
        .where(
            referred.c.event == EventKind.REFERRAL_RECEIVED.value,
            referred.c.happened_on <= asked.last,
            stands(referred, asked),
            still_open,
            *filters,
        )
    )


def known(table: FromClause, asked: Asked) -> ColumnElement[bool]:
    """Whether a clock's row held at the instant."""
    return and_(
        table.c.known_from <= asked.as_of, or_(table.c.known_until.is_(None), table.c.known_until > asked.as_of)
    )


def stands(fact: FromClause, asked: Asked) -> ColumnElement[bool]:
    """Whether a fact was known at the instant, and not corrected by then."""
    newer = case_facts.alias()
    corrected = select(newer.c.corrects).where(newer.c.corrects.is_not(None), newer.c.recorded_at <= asked.as_of)
    # NOT IN: few facts are corrected, and looking each up among them is cheaper than joining the two.
    return and_(fact.c.recorded_at <= asked.as_of, fact.c.id.not_in(corrected))


def _bit(holds: ColumnElement[bool], bit: int) -> ColumnElement[int]:
    return cast(holds, Integer) * bit


def _looked_for(rules: Sequence[Rule]) -> FromClause:
    """What is asked of each clock, as a small table: to look a row's clock up in it once is cheaper than in many lists."""
    flags = ("stops", "starts", "timed", "answered")
    asked = {
        clock: tuple(any(clock in (r.clocks or ()) and wanted(r) for r in rules) for wanted in _WANTED)
        for clock in sorted({clock for r in rules for clock in r.clocks or ()} | {""})
    }
    columns: list[ColumnElement[Any]] = [column("clock", Text), *(column(flag, Boolean) for flag in flags)]
    return values(*columns, name="looked").data([(clock, *wanted) for clock, wanted in asked.items()])


_WANTED: tuple[Callable[[Rule], bool], ...] = (
    lambda r: r.picks is Picks.STOPPED,
    lambda r: r.picks is Picks.STARTED,
    lambda r: r.timed,
    lambda r: r.holds in {Holds.UPHELD, Holds.ACCEPTED},
)


def _told_apart(by: By | None, traits: FromClause, source: FromClause) -> tuple[ColumnElement[Any], FromClause]:
    if by is By.FORCE:
        return traits.c.force, source
    if by is By.THEME:
        themes = func.unnest(traits.c.themes).table_valued("theme", name="of_themes").render_derived()
        return themes.c.theme, source.join(themes, true())
    return cast(null(), Text), source


def _filters(traits: FromClause, of_case: ColumnElement[Any], asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.force is not None:
        found.append(traits.c.force == asked.force)
    if asked.mode is not None:
        found.append(traits.c.mode == asked.mode.value)
    if asked.theme is not None:
        found.append(literal(asked.theme, Text) == any_(traits.c.themes))
    if asked.team is not None:
        g = case_grants.c
        on_it = select(g.case_id).where(
            g.person_id == asked.team,
            g.kind == "role",
            g.granted_at <= asked.as_of,
            or_(g.ended_at.is_(None), g.ended_at > asked.as_of),
            g.starts_on <= asked.today,
            or_(g.ends_on.is_(None), g.ends_on >= asked.today),
        )
        found.append(of_case.in_(on_it))
    return found
