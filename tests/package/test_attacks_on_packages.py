"""What somebody may do to a package on its way, and which check says so. Each is done for real and named.

Who changes a file either leaves the manifests as they are, or lists everything anew with a tool for bags; in the second case
only the log can tell.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.entry import Entry
from dems.ledger.note import Note
from dems.ledger.policy import Log, Policy
from dems.ledger.tlogproof import TlogProof
from dems.ledger.verifier import Verdict
from dems.package.chain_files import to_line
from dems.package.places import CHECKPOINT, ITEMS, chain_file, later_file, proof_file
from tests.ledger.signers import LOG, LOG_ONLY, OTHER_LOG, POLICY, signed
from tests.package.making import Made, Making, SmallLog, a_log, a_making
from tests.package.tampering import Files, files_of, listed_anew, packed, report_on, unproved, wrong

VIDEO = "data/evidence/ABC=2F1/custody suite.mp4"
Tamper = Callable[[Files, Making], None]


@pytest.fixture(scope="module")
def made() -> tuple[Making, bytes]:
    making = a_making(between=True)
    return making, making.zip()


def tampered(made: tuple[Making, bytes], change: Tamper) -> Files:
    making, package = made
    files = files_of(package)
    change(files, making)
    return files


# --- files ---


def missing(files: Files, _: Making) -> None:
    del files[VIDEO]


def extra(files: Files, _: Making) -> None:
    files["data/evidence/ABC=2F1/another.mp4"] = b"slipped in"


def changed(files: Files, _: Making) -> None:
    files[VIDEO] = files[VIDEO].replace(b"death", b"nap!!")


def renamed(files: Files, _: Making) -> None:
    files["data/evidence/ABC=2F1/other.mp4"] = files.pop(VIDEO)


def swapped_files(files: Files, _: Making) -> None:
    other = "data/evidence/ABC=2F2/=2E.=2F..=2Fetc=2Fpasswd"
    files[VIDEO], files[other] = files[other], files[VIDEO]


@pytest.mark.parametrize(
    ("change", "check", "words"),
    [
        (missing, "payload", "custody suite.mp4', which manifest-sha256.txt lists, is not there"),
        (extra, "payload", "another.mp4' is in the package and not in manifest-sha256.txt"),
        (changed, "payload", "custody suite.mp4' has another sha256 than manifest-sha256.txt says"),
        (renamed, "payload", "custody suite.mp4', which manifest-sha256.txt lists, is not there"),
        (swapped_files, "payload", "has another sha256"),
    ],
    ids=["missing", "extra", "changed", "renamed", "swapped"],
)
def test_a_file_that_is_not_as_listed_is_named(
    made: tuple[Making, bytes], tmp_path: Path, change: Tamper, check: str, words: str
) -> None:
    assert words in wrong(report_on(tmp_path, packed(tampered(made, change))))[check]


def test_what_is_said_of_one_file_is_not_said_of_the_others(made: tuple[Making, bytes], tmp_path: Path) -> None:
    found = wrong(report_on(tmp_path, packed(tampered(made, changed))))
    assert set(found) == {"payload", "sealed"}
    assert "ABC/1" in found["sealed"]
    assert "ABC/2" not in found["sealed"]


@pytest.mark.parametrize("change", [missing, extra, changed, renamed, swapped_files])
def test_a_bag_that_was_listed_anew_is_a_whole_bag_and_not_the_one_that_the_log_names(
    made: tuple[Making, bytes], tmp_path: Path, change: Tamper
) -> None:
    found = wrong(report_on(tmp_path, packed(listed_anew(tampered(made, change)))))
    assert not {"bag", "tag-files", "payload"} & set(found)
    assert "names another package by its digest" in found["export"]


def test_bytes_that_are_not_those_that_were_sealed_are_false_even_if_the_log_names_the_package(tmp_path: Path) -> None:
    """The sender itself gives another file: the seal in the log says which one it was."""
    making = a_making()
    making.items[0].data = b"a recording of something else"
    assert "is not what was sealed" in wrong(report_on(tmp_path, making.zip()))["sealed"]


def test_an_item_that_was_taken_out_with_all_its_traces_leaves_another_package_than_the_log_names(
    made: tuple[Making, bytes], tmp_path: Path
) -> None:
    def without_item(files: Files, making: Making) -> None:
        gone = making.items[0]
        for path in [p for p in files if str(gone.chain) in p or p == VIDEO]:
            del files[path]
        lines = files[ITEMS].splitlines(keepends=True)
        files[ITEMS] = b"".join(line for line in lines if gone.evidence.encode() not in line)

    found = wrong(report_on(tmp_path, packed(listed_anew(tampered(made, without_item)))))
    assert "lists 2 items" in found["items"]
    assert "another package" in found["export"]


# --- chains ---


def swapped_chain(files: Files, making: Making) -> None:
    one, other = making.items[0].chain, making.items[1].chain
    for place in (chain_file, later_file):
        files[place(one)], files[place(other)] = files[place(other)], files[place(one)]


def omitted_in_the_middle(files: Files, making: Making) -> None:
    item = making.items[0]
    files[chain_file(item.chain)] = b"".join(map(to_line, (item.entries[0], item.entries[2])))


def omitted_between_bag_and_export(files: Files, making: Making) -> None:
    item = making.items[0]
    files[later_file(item.chain)] = to_line(item.entries[-1])


def omitted_at_the_end(files: Files, making: Making) -> None:
    item = making.items[0]
    files[later_file(item.chain)] = to_line(item.entries[3])
    del files[proof_file(item.chain, 5)]


def edited(files: Files, making: Making) -> None:
    item, path = making.items[0], chain_file(making.items[0].chain)
    said = item.entries[0].detail or b""
    told = Entry(item.entries[0].leaf, item.entries[0].nonce, said.replace(b"investigator", b"case_manager"))
    files[path] = b"".join(map(to_line, (told, *item.entries[1:3])))


def reordered(files: Files, making: Making) -> None:
    item = making.items[0]
    files[chain_file(item.chain)] = b"".join(to_line(item.entries[place]) for place in (1, 0, 2))


def of_another_case(files: Files, making: Making) -> None:
    """A whole and proved chain of an item of another case, under the name of one of this."""
    del making
    log = a_log()
    foreign = Made("ABC/1", b"a recording of a death in custody", "custody suite.mp4", case="another").sealed_in(log)
    other = files_of(Making(log, [foreign]).zip())
    for path in [p for p in files if str(foreign.chain) in p]:
        del files[path]
    files.update({p: data for p, data in other.items() if str(foreign.chain) in p})


@pytest.mark.parametrize(
    ("change", "check", "words"),
    [
        (swapped_chain, "chain", "entry 1 belongs to another chain"),
        (omitted_in_the_middle, "chain", "entry 2 says that it is number 3"),
        (omitted_between_bag_and_export, "chain", "entry 4 says that it is number 5"),
        (omitted_at_the_end, "export", "the end of the chain is missing"),
        (edited, "chain", "entry 1: the leaf does not commit to this detail"),
        (reordered, "chain", "entry 1 says that it is number 2"),
        (of_another_case, "about", "entry 1 is about an item of another case"),
    ],
    ids=["swapped", "middle", "between", "end", "edited", "reordered", "another case"],
)
def test_a_chain_that_is_not_whole_or_not_the_items_is_false(
    made: tuple[Making, bytes], tmp_path: Path, change: Tamper, check: str, words: str
) -> None:
    assert words in wrong(report_on(tmp_path, packed(listed_anew(tampered(made, change)))))[check]


def test_entries_after_those_of_the_bag_that_are_left_out_altogether_leave_the_end_unproved(
    made: tuple[Making, bytes], tmp_path: Path
) -> None:
    def nothing_later(files: Files, making: Making) -> None:
        for path in [
            p for p in files if p == later_file(making.items[0].chain) or p.endswith(("4.tlog-proof", "5.tlog-proof"))
        ]:
            del files[path]

    report = report_on(tmp_path, packed(tampered(made, nothing_later)))
    assert report.verdict is not Verdict.PROVED
    assert "the end may be missing" in unproved(report)["export"]


def test_a_package_whose_export_the_log_never_took_in_is_false(tmp_path: Path) -> None:
    """Made by somebody who can write entries, and shows them with the proofs of another log's tree."""
    making = a_making()
    files = files_of(making.zip())
    forged = SmallLog()
    for item in making.items:
        for entry in item.entries:
            forged.take(entry)
    checkpoint = making.log.checkpoint(*making.witnesses)
    for item in making.items:
        for seq, entry in enumerate(item.entries, start=1):
            files[proof_file(item.chain, seq)] = forged.proof(entry, checkpoint, forged.frontier.size)
    assert "entry 1" in wrong(report_on(tmp_path, packed(files)))["inclusion"]


