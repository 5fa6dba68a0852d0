import struct
from datetime import datetime, timedelta

import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.ole_samples import container, filetime, lpstr, property_set, ticks
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import ole
from workers.extractors.property_sets import properties
from workers.extractors.report import Unreadable

SUMMARY = property_set(
    {
        1: (2, struct.pack("<h", 1252)),
        2: lpstr(b"Caf\xe9 log"),
        4: lpstr(b"Ann"),
        8: lpstr(b"Bob"),
        10: filetime(7 * 600_000_000),
        12: filetime(ticks(2024, 3, 12, 21, 14)),
        14: (3, struct.pack("<l", 5)),
        18: lpstr(b"Word 97"),
    }
)
FIB = bytes(10) + b"\x00\x00" + bytes(20)
DOC = {"\x05SummaryInformation": SUMMARY, "WordDocument": FIB + bytes(5000)}


def test_an_old_word_document_tells_its_summary() -> None:
    report = taken(ole.extract, container(DOC))
    assert found(report, "title").value == "Café log"
    assert found(report, "author").source == "OLE:SummaryInformation/Author"
    assert found(report, "last_modified_by").value == "Bob"
    assert found(report, "created_at").value == Moment(datetime(2024, 3, 12, 21, 14), ZoneStatus.ASSUMED, timedelta())  # noqa: DTZ001
    assert found(report, "editing_minutes").value == 7
    assert found(report, "pages").value == 5
    assert found(report, "software").value == "Word 97"
    assert found(report, "encrypted").value is False
    assert report.stopped == report.warnings == []


@pytest.mark.parametrize(
    "streams",
    [
        {"WordDocument": bytes(10) + b"\x00\x01" + bytes(20)},
        {"Workbook": struct.pack("<2H4x2H6x", 0x809, 4, 0x2F, 6)},
        {"PowerPoint Document": b"x", "Current User": bytes(12) + struct.pack("<L", 0xF3D1C4DF)},
        {"EncryptedPackage": bytes(5000), "EncryptionInfo": b"x"},
    ],
)
def test_encryption_is_seen_in_each_kind(streams: dict[str, bytes]) -> None:
    report = taken(ole.extract, container(streams))
    assert found(report, "encrypted").value is True
    assert "encrypted" in report.stopped[0]


def test_macros_are_a_warning() -> None:
    report = taken(ole.extract, container(DOC | {"Macros/dir": b"x"}))
    assert found(report, "macros").value is True
    assert any("macros" in warning for warning in report.warnings)


def test_a_vector_that_claims_four_thousand_million_members_costs_nothing() -> None:
    assert properties(property_set({4: (0x1000, b"\xff\xff\xff\xff"), 2: lpstr(b"ok")})) == {2: "ok"}


def test_a_time_that_was_never_set_is_no_finding() -> None:
    report = taken(
        ole.extract, container(DOC | {"\x05SummaryInformation": property_set({12: filetime(0), 13: filetime(2**63)})})
    )
    assert values(report, "created_at") == values(report, "modified_at") == []


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), b"x" * 4000]
)
def test_what_is_no_container_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged, or no OLE container"):
        taken(ole.extract, data)
