"""What the corpus benchmark counts as match, wrong and missing, on a corpus of three files made here."""

import json
from pathlib import Path

import pytest

from benchmarks.corpus import score
from benchmarks.corpus_fields import media_types
from tests.workers.extractors.photo_samples import FULL, exif, jpeg, png


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    photo = {
        "File:MIMEType": "image/jpeg",
        "IFD0:Make": "Canon",
        "IFD0:Model": "Another",
        "IFD0:Orientation": 6,
        "ExifIFD:DateTimeOriginal": "2024:05:05 13:14:15",
        "Composite:ImageSize": "64 48",
        "Composite:GPSLatitude": 53.475,
        "Composite:GPSLongitude": -2.25,
    }
    bare = {"File:MIMEType": "image/png", "IFD0:Make": "Nikon"}
    files = {
        "a.jpg": (jpeg(exif(FULL)), {"exiftool": photo, "libmagic": "image/jpeg"}),
        "b.png": (png(), {"exiftool": bare, "libmagic": "image/png"}),
        "c.gif": (bytes(100), {"exiftool": {"File:MIMEType": "image/gif"}, "libmagic": "image/gif"}),
    }
    (tmp_path / "files").mkdir()
    for name, (data, _) in files.items():
        (tmp_path / "files" / name).write_bytes(data)
    (tmp_path / "manifest.json").write_text(json.dumps([{"name": name, "kind": "photo"} for name in files]))
    (tmp_path / "reference.json").write_text(json.dumps({"files": {name: said for name, (_, said) in files.items()}}))
    return tmp_path


def test_every_value_ends_as_match_wrong_or_missing(corpus: Path) -> None:
    scores = score(corpus)
    assert scores.media_types.outcomes["photo"] == {"match": 2, "missing": 1}
    assert scores.core_fields.outcomes["photo"] == {"match": 6, "wrong": 1, "missing": 1}
    failed = {(name, wanted) for name, wanted, _, _ in scores.core_fields.failures}
    assert failed == {("a.jpg", "device.model"), ("b.png", "device.make")}
    assert scores.core_fields.crashes == []
    assert scores.core_fields.part("wrong") == pytest.approx(1 / 8)


def test_kinds_weigh_the_same_in_the_macro_average(corpus: Path) -> None:
    rows = json.loads((corpus / "manifest.json").read_text())
    rows[1]["kind"] = "other"
    (corpus / "manifest.json").write_text(json.dumps(rows))
    scored = score(corpus).media_types
    assert scored.part("missing") == pytest.approx((1 / 2 + 0) / 2)
    assert scored.whole("missing") == pytest.approx(1 / 3)


def test_names_decide_only_where_the_references_tools_are_weak() -> None:
    weak = {"exiftool": {"File:MIMEType": "text/plain"}, "libmagic": "text/plain"}
    assert media_types("a.eml", weak) == {"message/rfc822"}
    assert media_types("a.txt", weak) == {"text/plain"}
    assert media_types("a.bin", {"exiftool": {}, "libmagic": "application/octet-stream"}) == set()
