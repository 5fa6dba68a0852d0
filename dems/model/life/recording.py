"""Record facts: all of them or, where they cannot be true of the case, none."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from dems.errors import ImpossibleLife
from dems.model.life.checks import problems
from dems.model.life.contents import Content
from dems.model.life.facts import Fact, appended
from dems.model.life.lives import Life
from dems.model.life.problems import Problem, Severity
from dems.model.life.vocabulary import Vocabulary

WORDS = Vocabulary()


@dataclass(frozen=True, slots=True)
class Recorded:
    """The life with what was added, and what is odd about it since."""

    life: Life
    warnings: tuple[Problem, ...]


def record(life: Life, facts: Iterable[Fact[Content]], now: datetime, vocabulary: Vocabulary = WORDS) -> Recorded:
    """Add facts together, at an instant. Raises what `appended` raises, or `ImpossibleLife` naming every rule broken.

    Only what the new facts bring about is refused: what was wrong before does not keep anybody from mending part of it.
    """
    whole = life.facts
    for fact in facts:
        whole = appended(whole, fact)
    after = replace(life, facts=whole)
    before = set(problems(life, now, vocabulary))
    new = [p for p in problems(after, now, vocabulary) if p not in before]
    refused = [p for p in new if p.severity is Severity.REFUSE]
    if refused:
        raise ImpossibleLife(refused[0].message, source=refused[0].source, problems=[p.as_data() for p in refused])
    return Recorded(after, tuple(new))
