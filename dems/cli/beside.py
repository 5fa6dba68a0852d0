"""Commands that run beside the database: where it is, who acts there, and what its errors say."""

import contextlib
import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from dems import logs
from dems import settings as dems_settings
from dems.bootstrap import Dems
from dems.cli.children import settings_beside
from dems.cli.screen import Failed
from dems.engines import EngineError, read_connections
from dems.errors import DemsError
from dems.model.actors import Actor, ActorKind
from dems.settings import Settings
from storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class Place:
    """Where DEMS keeps what it knows: an embedded installation that runs, or servers named by settings."""

    settings: Settings
    embedded: bool
    words: str


def operator() -> Actor:
    """Whoever runs this command, by the system's name for them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Actor(ActorKind.OPERATOR, name)


def read_settings(*, data_dir: Path | None = None, port: int | None = None) -> Settings:
    """The settings of the environment, changed by what the command line says. Raises `Failed`."""
    try:
        settings = dems_settings.load(**({} if data_dir is None else {"data_dir": data_dir}))
    except ValidationError as error:
        wrong = [f"DEMS_{'__'.join(str(p) for p in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise Failed(f"The settings are not right ({'; '.join(wrong)}).") from None
    if port is not None:
        settings = settings.model_copy(update={"api": settings.api.model_copy(update={"port": port})})
    logs.configure("ERROR", process="cli")
    return settings


def find_place(settings: Settings | None = None) -> Place:
    """The embedded installation that runs on DEMS_DATA_DIR, else the servers that the settings name. Raises `Failed`."""
    settings = settings or read_settings()
    folder = settings.data_dir.expanduser().absolute()
    connections = read_connections(folder)
    if connections is not None:
        return Place(settings_beside(settings, connections), embedded=True, words=f"the installation in {folder}")
    if settings.database.url.get_secret_value() or settings.database.owner_url is not None:
        return Place(settings, embedded=False, words="the servers that DEMS_DATABASE__URL and DEMS_S3__ENDPOINT name")
    raise Failed(
        f"No DEMS runs on {folder}: start `dems up`, name its folder with DEMS_DATA_DIR, "
        "or name the database with DEMS_DATABASE__URL."
    )


@contextlib.contextmanager
def core(place: Place | None = None) -> Iterator[Dems]:
    """Everything DEMS can do, for the length of one command. Nudges are not sent: the sweep finds what is due."""
    with plain_words():
        place = place or find_place()
        if not place.settings.database.url.get_secret_value():
            raise Failed("Name the database of the application with DEMS_DATABASE__URL.")
        dems = Dems(place.settings, nudge=lambda _: None)
        try:
            yield dems
        finally:
            dems.close()


@contextlib.contextmanager
def plain_words() -> Iterator[None]:
    """Turn what may go wrong into the one sentence of it."""
    try:
        yield
    except (EngineError, StorageError) as error:
        raise Failed(str(error)) from error
    except DemsError as error:
        raise Failed(error.message) from error
