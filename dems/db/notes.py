"""What people looked at, and what they were refused: noted in the transaction in which it happened."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from dems.db.repositories.all_of_them import Repositories
from dems.db.tables import consultations
from dems.model.actors import Actor, ActorKind
from dems.model.custody import Authority
from dems.model.ids import new_id
from dems.model.times import rfc3339

_NOTE = insert(consultations)


class Notes(Repositories):
    """A part of the transaction; the chain of each person gets them in batches, later."""

    def consulted(self, authority: Authority, subject: UUID, **fact: Any) -> None:
        """Only people consult: a worker's reading is its work."""
        self._note(
            authority.actor, {"act": authority.act.value, "subject": str(subject), "role": authority.role, **fact}
        )

    def denied(self, actor: Actor, what: str, asked: Mapping[str, str], outcome: str) -> None:
        self._note(actor, {"act": what, "asked": _writable(asked), "outcome": outcome})

    def _note(self, actor: Actor, fact: Mapping[str, Any]) -> None:
        human = actor.human
        if human is None:
            return
        at = self.clock()
        row = {"request": actor.request_id, "at": rfc3339(at), **fact}
        if actor.kind is ActorKind.INVITATION:
            # Not the person who answers for it did this, but whoever holds it.
            row["invited"] = {"intake": str(actor.intake_id), "recipient": actor.name}
        self.execute(_NOTE, {"id": new_id(), "person_id": human.id, "at": at, "fact": row})


def _writable(asked: Mapping[str, str]) -> dict[str, str]:
    """What was asked for came from outside: the database takes no NUL, and the chain no lone surrogates."""
    return {k: v.replace("\0", "\ufffd").encode("utf-8", "replace").decode() for k, v in asked.items()}
