"""Forms as data: columns, codes, wordings and certificates of a form from a date on, each with where it comes from.

Another layout, wording or code is another record beside the first, and not new code: forms differ by force, and what
was certified yesterday keeps the form of yesterday.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from dems.errors import Invalid
from dems.model.life.vocabulary import Open

CHECKED_ON = date(2026, 11, 22)
"""When these records were last held against their sources."""

ALWAYS = Open()


class HowFar(StrEnum):
    """How far something was held against its source."""

    LOOKED_UP = "looked_up"
    """In a copy of the text."""
    PARTLY = "partly"
    """The source was seen, and does not say all that is said here."""
    UNVERIFIED = "unverified"
    """From general knowledge: have it checked before relying on it."""
    OWN_CHOICE = "own_choice"
    """No text asks for it: it is how DEMS does it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where something comes from, how far that was checked, and on which date."""

    text: str
    checked: HowFar
    checked_on: date = CHECKED_ON


class Series(StrEnum):
    """What is numbered consecutively in one proceeding."""

    MG6C = "MG6C"
    """Relevant unused material that is not sensitive: served on the defence."""
    MG6D = "MG6D"
    """Relevant unused material that is sensitive: never served."""


class Form(StrEnum):
    MG6C = "MG6C"
    MG6D = "MG6D"
    MG6D_NIL = "MG6D nil"
    MG6E = "MG6E"
    """The disclosure officer's report."""
    SDC = "SDC"
    """The streamlined disclosure certificate: another way to write the same data."""
    MG6 = "MG6"
    """The note that goes with a set: what the prosecutor is told about its schedules. Never served."""
    MG12 = "MG12"
    """The list of exhibits: what is used."""
    DOCUMENT_LIST = "Document list"
    """Of misconduct proceedings, with the harm test of each document: for the appropriate authority, never for the officer."""
    DOCUMENTS_SUPPLIED = "Documents supplied"
    """What of the document list the officer concerned is supplied with: another way to write the same data."""
    INQUEST_INDEX = "Inquest index"
    """What the coroner is given, with its sensitivity, its editing and whose it is."""
    INQUEST_PROPOSED = "Inquest proposed index"
    """What of the index it is proposed that interested persons get: another way to write the same data."""


class Field(StrEnum):
    """What a column shows."""

    NUMBER = "number"
    DESCRIPTION = "description"
    LOCATION = "location"
    QUANTITY = "quantity"
    SCHEDULE_REASON = "schedule_reason"
    """Why it is sensitive."""
    PROSECUTOR_DECISION = "prosecutor_decision"
    PROSECUTOR_COMMENT = "prosecutor_comment"
    AGREED_SENSITIVE = "agreed_sensitive"
    COURT_APPLICATION = "court_application"
    SCHEDULE = "schedule"
    REPORT_REASON = "report_reason"
    """Why it might undermine the case or assist the accused."""
    COPY = "copy"
    PRESUMPTION = "presumption"
    TEST = "test"
    INTERNAL_COMMENT = "internal_comment"
    REFERENCE = "reference"
    """The exhibit's."""
    COURT_NUMBER = "court_number"
    PRODUCER = "producer"
    CONTINUITY = "continuity"
    DIGEST = "digest"
    SUPPLY = "supply"
    """Whether the officer concerned is supplied with it."""
    HARM_TEST = "harm_test"
    DECIDED_BY = "decided_by"
    PAGES = "pages"
    OWNER = "owner"
    SENSITIVITY = "sensitivity"
    EDITING = "editing"
    ONWARD = "onward"
    """Whether it is proposed that interested persons get it."""


NOT_SERVED = frozenset(
    {
        Field.SCHEDULE_REASON,
        Field.AGREED_SENSITIVE,
        Field.COURT_APPLICATION,
        Field.SCHEDULE,
        Field.REPORT_REASON,
        Field.COPY,
        Field.PRESUMPTION,
        Field.TEST,
        Field.INTERNAL_COMMENT,
    }
)
"""What no column of a served form shows (rule R10)."""


@dataclass(frozen=True, slots=True)
class Column:
    field: Field
    heading: str


@dataclass(frozen=True, slots=True)
class FormTemplate:
    """One version of one form. `wordings` are its fixed texts by name; `begins` is None where it holds from the beginning."""

    form: Form
    version: int
    title: str
    columns: tuple[Column, ...]
    source: Source
    wordings: Mapping[str, str] = field(default_factory=dict)
    begins: date | None = None
    remarks: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """How a snapshot names the template that it was made with."""
        return f"{self.form.value} {self.version}"


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a list of codes, open between dates. Which flags mean something depends on the list.

    `inspected`: whoever gives it has looked at the thing. `refuses`: it says that nothing is disclosed. `asks_after_statement`: a
    certificate given after a defence statement. `lists`: a certificate that names items (None: it may). `shows`: what it writes
    into columns of a form other than the one for codes.
    """

    code: str
    meaning: str
    source: Source
    open: Open = ALWAYS
    inspected: bool = False
    refuses: bool = False
    after_statement: bool = False
    lists: bool | None = None
    shows: tuple[tuple[Field, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Forms:
    """Everything about forms that an installation has settled on."""

    templates: tuple[FormTemplate, ...]
    endorsements: Mapping[Series, tuple[Code, ...]]
    presumptions: tuple[Code, ...]
    sensitivities: tuple[Code, ...]
    certificates: tuple[Code, ...]
    abbreviations: Mapping[str, str]
    """Abbreviations that no description has unexpanded, with what each stands for."""
    form_numbers: tuple[str, ...]
    """Patterns (of `re`) of names of forms, which alone describe nothing."""
    marks: Mapping[str, str]
    """Patterns (of `re`) that no served text matches, with what each would give away."""
    harm_tests: tuple[Code, ...] = ()
    """The regulations under which the harm test of a document is made."""
    harm_grounds: tuple[Code, ...] = ()
    refusals: tuple[Code, ...] = ()
    """The grounds on which a coroner may refuse a document to an interested person."""

    def template(self, form: Form, on: date) -> FormTemplate:
        """The newest version of a form in force on a London date. Raises `Invalid` where there is none."""
        found = [t for t in self.templates if t.form is form and (t.begins is None or t.begins <= on)]
        if not found:
            raise Invalid(f"There is no {form.value} form for {on}: have its template added.")
        return max(found, key=lambda t: (t.begins or date.min, t.version))

    def endorsement(self, series: Series, code: str, on: date) -> Code | None:
        return valid(self.endorsements.get(series, ()), code, on)

    def certificate(self, code: str, on: date) -> Code | None:
        return valid(self.certificates, code, on)


CodeT = TypeVar("CodeT", bound=Code)


def valid(codes: Iterable[CodeT], code: str, on: date) -> CodeT | None:
    """The entry of a list that a code means on a London date; None where it means nothing then."""
    return next((c for c in codes if c.code == code and c.open.on(on)), None)
