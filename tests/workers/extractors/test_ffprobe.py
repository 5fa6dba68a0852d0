"""What ffprobe writes becomes findings of ours; what it would never write is refused whole. Without ffprobe."""

import json
from datetime import timedelta

import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.photo_samples import clock
from tests.workers.extractors.taken import found, values
from workers.extractors.ffprobe import reads, tell
from workers.extractors.report import Report
from workers.extractors.wire import Garbled

PICTURE = {
    "index": 1,
    "codec_type": "video",
    "codec_name": "h264",
    "width": 1920,
    "height": 1080,
    "avg_frame_rate": "30000/1001",
    "disposition": {"attached_pic": 0},
}
SOUND = {"index": 2, "codec_type": "audio", "codec_name": "aac", "sample_rate": "48000", "channels": 2}
COVER = PICTURE | {"index": 0, "codec_name": "mjpeg", "disposition": {"attached_pic": 1}}
WHOLE = {
    "format_name": "mov,mp4,m4a,3gp,3g2,mj2",
    "duration": "13.666667",
    "tags": {"creation_time": "2024-05-05T12:14:15.000000Z", "com.apple.quicktime.make": "Apple"},
}


def told(written: object) -> Report:
    report = Report()
    tell(json.dumps(written).encode(), "video/mp4", "5.1.9", report)
    return report


def test_streams_and_format_have_our_names() -> None:
    report = told({"format": WHOLE, "streams": [COVER, PICTURE, SOUND]})
    assert report.tools == {"ffprobe": "5.1.9"}
    assert {name: found(report, name).value for name in ("duration", "video.codec", "width", "height")} == {
        "duration": 13.666667,
        "video.codec": "h264",
        "width": 1920,
        "height": 1080,
    }
    assert found(report, "video.frame_rate").value == pytest.approx(29.97003)
    assert {name: found(report, name).value for name in ("audio.codec", "audio.sample_rate", "audio.channels")} == {
        "audio.codec": "aac",
        "audio.sample_rate": 48_000,
        "audio.channels": 2,
    }
    assert found(report, "recorded_at").value == Moment(clock("2024-05-05T12:14:15"), ZoneStatus.ASSUMED, timedelta(0))
    assert found(report, "device.make").value == "Apple"
    assert found(report, "width").source == "streams.1.width"


def test_what_it_complains_of_is_a_warning() -> None:
    report = told({"error": {"code": -1094995529, "string": "Invalid data found when processing input"}})
    assert (report.findings, report.warnings) == ([], ["ffprobe says: Invalid data found when processing input"])


@pytest.mark.parametrize("duration", ["N/A", "-1", "1e999", "nan", "0", ""])
def test_no_duration_is_made_of_what_is_none(duration: str) -> None:
    assert values(told({"format": WHOLE | {"duration": duration}}), "duration") == []


@pytest.mark.parametrize("rate", ["0/0", "1/0", "x", "25", "1/x"])
def test_no_frame_rate_is_made_of_what_is_none(rate: str) -> None:
    assert values(told({"streams": [PICTURE | {"avg_frame_rate": rate}]}), "video.frame_rate") == []


@pytest.mark.parametrize(
    "written",
    [
        [],
        1,
        {"format": []},
        {"streams": {}},
        {"streams": [1]},
        {"streams": [{}] * 2001},
        {"streams": [{"codec_type": ["video"]}]},
        {"format": {"duration": {"a": 1}}},
        {"format": {"tags": []}},
        {"format": {"tags": {str(number): "x" for number in range(5001)}}},
        {"format": {"duration": "x" * 5000}},
    ],
)
def test_what_it_never_writes_is_refused(written: object) -> None:
    with pytest.raises(Garbled):
        told(written)


@pytest.mark.parametrize("output", [b"", b"{", b"\xff", b'{"format": {}, "format": {}}', b'{"a":' * 100_000])
def test_what_is_no_json_is_refused(output: bytes) -> None:
    with pytest.raises(Garbled):
        tell(output, "video/mp4", "5.1.9", Report())


def test_it_is_asked_about_recordings_only() -> None:
    assert reads("video/mp4")
    assert reads("audio/mpeg")
    assert [
        each for each in ("image/jpeg", "application/octet-stream", "application/vnd.apple.mpegurl") if reads(each)
    ] == []
