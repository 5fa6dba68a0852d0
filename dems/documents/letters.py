"""What a report on timeliness says, block by block, before it is made a PDF or a DOCX."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dems.documents.texts import paragraphs
from dems.model.clocks.letters import REGULATION_19, Letter
from dems.model.clocks.timeliness import Recipient, ReportField
from dems.model.life.events import sentence_start, words
from dems.model.life.problems import day_words
from dems.model.times import london_date


class Style(StrEnum):
    TITLE = "title"
    SOURCE = "source"
    NOTICE = "notice"
    HEADING = "heading"
    BODY = "body"
    MISSING = "missing"
    """Where something has still to be written: seen at once, also in black and white."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Block:
    style: Style
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document: front matter as pairs, then blocks. `foot` stands at the end of every page."""

    title: str
    rows: tuple[tuple[str, str], ...]
    before: tuple[Block, ...]
    blocks: tuple[Block, ...]
    foot: str


@dataclass(frozen=True, slots=True)
class About:
    """What a letter says of the case and of its clock, in the words of the moment."""

    reference: str
    title: str
    source: str
    drafted_by: str


HEADINGS: Mapping[ReportField, str] = {
    ReportField.DATE_OF_MATTER: "When the complaint was made, or the matter came to attention",
    ReportField.DATE_OF_NOTICE: "When the officer was given notice",
    ReportField.PROGRESS: "Progress of the investigation",
    ReportField.ESTIMATE: "When the investigation is expected to be concluded, and the report submitted",
    ReportField.REASON: "Why the investigation takes as long",
    ReportField.PLANNED_STEPS: "Steps that are planned",
}

RECIPIENTS: Mapping[Recipient, str] = {
    Recipient.DIRECTOR_GENERAL: "the Director General",
    Recipient.POLICING_BODY: "the local policing body",
    Recipient.CHIEF_OFFICER: "the chief officer of the force",
}

_NOTES_19 = (
    "The officer concerned is sent a copy, subject to the harm test.",
    "Who else is sent a report under regulation 19 was not seen in the text: the recipients are those of regulation 13.",
)


def sheet_of(letter: Letter, about: About) -> Sheet:
    """The whole letter. What is missing is said at the top and where it belongs, and nothing calls it complete then."""
    blocks = []
    for number, part in enumerate(ReportField, start=1):
        blocks.append(Block(Style.HEADING, f"{number}. {HEADINGS[part]}"))
        if part in letter.missing:
            blocks.append(Block(Style.MISSING, "MISSING: this has to be written before the report is sent."))
        else:
            blocks += [Block(Style.BODY, p) for p in paragraphs(letter.content[part])]
    blocks += [Block(Style.NOTE, note) for note in _notes(letter)]
    return Sheet(
        title=about.title,
        rows=_rows(letter, about),
        before=(
            Block(Style.TITLE, about.title),
            Block(Style.SOURCE, about.source),
            Block(Style.NOTICE, _notice(letter)),
        ),
        blocks=tuple(blocks),
        foot=f"Case {about.reference}. Draft {letter.id}.",
    )


def _rows(letter: Letter, about: About) -> tuple[tuple[str, str], ...]:
    months = "the first 12 months" if letter.number == 1 else "6 months"
    return (
        ("Case", about.reference),
        ("Period", f"{letter.number}: {months}, {day_words(letter.first)} to {day_words(letter.last)}"),
        ("As of", day_words(letter.as_of)),
        ("Mode of investigation", sentence_start(words(letter.mode))),
        ("To", _to(letter)),
        ("Drafted by", f"{about.drafted_by}, {day_words(london_date(letter.recorded_at))}"),
    )


def _to(letter: Letter) -> str:
    told = [said for recipient, said in RECIPIENTS.items() if recipient in letter.recipients]
    return sentence_start(" and ".join(told)) if told else "Nobody"


def _notice(letter: Letter) -> str:
    if letter.complete:
        return "DRAFT. All six parts are there: check them before it is sent."
    count = len(letter.missing)
    missing = "; ".join(HEADINGS[part] for part in letter.missing)
    return f"DRAFT, NOT COMPLETE. {count} of 6 parts {'is' if count == 1 else 'are'} missing: {missing}."


def _notes(letter: Letter) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if letter.would_prejudice:
        lifted = "this report is owed to nobody" if not letter.recipients else "the local policing body is not sent it"
        notes = (f"It is on record that the report would prejudice the investigation, so that {lifted}.",)
    return (*notes, *(_NOTES_19 if letter.wanted.clock == REGULATION_19 else ()))
