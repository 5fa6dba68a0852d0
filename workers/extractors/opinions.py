"""A reading joined with what another tool says of the same file: what is new is added, what differs is kept beside ours and flagged."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Sequence

from dems.model.findings import MAX_FINDINGS, Finding, Moment, Place, Reading, ResultState
from workers.extractors.failures import ChildDied, SandboxTooWeak
from workers.extractors.file_copy import Copy
from workers.extractors.report import MAX_WARNINGS, Enough, Report
from workers.extractors.results import checked
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Refused
from workers.extractors.tools import Tool
from workers.extractors.wire import Garbled

DISAGREES, SPARSE = "disagrees", "sparse"
WHOLE_PHOTO, END_OF_PHOTO = 16 * 1024 * 1024, 2 * 1024 * 1024
WHOLE, END = 2 * 1024 * 1024, 256 * 1024
"""Bytes: files up to the first are given whole, of others so much of the ends."""
SECONDS = 20.0
"""That one tool may take."""
_COMPARED = {
    "media_type", "device.make", "device.model", "device.lens", "recorded_at", "digitised_at", "modified_at", "position",
    "orientation", "width", "height", "duration", "video.codec", "video.frame_rate", "audio.codec", "audio.sample_rate",
    "audio.channels",
}  # fmt: skip
"""Names of which a file has one value, whoever reads it; of others each tool's values are its own."""
_DEGREES, _SMALL = 1e-5, 0.01


def joined(reading: Reading, told: Report, *, whole: bool, level: SandboxLevel) -> Reading:
    """The reading with another tool's findings. `whole`: the tool saw all bytes; else its findings are flagged `sparse`."""
    ours = list(reading.findings)
    warnings = list(reading.warnings)
    theirs: list[Finding] = []
    for finding in checked(told):
        same = [at for at, each in enumerate(ours) if each.name == finding.name and _comparable(each, finding)]
        if any(_equal(ours[at], finding) for at in same):
            continue
        flags = finding.flags if whole else (*finding.flags, SPARSE)
        if same:
            flags = (*flags, DISAGREES)
            for at in same:
                ours[at] = _flagged(ours[at])
        theirs.append(dataclasses.replace(finding, flags=flags))
    room = MAX_FINDINGS - len(ours)
    if len(theirs) > room:
        warnings.append(f"Of {len(theirs):,} further findings only {room:,} were kept.")
    kept = theirs[:room]
    levels = list(SandboxLevel)
    return dataclasses.replace(
        reading,
        findings=(*ours, *kept),
        warnings=(*warnings, *told.warnings)[:MAX_WARNINGS],
        tools={**reading.tools, **told.tools},
        # What was found by another tool is found: the reading says still why ours found nothing.
        state=ResultState.PARTIAL if reading.state is ResultState.FAILED and kept else reading.state,
        sandbox=min(reading.sandbox, level.value, key=lambda each: levels.index(SandboxLevel(each))),
    )


def with_opinions(
    reading: Reading,
    copy: Copy,
    tools: Sequence[tuple[Tool, str]],
    run: Callable[[str, int, float], tuple[bytes, SandboxLevel]],
) -> Reading:
    """The reading with what each of these tools (with its version) adds.

    `run` has a program read the copy within so many seconds, and raises `ChildDied` and `SandboxTooWeak`. A tool that fails
    leaves a warning, and the reading as it was. What the copied bytes raise passes through, except `Refused`.
    """
    if not tools:
        return reading
    begun = time.monotonic()
    with contextlib.suppress(Refused):
        _fetch(copy, reading)
    file = copy.sealed()
    for tool, version in tools:
        report = Report()
        try:
            output, level = run(tool.TOOL, file, SECONDS)
            with contextlib.suppress(Enough):
                tool.tell(output, reading.media_type, version, report)
        except (ChildDied, SandboxTooWeak) as why:
            reading = _warned(reading, f"{tool.TOOL} was asked too, and gave nothing. {why}")
        except Garbled as why:
            reading = _warned(reading, f"{tool.TOOL} was asked too, and what it wrote is not taken: {why}.")
        else:
            reading = joined(reading, report, whole=copy.whole, level=level)
    return dataclasses.replace(
        reading,
        bytes_read=reading.bytes_read + copy.fetched,
        requests=reading.requests + copy.requests,
        seconds=reading.seconds + time.monotonic() - begun,
    )


def _fetch(copy: Copy, reading: Reading) -> None:
    """What programs look at beside that which our reader read: all of a photo, the ends of what is larger."""
    whole, end = (WHOLE_PHOTO, END_OF_PHOTO) if reading.media_type.startswith("image/") else (WHOLE, END)
    if copy.size <= whole:
        copy.fetch(0, copy.size)
    else:
        copy.fetch(0, end)
        copy.fetch(copy.size - END, copy.size)


def _warned(reading: Reading, sentence: str) -> Reading:
    return dataclasses.replace(reading, warnings=(*reading.warnings, sentence)[:MAX_WARNINGS])


def _comparable(ours: Finding, theirs: Finding) -> bool:
    return ours.name in _COMPARED or ours.source == theirs.source or _equal(ours, theirs)


def _equal(ours: Finding, theirs: Finding) -> bool:
    one, other = ours.value, theirs.value
    if isinstance(one, Moment) and isinstance(other, Moment):
        # A tool that does not know the zone does not contradict one that does.
        if one.at is not None and other.at is not None:
            return one.at.replace(microsecond=0) == other.at.replace(microsecond=0)
        return one.local.replace(microsecond=0) == other.local.replace(microsecond=0)
    if isinstance(one, Place) and isinstance(other, Place):
        apart = max(abs(one.latitude - other.latitude), abs(one.longitude - other.longitude))
        return apart <= _DEGREES
    if isinstance(one, int | float) and isinstance(other, int | float):
        exact = isinstance(one, int) and isinstance(other, int)
        return one == other if exact else abs(one - other) <= _SMALL
    if isinstance(one, str) and isinstance(other, str):
        return _plain(one) == _plain(other)
    return one == other


def _plain(text: str) -> str:
    return " ".join(text.replace("\\x00", " ").split())


def _flagged(finding: Finding) -> Finding:
    return finding if DISAGREES in finding.flags else dataclasses.replace(finding, flags=(*finding.flags, DISAGREES))
