"""Input that was made to do harm is refused in words, with little memory and at once; nothing of it is unpacked or followed."""

import io
import os
import struct
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dems.ledger.verifier import Verdict
from dems.package.program import as_json, as_text
from dems.package.verification import Trusted, verify
from tests.ledger.signers import POLICY
from tests.package.making import BASE, a_making
from tests.package.tampering import files_of, packed, refused, report_on, wrong

PACKAGE = a_making().zip()
TRUSTED = Trusted(POLICY.to_bytes())


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED, mode: int = 0o100644) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped(("a/bagit.txt", b"1"), ("a/bagit.txt", b"2"))


def overlapping() -> bytes:
    """Two members in the directory, one set of bytes: each unpacks to as much as is there, ever so often."""
    one = zipped(("a/bagit.txt", b"x" * 100))
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    directory = one[start:end]
    other = directory.replace(b"a/bagit.txt", b"a/bagit.tx2")
    both = directory + other
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 2, 2, len(both), start, 0)
    return one[:start] + both + tail


def hidden() -> bytes:
    """Bytes between a member and the directory, which some programs unpack and others do not see."""
    one = zipped(("a/bagit.txt", b"x"))
    start = one.index(b"PK\x01\x02")
    body = one[:start] + zipped(("a/hidden.txt", b"y"))[: 30 + 12 + 1]
    end = one.index(b"PK\x05\x06")
    return body + one[start:end] + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, end - start, len(body), 0)


def something_before() -> bytes:
    """A program that unpacks itself is one; so is a zip before a zip, of which others read the first."""
    out = io.BytesIO(b"PK\x03\x04 something else")
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("a/bagit.txt", b"x")
    return out.getvalue()


def named_twice() -> bytes:
    """The Unicode Path field of Info-ZIP: ``unzip`` takes the second name where this checksum is that of the first."""
    info = zipfile.ZipInfo("a/bagit.txt")
    info.extra = struct.pack("<HHBI", 0x7075, 5 + 8, 1, zlib.crc32(b"a/bagit.txt")) + b"a/another"[:8]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, b"x")
    return out.getvalue()


def sized_twice() -> bytes:
    """A member that is shorter for programs which read from the beginning: there, others come out of what is left of it."""
    one = bytearray(zipped(("a/bagit.txt", b"x" * 100)))
    struct.pack_into("<II", one, 18, 10, 10)
    return bytes(one)


def of_claimed(count: int, size: int) -> bytes:
    """A directory that is said to have more than there is."""
    return b"PK\x03\x04" + bytes(60) + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, 64, 0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: zipped(("../../etc/cron.d/x", b"")), "leads out of its folder"),
        (lambda: zipped(("/etc/passwd", b"")), "leads out of its folder"),
        (lambda: zipped(("a/./bagit.txt", b"")), "leads out of its folder"),
        (lambda: zipped(("a\\..\\b", b"")).replace(b"a/../b", b"a\\..\\b"), "holds a backslash"),
        (lambda: zipped(("C:/x", b"")), "holds a backslash, a drive"),
        (lambda: zipped(("a/\x1b[2J", b"")), "control character"),
        (lambda: zipped(("a" * 500, b"")), "has from 1 to 400 bytes"),
        (lambda: zipped(("a/link", b"/etc/passwd"), mode=0o120777), "is a link or a device"),
        (lambda: zipped(("a/bomb", bytes(10_000_000)), method=zipfile.ZIP_DEFLATED), "is packed or encrypted"),
        (twice, "twice"),
        (named_twice, "has a second name in the zip"),
        (something_before, "something lies before the first file"),
        (lambda: zipped(("a/bagit.txt", b""), ("A/BAGIT.TXT", b"")), "are one file on some systems"),
        (lambda: zipped(("a/\u00e9", b""), ("a/e\u0301", b"")), "are one file on some systems"),
        (lambda: zipped(("a/bagit.txt", b"")) + b"trailing", "does not end where a zip ends"),
        (lambda: b"prefix" + zipped(("a/bagit.txt", b"")), "this is neither a zip nor JSON"),
        (lambda: PACKAGE[: len(PACKAGE) // 2], "does not end where a zip ends"),
        (lambda: b"PK", "does not end where a zip ends"),
        (lambda: of_claimed(2, 40), "is damaged or of a kind"),
        (lambda: of_claimed(0xFFFF, 0xFFFFFFFF), "is damaged or of a kind"),
        (lambda: zipped(("a/x", b""), ("b/x", b"")), "there is no bagit.txt in it"),
        (lambda: b"", "it is empty: get it again"),
        (lambda: b"[" * 200_000, "this is neither a zip nor JSON"),
        (lambda: b'{"entries": 1}', "this is JSON, and not a receipt"),
        (lambda: b"\x1f\x8b" + bytes(100), "archives other than zip are not read"),
    ],
)
def test_a_hostile_file_is_refused_in_words(tmp_path: Path, make: Callable[[], bytes], words: str) -> None:
    assert words in refused(report_on(tmp_path, make()))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (overlapping, "shares its bytes"),
        (hidden, "lie hidden behind it"),
        (sized_twice, "has another size where it begins"),
    ],
)
def test_bytes_that_belong_to_two_files_or_to_none_are_refused(
    tmp_path: Path, make: Callable[[], bytes], words: str
) -> None:
    report = report_on(tmp_path, make())
    assert report.verdict in {Verdict.FALSE, Verdict.REFUSED}
    assert words in str(report.findings)


