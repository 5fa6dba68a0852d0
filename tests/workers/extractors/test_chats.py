from datetime import datetime

import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import chats
from workers.extractors.report import Unreadable

ANDROID = (
    "12/03/2024, 21:14 - Messages and calls are end-to-end encrypted.\n12/03/2024, 21:14 - Ann: hello\nsecond line\n"
    "12/03/2024, 21:15 - Bob: IMG-1.jpg (file attached)\n13/03/2024, 08:00 - Ann: bye\n"
)
IPHONE = (
    "\ufeff[3/12/24, 9:14:06\u202fPM] Ann: hi\r\n\u200e[3/13/24, 12:00:00\u202fAM] Bob: \u200e<attached: 1.jpg>\r\n"
)


def moment(*parts: int) -> Moment:
    return Moment(datetime(*parts), ZoneStatus.UNKNOWN)  # type: ignore[arg-type]  # noqa: DTZ001


def test_an_export_tells_who_takes_part_and_from_when_to_when() -> None:
    report = taken(chats.extract, ANDROID.encode())
    assert found(report, "messages").value == 3
    assert found(report, "messages.notices").value == 1
    assert found(report, "messages.attached").value == 1
    assert {entry.name: entry.more["messages"] for entry in values(report, "participant")} == {"Ann": 2, "Bob": 1}
    assert found(report, "messages.first_at").value == moment(2024, 3, 12, 21, 14)
    assert found(report, "messages.last_at").value == moment(2024, 3, 13, 8, 0)


def test_an_export_of_an_iphone_with_month_first_and_twelve_hours() -> None:
    report = taken(chats.extract, IPHONE.encode())
    assert found(report, "messages.first_at").value == moment(2024, 3, 12, 21, 14, 6)
    assert found(report, "messages.last_at").value == moment(2024, 3, 13, 0, 0)
    assert found(report, "messages.attached").value == 1


def test_day_and_month_that_nothing_tells_apart_are_kept_as_written() -> None:
    finding = found(taken(chats.extract, b"03/04/2024, 21:14 - Ann: x\n"), "messages.first_at")
    assert str(finding.value).startswith("03/04/2024, 21:14")
    assert finding.flags == ("no_time", "ambiguous")


def test_an_order_that_the_dates_contradict_is_not_chosen() -> None:
    finding = found(
        taken(chats.extract, b"13/04/2024, 21:14 - Ann: x\n04/13/2024, 21:14 - Ann: x\n"), "messages.first_at"
    )
    assert finding.flags == ("no_time", "ambiguous")


def test_a_line_without_end_is_no_trouble() -> None:
    report = taken(chats.extract, ANDROID.encode() + b"x" * 3_000_000)
    assert found(report, "messages").value == 3


def test_what_is_no_chat_says_so() -> None:
    with pytest.raises(Unreadable, match="no exported chat"):
        taken(chats.extract, b"hello\nworld\n")
