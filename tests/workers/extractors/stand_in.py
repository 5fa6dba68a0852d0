"""For the tests: an installed program that its file has taken over. It is a shell, and what the file says after its first line, it does."""

from workers.extractors.programs import Program, made, place
from workers.extractors.report import Report

TOOL = "stand-in"
_OBEYS = """read -r first
while IFS= read -r line; do
  all="$all$line
"
done
eval "$all"
"""


def found() -> Program:
    return made(TOOL, place("sh"), ("-c", _OBEYS), version="1")


def reads(media_type: str) -> bool:
    return media_type == "application/x-attack"


def tell(output: bytes, media_type: str, version: str, report: Report) -> None:
    assert media_type == "application/x-attack"
    report.by(TOOL, version).found("said", output.decode(), "output")
