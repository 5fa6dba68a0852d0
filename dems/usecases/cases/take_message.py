"""Bring a case to what the case system says of it, or open it."""

from dataclasses import dataclass

from dems.errors import AlreadyExists
from dems.model.actors import Actor
from dems.model.life.messages import CaseMessage
from dems.model.life.vocabulary import Vocabulary
from dems.ports import Clock, Transactions
from dems.steps.taking import Known, Taken, judge, keep, known_of
from dems.steps.telling import in_use, they_exist
from dems.steps.whose_case import authority_for


@dataclass(frozen=True, slots=True)
class TakeMessage:
    transaction: Transactions
    clock: Clock
    vocabulary: Vocabulary

    def __call__(self, actor: Actor, message: CaseMessage) -> Taken:
        """All of it or nothing. Taking it again changes nothing; a closed case is told of too, since its life goes on.

        Raises `OlderMessage`, and what recording facts raises; `AlreadyExists` for a reference that is taken by a case
        that the actor may not know of, and nothing more.
        """
        try:
            return self._taken(actor, message)
        except _OpenedMeanwhileError:
            return self._taken(actor, message)

    def _taken(self, actor: Actor, message: CaseMessage) -> Taken:
        human = actor.somebody
        now = self.clock()
        with self.transaction() as tx:
            known = known_of(tx, [message]).get(message.reference, Known())
            authority = authority_for(tx, actor, known)
            taken = judge(message, known, human=human, now=now, vocabulary=in_use(tx, self.vocabulary))
            they_exist(tx, actor, taken.case.id, message.contents, taken.added)
            try:
                keep(tx, authority, [taken], now)
            except AlreadyExists as opened_now:
                raise _OpenedMeanwhileError from opened_now
        return taken


class _OpenedMeanwhileError(Exception):
    """Somebody opened the case in this moment: it is looked at again."""
