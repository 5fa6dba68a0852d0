"""A synthetic history put into a database that holds no case, as its owner: all of it or nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, create_engine, func, insert, select, text

from dems.cli.seed.history import PREFIX, History
from dems.cli.seed.telling import SyntheticCase
from dems.db.tables import case_grants, cases, synthetic_cases
from dems.db.transaction import DatabaseTransaction
from dems.errors import WrongState
from dems.model.cases import Case, CaseState
from dems.model.clocks.rows import ClockRow, rows_of
from dems.model.clocks.rules import Rules, clocks_by
from dems.model.ids import StrandId, new_id
from dems.model.life.contents import Milestone
from dems.model.life.events import EventKind
from dems.model.life.lives import Life
from dems.model.life.recording import record
from dems.model.people import CaseRole, OrganisationRole, Person
from dems.model.times import london_date

_AT_ONCE = 200
_ENDS = frozenset(
    {EventKind.CLOSED, EventKind.REVIEW_DECIDED, EventKind.REVIEW_WITHDRAWN, EventKind.DSI_REVIEW_DECIDED}
)
"""After these nothing more is done about the case."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much is there since."""

    cases: int
    facts: int


def load(owner_url: str, history: History, *, told: Callable[[Loaded], None] = lambda _: None) -> Loaded:
    """Put all cases of a history in. `told` hears of every two hundred.

    Raises `WrongState` where the database holds a case already: a real one, or one of another history. Nobody can open
    one in the meantime.
    """
    with _owned(owner_url) as connection:
        connection.execute(text("LOCK TABLE cases IN SHARE ROW EXCLUSIVE MODE"))
        _refuse_what_is_there(connection)
        tx = DatabaseTransaction(connection, lambda: datetime.now(UTC))
        for number, person_id in enumerate(history.staff, 1):
            name, roles = f"{PREFIX} person {number}", frozenset({OrganisationRole.LEAD_INVESTIGATOR})
            email = f"synthetic-{number}@example.invalid"
            tx.people.add(Person(person_id, name, email, roles, active=False), datetime.now(UTC))
        loaded, rules = Loaded(0, 0), tx.clocks.rules()
        told_of = history.cases()
        while some := tuple(islice(told_of, _AT_ONCE)):
            _put(tx, some, rules, history.seed)
            loaded = Loaded(loaded.cases + len(some), loaded.facts + sum(len(c.facts) for c in some))
            told(loaded)
    return loaded


@contextmanager
def _owned(owner_url: str) -> Iterator[Connection]:
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            yield connection
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE) cases, case_facts, case_clocks, case_grants"))
    finally:
        engine.dispose()


def _refuse_what_is_there(connection: Connection) -> None:
    marked = select(synthetic_cases.c.case_id).where(synthetic_cases.c.case_id == cases.c.id).exists()
    counts = select(func.count().filter(~marked).label("real"), func.count().filter(marked).label("made"))
    there = connection.execute(counts.select_from(cases)).one()
    if there.real:
        raise WrongState(
            "This database holds real cases: a synthetic history is only put into one that holds none.", state="in use"
        )
    if there.made:
        raise WrongState(
            "This database holds a synthetic history already: take an empty one for another.", state="seeded"
        )


def _put(tx: DatabaseTransaction, some: Sequence[SyntheticCase], rules: Rules, seed: int) -> None:
    """Cases as the acts that they stand for would have left them, but for entries in the custody log: nobody did them."""
    lives = [record(Life(c.id), c.facts, c.facts[-1].recorded_at).life for c in some]
    tx.cases.add_many([_case(c, life) for c, life in zip(some, lives, strict=True)])
    tx.execute(insert(case_grants), [_led(c) for c in some])
    tx.execute(insert(synthetic_cases), [{"case_id": c.id, "seed": seed} for c in some])
    tx.lives.add_whole(lives)
    tx.clocks.add_history([row for life in lives for row in clock_history(life, rules)])


def _case(told: SyntheticCase, life: Life) -> Case:
    first, last = life.facts[0].recorded_at, life.facts[-1].recorded_at
    ended = next((f.recorded_at for f in life.standing(Milestone) if f.content.kind in _ENDS), None)
    state = CaseState.OPEN if ended is None else CaseState.CLOSED
    case = Case(told.id, told.reference, told.title, state, told.lead, first, closed_at=ended)
    return case.told(life, london_date(last))


def _led(told: SyntheticCase) -> dict[str, Any]:
    begun = told.facts[0].recorded_at
    return {
        "id": new_id(),
        "case_id": told.id,
        "person_id": told.lead,
        "kind": "role",
        "name": CaseRole.LEAD_INVESTIGATOR.value,
        "starts_on": london_date(begun),
        "granted_at": begun,
    }


def clock_history(life: Life, rules: Rules) -> Iterator[tuple[ClockRow, datetime, datetime | None]]:
    """The rows of a case's clocks with from when and until when each was known, as keeping them after each fact leaves them."""
    held: dict[tuple[str, StrandId | None], tuple[ClockRow, datetime]] = {}
    events = {e for d in rules.in_use for e in (*d.starts, *d.stops, d.each_period)}
    for place, fact in enumerate(life.facts, 1):
        content, at = fact.content, fact.recorded_at
        # Another milestone without an outcome changes no clock.
        if isinstance(content, Milestone) and content.outcome is None and content.kind not in events | _ENDS:
            continue
        made = {r.key: r for r in rows_of(life, clocks_by(rules, replace(life, facts=life.facts[:place]), at))}
        for key, (row, known_from) in list(held.items()):
            if made.get(key) != row:
                del held[key]
                yield row, known_from, at
        held |= {key: (row, at) for key, row in made.items() if key not in held}
    yield from ((row, known_from, None) for row, known_from in held.values())