def test_a_tar_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "package.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("a/bagit.txt"))
    assert "unpack it and give the folder" in refused(verify(path, TRUSTED))


def test_a_directory_that_says_it_is_endless_is_refused_before_it_is_read(tmp_path: Path) -> None:
    many = bytearray(packed({"bagit.txt": b""}))
    end = len(many) - 22
    numbers = (20_000_000, 20_000_000, end, 0)
    zip64 = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, *numbers) + struct.pack(
        "<IIQI", 0x07064B50, 0, end, 1
    )
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert "more than 1000000 files" in refused(report_on(tmp_path, bytes(many[:end]) + zip64 + tail))


def a_folder(tmp_path: Path) -> Path:
    folder = tmp_path / BASE
    for path, data in files_of(PACKAGE).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def test_a_folder_with_a_link_a_pipe_or_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    assert verify(folder, TRUSTED).verdict is Verdict.PROVED
    for make, words in (
        (lambda path: path.symlink_to("/etc/passwd"), "is a link"),
        (lambda path: path.symlink_to(folder, target_is_directory=True), "is a link"),
        (os.mkfifo, "is neither a file nor a folder"),
    ):
        strange = folder / "strange"
        make(strange)
        assert words in refused(verify(folder, TRUSTED))
        strange.unlink()
    raw = os.fsencode(folder) + b"/\xff\xfe"
    with open(raw, "wb"):  # noqa: PTH123 a path of bytes
        pass
    assert "is not Unicode" in refused(verify(folder, TRUSTED))
    Path(os.fsdecode(raw)).unlink()
    deep = folder.joinpath(*["d"] * 40)
    deep.mkdir(parents=True)
    assert "deep" in refused(verify(folder, TRUSTED))


def test_a_manifest_without_end_takes_no_memory(tmp_path: Path) -> None:
    files = files_of(PACKAGE)
    files["manifest-sha256.txt"] = b"".join(b"0" * 64 + b"  data/%d\n" % n for n in range(20_000))
    path = tmp_path / "package.zip"
    path.write_bytes(packed(files))
    tracemalloc.start()
    begun = time.perf_counter()
    found = wrong(verify(path, TRUSTED))["payload"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "and 19999 more, which manifest-sha256.txt lists, is not there" in found
    assert peak < 8_000_000
    assert time.perf_counter() - begun < 20


def test_what_a_package_says_does_not_reach_a_terminal_as_it_is(tmp_path: Path) -> None:
    making = a_making()
    making.items[0].reference = "ABC/1\x1b[2J\u202etxt"
    making.items[0].entries.clear()
    making.items[0].sealed_in(making.log)
    report = report_on(tmp_path, making.zip())
    for shown in (as_text(report), as_json(report)):
        assert not {c for c in shown if not c.isprintable() and c != "\n"}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(at=st.integers(0, len(PACKAGE) - 1), value=st.integers(0, 255), cut=st.booleans())
def test_no_single_byte_of_a_package_can_be_changed_or_cut_without_being_noticed(
    tmp_path: Path, at: int, value: int, cut: bool
) -> None:
    """Or it says nothing: times and flags of the zip itself, and its own checksums, which are not evidence of anything."""
    if cut:
        assert refused(report_on(tmp_path, PACKAGE[:at]))
        return
    changed = bytearray(PACKAGE)
    if changed[at] == value:
        return
    changed[at] = value
    path = tmp_path / "package.zip"
    path.write_bytes(changed)
    report = verify(path, TRUSTED)
    if report.verdict is Verdict.PROVED:
        with zipfile.ZipFile(io.BytesIO(PACKAGE)) as read:
            for member in read.infolist():
                start = member.header_offset + 30 + len(member.filename.encode())
                assert not start <= at < start + member.file_size, member.filename
