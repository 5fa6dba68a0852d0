"""The papers of a package: declaration, lists, manifests, chains and the entry of the export, each damaged and named."""

from pathlib import Path
from uuid import UUID

import pytest

from dems.ledger.canonical import canonical
from dems.package.chain_files import to_line
from dems.package.places import ITEMS, chain_file, later_file, manifest, proof_file
from tests.package.making import CASE, EXPORT, Made, Making, a_making
from tests.package.tampering import files_of, packed, report_on, wrong

CHAIN = Made("ABC/1", b"").chain
"""Of the first item, which has four entries."""


@pytest.fixture(scope="module")
def made() -> tuple[Making, bytes]:
    making = a_making()
    return making, making.zip()


@pytest.mark.parametrize(
    ("path", "data", "check", "words"),
    [
        (
            "bagit.txt",
            b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
            "bag",
            "does not declare BagIt 1.0",
        ),
        ("bag-info.txt", b"Payload-Oxum: 1.1\n", "bag", "which bag-info.txt does not say"),
        ("notes.txt", b"added", "tag-files", "'notes.txt' is in the package and not in tagmanifest-sha256.txt"),
        ("log/extra", b"added", "items", "'log/extra' belongs to no item"),
        ("log/proofs/00000001.tlog-proof", b"added", "items", "00000001.tlog-proof' belongs to no item"),
        (proof_file(CHAIN, 0), b"added", "items", "00000000.tlog-proof' belongs to no item"),
        (proof_file(CHAIN, 5), b"added", "items", "00000005.tlog-proof' belongs to no item"),
        (proof_file(UUID(int=1), 1), b"added", "items", "00000001.tlog-proof' belongs to no item"),
        (ITEMS, b'{"evidence":1}\n', "items", "line 1 of data/items.jsonl is no item"),
        (ITEMS, b"[" * 100_000 + b"\n", "items", "line 1 of data/items.jsonl is not canonical JSON"),
        ("data/export.json", b"{}\n", "items", "is not of the format dems-package/1"),
        (manifest("sha256"), b"x\n", "payload", "line 1 of manifest-sha256.txt is no digest with a path"),
        (manifest("sha512"), b"0" * 64 + b"  data/x\n", "payload", "line 1 of manifest-sha512.txt is no digest"),
        (manifest("sha256"), b"0" * 64 + b"  ../../x\n", "payload", "leads out of its folder"),
        (manifest("sha256"), b"0" * 64 + b"  \xff\n", "payload", "is not text in UTF-8"),
        (manifest("sha256"), (b"0" * 64 + b"  data/x\n") * 2, "payload", "and 1 more, which manifest-sha256.txt lists"),
    ],
)
def test_papers_that_are_not_what_they_should_be_are_named(
    made: tuple[Making, bytes], tmp_path: Path, path: str, data: bytes, check: str, words: str
) -> None:
    files = files_of(made[1])
    files[path] = data
    assert words in wrong(report_on(tmp_path, packed(files)))[check]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{}\n", "is not an entry"),
        (b"\xff\xfe\n", "is not canonical JSON"),
        (b'{"detail":null,"leaf":"AA==","nonce":null}', "is cut off or too long"),
        (b'{"detail":null,"leaf":null,"nonce":null}\n', "has no leaf"),
        (b'{"detail":null,"leaf":"?","nonce":null}\n', "holds something that is not base64"),
        (b'{"detail":1,"leaf":"AA==","nonce":null}\n', "is not an entry"),
        (b"[" * 50_000 + b"\n", "is not canonical JSON"),
        (canonical({"detail": None, "leaf": "A" * 200_000, "nonce": None}) + b"\n", "is cut off or too long"),
    ],
)
def test_a_chain_that_cannot_be_read_is_false_and_its_line_is_named(
    made: tuple[Making, bytes], tmp_path: Path, line: bytes, words: str
) -> None:
    files = files_of(made[1])
    path = chain_file(made[0].items[0].chain)
    files[path] = line
    found = wrong(report_on(tmp_path, packed(files)))["chain"]
    assert f"line 1 of {path} {words}" in found


def test_the_export_entry_says_which_export_and_how_long_the_chain_was(tmp_path: Path) -> None:
    """The facts of the entry are checked one by one: a package that takes another export's entry is not that export's."""
    for facts in ({"export": CASE}, {"last_seq": 2}):
        making = a_making()
        files = files_of(making.zip())
        item = making.items[0]
        digest = b"".join(e.detail or b"" for e in item.entries).split(b'"tagmanifest_sha256":"')[1][:64].decode()
        last = item.entries.pop()
        item.entry(
            making.log, "evidence.export", {"export": EXPORT, "last_seq": 3, "tagmanifest_sha256": digest} | facts
        )
        assert item.entries[-1] != last
        files[later_file(item.chain)] = to_line(item.entries[-1])
        assert "another export, or another length" in wrong(report_on(tmp_path, packed(files)))["export"]
