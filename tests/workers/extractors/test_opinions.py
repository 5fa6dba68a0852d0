"""Two tools about one file: what they agree on is told once, what they disagree on twice and flagged."""

from datetime import timedelta

import pytest

from dems.model.findings import MAX_FINDINGS, Moment, Place, Reading, ResultState, Value, ZoneStatus
from tests.workers.extractors.photo_samples import clock
from workers.extractors.file_copy import BLOCK, Copy
from workers.extractors.opinions import joined
from workers.extractors.report import Report
from workers.extractors.sandbox import SandboxLevel
from workers.extractors.source import Held


def report(tool: str, *findings: tuple[str, Value, str]) -> Report:
    made = Report()
    by = made.by(tool, "1")
    for name, value, source in findings:
        by.found(name, value, source)
    return made


def reading(*findings: tuple[str, Value, str], state: ResultState = ResultState.COMPLETE) -> Reading:
    ours = report("ours", *findings)
    return Reading(
        state=state,
        reason=None if state is ResultState.COMPLETE else "No reader of ours.",
        media_type="image/jpeg",
        findings=tuple(ours.findings),
        warnings=(),
        renditions=(),
        tools=ours.tools,
        sandbox="full",
        bytes_read=1,
        requests=1,
        seconds=1.0,
    )


def told(ours: Value, theirs: Value, name: str = "recorded_at") -> list[tuple[str, tuple[str, ...]]]:
    both = joined(
        reading((name, ours, "A")), report("theirs", (name, theirs, "B")), whole=True, level=SandboxLevel.FULL
    )
    return [(each.tool, each.flags) for each in both.findings]


ONCE = [("ours", ())]
TWICE = [("ours", ("disagrees",)), ("theirs", ("disagrees",))]
NOON = clock("2024-05-05T12:00:00")
UNKNOWN, KNOWN = Moment(NOON, ZoneStatus.UNKNOWN), Moment(NOON, ZoneStatus.KNOWN, timedelta(hours=1))


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "expected"),
    [
        ("recorded_at", KNOWN, UNKNOWN, ONCE),
        ("recorded_at", KNOWN, Moment(clock("2024-05-05T11:00:00"), ZoneStatus.ASSUMED, timedelta(0)), ONCE),
        ("recorded_at", KNOWN, Moment(NOON, ZoneStatus.KNOWN, timedelta(0)), TWICE),
        ("recorded_at", UNKNOWN, Moment(clock("2024-05-05T12:00:01"), ZoneStatus.UNKNOWN), TWICE),
        ("position", Place(53.475, -2.25), Place(53.475004, -2.25), ONCE),
        ("position", Place(53.475, -2.25), Place(53.475, 2.25), TWICE),
        ("duration", 13.666667, 13.67, ONCE),
        ("duration", 13.6, 13.7, TWICE),
        ("width", 64, 64, ONCE),
        ("width", 64, 65, TWICE),
        ("device.make", "Canon  ", "Canon", ONCE),
        ("device.make", "Canon", "Nikon", TWICE),
        ("device.serial", "1", "2", [("ours", ()), ("theirs", ())]),
        ("device.serial", "1", "1", ONCE),
    ],
)
def test_what_two_tools_say_of_one_field(
    name: str, ours: Value, theirs: Value, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert told(ours, theirs, name) == expected


def test_the_same_field_of_the_format_is_compared_under_any_name() -> None:
    both = joined(
        reading(("tag", "a", "format.tags.x")),
        report("theirs", ("tag", "b", "format.tags.x"), ("tag", "c", "format.tags.y")),
        whole=True,
        level=SandboxLevel.FULL,
    )
    assert [(each.value, each.flags) for each in both.findings] == [
        ("a", ("disagrees",)),
        ("b", ("disagrees",)),
        ("c", ()),
    ]


def test_a_tool_that_saw_only_parts_says_so() -> None:
    both = joined(reading(), report("theirs", ("width", 1, "B")), whole=False, level=SandboxLevel.FULL)
    assert [each.flags for each in both.findings] == [("sparse",)]


def test_every_tool_is_named_and_the_weaker_sandbox_counts() -> None:
    both = joined(reading(), report("theirs"), whole=True, level=SandboxLevel.LANDLOCK)
    assert (both.tools, both.sandbox) == ({"ours": "1", "theirs": "1"}, "landlock")


def test_a_file_that_only_another_tool_can_read_is_partial_and_keeps_the_reason() -> None:
    ours = reading(("media_type", "image/x-canon-cr3", "bytes"), state=ResultState.FAILED)
    nothing = joined(ours, report("theirs"), whole=True, level=SandboxLevel.FULL)
    assert nothing.state is ResultState.FAILED
    both = joined(ours, report("theirs", ("device.make", "Canon", "B")), whole=True, level=SandboxLevel.FULL)
    assert (both.state, both.reason) == (ResultState.PARTIAL, "No reader of ours.")


def test_a_reading_never_has_more_findings_than_it_may() -> None:
    ours = reading(*[("tag", str(number), f"A:{number}") for number in range(MAX_FINDINGS - 1)])
    theirs = report("theirs", *[("tag", f"x{number}", f"B:{number}") for number in range(3)])
    both = joined(ours, theirs, whole=True, level=SandboxLevel.FULL)
    assert len(both.findings) == MAX_FINDINGS
    assert both.warnings == ("Of 3 further findings only 1 were kept.",)


DATA = bytes(range(256)) * 1024 + b"the end"


def test_a_copy_has_what_was_given_and_zeros_elsewhere() -> None:
    with Copy(Held(DATA), len(DATA)) as copy:
        assert copy.at(BLOCK, BLOCK) == DATA[BLOCK : 2 * BLOCK]
        assert not copy.whole
        copy.fetch(len(DATA) - 3, len(DATA))
        assert (copy.fetched, copy.requests) == (7, 1)
        with open(copy.sealed(), "rb", closefd=False) as file:
            seen = file.read()
    assert seen == bytes(BLOCK) + DATA[BLOCK : 2 * BLOCK] + bytes(2 * BLOCK) + DATA[4 * BLOCK :]


def test_a_copy_is_whole_when_every_byte_was_given_whatever_the_pieces() -> None:
    with Copy(Held(DATA), len(DATA)) as copy:
        seen: list[bool] = []
        for at in range(0, len(DATA), BLOCK // 2):
            copy.at(at, BLOCK // 2)
        seen.append(copy.whole)
        copy.fetch(0, len(DATA))
        seen.append(copy.whole)
        assert seen == [False, True]
        with open(copy.sealed(), "rb", closefd=False) as file:
            assert file.read() == DATA


def test_a_sealed_copy_cannot_be_changed() -> None:
    with Copy(Held(DATA), len(DATA)) as copy, open(copy.sealed(), "r+b", closefd=False, buffering=0) as file:
        with pytest.raises(PermissionError):
            file.write(b"x")
        with pytest.raises(PermissionError):
            file.truncate(1)
