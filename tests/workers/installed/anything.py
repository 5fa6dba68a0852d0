"""For the tests: a reader that takes every file for a video and finds nothing in it, so that all is up to the other tools."""

from workers.extractors.families import Identified
from workers.extractors.identify import Identified as Said
from workers.extractors.report import Report
from workers.extractors.source import Source


def identify(source: Source) -> Identified:
    return Said("video/mp4", "anything", "tests" if source.size else "nothing", "1")


def tell(identified: Identified, extension: str, report: Report) -> None:
    report.by("tests", "1").found("media_type", identified.media_type, extension or "bytes")


def extract(source: Source, media_type: str, report: Report) -> None:
    """Reads nothing."""
