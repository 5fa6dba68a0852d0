import contextlib
import hashlib
import io
import zlib
from datetime import datetime, timedelta

import pikepdf
import pytest

from dems.model.findings import Moment, ZoneStatus
from tests.workers.extractors.container_samples import pdf
from tests.workers.extractors.taken import Counted, found, taken, values
from workers.extractors import documents
from workers.extractors.report import Report, Unreadable
from workers.extractors.source import Refused, Source

XMP = (
    b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2024-03-12T21:14:06+01:00">'
    b"<xmp:CreatorTool>Pen</xmp:CreatorTool><x:title><rdf:Alt><rdf:li>Statement</rdf:li><rdf:li>Aussage</rdf:li></rdf:Alt></x:title>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end?>"
)


def test_a_pdf_tells_what_it_says_of_itself_and_times_keep_what_is_known_of_their_zone() -> None:
    report = taken(documents.extract, pdf(xmp=XMP))
    assert values(report, "title") == ["Statement", "Statement", "Aussage"]
    assert values(report, "author") == ["J. Öz"]
    assert values(report, "software") == ["Maker 1.0", "Pen"]
    at = Moment(datetime(2024, 3, 12, 21, 14, 6), ZoneStatus.KNOWN, timedelta(hours=1))  # noqa: DTZ001
    assert values(report, "created_at") == [at, at]
    assert values(report, "modified_at") == [Moment(datetime(2024, 3, 13, 8, 0), ZoneStatus.UNKNOWN)]  # noqa: DTZ001
    assert found(report, "pages").value == 2
    assert found(report, "encrypted").value is False
    assert found(report, "text.start").value == "Statement of a witness Statement of a witness"
    assert report.stopped == []
    sources = {finding.source for finding in report.findings}
    assert {"PDF:Info/Author", "PDF:Info/CreationDate", "XMP:CreateDate"} <= sources


def test_the_first_page_becomes_a_small_picture() -> None:
    (picture,) = taken(documents.extract, pdf()).renditions
    assert (picture.media_type, max(picture.width, picture.height)) == ("image/jpeg", 320)
    assert picture.data.startswith(b"\xff\xd8")


def test_attached_files_are_listed_with_the_hash_of_their_bytes() -> None:
    report = taken(documents.extract, pdf(attached={"notes.txt": b"seen at ten"}))
    entry = found(report, "attachment").value
    assert (entry.name, entry.size, entry.kind) == ("notes.txt", 11, "text/plain")
    assert entry.sha256 == hashlib.sha256(b"seen at ten").hexdigest()


def test_an_encrypted_pdf_is_partial_and_says_so() -> None:
    report = taken(documents.extract, pdf(password="secret"))
    assert found(report, "encrypted").value is True
    assert "encrypted" in report.stopped[0]


def test_a_count_of_pages_that_is_a_lie_is_kept_beside_the_true_one() -> None:
    lie = pdf(pages=2).replace(b"/Count 2", b"/Count 9")
    counts = [(f.value, f.flags) for f in taken(documents.extract, lie).findings if f.name == "pages"]
    assert counts == [(9, ("disagrees",)), (2, ("disagrees",))]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4\n", b"%PDF-1.4\n" + bytes(2000), b"hello" * 100])
def test_what_is_no_pdf_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged, or no PDF"):
        taken(documents.extract, data)


def test_attached_files_whose_tree_is_a_loop_end() -> None:
    document = pikepdf.new()
    document.add_blank_page()
    node = document.make_indirect(pikepdf.Dictionary())
    node.Kids = pikepdf.Array([node, node])
    document.Root.Names = pikepdf.Dictionary(EmbeddedFiles=node)
    out = io.BytesIO()
    document.save(out)
    report = taken(documents.extract, out.getvalue())
    assert values(report, "attachment") == []
    assert report.stopped == []


def test_a_bomb_among_the_attached_files_is_named_and_not_inflated() -> None:
    bomb = zlib.compress(bytes(64 * 1024 * 1024), 9)
    document = pikepdf.open(io.BytesIO(pdf(attached={"zeros": b"x"})))
    stream = document.Root.Names.EmbeddedFiles.Names[1].EF.F
    stream.write(bomb, filter=pikepdf.Name.FlateDecode)
    out = io.BytesIO()
    document.save(out, compress_streams=False)
    entry = found(taken(documents.extract, out.getvalue()), "attachment").value
    assert (entry.name, entry.sha256) == ("zeros", None)


def test_a_script_that_runs_on_opening_is_a_warning() -> None:
    document = pikepdf.new()
    document.add_blank_page()
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = io.BytesIO()
    document.save(out)
    report = taken(documents.extract, out.getvalue())
    assert found(report, "active_content").value is True
    assert any("script" in warning for warning in report.warnings)


def test_a_budget_that_is_used_up_is_never_told_as_damage() -> None:
    data = pdf(attached={"noise": bytes(range(256)) * 4000})
    for budget in (0, 100, 700, 2000):
        report = Report()
        reasons = report.stopped
        with contextlib.suppress(Refused):
            documents.extract(Source(Counted(data, budget), len(data), "pdf"), "application/pdf", report)
            assert any("budget" in reason for reason in reasons)