# --- checkpoints and signatures ---


def test_an_old_checkpoint_does_not_hold_the_export(tmp_path: Path) -> None:
    making = a_making()
    old, size = making.log.checkpoint(*making.witnesses), making.log.frontier.size
    files = files_of(making.zip())
    files[CHECKPOINT] = old
    for path in [p for p in files if p.endswith(".tlog-proof")]:
        proof = TlogProof.from_bytes(files[path])
        files[path] = TlogProof(proof.index, proof.hashes, old).to_bytes()
    found = wrong(report_on(tmp_path, packed(files)))["inclusion"]
    assert f"a tree of {size} leaves has no leaf" in found or "inclusion proof" in found or "more hashes" in found


def test_one_proof_against_an_old_checkpoint_is_noticed_beside_the_others(tmp_path: Path) -> None:
    making = a_making()
    old, size = making.log.checkpoint(*making.witnesses), making.log.frontier.size
    files = files_of(making.zip())
    item = making.items[0]
    files[proof_file(item.chain, 1)] = making.log.proof(item.entries[0], old, size)
    report = report_on(tmp_path, packed(files))
    assert "the proof of entry 1 is against another checkpoint" in wrong(report)["checkpoint"]
    assert "2 checkpoints" in unproved(report)["one-log"]


def test_a_forged_signature_is_false_and_a_strangers_is_none(made: tuple[Making, bytes], tmp_path: Path) -> None:
    making, package = made
    checkpoint = Checkpoint(LOG.name, making.log.frontier.size, making.log.frontier.root())
    real = Note.from_bytes(signed(checkpoint))
    other = Note.from_bytes(signed(Checkpoint(LOG.name, 1, checkpoint.root)))
    forged = Note(real.text, other.signatures).to_bytes()
    stranger = signed(Checkpoint(OTHER_LOG.name, checkpoint.size, checkpoint.root), log=OTHER_LOG)

    def with_checkpoint(note: bytes) -> bytes:
        files = files_of(package)
        files[CHECKPOINT] = note
        for path in [p for p in files if p.endswith(".tlog-proof")]:
            proof = TlogProof.from_bytes(files[path])
            files[path] = TlogProof(proof.index, proof.hashes, note).to_bytes()
        return packed(files)

    found = wrong(report_on(tmp_path, with_checkpoint(forged), LOG_ONLY.to_bytes()))
    assert "the signature of 'dems.example/log' does not fit this text" in found["log"]
    report = report_on(tmp_path, with_checkpoint(stranger), LOG_ONLY.to_bytes())
    assert "no known key has signed this" in unproved(report)["log"]


def test_a_package_that_brings_its_own_policy_does_not_choose_whom_the_reader_believes(tmp_path: Path) -> None:
    """Forged from beginning to end with keys of the forger's: whole in itself, and worth nothing to who has the real keys."""
    forgers = Policy.of([Log(OTHER_LOG.key)])
    package = a_making(policy=forgers, signer=OTHER_LOG, witnesses=[]).zip()
    assert list(unproved(report_on(tmp_path, package, policy=None))) == ["keys"]
    report = report_on(tmp_path, package, POLICY.to_bytes())
    assert "no known key has signed this" in unproved(report)["log"]
    assert "says other ones" in next(f.words for f in report.findings if f.check == "keys")


def test_absent_proofs_and_checkpoint_are_not_proved_and_not_false(made: tuple[Making, bytes], tmp_path: Path) -> None:
    def unlogged(files: Files, _: Making) -> None:
        for path in [p for p in files if p.endswith(".tlog-proof") or p == CHECKPOINT]:
            del files[path]

    report = report_on(tmp_path, packed(tampered(made, unlogged)))
    assert not wrong(report)
    assert set(unproved(report)) == {"log", "witnesses", "inclusion", "one-log", "checkpoint"}
