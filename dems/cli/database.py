"""`dems migrate`."""

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from dems.cli.beside import find_place, plain_words
from dems.cli.screen import Failed, say
from dems.db.migrate import migrate
from storage.errors import StorageError
from storage.setup import prepare


def bring_to_head() -> None:
    place = find_place()
    owner = place.settings.database.owner_url
    if owner is None:
        raise Failed("Migrations run as the owner of the database: set DEMS_DATABASE__OWNER_URL.")
    with plain_words():
        try:
            revision = migrate(owner.get_secret_value())
        except CommandError as error:
            raise Failed(str(error)) from error
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise Failed(
                f"The database refused ({reason}): see that it runs and that the owner's address is right."
            ) from error
    if place.settings.s3.setup is not None:
        try:
            prepare(place.settings.s3)
        except StorageError as error:
            raise Failed(f"The schema is {revision}, but the store's buckets could not be made: {error}") from error
        say("The buckets are there, with versioning and Object Lock.")
    say(f"The schema is {revision}.")
