"""The result of one reading as JSON and back: out in the reader, in at the worker, which takes nothing that is not exactly this."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dems.model.findings import MAX_FINDINGS, MAX_NAME, Finding, Rendition, RenditionKind, ResultState
from workers.extractors.report import MAX_RENDITIONS, MAX_WARNINGS, Report
from workers.extractors.values import finding_in, finding_out
from workers.extractors.wire import (
    MAX_RESULT,
    MAX_TOOLS,
    Garbled,
    integer_of,
    list_of,
    media_type_of,
    no_constant,
    number_of,
    object_of,
    only,
    state_of,
    text_of,
    text_or_none,
)

_ROOM = MAX_RESULT // 2
"""For findings; the rest is for warnings and reasons, which are bounded by their number."""
_MAX_REASON = 8_000
_SIDE = 8192
_RESULT = frozenset({"state", "reason", "media_type", "findings", "warnings", "renditions", "tools"})
_RENDITION = frozenset({"kind", "media_type", "width", "height", "at_seconds"})
_OF_OTHERS = frozenset({"malware"})
"""What is only ever found by who is asked by the worker itself."""
_BEGINNINGS = {
    "image/jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "image/png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/webp": lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP",
}
"""Pictures that a browser may be given, and how their bytes begin."""


@dataclass(frozen=True, slots=True)
class Result:
    """A result that passed every check; what the worker saw itself (bytes, time, level) is not in it."""

    state: ResultState
    reason: str | None
    media_type: str
    findings: Sequence[Finding]
    warnings: Sequence[str]
    renditions: Sequence[Rendition]
    tools: dict[str, str]


def checked(report: Report) -> list[Finding]:
    """The findings of a report that was made of what another program wrote: what the worker would refuse is left out, with a warning."""
    findings = []
    for finding in report.findings:
        try:
            findings.append(finding_in(finding_out(finding)))
        except Garbled as why:
            report.warn(f"A value was left out: {why}.")
    return findings


def fitting(report: Report) -> None:
    """Take out of a report the pictures that the worker would refuse, with a warning."""
    kept = []
    for each in report.renditions:
        try:
            _rendition(_shown(each), each.data)
        except Garbled as why:
            report.warn(f"A {each.kind.value} was left out: {why}.")
        else:
            kept.append(each)
    report.renditions[:] = kept


def result_out(report: Report, media_type: str, failure: str | None) -> bytes:
    """The JSON. `failure` is why reading ended early; with findings the result is partial then, without any it failed.

    What the worker would refuse is left out with a warning, and what does not fit with a reason.
    """
    findings: list[str] = []
    room = _ROOM
    for finding in report.findings:
        try:
            told = json.dumps(finding_out(finding), allow_nan=False, ensure_ascii=False)
        except (Garbled, ValueError) as why:
            report.warn(f"A value was left out: {why}.")
            continue
        room -= len(told.encode()) + 1
        if room < 0:
            report.partial(f"Of {len(report.findings):,} findings only {len(findings):,} fit into a result.")
            break
        findings.append(told)
    reasons = [*([] if failure is None else [failure]), *dict.fromkeys(report.stopped)]
    # That a kind of file is known is no content: a parser that failed at once failed.
    found_something = len(findings) > sum(each.name == "media_type" for each in report.findings)
    state = ResultState.COMPLETE
    if reasons:
        state = ResultState.PARTIAL if failure is None or found_something else ResultState.FAILED
    rest = {
        "state": state.value,
        "reason": " ".join(reasons)[:_MAX_REASON] or None,
        "media_type": media_type,
        "warnings": report.warnings[:MAX_WARNINGS],
        "renditions": [_shown(each) for each in report.renditions],
        "tools": report.tools,
    }
    ending = json.dumps(rest, allow_nan=False, ensure_ascii=False)[1:]
    return b'{"findings": [' + ",".join(findings).encode() + b"], " + ending.encode()


def result_in(data: bytes, pictures: Sequence[bytes]) -> Result:
    """Raises `Garbled` for all that `result_out` does not write. `pictures` are the frames sent before, in order."""
    try:
        told = json.loads(data, object_pairs_hook=only, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise Garbled("the result is no JSON") from error
    told = object_of(told, _RESULT, "the result")
    state = state_of(told["state"])
    reason = text_or_none(told["reason"], "the reason", _MAX_REASON)
    if (reason is None) != (state is ResultState.COMPLETE) or reason == "":
        raise Garbled("a result has a reason just where it is not complete")
    tools = told["tools"]
    if not isinstance(tools, dict) or len(tools) > MAX_TOOLS:
        raise Garbled("the tools are too many, or no object")
    shown = list_of(told["renditions"], MAX_RENDITIONS, "the pictures")
    if len(shown) != len(pictures):
        raise Garbled("other pictures were sent than are told of")
    return Result(
        state,
        reason,
        media_type_of(told["media_type"]),
        tuple(finding_in(each) for each in list_of(told["findings"], MAX_FINDINGS, "the findings")),
        tuple(text_of(each, "a warning") for each in list_of(told["warnings"], MAX_WARNINGS, "the warnings")),
        tuple(_rendition(each, picture) for each, picture in zip(shown, pictures, strict=True)),
        {
            text_of(tool, "a tool", MAX_NAME): text_of(version, "a tool's version", MAX_NAME)
            for tool, version in tools.items()
        },
    )


def only_its_own(result: Result, versions: Mapping[str, str], others: Collection[str]) -> None:
    """Raises `Garbled` where a reader speaks for somebody else.

    That is for tools that run apart from it (`others`), for another version of a tool than is here (`versions`), for a
    tool that its result does not name, or of what only others find.
    """
    for tool, version in result.tools.items():
        if tool in others or versions.get(tool, version) != version:
            raise Garbled(f"it speaks for {tool} {version}, which it is not")
    for finding in result.findings:
        if finding.name in _OF_OTHERS or result.tools.get(finding.tool) != finding.tool_version:
            raise Garbled(f"{finding.name} is of a tool that it is not")


def _shown(rendition: Rendition) -> dict[str, Any]:
    return {
        "kind": rendition.kind.value,
        "media_type": rendition.media_type,
        "width": rendition.width,
        "height": rendition.height,
        "at_seconds": rendition.at_seconds,
    }


def _rendition(told: Any, data: bytes) -> Rendition:
    told = object_of(told, _RENDITION, "a picture")
    begins = _BEGINNINGS.get(told["media_type"]) if isinstance(told["media_type"], str) else None
    if begins is None or not begins(data):
        raise Garbled("a picture is not of a kind that is shown, or its bytes are not of that kind")
    try:
        kind = RenditionKind(told["kind"])
    except ValueError:
        raise Garbled("the kind of a picture is none of ours") from None
    return Rendition(
        kind,
        told["media_type"],
        integer_of(told["width"], "a picture's width", 1, _SIDE),
        integer_of(told["height"], "a picture's height", 1, _SIDE),
        data,
        None if told["at_seconds"] is None else number_of(told["at_seconds"], "a picture's place"),
    )
