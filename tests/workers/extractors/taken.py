"""What an extractor says of bytes, for tests: the findings by name, and the pieces it read."""

from collections.abc import Callable
from typing import Any

from workers.extractors.report import Report
from workers.extractors.source import Held, Refused, Source

Extract = Callable[[Source, str, Report], None]


def taken(extract: Extract, data: bytes, media_type: str = "", extension: str = "") -> Report:
    report = Report()
    extract(Source(Held(data), len(data), extension), media_type, report)
    return report


def values(report: Report, name: str) -> list[Any]:
    return [finding.value for finding in report.findings if finding.name == name]


def found(report: Report, name: str) -> Any:
    """The one finding of that name."""
    findings = [finding for finding in report.findings if finding.name == name]
    assert len(findings) == 1, f"{name}: {findings}"
    return findings[0]


class Counted:
    """Bytes that count what is taken of them, and stop at a budget."""

    def __init__(self, data: bytes, budget: int) -> None:
        self._data = data
        self.left = budget
        self.given = 0

    def at(self, offset: int, length: int) -> bytes:
        data = self._data[offset : offset + length]
        if len(data) > self.left:
            raise Refused("The budget for this file is used up.")
        self.left -= len(data)
        self.given += len(data)
        return data
