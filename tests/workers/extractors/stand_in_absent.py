"""For the tests: a program that is installed nowhere."""

from workers.extractors.programs import Program, made, place
from workers.extractors.report import Report

TOOL = "dems-no-such-program"


def found() -> Program:
    return made(TOOL, place(TOOL), (), version="1")


def reads(media_type: str) -> bool:
    return bool(media_type)


def tell(output: bytes, media_type: str, version: str, report: Report) -> None:
    raise AssertionError((output, media_type, version, report))
