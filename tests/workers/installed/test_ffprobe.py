"""ffprobe itself, in its sandbox: what it says beside our reader, and that a file gets nothing out of it."""

import random

import pytest

from dems.model.findings import ResultState
from tests.workers.extractors.media_samples import Spread, sound, video
from tests.workers.installed.attacks import bait, nothing_happened, read
from tests.workers.installed.programs import programs
from workers.extractors.ffprobe import tell
from workers.extractors.nursery import Nursery
from workers.extractors.report import Report
from workers.extractors.sandbox import SandboxLevel


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska", "avi", "mpegts"])
def test_it_agrees_with_our_reader(nursery: Nursery, container: str) -> None:
    reading = read(nursery, video(container))
    assert reading.state is ResultState.COMPLETE
    assert reading.tools["ffprobe"] == programs()["ffprobe"].version
    assert [each.tool for each in reading.findings if each.name == "duration"] == ["ffmpeg"]
    assert not [each for each in reading.findings if each.tool == "ffprobe" and "disagrees" in each.flags]
    assert not any("ffprobe" in each for each in reading.warnings)


def test_it_reads_the_file_that_it_is_given(credulous: Nursery) -> None:
    """Our reader finds nothing here: all is its own."""
    reading = read(credulous, video("mp4"))
    seen = {each.name: each.value for each in reading.findings if each.tool == "ffprobe"}
    assert (seen["width"], seen["height"], seen["video.codec"], seen["duration"]) == (64, 48, "mpeg4", 5.0)
    heard = {each.name: each.value for each in read(credulous, sound("wav", "pcm_s16le")).findings}
    assert (heard["audio.codec"], heard["audio.sample_rate"], heard["audio.channels"]) == ("pcm_s16le", 8000, 1)


@pytest.mark.parametrize("front", [True, False], ids=["moov first", "moov last"])
def test_of_a_large_recording_it_sees_what_our_reader_read_and_the_ends(nursery: Nursery, front: bool) -> None:
    spread = Spread(2**30, front=front)
    reading = nursery.read(spread, spread.size, "mp4", seconds=60, required=SandboxLevel.FULL)
    assert "ffprobe" in reading.tools
    assert [each.tool for each in reading.findings if each.name == "duration"] == ["ffmpeg"]
    assert not any("ffprobe" in each for each in reading.warnings)
    assert spread.given == reading.bytes_read < 2_000_000


def test_no_file_makes_it_reach_for_anything(credulous: Nursery) -> None:
    with bait() as baited:
        readings = {what: read(credulous, data) for what, data in baited.files().items()}
        nothing_happened(baited, readings)
    assert all("ffprobe" in reading.tools for reading in readings.values())


def test_it_may_use_one_way_to_read_and_no_playlist() -> None:
    arguments = programs()["ffprobe"].arguments
    protocols = arguments[arguments.index("-protocol_whitelist") + 1]
    assert protocols in {"fd", "file"}
    formats = arguments[arguments.index("-format_whitelist") + 1].split(",")
    assert not {"hls", "dash", "concat", "image2", "sdp", "tty", "lavfi", "rtsp"} & set(formats)


def test_what_it_writes_of_damage_is_understood(credulous: Nursery) -> None:
    chance = random.Random("ffprobe")
    sample = video("mp4")
    for _ in range(25):
        held = bytearray(sample)
        for _ in range(chance.choice((1, 8, 64))):
            held[chance.randrange(len(held))] = chance.randrange(256)
        reading = read(
            credulous, bytes(held[: chance.randrange(1, len(held))]) if chance.random() < 0.3 else bytes(held)
        )
        assert reading.state is ResultState.COMPLETE
        assert not any("is not taken" in each for each in reading.warnings), reading.warnings


def test_nothing_is_made_of_an_empty_answer() -> None:
    report = Report()
    tell(b"{}", "video/mp4", "5", report)
    assert report.findings == []
