"""Reports on timeliness (Complaints and Misconduct Regulations 2020, regulation 13): who is sent one, and what it must say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dems.errors import Invalid
from dems.model.life.events import EventKind, sentence_start, words
from dems.model.life.lives import Life
from dems.model.life.problems import day_words
from dems.model.life.vocabulary import INVESTIGATED_BY_THE_BODY, Mode


class Recipient(StrEnum):
    POLICING_BODY = "policing_body"
    """The local policing body of the force."""
    CHIEF_OFFICER = "chief_officer"
    DIRECTOR_GENERAL = "director_general"


class ReportField(StrEnum):
    """The six things that every report has."""

    DATE_OF_MATTER = "date_of_matter"
    """When the complaint was made or the matter came to attention."""
    DATE_OF_NOTICE = "date_of_notice"
    """When the officer was given notice of the conduct."""
    PROGRESS = "progress"
    ESTIMATE = "estimate"
    """When the investigation is expected to be concluded and the report submitted."""
    REASON = "reason"
    """Why it takes as long."""
    PLANNED_STEPS = "planned_steps"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report says so far; `missing` is what has still to be written before it can be sent."""

    content: Mapping[ReportField, str]

    @property
    def missing(self) -> tuple[ReportField, ...]:
        return tuple(c for c in ReportField if not self.content.get(c, "").strip())


def recipients(
    mode: Mode, *, would_prejudice: bool, authority_is_chief_officer: bool, chief_officer_is_subject: bool
) -> frozenset[Recipient]:
    """Who is sent the report (`Life.prejudiced_on` says whether it would prejudice); nobody where prejudice lifts the duty.

    Of a local investigation: the Director General always, and the policing body where the appropriate authority is a chief
    officer, unless it would prejudice the investigation. Of others: the policing body and the chief officer, unless that
    person is its subject, and neither where it would prejudice it.
    """
    if mode not in INVESTIGATED_BY_THE_BODY:
        told = authority_is_chief_officer and not would_prejudice
        return frozenset({Recipient.DIRECTOR_GENERAL, *({Recipient.POLICING_BODY} if told else ())})
    if would_prejudice:
        return frozenset()
    return frozenset({Recipient.POLICING_BODY, *(() if chief_officer_is_subject else {Recipient.CHIEF_OFFICER})})


def draft(life: Life, day: date, written: Mapping[ReportField, str]) -> Draft:
    """A report as of a London date: dates from the record, the rest as it was written.

    Raises `Invalid` where somebody has written a date that the record has.
    """
    from_record = {
        ReportField.DATE_OF_MATTER: _dates(life, day, EventKind.COMPLAINT_MADE, EventKind.CAME_TO_ATTENTION),
        ReportField.DATE_OF_NOTICE: _dates(life, day, EventKind.CONDUCT_NOTICE_SERVED) or "No notice has been served.",
    }
    again = sorted(c.value for c in from_record.keys() & written.keys())
    if again:
        raise Invalid(
            f"The dates of a report come from the record: leave out {', '.join(again)}, or correct the record."
        )
    return Draft({**written, **from_record})


def _dates(life: Life, day: date, *kinds: EventKind) -> str:
    found = [e for e in life.events() if e.kind in kinds and e.when.on <= day]
    return "\n".join(f"{sentence_start(words(e.kind))} on {day_words(e.when.on)}." for e in found)
