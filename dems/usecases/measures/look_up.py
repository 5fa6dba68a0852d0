"""Ask for the measures of a period, and for the cases behind one of them."""

from dataclasses import dataclass

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.measures.catalogue import Rule, measures, named
from dems.model.measures.figuring import Asked, Result, results
from dems.model.measures.report import Corrections, asked_record
from dems.ports import Behind, Clock, Page, Transaction, Transactions

MOST_CORRECTIONS = 200
"""That one answer lists; it says how many there are."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All measures, and what has been corrected since the instant that was asked of. `synthetic`: some never happened."""

    results: tuple[Result, ...]
    corrections: Corrections
    synthetic: bool


@dataclass(frozen=True, slots=True)
class LookUpMeasures:
    """Figures count the cases that the actor may know of, and no other: they say nothing of a case behind a wall."""

    transaction: Transactions
    clock: Clock

    def all(self, actor: Actor, asked: Asked) -> Answer:
        """Raises `Invalid` for an instant that is still to come."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.MEASURES_READ)
            rules = self._rules(tx, asked)
            found = results(rules, tx.measures.groups(actor.people, asked, rules))
            corrections = tx.measures.corrections(actor.people, asked, rules, MOST_CORRECTIONS)
            if actor.human is not None:
                tx.consulted(authority, actor.human.id, asked=asked_record(asked))
            return Answer(found, corrections, tx.measures.synthetic())

    def behind(self, actor: Actor, name: str, asked: Asked, page: Page) -> tuple[Rule, list[Behind]]:
        """A page of what one measure looks at. Raises `Invalid`, also where there is no such measure."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.MEASURES_READ)
            rule = named(self._rules(tx, asked), name)
            if actor.human is not None:
                tx.consulted(authority, actor.human.id, asked=asked_record(asked), measure=name)
            return rule, tx.measures.behind(actor.people, asked, rule, page)

    def _rules(self, tx: Transaction, asked: Asked) -> tuple[Rule, ...]:
        if asked.as_of > self.clock():
            raise Invalid("What will be known is not known yet: ask as of an instant that has passed.", field="as_of")
        return measures(tx.clocks.rules().in_use_at(asked.as_of), asked.period.last)
