"""The intent to complete an upload: written before the store is asked, so that a crash after it is found."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from dems.errors import DemsError
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority
from dems.model.uploads import Upload
from dems.ports import Clock, Completion, Transactions
from dems.steps.completion import sender_of
from storage.interface import Part

log = logging.getLogger(__name__)

INTENT_LEASE = timedelta(seconds=45)
"""An intent to complete is renewed while the store is being asked. One that was not renewed for so long is taken up by
whoever looks (the sweep, or `complete`): its process is dead.
"""


@dataclass(frozen=True, slots=True)
class Intent:
    """The intent as written, under whose authority, and the parts it is about."""

    completion: Completion
    authority: Authority
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Intents:
    """Writes intents, keeps them alive, and takes them back."""

    transaction: Transactions
    clock: Clock
    lease: timedelta = INTENT_LEASE

    def write(self, actor: Actor, act: Act, upload: Upload, multipart_id: str | None, parts: Sequence[Part]) -> Intent:
        """Say what is about to be asked of the store. Person, membership, walls and case are looked at again.

        The bytes may have taken hours to come. Raises what `authorise` raises, `CaseClosed`, `WrongState`.
        """
        with self.transaction() as tx:
            actor = replace(
                actor,
                person=None if actor.person is None else tx.people.get(actor.person.id),
                on_behalf_of=None if actor.on_behalf_of is None else tx.people.get(actor.on_behalf_of.id),
            )
            authority = tx.authorise(
                actor, act, case_id=upload.case_id, upload_id=upload.id, intake_id=upload.intake_id
            )
            tx.cases.get(upload.case_id, keep_as_is=True).takes_changes()
            tx.uploads.get(upload.id, for_update=True).takes_bytes(self.clock())
            completion = Completion(upload.id, uuid4(), multipart_id, self.clock(), sender=sender_of(authority))
            tx.uploads.keep_parts(upload.id, parts)
            tx.uploads.intend(completion, self.lease)
        return Intent(completion, authority, list(parts))

    @contextmanager
    def renewed(self, intent: Intent) -> Iterator[None]:
        """Keep the intent ours while the store works, however long it takes."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(self.lease.total_seconds() / 3):
                try:
                    with self.transaction() as tx:
                        tx.uploads.renew_intent(intent.completion, self.lease)
                except DemsError as error:
                    log.warning("intent_not_renewed", extra={"error": type(error).__name__})

        renewing = threading.Thread(target=renew, name="intent", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()

    def forget(self, intent: Intent) -> None:
        """Nothing of this attempt is in the store: there is nothing to finish, and the upload may be tried again or abandoned."""
        with self.transaction() as tx:
            tx.uploads.forget_intent(intent.completion.upload_id, intent.completion.attempt)
