"""What ExifTool writes becomes findings of ours; what it would never write is refused whole. Without ExifTool."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from dems.model.findings import Moment, Place, ZoneStatus
from tests.workers.extractors.photo_samples import clock
from tests.workers.extractors.taken import found, values
from workers.extractors.exiftool import MAX_TAGS, reads, tell
from workers.extractors.report import Report
from workers.extractors.wire import Garbled


def told(rows: Mapping[str, object], media_type: str = "image/jpeg") -> Report:
    report = Report()
    tell(json.dumps([{"SourceFile": "/proc/self/fd/0", **rows}]).encode(), media_type, "13.58", report)
    return report


def field(words: object, number: object = None) -> dict[str, object]:
    return {"desc": "What it is", "val": words} | ({} if number is None else {"num": number})


def test_fields_of_a_photo_have_our_names() -> None:
    report = told(
        {
            "ExifTool:ExifToolVersion": field(13.58),
            "EXIF:IFD0:Make": field("Canon"),
            "EXIF:IFD1:Make": field("of the thumbnail"),
            "EXIF:IFD0:Orientation": field("Rotate 90 CW", 6),
            "EXIF:ExifIFD:DateTimeOriginal": field("2024:05:05 13:14:15"),
            "EXIF:ExifIFD:SubSecTimeOriginal": field(25),
            "EXIF:ExifIFD:OffsetTimeOriginal": field("+01:00"),
            "MakerNotes:Canon:SerialNumber": field("0012021001", 12021001),
            "MakerNotes:Canon:LensType": field("Canon EF 24-105mm", 237),
            "MakerNotes:Canon:Preview": field("(Binary data 12 bytes, use -b option to extract)"),
            "XMP:XMP-dc:Title": field("ours reads that"),
            "Composite:GPSLatitude": field("53 deg 28' 30.00\" N", 53.475),
            "Composite:GPSLongitude": field("2 deg 15' 0.00\" W", -2.25),
            "Composite:ImageSize": field("6000x4000", "6000 4000"),
        }
    )
    assert report.tools == {"exiftool": "13.58"}
    assert found(report, "device.make").value == "Canon"
    assert (found(report, "orientation").value, found(report, "orientation").source) == (6, "EXIF:IFD0:Orientation")
    assert found(report, "recorded_at").value == Moment(
        clock("2024-05-05T13:14:15.250000"), ZoneStatus.KNOWN, timedelta(hours=1)
    )
    serial = found(report, "device.serial")
    assert (serial.value, serial.raw, serial.source) == ("0012021001", "12021001", "MakerNotes:Canon:SerialNumber")
    assert [(f.value, f.source) for f in report.findings if f.name == "tag"] == [
        ("Canon EF 24-105mm", "MakerNotes:Canon:LensType")
    ]
    assert found(report, "position").value == Place(53.475, -2.25)
    assert (found(report, "width").value, found(report, "height").value) == (6000, 4000)


def test_times_of_a_movie_are_in_utc_by_its_standard_only() -> None:
    report = told(
        {
            "QuickTime:CreateDate": field("2024:05:05 12:14:15"),
            "QuickTime:ModifyDate": field("0000:00:00 00:00:00"),
            "QuickTime:Keys:CreationDate": field("2024:05:05 13:14:15+01:00"),
            "QuickTime:Track1:TrackCreateDate": field("2001:01:01 00:00:00"),
        },
        "video/mp4",
    )
    assert values(report, "recorded_at") == [
        Moment(clock("2024-05-05T12:14:15"), ZoneStatus.ASSUMED, timedelta(0)),
        Moment(clock("2024-05-05T13:14:15"), ZoneStatus.KNOWN, timedelta(hours=1)),
    ]
    assert values(report, "modified_at") == []


def test_of_what_no_reader_of_ours_knows_everything_is_told() -> None:
    report = told(
        {"File:MIMEType": field("font/ttf"), "Font:FontFamily": field("Deja"), "File:FileType": field("TTF")},
        "application/octet-stream",
    )
    assert [(f.name, f.value, f.source) for f in report.findings] == [
        ("media_type", "font/ttf", "File:MIMEType"),
        ("tag", "Deja", "Font:FontFamily"),
    ]


def test_numbers_are_taken_as_they_are_written() -> None:
    data = b'[{"MakerNotes:Nikon:Count": {"val": 1%s}, "MakerNotes:Nikon:Rate": {"val": 0.10}}]' % (b"0" * 5000)
    report = Report()
    tell(data, "image/jpeg", "13.58", report)
    assert values(report, "tag")[1] == "0.10"
    assert report.findings[0].flags == ("cut",)


def test_what_it_complains_of_is_a_warning() -> None:
    rows = {"ExifTool:Warning": field("Truncated"), "ExifTool:Error": field("Unknown file type")}
    assert told(rows).warnings == ["exiftool says: Truncated"]


def test_fields_without_end_have_an_end() -> None:
    report = told({f"MakerNotes:Canon:Field{number}": field("x") for number in range(MAX_TAGS + 50)})
    assert len(report.findings) == MAX_TAGS
    assert report.warnings == ["exiftool gave more than 400 fields without a name of ours: the rest was left out."]


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"{}",
        b"[]",
        b"[1]",
        b"[{}, {}]",
        b"not json",
        b"\xff\xfe",
        b'[{"EXIF:IFD0:Make": [1, {}]}]',
        b'[{"EXIF:IFD0:Make": {"val": {"val": 1}}}]',
        b'[{"EXIF:IFD0:Make": {"num": 1}}]',
        b'[{"EXIF:IFD0:Make": {"val": "a", "val": "b"}}]',
        b'[{"EXIF:IFD0:Make": {"val": NaN}}]',
        b"[" * 100_000,
        b'[{"%s": {"val": 1}}]' % (b"x" * 200),
        b'[{"A:B": {"val": [%s1]}}]' % (b"1," * 2000),
    ],
)
def test_what_it_never_writes_is_refused(output: bytes) -> None:
    report = Report()
    with pytest.raises(Garbled):
        tell(output, "image/jpeg", "13.58", report)
    assert report.findings == []


@pytest.mark.parametrize("latitude", [91, "1e999", "nan", "north"])
def test_no_place_is_made_of_what_is_none(latitude: object) -> None:
    report = told({"Composite:GPSLatitude": field("x", latitude), "Composite:GPSLongitude": field("y", 1)})
    assert values(report, "position") == []


def test_it_is_asked_about_photos_recordings_and_the_unknown() -> None:
    asked = ("image/x-canon-cr3", "image/jpeg", "video/mp4", "audio/mpeg", "application/octet-stream", "font/ttf")
    assert [each for each in asked if not reads(each)] == []
    assert [
        each for each in ("application/pdf", "text/plain", "message/rfc822", "application/x-empty") if reads(each)
    ] == []
