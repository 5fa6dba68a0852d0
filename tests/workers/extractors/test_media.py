"""Recordings: container, streams, times, place and device as stated; nothing else is opened, and little is read."""

import random
import socket
import struct
from datetime import timedelta
from pathlib import Path

import pytest

from dems.model.findings import Entry, Moment, Place, RenditionKind, ZoneStatus
from tests.workers.extractors.media_samples import MIB, Spread, bext, sound, video, wav
from tests.workers.extractors.photo_samples import clock, source
from tests.workers.extractors.taken import values
from workers.extractors.identify import identify
from workers.extractors.media import extract
from workers.extractors.report import Enough, Report, Unreadable
from workers.extractors.source import Held, Refused, Source


def read(data: bytes, media_type: str | None = None) -> Report:
    report = Report()
    held = source(data)
    extract(held, media_type or identify(held).media_type, report)
    return report


@pytest.mark.parametrize(
    ("container", "codec", "media_type", "heard"),
    [
        ("mp4", "mpeg4", "video/mp4", "aac"),
        ("mov", "mpeg4", "video/quicktime", "pcm_s16le"),
        ("matroska", "mpeg4", "video/x-matroska", "aac"),
        ("avi", "mjpeg", "video/x-msvideo", "pcm_s16le"),
        ("mpegts", "mpeg2video", "video/mp2t", "aac"),
        ("asf", "mpeg4", "video/x-ms-wmv", "aac"),
        ("3gp", "mpeg4", "video/3gpp", "aac"),
        ("flv", "flv", "video/x-flv", "aac"),
    ],
)
def test_the_streams_of_every_container(container: str, codec: str, media_type: str, heard: str) -> None:
    if codec == "mpeg2video":
        # MPEG-2 allows few frame rates; the sample's is none of them.
        codec = "mpeg4"
    data = video(container, codec=codec, sound=True)
    assert identify(source(data)).media_type == media_type
    report = read(data)
    assert report.stopped == []
    names = {"flv": "flv1"}
    assert values(report, "video.codec") == [names.get(codec, codec)]
    assert values(report, "audio.codec") == [heard]
    assert (values(report, "width"), values(report, "height")) == ([64], [48])
    assert values(report, "audio.sample_rate") == [8000]
    assert values(report, "audio.channels") == [2]
    assert values(report, "video.streams") == [1]
    (duration,) = values(report, "duration")
    assert duration == pytest.approx(5.0, abs=0.3)
    rows = [row for row in values(report, "stream") if isinstance(row, Entry)]
    assert {row.kind for row in rows} == {"video", "audio"}


@pytest.mark.parametrize(
    ("data", "media_type", "codec"),
    [
        (wav(), "audio/wav", "pcm_s16le"),
        (sound("flac", "flac"), "audio/flac", "flac"),
        (sound("mp3", "libmp3lame"), "audio/mpeg", "mp3"),
        (sound("ipod", "aac"), "audio/mp4", "aac"),
        (b"#!AMR\n" + (b"\x3c" + bytes(31)) * 100, "audio/amr", "amr_nb"),
    ],
    ids=["wav", "flac", "mp3", "m4a", "amr"],
)
def test_sound(data: bytes, media_type: str, codec: str) -> None:
    assert identify(source(data)).media_type == media_type
    report = read(data)
    assert values(report, "audio.codec") == [codec]
    assert values(report, "video.streams") == [0]
    assert values(report, "audio.channels") == [1]
    (duration,) = values(report, "duration")
    assert isinstance(duration, float)
    assert duration > 0.5
    assert report.renditions == []


def test_the_time_of_creation_is_assumed_to_be_utc_as_the_standard_says() -> None:
    report = read(video(tags={"creation_time": "2024-05-05T12:14:15Z"}))
    (finding,) = [f for f in report.findings if f.name == "recorded_at"]
    assert finding.value == Moment(clock("2024-05-05T12:14:15"), ZoneStatus.ASSUMED, timedelta(0))
    assert finding.source == "format.tags.creation_time"
    assert finding.raw is not None


