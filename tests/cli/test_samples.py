"""The samples of the demonstration are what their names say."""

import email
import email.policy
import io
import struct
import wave
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from dems.cli.demo import samples


def test_seven_files_are_written_and_none_is_large(tmp_path: Path) -> None:
    samples.write_samples(tmp_path)
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert len(files) == 7
    assert all(0 < p.stat().st_size < 200_000 for p in files)


def test_the_photo_is_a_jpeg_with_exif() -> None:
    photo = samples.photo()
    markers, at = [], 2
    while photo[at + 1] != 0xDA:
        markers.append(photo[at + 1])
        at += 2 + struct.unpack(">H", photo[at + 2 : at + 4])[0]
    assert photo[:2] == b"\xff\xd8"
    assert markers == [0xE0, 0xE1, 0xDB, 0xC0, 0xC4, 0xC4]
    assert photo[-2:] == b"\xff\xd9"
    assert b"Demonstration camera 1\0" in photo
    assert b"2026:03:03 21:14:05\0" in photo


def test_the_photo_says_when_and_where_it_was_taken() -> None:
    """As another library reads it."""
    tags = Image.open(io.BytesIO(samples.photo())).getexif()
    assert (tags[0x010F], tags[0x0110]) == ("DEMS", "Demonstration camera 1")
    assert tags.get_ifd(0x8769)[0x9003] == "2026:03:03 21:14:05"
    gps = tags.get_ifd(0x8825)
    latitude, longitude = (float(d) + float(m) / 60 + float(s) / 3600 for d, m, s in (gps[2], gps[4]))
    assert (gps[1], gps[3]) == ("N", "W")
    assert [latitude, longitude] == pytest.approx([53.4794, 2.2453], abs=1e-6)


def test_the_video_is_an_avi_whose_sizes_and_index_agree() -> None:
    video = samples.video()
    assert video[:4] + video[8:12] == b"RIFFAVI "
    assert struct.unpack("<I", video[4:8])[0] == len(video) - 8
    movi = video.index(b"movi")
    index = video.index(b"idx1")
    count = struct.unpack("<I", video[index + 4 : index + 8])[0] // 16
    assert count == 24
    for number in range(count):
        place = index + 8 + number * 16
        name, _, offset, size = struct.unpack("<4sIII", video[place : place + 16])
        frame = video[movi + offset : movi + offset + 8 + size]
        assert name == frame[:4] == b"00dc"
        assert frame[8:10] == b"\xff\xd8"


def test_the_sound_is_two_seconds_long() -> None:
    with wave.open(io.BytesIO(samples.audio())) as sound:
        assert sound.getnframes() / sound.getframerate() == 2


def test_the_pdf_finds_its_objects_where_its_table_says() -> None:
    pdf = samples.pdf()
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    assert pdf[start:].startswith(b"xref\n")
    rows = pdf[start:].split(b"\n")[3:9]
    for number, row in enumerate(rows, start=1):
        assert pdf[int(row[:10]) :].startswith(b"%d 0 obj" % number)


def test_documents_and_archives_open() -> None:
    with zipfile.ZipFile(io.BytesIO(samples.docx())) as document:
        assert document.testzip() is None
        for name in document.namelist():
            ET.fromstring(document.read(name))  # noqa: S314  (our own)
    with zipfile.ZipFile(io.BytesIO(samples.archive())) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2
    message = email.message_from_bytes(samples.mail(), policy=email.policy.default)
    assert message["Subject"] == "Footage as asked for"
    assert [part.get_filename() for part in message.iter_attachments()] == ["list.txt"]
