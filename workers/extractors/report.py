"""What an extractor says of a file, while it reads: findings, warnings, pictures, and where it had to stop. Bounded in everything."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dems.model.findings import (
    MAX_FINDINGS,
    MAX_TEXT,
    Confidence,
    Entry,
    Finding,
    Moment,
    Place,
    Rendition,
    Value,
    ValueType,
)

MAX_WARNINGS = 100
MAX_RENDITIONS = 8
MAX_RENDITION_BYTES = 2 * 1024 * 1024

_TYPES: dict[type, ValueType] = {
    str: ValueType.TEXT,
    int: ValueType.INTEGER,
    float: ValueType.NUMBER,
    bool: ValueType.BOOLEAN,
    Moment: ValueType.TIME,
    Place: ValueType.PLACE,
    Entry: ValueType.ENTRY,
}


class Unreadable(Exception):
    """The file cannot be read further, for a reason that a person understands: the sentence of the exception."""


class Enough(Exception):
    """No more findings are taken. The reading is partial and says so by itself; extractors let it pass."""


@dataclass
class Report:
    """Filled by extractors; `Reporter`s made by `by` say which tool found what."""

    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    renditions: list[Rendition] = field(default_factory=list)
    tools: dict[str, str] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    """Why the reading is not complete, in the order in which it stopped."""

    def by(self, tool: str, version: str) -> "Reporter":
        """Every tool that looks is named, also where it finds nothing."""
        self.tools[tool] = version
        return Reporter(self, tool, version)

    def partial(self, reason: str) -> None:
        """Something of the file was left unread. `reason` is a sentence that says what and where."""
        self.stopped.append(_clean(reason)[:MAX_TEXT])

    def warn(self, sentence: str) -> None:
        """What whoever opens the file should know."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(_clean(sentence)[:MAX_TEXT])

    def picture(self, rendition: Rendition) -> None:
        """One too many or too large is dropped with a warning: the findings matter more."""
        if len(self.renditions) >= MAX_RENDITIONS or len(rendition.data) > MAX_RENDITION_BYTES:
            self.warn(f"A {rendition.kind.value} was left out: too many or too large.")
            return
        self.renditions.append(rendition)


@dataclass(frozen=True)
class Reporter:
    """One tool's way to report. Values of an unknown type are a bug and raise `TypeError`."""

    report: Report
    tool: str
    version: str

    def found(
        self,
        name: str,
        value: Value,
        source: str,
        *,
        raw: Any = None,
        unit: str | None = None,
        confidence: Confidence = Confidence.STATED,
        flags: Sequence[str] = (),
    ) -> None:
        """One finding. Empty text is none. Text that is too long is cut and flagged; NULs and lone surrogates are made visible.

        Raises `Enough` when the report is full.
        """
        if len(self.report.findings) >= MAX_FINDINGS:
            self.report.partial(f"More than {MAX_FINDINGS:,} findings: the rest was left unread.")
            raise Enough
        kind = _TYPES[type(value)]
        marks = list(flags)
        if isinstance(value, str):
            value = _clean(value).strip()
            if not value:
                return
            if len(value) > MAX_TEXT:
                value = value[:MAX_TEXT]
                marks.append("cut")
        shown = None if raw is None else _clean(raw if isinstance(raw, str) else repr(raw))[:MAX_TEXT]
        self.report.findings.append(
            Finding(name, kind, value, shown, unit, source, self.tool, self.version, confidence, tuple(marks))
        )


def _clean(text: str) -> str:
    """Text that can be stored and printed: what PostgreSQL or UTF-8 cannot hold is written as an escape."""
    # A trailing NUL is how many formats end a text; others are shown.
    text = text.rstrip("\x00")
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "\\x00")
