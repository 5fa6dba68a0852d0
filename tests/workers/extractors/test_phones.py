from datetime import datetime, timedelta

import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.container_samples import zipped
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import phones
from workers.extractors.report import Unreadable

REPORT = (
    '<?xml version="1.0"?><project xmlns="http://pa.cellebrite.com/report/2.0" name="Op Ash" reportVersion="5.2.0.1" model="X1">'
    '<metadata section="Device Info"><item name="DeviceInfoDetectedManufacturer">Acme</item>'
    '<item name="DeviceInfoExtractionStartDateTime">2024-03-12T21:14:06+01:00</item>'
    '<item name="IMEI"><![CDATA[123456789012345]]></item></metadata>'
    '<decodedData><modelType type="Chat"><model type="Chat">'
    '<multiModelField><model type="InstantMessage"/></multiModelField></model></modelType>'
    '<modelType type="Call"><model type="Call"/><model type="Call"/></modelType></decodedData></project>'
)


def test_a_report_tells_the_device_and_counts_the_records() -> None:
    report = taken(phones.extract, zipped({"report.xml": REPORT, "files/a.jpg": b"x"}))
    assert found(report, "title").value == "Op Ash"
    assert found(report, "device.make").value == "Acme"
    assert found(report, "device.model").value == "X1"
    assert found(report, "device.imei").value == "123456789012345"
    at = Moment(datetime(2024, 3, 12, 21, 14, 6), ZoneStatus.KNOWN, timedelta(hours=1))  # noqa: DTZ001
    assert found(report, "image.acquired_at").value == at
    assert {entry.name: entry.more["records"] for entry in values(report, "table")} == {"Chat": 1, "Call": 2}
    assert report.stopped == []


def test_a_report_that_is_cut_off_keeps_what_was_read() -> None:
    report = taken(phones.extract, zipped({"report.xml": REPORT[:-80]}))
    assert found(report, "device.make").value == "Acme"
    assert any("only in part" in reason for reason in report.stopped)


def test_a_report_of_millions_of_elements_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "MAX_ELEMENTS", 1_000)
    body = '<project name="n"><decodedData>' + '<model type="Call"/>' * 5_000 + "</decodedData></project>"
    report = taken(phones.extract, zipped({"report.xml": body}))
    assert any("more than 1,000 elements" in reason for reason in report.stopped)
    assert 0 < found(report, "table").value.more["records"] < 1_000


def test_an_archive_without_a_report_says_so() -> None:
    with pytest.raises(Unreadable, match=r"no report\.xml"):
        taken(phones.extract, zipped({"a": b"1"}))
