"""What measures look at, as SQL: the clocks that a period takes, and the cases that were open at its end.

Each selectable has what a page needs of a row (`ROW`) and what a figure needs of it (`GROUP`, the same for both), so that
a figure and the list of cases behind it cannot differ.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
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
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from dems.db.repositories.cases import known_to
from dems.db.tables import case_clocks, case_facts, case_grants, cases
from dems.model.clocks.answers import ClockState
from dems.model.clocks.definitions import Nature
from dems.model.life.events import EventKind, Outcome
from dems.model.measures.catalogue import MODE, OPEN_CASE, Holds, Picks, Rule
from dems.model.measures.figuring import Asked, By
from dems.model.people import Person

ROW = ("id", "case_id", "about", "started_on", "stopped_on", "due_on")
GROUP = (
    "clock", "member", "left_out", "in_time", "counted", "net_in_time", "net_counted", "outcome", "thematic", "started",
    "stopped", "due", "missed", "band", "key",
)  # fmt: skip

_ANSWERS = (
    Outcome.UPHELD,
    Outcome.NOT_UPHELD,
    Outcome.ACCEPTED,
    Outcome.PARTIALLY_ACCEPTED,
    Outcome.NOT_ACCEPTED,
)
"""Of what an answer can say, the parts that a figure tells apart."""


def seen(of_case: ColumnElement[Any], viewers: Iterable[Person], today: date) -> ColumnElement[bool]:
    """Whether every viewer may know of the case."""
    return and_(true(), *(of_case.in_(known_to(v, select(cases.c.id), today)) for v in viewers))


def clocks(asked: Asked, rules: Sequence[Rule], by: By | None = None) -> Select[Any]:
    """The clocks that any of these measures looks at, as they were known."""
    c, period = case_clocks.c, asked.period
    picked = {picks: _named(rules, lambda r, p=picks: r.picks is p) for picks in (Picks.STOPPED, Picks.STARTED)}
    stopped = and_(c.clock.in_(picked[Picks.STOPPED]), c.stopped_on.is_not(None))
    stopped = and_(stopped, c.stopped_on.between(period.first, period.last))
    started = and_(c.clock.in_(picked[Picks.STARTED]), c.started_on.between(period.first, period.last))
    passed = and_(c.due_on.is_not(None), c.due_on < asked.today)
    due: ColumnElement[bool] = false()
    if any(r.picks is Picks.DUE for r in rules):
        over = or_(c.stopped_on.is_not(None), passed)
        due = and_(
            c.nature == Nature.STATUTORY.value, c.due_on.is_not(None), c.due_on.between(period.first, period.last), over
        )
    late = or_(c.state == ClockState.MISSED.value, and_(c.stopped_on.is_(None), passed))
    timed = and_(stopped, c.clock.in_(_named(rules, lambda r: r.timed)))
    answered = and_(stopped, c.clock.in_(_named(rules, lambda r: r.holds in {Holds.UPHELD, Holds.ACCEPTED})))
    key, source = _told_apart(by, case_clocks, case_clocks)
    return (
        select(
            *(c[name] for name in ROW),
            c.clock,
            c.member,
            c.left_out,
            and_(stopped, c.state == ClockState.MET.value).label("in_time"),
            case((timed, c.counted), else_=0).label("counted"),
            case((timed, c.net_met)).label("net_in_time"),
            case((timed, c.net_counted)).label("net_counted"),
            case(*((and_(answered, literal(o.value, Text) == any_(c.outcomes)), o.value) for o in _ANSWERS)).label(
                "outcome"
            ),
            and_(started, func.cardinality(c.themes) > 0).label("thematic"),
            started.label("started"),
            stopped.label("stopped"),
            due.label("due"),
            and_(due, late).label("missed"),
            cast(null(), Integer).label("band"),
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
    band = sum((cast(referred.c.happened_on <= border, Integer) for border in asked.borders), literal(0, Integer))
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
            true().label("member"),
            nothing.label("left_out"),
            false().label("in_time"),
            literal(0, Integer).label("counted"),
            cast(null(), case_clocks.c.net_met.type).label("net_in_time"),
            cast(null(), Integer).label("net_counted"),
            nothing.label("outcome"),
            *(false().label(name) for name in ("thematic", "started", "stopped", "due", "missed")),
            band.label("band"),
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
    return and_(
        fact.c.recorded_at <= asked.as_of,
        ~exists().where(newer.c.corrects == fact.c.id, newer.c.recorded_at <= asked.as_of),
    )


def _named(rules: Sequence[Rule], wanted: Any) -> list[str]:
    return sorted({clock for r in rules if wanted(r) for clock in r.clocks or ()})


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
