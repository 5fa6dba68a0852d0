from datetime import datetime

import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import texts

RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Log}{\author J\'f6rg}{\operator \u26085?Bob}"
    rb"{\creatim\yr2024\mo3\dy12\hr21\min14}{\nofpages2}{\nofwords9}}{\*\generator Maker 1;}\pard Caf\'e9 at\par ten}"
)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"plain", "ascii"),
        ("é".encode(), "utf-8"),
        ("\ufeffé".encode(), "utf-8"),
        ("\ufeffabc".encode("utf-16-le"), "utf-16-le"),
        ("a line of words".encode("utf-16-be"), "utf-16-be"),
        ("a line of words".encode("utf-16-le"), "utf-16-le"),
        ("\ufeffabc".encode("utf-32-le"), "utf-32-le"),
        (b"caf\xe9", "unknown-8bit"),
    ],
)
def test_the_encoding_is_named_where_the_bytes_tell_it(data: bytes, name: str) -> None:
    assert found(taken(texts.extract, data), "text.encoding").value == name


def test_a_character_cut_by_the_limit_is_no_other_encoding() -> None:
    report = taken(texts.extract, b"a" + "é".encode() * (texts.MAX_READ // 2))
    assert found(report, "text.encoding").value == "utf-8"
    assert any("1,048,576" in reason for reason in report.stopped)


def test_a_page_gives_its_title_and_words_without_scripts() -> None:
    page = b'<html><head><meta charset="iso-8859-1"><title>Caf\xe9</title></head>'
    page += b"<body><script>var x = 1;</script><p>Fish &amp; chips</p></body>"
    report = taken(texts.extract, page, "text/html")
    assert values(report, "text.encoding") == ["iso-8859-1", "unknown-8bit"]
    assert found(report, "title").value == "Café"
    assert found(report, "text.start").value == "Fish & chips"


def test_rtf_tells_its_properties_and_text() -> None:
    report = taken(texts.extract, RTF)
    assert found(report, "title").value == "Log"
    assert found(report, "author").value == "Jörg"
    assert found(report, "last_modified_by").value == "日Bob"
    assert found(report, "created_at").value == Moment(datetime(2024, 3, 12, 21, 14), ZoneStatus.UNKNOWN)  # noqa: DTZ001
    assert (found(report, "pages").value, found(report, "words").value) == (2, 9)
    assert found(report, "software").value == "Maker 1"
    assert found(report, "text.start").value == "Café at ten"


def test_rtf_that_is_nothing_but_braces_ends_soon() -> None:
    report = taken(texts.extract, b"{\\rtf1" + b"{" * 1_000_000)
    assert found(report, "container").value == "RTF"
