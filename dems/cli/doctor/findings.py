"""What the doctor finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.exc import DBAPIError

from dems.engines import EngineError
from dems.errors import DemsError
from storage.errors import StorageError


class State(StrEnum):
    WELL = "ok"
    WRONG = "WRONG"
    """Something must be done; `dems doctor` ends with exit code 1."""
    WARNING = "warning"
    """Something should be done; nothing fails yet."""
    NOTE = "note"
    """To be known; nothing need be done."""


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    state: State
    detail: str


def well(part: str, detail: str) -> Finding:
    return Finding(part, State.WELL, detail)


def wrong(part: str, detail: str) -> Finding:
    return Finding(part, State.WRONG, detail)


def warning(part: str, detail: str) -> Finding:
    return Finding(part, State.WARNING, detail)


def note(part: str, detail: str) -> Finding:
    return Finding(part, State.NOTE, detail)


def looked_at(part: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a look finds; what cannot be looked at is wrong, and the rest is looked at all the same."""
    try:
        yield from look()
    except DemsError as error:
        yield wrong(part, error.message)
    except (StorageError, EngineError) as error:
        yield wrong(part, str(error))
    except DBAPIError as error:
        yield wrong(part, f"the database refused: {str(error.orig).strip().splitlines()[0]}")
    except OSError as error:
        yield wrong(part, f"could not be looked at ({error})")
