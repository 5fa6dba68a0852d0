"""Every clock of a case: which are kept for it and its strands, in which version, and how each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dems.model.clocks.answers import ClockAnswer, facts_for
from dems.model.clocks.calendars import Calendar
from dems.model.clocks.definitions import ClockDefinition
from dems.model.clocks.evaluation import evaluate
from dems.model.clocks.spans import span_of
from dems.model.ids import CaseId, StrandId
from dems.model.life.events import Strand
from dems.model.life.lives import Life
from dems.model.life.strands import strand_of
from dems.model.times import london_date


@dataclass(frozen=True, slots=True)
class KeptClock:
    """One clock of one case; `about` names the strand it is kept for, and is None for the case itself."""

    case_id: CaseId
    about: StrandId | None
    answer: ClockAnswer


def clocks_of(
    life: Life, definitions: Sequence[ClockDefinition], calendars: Mapping[str, Calendar], now: datetime
) -> tuple[KeptClock, ...]:
    """All clocks of a case at an instant, by strand and definition; those that have not started say so.

    `calendars` has by name the version to count with. Raises `KeyError` where one that a definition asks for is missing.
    """
    today = london_date(now)
    abouts: list[tuple[StrandId | None, Strand]] = [(None, Strand.CASE)]
    abouts += [(f.content.id, strand_of(f.content)) for f in life.strands]
    kept = []
    for about, strand in abouts:
        traits = life.traits_on(today, about)
        mine = [d for d in definitions if d.strand is strand and d.population.keeps(traits)]
        for clock in dict.fromkeys(d.id for d in mine):
            definition = version_for([d for d in mine if d.id == clock], life, about, today)
            if definition is not None:
                calendar = None if definition.calendar is None else calendars[definition.calendar]
                answer = evaluate(definition, facts_for(definition, life, about), calendar, now)
                kept.append(KeptClock(life.case_id, about, answer))
    return tuple(kept)


def version_for(
    versions: Sequence[ClockDefinition], life: Life, about: StrandId | None, today: date
) -> ClockDefinition | None:
    """The newest version that was in force when its clock started or, where it has not, that is in force today."""
    for definition in sorted(versions, key=lambda d: (d.in_force_from or date.min, d.version), reverse=True):
        started = span_of(definition, life.events(about)).started
        if (definition.in_force_from or date.min) <= (today if started is None else started.when.on):
            return definition
    return None
