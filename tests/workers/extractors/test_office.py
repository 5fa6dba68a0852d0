from datetime import datetime, timedelta

import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.container_samples import zipped
from tests.workers.extractors.taken import found, taken, values
from workers.extractors import office
from workers.extractors.report import Unreadable

CORE = (
    '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:t="t"><dc:creator>Ann</dc:creator><dc:title>Log</dc:title>'
    "<cp:lastModifiedBy>Bob</cp:lastModifiedBy><cp:revision>4</cp:revision>"
    "<t:created>2024-03-12T21:14:06Z</t:created><t:modified>2024-03-12</t:modified></cp:coreProperties>"
)
APP = (
    "<Properties><Application>Word</Application><Pages>3</Pages><Words>99</Words><TotalTime>7</TotalTime></Properties>"
)
BODY = (
    '<w:document xmlns:w="w"><w:p><w:r><w:t>First</w:t><w:t> line</w:t><w:delText>gone</w:delText></w:r></w:p>'
    "<w:p><w:t>Second</w:t></w:p></w:document>"
)
DOCX: dict[str, bytes | str] = {
    "[Content_Types].xml": "<Types/>",
    "docProps/core.xml": CORE,
    "docProps/app.xml": APP,
    "word/document.xml": BODY,
}
META = (
    '<o:document-meta xmlns:o="o" xmlns:m="m" xmlns:dc="d"><o:meta><m:initial-creator>Ann</m:initial-creator><dc:creator>Bob</dc:creator>'
    "<m:creation-date>2024-03-12T21:14:06.5</m:creation-date><m:editing-duration>PT1H30M2S</m:editing-duration>"
    '<m:document-statistic m:page-count="2" m:word-count="12"/></o:meta></o:document-meta>'
)
ODT: dict[str, bytes | str] = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "meta.xml": META,
    "META-INF/manifest.xml": "<m/>",
    "content.xml": '<o xmlns:t="t"><t:p>One <t:span>two</t:span> three</t:p></o>',
}
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><cp><creator>&b;</creator></cp>'


def test_a_word_document_tells_its_properties_and_the_beginning_of_its_text() -> None:
    report = taken(office.extract, zipped(DOCX))
    assert found(report, "author").value == "Ann"
    assert found(report, "author").source == "OOXML:docProps/core.xml/creator"
    assert found(report, "last_modified_by").value == "Bob"
    assert found(report, "title").value == "Log"
    assert found(report, "created_at").value == Moment(datetime(2024, 3, 12, 21, 14, 6), ZoneStatus.KNOWN, timedelta())  # noqa: DTZ001
    assert found(report, "modified_at").value == "2024-03-12"
    assert found(report, "modified_at").flags == ("no_time",)
    assert [found(report, name).value for name in ("pages", "words", "editing_minutes")] == [3, 99, 7]
    assert found(report, "text.start").value == "First line\nSecond"
    assert report.stopped == report.warnings == []


def test_an_open_document_tells_its_properties_and_its_zone_is_unknown() -> None:
    report = taken(office.extract, zipped(ODT))
    assert found(report, "author").value == "Ann"
    assert found(report, "last_modified_by").value == "Bob"
    assert found(report, "created_at").value == Moment(datetime(2024, 3, 12, 21, 14, 6, 500_000), ZoneStatus.UNKNOWN)  # noqa: DTZ001
    assert [found(report, name).value for name in ("pages", "words", "editing_minutes")] == [2, 12, 90]
    assert found(report, "text.start").value == "One two three"
    assert found(report, "encrypted").value is False


def test_an_encrypted_open_document_is_partial_with_one_reason() -> None:
    report = taken(
        office.extract, zipped(ODT | {"meta.xml": b"\x01\x02", "META-INF/manifest.xml": "<m><encryption-data/></m>"})
    )
    assert found(report, "encrypted").value is True
    assert [reason for reason in report.stopped if "encrypted" in reason] == report.stopped


def test_macros_and_embedded_objects_are_told() -> None:
    report = taken(
        office.extract, zipped(DOCX | {"word/vbaProject.bin": b"x", "word/embeddings/oleObject1.bin": b"abc"})
    )
    assert found(report, "macros").value is True
    assert found(report, "attachment").value.name == "word/embeddings/oleObject1.bin"
    assert any("macros" in warning for warning in report.warnings)


def test_a_part_that_is_there_twice_is_a_warning() -> None:
    once, again = zipped(DOCX), b"docProps/cor3.xml"
    assert len(again) == len(b"docProps/core.xml")
    data = zipped({"docProps/cor3.xml": CORE} | DOCX).replace(again, b"docProps/core.xml")
    assert any("more than once" in warning for warning in taken(office.extract, data).warnings)
    assert taken(office.extract, once).warnings == []


def test_entities_are_never_expanded() -> None:
    report = taken(office.extract, zipped(DOCX | {"docProps/core.xml": BOMB}))
    assert values(report, "author") == []
    assert any("document type" in reason for reason in report.stopped)
    assert found(report, "pages").value == 3


def test_an_entity_that_names_a_file_or_an_address_is_never_followed() -> None:
    for target in ("file:///etc/passwd", "http://127.0.0.1:9/x"):
        evil = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{target}">]><cp><creator>&x;</creator></cp>'
        report = taken(
            office.extract,
            zipped(DOCX | {"docProps/core.xml": evil, "word/document.xml": evil.replace("creator", "p")}),
        )
        assert not any("root:" in str(finding.value) for finding in report.findings)


def test_a_part_that_inflates_without_end_is_not_read_to_its_end() -> None:
    report = taken(office.extract, zipped(DOCX | {"docProps/core.xml": bytes(64 * 1024 * 1024)}))
    assert any("larger than 1,048,576 bytes" in reason for reason in report.stopped)
    assert found(report, "words").value == 99


def test_a_text_that_inflates_without_end_is_cut() -> None:
    body = "<d>" + "<p><t>word </t></p>" * 2_000_000 + "</d>"
    report = taken(office.extract, zipped(DOCX | {"word/document.xml": body}))
    assert 1900 < len(found(report, "text.start").value) <= 2000


def test_a_book_tells_its_title() -> None:
    package = (
        '<package xmlns:dc="d"><metadata><dc:title>Tale</dc:title><dc:creator>Cy</dc:creator></metadata></package>'
    )
    report = taken(office.extract, zipped({"mimetype": "application/epub+zip", "OPS/book.opf": package}))
    assert (found(report, "title").value, found(report, "author").value) == ("Tale", "Cy")


def test_an_archive_of_something_else_is_told_as_such() -> None:
    with pytest.raises(Unreadable, match="none of the parts"):
        taken(office.extract, zipped({"a.txt": b"x"}))
