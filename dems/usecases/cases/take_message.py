"""Bring a case to what the case system says of it, or open it."""

from dataclasses import dataclass

from dems.errors import AlreadyExists, NotFound, NotPermitted
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import Authority
from dems.model.life.messages import CaseMessage
from dems.model.life.vocabulary import Vocabulary
from dems.model.people import Person
from dems.ports import Clock, Transaction, Transactions
from dems.steps.taking import Known, Taken, judge, keep, known_of
from dems.steps.telling import they_exist


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
        human = somebody(actor)
        now = self.clock()
        with self.transaction() as tx:
            known = known_of(tx, [message]).get(message.reference, Known())
            authority = authority_for(tx, actor, known)
            taken = judge(message, known, human=human, now=now, vocabulary=self.vocabulary)
            they_exist(tx, actor, taken.case.id, message.contents, taken.added)
            try:
                keep(tx, authority, [taken], now)
            except AlreadyExists as taken_now:
                if taken.opened and taken_now.data.get("field") == "reference":
                    raise _OpenedMeanwhileError from taken_now
                raise
        return taken


class _OpenedMeanwhileError(Exception):
    """Somebody opened the case in this moment: it is looked at again."""


def somebody(actor: Actor) -> Person:
    """The person whose act it is. Raises `RuntimeError` where it is nobody's."""
    if actor.human is None:
        raise RuntimeError("what is said of a case is said by somebody")
    return actor.human


def authority_for(tx: Transaction, actor: Actor, known: Known) -> Authority:
    """Opening a case, or changing one that the actor may know of. Raises `AlreadyExists` or `NotPermitted` for any other."""
    if known.case is None:
        return tx.authorise(actor, Act.CASE_OPEN)
    try:
        tx.authorise(actor, Act.CASE_READ, case_id=known.case.id)
    except (NotFound, NotPermitted) as unseen:
        tx.authorise(actor, Act.CASE_OPEN)
        if isinstance(unseen, NotPermitted):
            raise
        raise AlreadyExists("This reference cannot be used: it is taken.", field="reference") from None
    return tx.authorise(actor, Act.CASE_CHANGE, case_id=known.case.id)
