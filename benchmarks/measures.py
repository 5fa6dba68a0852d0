"""All measures of ten years at the body's size, against one plain aggregate over the same rows, and over a tenth of them."""

import statistics
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine, create_engine, text

from benchmarks.installation import OPERATOR, Installation
from benchmarks.pairs import Machine, in_turns, ratios, timed
from benchmarks.sizes import Sizes
from benchmarks.table import Result, Target
from dems.cli.seed.history import LAST_DAY, History
from dems.cli.seed.loading import load
from dems.db.known_holidays import shipped_calendars
from dems.model.actors import Actor, ActorKind
from dems.model.clocks.calendars import EW
from dems.model.measures.figuring import Asked
from dems.model.measures.periods import Period
from dems.model.people import OrganisationRole

PLAIN_TARGET = Target("at most", 4.0)
GROWTH_TARGET = Target("at most", 12.0)
"""Of ten times the records."""

_PLAIN = """
SELECT clock, count(*), count(*) FILTER (WHERE state = 'met'), sum(counted), count(*) FILTER (WHERE net_met), sum(net_counted)
FROM case_clocks WHERE known_until IS NULL GROUP BY clock
"""
"""Reads each row once and gives what shares and means are made of."""

_COPIES = """
CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
SELECT c.id AS old, uuidv7() AS new, k, 365 * (k % 10) AS earlier
FROM cases c JOIN synthetic_cases s ON s.case_id = c.id, generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS k
WHERE c.reference NOT LIKE '%#%'
"""
_COPIED = (
    """
    INSERT INTO cases SELECT r.* FROM copies JOIN cases c ON c.id = copies.old,
    LATERAL jsonb_populate_record(c, jsonb_build_object('id', copies.new, 'reference', c.reference || '#' || copies.k)) AS r
    """,
    "INSERT INTO synthetic_cases SELECT copies.new, s.seed FROM copies JOIN synthetic_cases s ON s.case_id = copies.old",
    """
    INSERT INTO case_facts (id, case_id, number, kind, content, event, happened_on, about, recorded_by, recorded_at)
    SELECT uuidv7(), copies.new, f.number, f.kind, f.content, f.event, f.happened_on - copies.earlier, f.about, f.recorded_by,
        f.recorded_at - copies.earlier * interval '1 day'
    FROM copies JOIN case_facts f ON f.case_id = copies.old WHERE f.corrects IS NULL
    """,
    """
    INSERT INTO case_clocks SELECT r.* FROM copies JOIN case_clocks c ON c.case_id = copies.old,
    LATERAL jsonb_populate_record(c, jsonb_build_object(
        'id', uuidv7(), 'case_id', copies.new, 'started_on', c.started_on - copies.earlier,
        'stopped_on', c.stopped_on - copies.earlier, 'due_on', c.due_on - copies.earlier,
        'known_from', c.known_from - copies.earlier * interval '1 day',
        'known_until', c.known_until - copies.earlier * interval '1 day')) AS r
    """,
)
_TEN_YEARS = Period(LAST_DAY.replace(year=LAST_DAY.year - 11), LAST_DAY)


def measure(installed: Installation, sizes: Sizes) -> list[Result]:
    """Copies of a small history, each some years earlier: what it costs to count them is asked, not what they say."""
    owner = create_engine(installed.connections.database_owner_url)
    try:
        calendar = next(c for c in shipped_calendars() if c.name == EW)
        made = load(installed.connections.database_owner_url, History(1, 1, sizes.history_scale, calendar))
        actor = _reader(installed)
        few = _copied(owner, 1, sizes.history_copies // 10 - 1) + made.cases
        small, _ = _measured(installed, actor, owner, sizes)
        many = _copied(owner, sizes.history_copies // 10, sizes.history_copies - 1) + few
        large, machine = _measured(installed, actor, owner, sizes)
    finally:
        owner.dispose()
    ours, plain = (statistics.median(large[n]) * 1000 for n in ("measures", "plain"))
    before = statistics.median(small["measures"]) * 1000
    seconds = {"small": small, "large": large}
    return [
        Result(
            "all measures of ten years", f"{ours:.0f} ms over {many:,} cases", f"{plain:.0f} ms, one plain aggregate",
            ratios(large["measures"], large["plain"]), "x", PLAIN_TARGET, sizes.full, machine=machine,
            details={"seconds": seconds},
        ),
        Result(
            "measures, ten times the cases", f"{ours:.0f} ms over {many:,}", f"{before:.0f} ms over {few:,}",
            ratios(large["measures"], small["measures"]), "x", GROWTH_TARGET, sizes.full, machine=machine,
            details={"seconds": seconds},
        ),
    ]  # fmt: skip


def _reader(installed: Installation) -> Actor:
    person = installed.dems.people.add(
        OPERATOR, name="Bench", email="measures@example.org", roles=[OrganisationRole.AUDITOR]
    )
    return Actor(ActorKind.PERSON, person.name, person)


def _copied(owner: Engine, first: int, last: int) -> int:
    """How many cases were added."""
    with owner.begin() as connection:
        connection.execute(text(_COPIES), {"first": first, "last": last})
        for statement in _COPIED:
            connection.execute(text(statement))
        added = connection.execute(text("SELECT count(*) FROM copies")).scalar_one()
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) cases, case_facts, case_clocks, synthetic_cases"))
    return int(added)


def _measured(
    installed: Installation, actor: Actor, owner: Engine, sizes: Sizes
) -> tuple[Mapping[str, list[float]], Machine]:
    asked = Asked(_TEN_YEARS, datetime.now(UTC))

    def ours() -> None:
        answer = installed.dems.measures.look_up.all(actor, asked)
        if not answer.results[0].gross.denominator:
            raise RuntimeError("nothing was measured")

    def plain() -> None:
        with owner.connect() as connection:
            connection.execute(text(_PLAIN)).all()

    legs: Mapping[str, Callable[[], float]] = {"measures": lambda: timed(ours), "plain": lambda: timed(plain)}
    return in_turns(legs, rounds=sizes.rounds, requests=sizes.page_rounds // 4 or 1)
