"""What is wrong with, or odd about, a case's life."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dems.model.ids import FactId
from dems.model.life.contents import Content
from dems.model.life.facts import Fact


class Severity(StrEnum):
    REFUSE = "refuse"
    """It cannot be true."""
    WARN = "warn"
    """It may be true, and somebody should look."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule that the facts named break. `source` says where the rule comes from."""

    severity: Severity
    rule: str
    message: str
    source: str
    facts: tuple[FactId, ...]

    def as_data(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "message": self.message,
            "source": self.source,
            "facts": [str(fact) for fact in self.facts],
        }


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_words(day: date) -> str:
    """A date as people write it, in English wherever the program runs: 9 April 2021."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def refusal(rule: str, message: str, source: str, *facts: Fact[Content]) -> Problem:
    """Something that cannot be true, with the facts that say it."""
    return Problem(Severity.REFUSE, rule, message, source, tuple(f.id for f in facts))
