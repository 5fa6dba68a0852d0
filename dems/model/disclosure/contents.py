"""What a decision about disclosure can say. Each is about one item or block in one proceeding, and each is separate:

sensitivity under the Criminal Procedure and Investigations Act 1996, sensitive information under section 21A of the Police Reform Act
2002, legal privilege and public interest immunity are four things, and none of them follows from another.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from dems.errors import Invalid
from dems.model.disclosure.contents_of_lists import Exhibited, HarmTested, Owned, Paginated, ProposedOnward
from dems.model.life.strands import said
from dems.model.people import Clearance


@dataclass(frozen=True, slots=True)
class Relevant:
    """Whether it appears to have some bearing on an offence, a person or the circumstances (Code of Practice)."""

    relevant: bool


@dataclass(frozen=True, slots=True)
class Used:
    """Whether it is part of the case of whoever brings the proceeding (on the MG12 or its like), or unused."""

    used: bool


@dataclass(frozen=True, slots=True)
class Described:
    """How a schedule of this proceeding describes it, and where the thing is."""

    description: str
    location: str


class Level(StrEnum):
    NOT_SENSITIVE = "not_sensitive"
    SENSITIVE = "sensitive"
    IN_PART = "in_part"
    """An edited version of it is not sensitive, and is listed in its place."""
    HIGHLY = "highly"
    """Life or national security at risk: revealed to the prosecutor apart, and never on an ordinary schedule."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """Sensitivity under the 1996 Act: a real risk of serious prejudice to an important public interest.

    `categories` are codes of the list; `schedule_reason` is what the MG6D says. What must be said with which level is rule R33's
    and R11's to find.
    """

    level: Level
    public_interest: str = ""
    prejudice: str = ""
    categories: tuple[str, ...] = ()
    schedule_reason: str = ""


@dataclass(frozen=True, slots=True)
class SensitiveInformation:
    """Section 21A of the Police Reform Act 2002: whether it holds such information, and under which authority it may be kept in."""

    holds: bool
    authority: str = ""


class PrivilegeState(StrEnum):
    SUSPECTED = "suspected"
    PRIVILEGED = "privileged"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Privilege:
    """Legal professional privilege. Anybody may suspect it; only independent counsel says whether it is there."""

    state: PrivilegeState


class PiiKind(StrEnum):
    """Criminal Procedure Rules 15.3: who is told of the application."""

    NOTICE_WITH_CATEGORY = "notice_with_category"
    NOTICE_WITHOUT_CATEGORY = "notice_without_category"
    WITHOUT_NOTICE = "without_notice"
    """Nobody without the special clearance may learn that it exists."""


class PiiStage(StrEnum):
    CONSIDERED = "considered"
    APPLIED = "applied"
    ORDERED = "ordered"
    UNDER_REVIEW = "under_review"
    DISCHARGED = "discharged"


class PiiOutcome(StrEnum):
    WITHHOLD = "withhold"
    PARTIAL = "partial"
    DISCLOSE = "disclose"


@dataclass(frozen=True, slots=True)
class Pii:
    """Public interest immunity: one record, decided on again at each stage. From the order on it has its reference and outcome.

    Raises `Invalid` for an order without them, or them without an order.
    """

    kind: PiiKind
    stage: PiiStage
    public_interest: str
    prejudice: str
    steps_short: str = ""
    """What was tried short of withholding: editing, a summary, an admission."""
    order: str | None = None
    outcome: PiiOutcome | None = None
    review_on: date | None = None

    def __post_init__(self) -> None:
        said(self.public_interest, "which public interest is at stake")
        said(self.prejudice, "how it would be prejudiced")
        ordered = self.stage in {PiiStage.ORDERED, PiiStage.UNDER_REVIEW}
        if ordered != (self.order is not None) or ordered != (self.outcome is not None):
            raise Invalid(
                "A public interest immunity order has its reference and its outcome, and nothing before it has."
            )

    @property
    def live(self) -> bool:
        return self.stage is not PiiStage.DISCHARGED


class Result(StrEnum):
    MEETS = "meets"
    MAY_MEET = "may_meet"
    DOES_NOT_MEET = "does_not_meet"


MIGHT_BE_DISCLOSED = frozenset({Result.MEETS, Result.MAY_MEET})


@dataclass(frozen=True, slots=True)
class AgainstTest:
    """The test for disclosure: might it undermine the case for the prosecution or assist the accused (1996 Act, section 3).

    `rebuttal` says why material that is presumed to meet it does not.
    """

    result: Result
    rebuttal: str = ""


@dataclass(frozen=True, slots=True)
class Presumed:
    """The category of material that is presumed to meet the test; None where it is of none."""

    category: str | None


@dataclass(frozen=True, slots=True)
class NeedsClearance:
    """Which clearance somebody needs to see the thing itself; None is none."""

    clearance: Clearance | None


@dataclass(frozen=True, slots=True)
class SourceChecked:
    """Whether a description names or betrays a source. It holds for exactly these words."""

    description: str
    names_no_source: bool


@dataclass(frozen=True, slots=True)
class LeakCleared:
    """Hits of the leak guard in what is shown of this that betray nothing after all, by their ids. The decision's reason says why.

    An id stands for exactly the words, bytes or numbers that were hit: what is worded otherwise is another hit.
    """

    hits: tuple[str, ...]


class Handling(StrEnum):
    DISCLOSED = "disclosed"
    WITHHELD = "withheld"
    UNDER_REVIEW = "under_review"


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of it. Withholding what meets the test names the court's order."""

    handling: Handling
    order: str | None = None


Content: TypeAlias = (
    Relevant
    | Used
    | Described
    | Sensitive
    | SensitiveInformation
    | Privilege
    | Pii
    | AgainstTest
    | Presumed
    | NeedsClearance
    | SourceChecked
    | LeakCleared
    | Handled
    | Exhibited
    | HarmTested
    | Paginated
    | Owned
    | ProposedOnward
)
