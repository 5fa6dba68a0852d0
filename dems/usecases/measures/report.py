"""Make the report of a period: its measures, those of its plan year, by month, force and theme."""

from dataclasses import dataclass, replace

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.measures.catalogue import measures
from dems.model.measures.figuring import Asked, By, Result, results
from dems.model.measures.periods import Period
from dems.model.measures.report import Cut, Report, asked_record, cuts_of, months_until, year_to_date
from dems.model.permission import CASE_LIST_ROLES
from dems.ports import Clock, Transactions

MOST_CORRECTIONS = 40
"""That a report lists: what is more is a number."""

EVERY_CASE = "every case that no wall keeps from its reader"
OWN_CASES = "the cases that its reader is on"


@dataclass(frozen=True, slots=True)
class MakeReport:
    transaction: Transactions
    clock: Clock

    def __call__(self, actor: Actor, asked: Asked) -> Report:
        """It counts what `LookUpMeasures` counts. Raises `Invalid`, as that does."""
        now = self.clock()
        if asked.as_of > now:
            raise Invalid("What will be known is not known yet: ask as of an instant that has passed.", field="as_of")
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.MEASURES_READ)
            rules = measures(tx.clocks.rules().in_use_at(asked.as_of), asked.period.last)
            people, year = actor.people, year_to_date(asked.period)

            def of(period: Period) -> tuple[Result, ...]:
                return results(rules, tx.measures.groups(people, replace(asked, period=period), rules))

            def by(what: By) -> tuple[Cut, ...]:
                return cuts_of(rules, tx.measures.groups(people, replace(asked, period=year), rules, what))

            report = Report(
                asked=asked,
                made_at=now,
                scope=EVERY_CASE if all(p.roles & CASE_LIST_ROLES for p in people) else OWN_CASES,
                synthetic=tx.measures.synthetic(),
                period=of(asked.period),
                to_date=of(year),
                months=tuple(Cut(f"{p.first:%Y-%m}", of(p)) for p in months_until(asked.period)),
                by_force=by(By.FORCE),
                by_theme=by(By.THEME),
                corrections=tx.measures.corrections(people, asked, rules, MOST_CORRECTIONS),
            )
            if actor.human is not None:
                tx.consulted(authority, actor.human.id, asked=asked_record(asked), report=True)
            return report
