"""What measures count, as the use cases see it: groups of clocks and of open cases, and the cases behind a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from dems.model.ids import CaseId, StrandId
from dems.model.measures.catalogue import Rule
from dems.model.measures.figuring import Asked, By, Group
from dems.model.measures.report import Corrections
from dems.model.people import Person
from dems.ports.values import Page


@dataclass(frozen=True, slots=True)
class Behind:
    """One clock, or one open case, that a measure looks at. `group` is what it is to the figure; `id` is a page's cursor."""

    id: UUID
    case_id: CaseId
    reference: str
    about: StrandId | None
    started_on: date
    stopped_on: date | None
    due_on: date | None
    group: Group


class Measures(Protocol):
    """Everything here counts only cases that every viewer may know of, as it was known at the instant that is asked of.

    Walls and roles are those of now.
    """

    def groups(
        self, viewers: Sequence[Person], asked: Asked, rules: Sequence[Rule], by: By | None = None
    ) -> list[Group]:
        """What these measures look at, alike things counted together: the answer is as long as times differ, not as there are cases.

        With `by`, what has no force or theme is in no group.
        """
        ...

    def behind(self, viewers: Sequence[Person], asked: Asked, rule: Rule, page: Page) -> list[Behind]:
        """What one measure looks at, those included that it leaves out."""
        ...

    def corrections(self, viewers: Sequence[Person], asked: Asked, rules: Sequence[Rule], limit: int) -> Corrections:
        """Facts known at the instant and corrected since, in cases that these measures look at; earliest first."""
        ...

    def synthetic(self) -> bool:
        """Whether some cases here never happened."""
        ...
