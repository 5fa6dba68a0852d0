"""`dems seed-demo`, beside the database."""

from sqlalchemy.exc import DBAPIError

from dems.cli.beside import find_place, plain_words
from dems.cli.screen import Failed, say, warn
from dems.cli.seed.history import History
from dems.cli.seed.loading import Loaded, load
from dems.db.known_holidays import shipped_calendars
from dems.model.clocks.calendars import EW


def seed_history(*, years: int, scale: float, seed: int) -> None:
    """As the owner of the database, who alone may mark cases as synthetic. Raises `Failed`."""
    owner = find_place().settings.database.owner_url
    if owner is None:
        raise Failed("A synthetic history is put in by the owner of the database: set DEMS_DATABASE__OWNER_URL.")
    with plain_words():
        calendar = next(c for c in shipped_calendars() if c.name == EW)
        history = History(seed, years, scale, calendar)
        try:
            done = load(owner.get_secret_value(), history, told=_progress)
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise Failed(
                f"The database refused ({reason}), and nothing was put in: run `dems migrate` first."
            ) from error
    say(
        f"{done.cases:,} synthetic cases with {done.facts:,} facts, {history.first_day} to {history.last_day}, seed {seed}."
    )


def _progress(done: Loaded) -> None:
    if done.cases % 1_000 == 0:
        warn(f"{done.cases:,} cases")
