"""Drafts of reports on timeliness: of which period, to whom, and what is still to be written.

They are owed under the Police (Complaints and Misconduct) Regulations 2020, regulation 13 and, where the force leads, under
the Police (Conduct) Regulations 2020, regulation 19.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from dems.errors import Invalid
from dems.model.clocks.answers import ClockAnswer, Round
from dems.model.clocks.timeliness import Draft, Recipient, ReportField, draft, recipients
from dems.model.ids import CaseId, LetterId, PersonId
from dems.model.life.lives import Life
from dems.model.life.vocabulary import Mode

REGULATION_13 = "timeliness-report"
REGULATION_19 = "force-timeliness-report"
REPORT_CLOCKS = frozenset({REGULATION_13, REGULATION_19})
"""The clocks whose rounds are answered for by a report."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says of a report: its parts that no record has, and what decides who is sent it.

    `number` is of the period, from 1; None for the first that is owed or, where none is, the one under way.
    """

    clock: str
    number: int | None
    written: Mapping[ReportField, str]
    authority_is_chief_officer: bool
    chief_officer_is_subject: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A draft as it is kept: `content` has what the record said on `as_of`, beside what was written."""

    id: LetterId
    case_id: CaseId
    wanted: Wanted
    definition_version: int
    number: int
    first: date
    last: date
    as_of: date
    content: Mapping[ReportField, str]
    recipients: frozenset[Recipient]
    mode: Mode
    would_prejudice: bool
    recorded_by: PersonId
    recorded_at: datetime

    @property
    def missing(self) -> tuple[ReportField, ...]:
        """What has still to be written before it can be sent."""
        return Draft(self.content).missing

    @property
    def complete(self) -> bool:
        return not self.missing


def period_of(answer: ClockAnswer, number: int | None) -> Round:
    """The period that a report is of. Raises `Invalid` where nothing has begun, or not that many periods."""
    if not answer.rounds:
        raise Invalid(
            "No period of this report has begun: record when the complaint was made, or when the matter came to attention.",
            field="clock",
        )
    if number is None:
        return next((r for r in answer.rounds if r.owed), answer.rounds[-1])
    found = next((r for r in answer.rounds if r.number == number), None)
    if found is None:
        last = answer.rounds[-1].number
        raise Invalid(f"Period {number} has not begun: name one from 1 to {last}.", field="number")
    return found


def letter_of(
    life: Life, answer: ClockAnswer, wanted: Wanted, day: date, *, letter_id: LetterId, by: PersonId, at: datetime
) -> Letter:
    """The draft of a report as of a London date. Raises `Invalid` where the record does not say enough for one."""
    if answer.definition.id not in REPORT_CLOCKS:
        raise ValueError(f"the clock {answer.definition.id!r} asks for no report")
    period, mode = period_of(answer, wanted.number), life.mode_on(day)
    if mode is None:
        raise Invalid("Record the decision about the mode of investigation first: it decides who is sent the report.")
    prejudice = life.prejudiced_on(day)
    return Letter(
        letter_id,
        life.case_id,
        replace(wanted, number=period.number),
        answer.definition.version,
        period.number,
        period.first,
        period.last,
        day,
        draft(life, day, wanted.written).content,
        recipients(
            mode.mode,
            would_prejudice=prejudice,
            authority_is_chief_officer=wanted.authority_is_chief_officer,
            chief_officer_is_subject=wanted.chief_officer_is_subject,
        ),
        mode.mode,
        prejudice,
        by,
        at,
    )
