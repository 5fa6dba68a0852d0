"""Times as files write them: read by one pattern, and with no more of a zone than a clock on earth can have."""

from datetime import timedelta

import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.photo_samples import clock
from workers.extractors import stated_times, times

NOON = clock("2024-05-05T12:00:00")


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("Z", timedelta(0)),
        ("z", timedelta(0)),
        ("+01:00", timedelta(hours=1)),
        ("-0330", -timedelta(hours=3, minutes=30)),
        ("+14:00", timedelta(hours=14)),
        ("+05", timedelta(hours=5)),
        ("+15:01", None),
        ("+99:00", None),
        ("-16:00", None),
        ("+01:75", None),
        ("", None),
    ],
)
def test_an_offset_that_no_clock_has_is_unknown(text: str, offset: timedelta | None) -> None:
    expected = Moment(NOON, ZoneStatus.UNKNOWN if offset is None else ZoneStatus.KNOWN, offset)
    assert times.iso_time(f"2024-05-05T12:00:00{text}") == expected
    assert stated_times.iso(f"2024-05-05T12:00:00{text}") == expected


def test_the_same_bound_holds_for_mail_and_for_pdf() -> None:
    assert stated_times.rfc_5322("Sun, 5 May 2024 12:00:00 +1400") == Moment(
        NOON, ZoneStatus.KNOWN, timedelta(hours=14)
    )
    assert stated_times.rfc_5322("Sun, 5 May 2024 12:00:00 +1700") is None
    assert stated_times.pdf("D:20240505120000+14'00'") == Moment(NOON, ZoneStatus.KNOWN, timedelta(hours=14))
    assert stated_times.pdf("D:20240505120000+17'00'") is None


@pytest.mark.parametrize("text", ["2024-05-05T12:00:00.25", "2024-05-05T12:00:00,25"])
def test_a_fraction_follows_a_point_or_a_comma(text: str) -> None:
    assert (
        times.iso_time(text)
        == stated_times.iso(text)
        == Moment(clock("2024-05-05T12:00:00.250000"), ZoneStatus.UNKNOWN)
    )


def test_a_day_alone_is_its_first_moment_or_no_time_as_who_asks_needs() -> None:
    assert times.iso_time("2024-05-05") == Moment(clock("2024-05-05T00:00:00"), ZoneStatus.UNKNOWN)
    assert stated_times.iso("2024-05-05") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-13-05T12:00:00",
        "2024-05-05T25:00",
        "\u0662\u0660\u0662\u0664-\u0660\u0665-\u0660\u0665T\u0661\u0662:\u0660\u0660",
        "soon",
        "0000-00-00T00:00:00",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert times.iso_time(text) is None
    assert stated_times.iso(text) is None