def test_apples_own_fields_of_time_place_and_device() -> None:
    tags = {
        "com.apple.quicktime.creationdate": "2024-05-05T13:14:15+0100",
        "com.apple.quicktime.location.ISO6709": "+53.4750-002.2500+012.500/",
        "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 15",
        "com.apple.quicktime.software": "17.4",
    }
    report = read(video("mov", tags=tags, options={"movflags": "use_metadata_tags"}))
    assert Moment(clock("2024-05-05T13:14:15"), ZoneStatus.KNOWN, timedelta(hours=1)) in values(report, "recorded_at")
    assert values(report, "position") == [Place(53.475, -2.25)]
    assert values(report, "position.altitude") == [12.5]
    assert values(report, "device.make") == ["Apple"]
    assert values(report, "device.model") == ["iPhone 15"]
    assert values(report, "device.software") == ["17.4"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("+53.4750-002.2500/", Place(53.475, -2.25)),
        ("+5330.0-00215.0/", Place(53.5, -2.25)),
        ("-335130+1511230/", Place(-(33 + 51 / 60 + 30 / 3600), 151 + 12 / 60 + 30 / 3600)),
    ],
)
def test_a_location_in_every_form_of_its_standard(text: str, place: Place) -> None:
    (found,) = values(read(video("mov", tags={"location": text})), "position")
    assert isinstance(found, Place)
    assert (found.latitude, found.longitude) == pytest.approx((place.latitude, place.longitude), abs=1e-6)


@pytest.mark.parametrize("text", ["+95.0-002.0/", "Manchester", "+1-2/"])
def test_a_location_that_is_no_place_gives_a_warning(text: str) -> None:
    tags = {"com.apple.quicktime.location.ISO6709": text}
    report = read(video("mov", tags=tags, options={"movflags": "use_metadata_tags"}))
    assert values(report, "position") == []
    assert any("location" in warning for warning in report.warnings)


def test_the_broadcast_extension_of_wav_has_a_local_time() -> None:
    report = read(wav(bext("2024-05-05", "13:14:15", "RecorderX")))
    assert values(report, "recorded_at") == [Moment(clock("2024-05-05T13:14:15"), ZoneStatus.UNKNOWN)]
    assert "RecorderX" in values(report, "software")


def test_tags_of_music_have_our_names() -> None:
    report = read(sound("mp3", "libmp3lame", tags={"title": "Call", "artist": "A. Caller", "comment": "line 2"}))
    assert values(report, "title") == ["Call"]
    assert values(report, "author") == ["A. Caller"]
    assert values(report, "comment") == ["line 2"]


def test_frames_lie_over_the_recording_and_are_small() -> None:
    report = read(video(frames=100))
    frames = report.renditions
    assert [frame.kind for frame in frames] == [RenditionKind.FRAME] * 3
    assert [frame.at_seconds for frame in frames] == pytest.approx([1.0, 5.0, 9.0], abs=0.6)
    assert all((frame.width, frame.height) == (64, 48) for frame in frames)


@pytest.mark.parametrize("front", [True, False], ids=["moov first", "moov last"])
def test_a_video_of_a_gigabyte_costs_at_most_two_megabytes(front: bool) -> None:
    spread = Spread(1024 * MIB, front=front)
    held = Source(spread, spread.size, "mp4")
    report = Report()
    found = identify(held)
    extract(held, found.media_type, report)
    assert found.media_type == "video/mp4"
    assert values(report, "duration") == [20.0]
    assert values(report, "video.codec") == ["mpeg4"]
    assert len(report.renditions) == 3
    assert spread.given <= 2 * MIB, spread.given


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _movie(*more: bytes, changed: int = 3_797_000_000) -> bytes:
    header = _box(b"mvhd", struct.pack(">IIIII", 0, 3_797_000_000, changed, 600, 1_500), bytes(80))
    return _box(b"ftyp", b"isom", bytes(4)) + _box(b"moov", header, *more)


