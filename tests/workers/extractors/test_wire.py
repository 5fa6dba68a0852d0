"""A result is taken to the last field as it was written, or not at all."""

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from dems.model.findings import (
    MAX_FINDINGS,
    Confidence,
    Entry,
    Moment,
    Place,
    Rendition,
    RenditionKind,
    ResultState,
    Value,
    ZoneStatus,
)
from workers.extractors.report import Report
from workers.extractors.results import fitting, result_in, result_out
from workers.extractors.wire import MAX_RESULT, Garbled

JPEG = b"\xff\xd8\xff\xe0 a picture"
NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000)  # noqa: DTZ001 as a device's clock shows it
VALUES: dict[str, Value] = {
    "title": 'Café "7" \u202e \U0001f4f7 \\ \n',
    "pages": -(2**63),
    "duration": 1.5e-7,
    "encrypted": True,
    "recorded_at": Moment(NOON, ZoneStatus.UNKNOWN),
    "created_at": Moment(NOON, ZoneStatus.KNOWN, timedelta(hours=-9, minutes=-30)),
    "position": Place(-90.0, 180.0),
    "entry": Entry(
        "../../etc/passwd",
        2**63 - 1,
        Moment(NOON, ZoneStatus.ASSUMED, timedelta(0)),
        "0" * 64,
        False,
        "text/plain",
        {"ratio": 1000.5, "depth": 3, "absolute": False, "method": "deflate"},
    ),
    "attachment": Entry("a"),
}


def full() -> Report:
    report = Report()
    tool = report.by("a tool", "1.0")
    for name, value in VALUES.items():
        tool.found(
            name, value, f"A:{name}", raw=b"\x00\xff", unit="s", confidence=Confidence.DERIVED, flags=["disagrees"]
        )
    report.warn("The name ends in .jpg.")
    report.picture(Rendition(RenditionKind.FRAME, "image/jpeg", 320, 200, JPEG, 2.5))
    return report


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    told = json.loads(result_out(full(), "image/jpeg", None))
    change(told)
    return json.dumps(told).encode()


def value_of(told: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in told["findings"] if each["name"] == name)
    return found


def test_what_was_written_is_what_is_read() -> None:
    report = full()
    result = result_in(result_out(report, "image/jpeg", None), [JPEG])
    assert (result.state, result.reason, result.media_type) == (ResultState.COMPLETE, None, "image/jpeg")
    assert list(result.findings) == report.findings
    assert {each.name: each.value for each in result.findings} == VALUES | {"title": str(VALUES["title"]).strip()}
    assert list(result.renditions) == report.renditions
    assert (list(result.warnings), result.tools) == (report.warnings, {"a tool": "1.0"})


def test_a_failure_with_findings_is_partial_and_without_them_failed() -> None:
    assert result_in(result_out(full(), "image/jpeg", "It broke."), [JPEG]).state is ResultState.PARTIAL
    nothing = result_in(result_out(Report(), "image/jpeg", "It broke."), [])
    assert (nothing.state, nothing.reason) == (ResultState.FAILED, "It broke.")
    stopped = Report()
    stopped.partial("Stopped here.")
    stopped.partial("Stopped here.")
    assert result_in(result_out(stopped, "image/jpeg", None), []).reason == "Stopped here."


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**63, -(10**400)])
def test_a_value_that_cannot_be_kept_is_left_out_with_a_warning(value: float) -> None:
    report = Report()
    tool = report.by("a tool", "1.0")
    tool.found("duration", value, "A:duration")
    tool.found("pages", 3, "A:pages")
    result = result_in(result_out(report, "image/jpeg", None), [])
    assert [each.name for each in result.findings] == ["pages"]
    assert result.warnings[0].startswith("A value was left out: duration: ")


def test_findings_that_do_not_fit_are_left_out_and_said_to_be() -> None:
    report = Report()
    tool = report.by("a tool", "1.0")
    for _ in range(1_000):
        tool.found("title", "\U0001f4f7" * 4_000, "A:title")
    data = result_out(report, "image/jpeg", None)
    result = result_in(data, [])
    assert len(data) < MAX_RESULT
    assert result.state is ResultState.PARTIAL
    assert result.reason == f"Of 1,000 findings only {len(result.findings)} fit into a result."
    assert len(result.findings) > 100


def test_pictures_that_would_be_refused_are_left_out_with_a_warning() -> None:
    report = full()
    report.picture(Rendition(RenditionKind.THUMBNAIL, "image/jpeg", 320, 200, b"<html>"))
    report.picture(Rendition(RenditionKind.THUMBNAIL, "text/html", 320, 200, JPEG))
    report.picture(Rendition(RenditionKind.THUMBNAIL, "image/jpeg", 0, 200, JPEG))
    fitting(report)
    assert [each.kind for each in report.renditions] == [RenditionKind.FRAME]
    assert len(report.warnings) == 4


