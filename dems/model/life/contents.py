"""What a fact of a case's life can say. Each is complete in itself; what several say together is for `dems.model.life.lives`.

Something that may end or change (a suspension, a theme, being major) is several facts, each with its date: the last one counts.
"""

from dataclasses import dataclass
from typing import TypeAlias

from dems.errors import Invalid
from dems.model.ids import CaseId, PartyId, PersonId, StrandId
from dems.model.life.events import EVENTS, EventKind, Outcome, PauseKind, Strand, sentence_start, words
from dems.model.life.strands import StrandRecord, said
from dems.model.life.vocabulary import DataSubjectCategory, Jurisdiction, MatterType, Mode, PartyRole, Source
from dems.model.life.when import When


@dataclass(frozen=True, slots=True)
class Retracted:
    """What the corrected fact says did not happen."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the case is. `force` and `appropriate_authority` are codes or names; None is what is not known yet."""

    matter_type: MatterType | None
    jurisdiction: Jurisdiction
    force: str | None
    appropriate_authority: str | None
    source: Source | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that happened, to the case or to the strand that `about` names.

    Raises `Invalid` for an outcome that its kind does not have, or without one or a decision maker that it needs.
    """

    kind: EventKind
    when: When
    about: StrandId | None = None
    outcome: Outcome | None = None
    decided_by: PersonId | None = None

    def __post_init__(self) -> None:
        rule, name = EVENTS[self.kind], sentence_start(words(self.kind))
        if rule.derived:
            raise Invalid(f"{name} is not recorded by itself: record the decision about the mode.")
        if (self.about is None) != (rule.strand is Strand.CASE):
            whose = "the case itself" if rule.strand is Strand.CASE else f"one {words(rule.strand)}: name it"
            raise Invalid(f"{name} is a date of {whose}.")
        if self.outcome not in (rule.outcomes or {None}):
            allowed = ", ".join(sorted(o.value for o in rule.outcomes))
            raise Invalid(f"{name} " + (f"needs one of these outcomes: {allowed}." if allowed else "has no outcome."))
        if rule.decided and self.decided_by is None:
            raise Invalid(f"{name}: say who decided.")


@dataclass(frozen=True, slots=True)
class ModeDecision:
    """The mode of investigation from a date on; each later decision takes its place and says why."""

    mode: Mode
    when: When
    decided_by: PersonId
    reason: str

    def __post_init__(self) -> None:
        said(self.reason, "why this mode was decided")


@dataclass(frozen=True, slots=True)
class MajorStatus:
    """Whether a case is large, complex and run apart, from a date on."""

    is_major: bool
    when: When
    reason: str

    def __post_init__(self) -> None:
        said(self.reason, "why the case is or is no longer major")


@dataclass(frozen=True, slots=True)
class ThemeStatus:
    """Whether a theme applies, from a date on."""

    theme: str
    applies: bool
    when: When


@dataclass(frozen=True, slots=True)
class PartyStatus:
    """What a person is to the case, or no longer is, from a date on, with the category the law asks for."""

    party: PartyId
    role: PartyRole
    category: DataSubjectCategory
    holds: bool
    when: When


@dataclass(frozen=True, slots=True)
class Designation:
    """Whether the investigation is designated criminal, from a date on."""

    criminal: bool
    when: When
    decided_by: PersonId
    reason: str

    def __post_init__(self) -> None:
        said(self.reason, "why the investigation is or is no longer designated criminal")


@dataclass(frozen=True, slots=True)
class PauseBegun:
    """Time that may not count begins. A suspension names its authority and the proceedings it waits for."""

    pause: StrandId
    kind: PauseKind
    when: When
    authority: str
    reason: str
    about: StrandId | None = None
    proceedings: str | None = None

    def __post_init__(self) -> None:
        said(self.authority, "on whose authority time stops")
        said(self.reason, "why time stops")
        if self.kind is PauseKind.SUB_JUDICE:
            said(self.proceedings or "", "which criminal proceedings the suspension waits for")


@dataclass(frozen=True, slots=True)
class PauseEnded:
    """It ends: this date counts again."""

    pause: StrandId
    when: When
    authority: str
    reason: str

    def __post_init__(self) -> None:
        said(self.authority, "on whose authority time goes on")
        said(self.reason, "why time goes on")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time for one clock (its id), until a date. `asked` is when it was asked for."""

    clock: str
    asked: When
    granted: When
    until: When
    authority: str
    reason: str
    about: StrandId | None = None

    def __post_init__(self) -> None:
        said(self.authority, "on whose authority there is more time")
        said(self.reason, "why there is more time")
        if self.granted.before(self.asked):
            raise Invalid("An extension was not granted before it was asked for: correct one of the dates.")


@dataclass(frozen=True, slots=True)
class Prejudice:
    """Whether a report on timeliness would prejudice the investigation, from a date on (regulation 13)."""

    would_prejudice: bool
    when: When
    decided_by: PersonId
    reason: str

    def __post_init__(self) -> None:
        said(self.reason, "why a report would or would no longer prejudice the investigation")


@dataclass(frozen=True, slots=True)
class CaseLink:
    """That this case belongs with another, or no longer does, from a date on."""

    other: CaseId
    linked: bool
    when: When
    reason: str

    def __post_init__(self) -> None:
        said(self.reason, "why the cases belong together or no longer do")


Content: TypeAlias = (
    Retracted | Particulars | Milestone | ModeDecision | MajorStatus | ThemeStatus | PartyStatus | Designation | Prejudice
    | PauseBegun | PauseEnded | Extension | StrandRecord | CaseLink
)  # fmt: skip
