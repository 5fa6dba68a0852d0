"""Figures by going through every row, one by one: what the database's answers are compared with."""

from collections.abc import Iterable
from datetime import datetime

from dems.model.clocks.answers import ClockState
from dems.model.clocks.definitions import Nature
from dems.model.clocks.listing import clocks_of
from dems.model.clocks.rows import ClockRow, rows_of
from dems.model.clocks.table import CLOCKS
from dems.model.life.events import EventKind, Outcome
from dems.model.life.lives import Life, Traits
from dems.model.measures.catalogue import OPEN_CASE
from dems.model.measures.figuring import Asked, By, Group
from tests.model.calendars import CALENDARS

_SAID = (Outcome.UPHELD, Outcome.NOT_UPHELD, Outcome.ACCEPTED, Outcome.PARTIALLY_ACCEPTED, Outcome.NOT_ACCEPTED)


def rows(lives: Iterable[Life], at: datetime) -> list[ClockRow]:
    """The rows of all clocks of these cases, as they were known at an instant."""
    known = [life.known_at(at) for life in lives]
    return [row for life in known for row in rows_of(life, clocks_of(life, CLOCKS, CALENDARS, at))]


def groups(found: Iterable[ClockRow], asked: Asked, by: By | None = None) -> list[Group]:
    """One group for each row, and for each of its themes where they are told apart by them."""
    return [_group(r, asked, key) for r in found if asked_for(r.traits, asked) for key in keys(r.traits, by)]


def asked_for(traits: Traits, asked: Asked) -> bool:
    return (
        asked.force in {None, traits.force}
        and asked.mode in {None, traits.mode}
        and (asked.theme is None or asked.theme in traits.themes)
    )


def keys(traits: Traits, by: By | None) -> list[str | None]:
    if by is By.THEME:
        return list[str | None](sorted(traits.themes))
    return [None if by is None else traits.force]


def open_cases(lives: Iterable[Life], asked: Asked) -> list[Group]:
    """Of each case that was open at the end of the period, whoever asks and whatever they filter by."""
    found = []
    for life in lives:
        known = life.known_at(asked.as_of)
        referred, closed = known.first(EventKind.REFERRAL_RECEIVED), known.first(EventKind.CLOSED)
        if referred is None or referred.when.on > asked.last or (closed is not None and closed.when.on <= asked.last):
            continue
        band = sum(referred.when.on <= border for border in asked.borders)
        found.append(Group(OPEN_CASE, 1, band=band))
    return found


def _group(row: ClockRow, asked: Asked, key: str | None) -> Group:
    period, late = asked.period, row.overdue(asked.today) or row.state is ClockState.MISSED
    fell = row.nature is Nature.STATUTORY and row.due_on is not None and period.has(row.due_on)
    return Group(
        row.clock, 1, row.member, row.left_out, row.state is ClockState.MET, row.counted or 0, row.net_met, row.net_counted,
        next((o for o in _SAID if o in row.traits.outcomes), None), bool(row.traits.themes), period.has(row.started_on),
        row.stopped_on is not None and period.has(row.stopped_on), fell and (row.stopped_on is not None or late),
        late, None, key,
    )  # fmt: skip