def test_what_phones_put_into_the_header_of_a_movie() -> None:
    place = struct.pack(">iii", int(-2.25 * 65536), int(53.475 * 65536), int(12.5 * 65536))
    fields = (
        _box(b"loci", bytes(6), b"Gate\x00", b"\x00", place, b"earth\x00\x00"),
        _box(b"\xa9day", struct.pack(">HH", 24, 0), b"2024-05-05T13:14:15+0100"),
        _box(b"\xa9mod", b"PhoneX\x00"),
    )
    report = read(_movie(_box(b"udta", *fields)))
    ours = [finding for finding in report.findings if finding.tool == "dems-media"]
    told = {finding.source: finding.value for finding in ours}
    assert told["udta.day"] == Moment(clock("2024-05-05T13:14:15"), ZoneStatus.KNOWN, timedelta(hours=1))
    assert told["udta.mod"] == "PhoneX"
    assert told["QuickTime:ModifyDate"] == Moment(clock("2024-04-26T18:13:20"), ZoneStatus.ASSUMED, timedelta(0))
    assert values(report, "duration") == [2.5]
    found = next(finding.value for finding in ours if finding.name == "position")
    assert isinstance(found, Place)
    assert (found.latitude, found.longitude) == pytest.approx((53.475, -2.25), abs=1e-4)


def test_a_header_that_counts_from_1970_is_flagged() -> None:
    report = read(_movie(changed=1_714_914_855))
    (finding,) = [f for f in report.findings if f.name == "modified_at"]
    assert finding.flags == ("other_epoch",)


@pytest.mark.parametrize("maker", ["DHAV", "IMKH"])
def test_a_recording_of_a_cctv_maker_is_reported_as_such(maker: str) -> None:
    report = read(maker.encode() + random.Random(1).randbytes(5_000))
    assert values(report, "container.proprietary")
    assert report.stopped, "nothing could be read of its streams"
    assert any("maker" in warning for warning in report.warnings)


def test_what_a_playlist_points_to_is_never_opened(tmp_path: Path) -> None:
    canary = tmp_path / "canary.ts"
    canary.write_bytes(video("mpegts"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/a.ts"
        playlists = [
            f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n".encode()
            for target in (url, canary)
        ]
        playlists += [
            f"ffconcat version 1.0\nfile '{canary}'\n".encode(),
            f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {listener.getsockname()[1]} RTP/AVP 96\n".encode(),
            f'<?xml version="1.0"?><MPD><BaseURL>{url}</BaseURL></MPD>'.encode(),
        ]
        for playlist in playlists:
            with pytest.raises(Unreadable):
                read(playlist, "video/mp4")
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize(
    "data", [b"\x00\x00\x00\x18ftypisom" + bytes(40), b"RIFF\x00\x00\x00\x00AVI ", b"\x1a\x45\xdf\xa3"]
)
def test_a_broken_recording_is_unreadable_or_partial_in_words(data: bytes) -> None:
    report = Report()
    held = source(data)
    sentence = ""
    try:
        extract(held, identify(held).media_type, report)
    except Unreadable as unreadable:
        sentence = str(unreadable)
    assert report.stopped or sentence.startswith("The recording is damaged")


def test_a_budget_that_ends_makes_the_result_partial_and_not_damaged() -> None:
    class Exhausted(Held):
        def at(self, offset: int, length: int) -> bytes:
            if offset > 65_536:
                raise Refused("The budget of bytes is used up.")
            return super().at(offset, length)

    data = video(frames=100)
    begin = data.index(b"mdat") - 4
    padded = data[:begin] + (300_000).to_bytes(4, "big") + b"free" + bytes(299_992) + data[begin:]
    held = Source(Exhausted(padded), len(padded))
    report = Report()
    extract(held, "video/mp4", report)
    assert len(report.stopped) == 1
    assert "The budget of bytes is used up." in report.stopped[0]


@pytest.mark.parametrize("container", ["mp4", "matroska", "avi", "mpegts", "asf"])
def test_no_mutation_raises_what_is_not_foreseen(container: str) -> None:
    data = video(container, codec="mjpeg" if container == "avi" else "mpeg4", frames=10)
    chance = random.Random(4)
    for _ in range(60):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 12)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        cut = bytes(changed[: chance.randrange(16, len(changed))]) if chance.random() < 0.3 else bytes(changed)
        report = Report()
        try:
            extract(source(cut), "video/mp4", report)
        except (Unreadable, Enough):
            continue
        assert report.findings