REFUSED: dict[str, Callable[[dict[str, Any]], object]] = {
    "a key more": lambda told: told.update(more=1),
    "a key less": lambda told: told.pop("tools"),
    "no state": lambda told: told.update(state="perfect"),
    "a state that is a list": lambda told: told.update(state=[]),
    "complete with a reason": lambda told: told.update(reason="It broke."),
    "partial without one": lambda told: told.update(state="partial"),
    "failed for nothing": lambda told: told.update(state="failed", reason=""),
    "a reason without end": lambda told: told.update(state="partial", reason="x" * 8_001),
    "no media type": lambda told: told.update(media_type="image"),
    "a media type with a line break": lambda told: told.update(media_type="image/jpeg\r\nSet-Cookie: x"),
    "findings no list": lambda told: told.update(findings={}),
    "too many findings": lambda told: told.update(findings=[told["findings"][0]] * (MAX_FINDINGS + 1)),
    "a finding no object": lambda told: told["findings"].append("x"),
    "a finding of other keys": lambda told: told["findings"][0].update(trusted=True),
    "a name in capitals": lambda told: told["findings"][0].update(name="Title"),
    "a name too long": lambda told: told["findings"][0].update(name="x" * 81),
    "a name with a line break": lambda told: told["findings"][0].update(name="title\n"),
    "a type that is none": lambda told: told["findings"][0].update(type="code"),
    "another type than the value": lambda told: told["findings"][0].update(type="integer"),
    "a text too long": lambda told: told["findings"][0].update(value="x" * 4_001),
    "a NUL": lambda told: told["findings"][0].update(value="a\x00b"),
    "half a character": lambda told: told["findings"][0].update(value="\ud800"),
    "a raw value that is a number": lambda told: told["findings"][0].update(raw=1),
    "a source too long": lambda told: told["findings"][0].update(source="x" * 321),
    "a confidence that is none": lambda told: told["findings"][0].update(confidence="sworn"),
    "too many flags": lambda told: told["findings"][0].update(flags=["cut"] * 17),
    "flags no list": lambda told: told["findings"][0].update(flags="cut"),
    "a whole number beyond 64 bits": lambda told: value_of(told, "pages").update(value=2**63),
    "a whole number that is a truth": lambda told: value_of(told, "pages").update(value=True),
    "a number that is a truth": lambda told: value_of(told, "duration").update(value=True),
    "a number beyond all": lambda told: value_of(told, "duration").update(value=10**400),
    "a truth that is a number": lambda told: value_of(told, "encrypted").update(value=1),
    "a time with a zone of its own": lambda told: value_of(told, "recorded_at")["value"].update(
        local="2026-01-01T00:00Z"
    ),
    "a time that is none": lambda told: value_of(told, "recorded_at")["value"].update(local="yesterday"),
    "a known zone without an offset": lambda told: value_of(told, "recorded_at")["value"].update(zone="known"),
    "an offset of a year": lambda told: value_of(told, "created_at")["value"].update(offset=3e7),
    "an offset beyond all": lambda told: value_of(told, "created_at")["value"].update(offset=1e300),
    "a place off the earth": lambda told: value_of(told, "position")["value"].update(latitude=90.01),
    "a place of text": lambda told: value_of(told, "position")["value"].update(latitude="51"),
    "an entry of other keys": lambda told: value_of(told, "entry")["value"].update(path="x"),
    "a negative size": lambda told: value_of(told, "entry")["value"].update(size=-1),
    "a digest that is none": lambda told: value_of(told, "entry")["value"].update(sha256="0" * 63 + "G"),
    "a digest of text too short": lambda told: value_of(told, "entry")["value"].update(sha256="00"),
    "an encryption of text": lambda told: value_of(told, "entry")["value"].update(encrypted="no"),
    "more that is a list": lambda told: value_of(told, "entry")["value"].update(more=[]),
    "more that nests": lambda told: value_of(told, "entry")["value"].update(more={"a": {"b": 1}}),
    "more without end": lambda told: value_of(told, "entry")["value"].update(more={f"k{n}": n for n in range(65)}),
    "a warning that is none": lambda told: told.update(warnings=[None]),
    "too many warnings": lambda told: told.update(warnings=["x"] * 101),
    "tools no object": lambda told: told.update(tools=[]),
    "too many tools": lambda told: told.update(tools={f"t{n}": "1" for n in range(65)}),
    "a version that is a number": lambda told: told.update(tools={"t": 1}),
    "a picture untold": lambda told: told.update(renditions=[]),
    "a picture too many": lambda told: told.update(renditions=told["renditions"] * 2),
    "a picture of HTML": lambda told: told["renditions"][0].update(media_type="text/html"),
    "a picture of a list": lambda told: told["renditions"][0].update(media_type=[]),
    "a picture of other bytes": lambda told: told["renditions"][0].update(media_type="image/png"),
    "a picture of no width": lambda told: told["renditions"][0].update(width=0),
    "a picture of a kind unknown": lambda told: told["renditions"][0].update(kind="poster"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_result_that_is_not_exactly_one_is_refused(why: str) -> None:
    with pytest.raises(Garbled):
        result_in(changed(REFUSED[why]), [JPEG])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b'{"state": "complete", "state": "failed"}',
        b'{"state": NaN}',
        b'{"state": -Infinity}',
        b"1" * 100_000,
        b'{"state": 1e999}',
    ],
)
def test_what_is_no_json_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(Garbled):
        result_in(data, [])


def test_a_doubled_key_deep_inside_is_refused() -> None:
    data = result_out(full(), "image/jpeg", None).replace(b'"latitude"', b'"latitude": 1, "latitude"')
    with pytest.raises(Garbled, match="a key stands twice"):
        result_in(data, [JPEG])


def test_no_mutation_of_a_result_raises_anything_else() -> None:
    dice = random.Random(20261123)
    good = result_out(full(), "image/jpeg", None)
    taken = 0
    for _ in range(2_000):
        data = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(data))
            match dice.randrange(3):
                case 0:
                    data[at] = dice.randrange(256)
                case 1:
                    del data[at : at + dice.randint(1, 40)]
                case _:
                    data[at:at] = data[dice.randrange(len(data)) :][: dice.randint(1, 40)]
        try:
            result_in(bytes(data), [JPEG])
        except Garbled:
            continue
        taken += 1
    assert taken < 1_000
