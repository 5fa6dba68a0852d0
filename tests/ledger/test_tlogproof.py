from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import MAX_NUMBER
from dems.ledger.invalid import Contradicted, LedgerInvalid, Malformed, NotProved
from dems.ledger.note import MAX_NOTE_BYTES
from dems.ledger.tlogproof import MAX_EXTRA_BYTES, MAX_PROOF_BYTES, TlogProof, note_of
from tests.ledger.published import CHECKPOINT
from tests.ledger.signers import COURT, LABORATORY, LOG_ONLY, ORIGIN, POLICY, PROSECUTOR, signed
from tests.ledger.trees import SIZE, TREE

hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=64).map(tuple)
proofs = st.builds(
    TlogProof,
    st.integers(0, MAX_NUMBER),
    hashes,
    st.just(CHECKPOINT),
    st.none() | st.binary(min_size=1, max_size=100),
)


def proof_of(index: int, size: int = SIZE, *, extra: bytes | None = None) -> TlogProof:
    checkpoint = signed(Checkpoint(ORIGIN, size, TREE.root(size)), COURT, LABORATORY)
    return TlogProof(index, tuple(TREE.inclusion(index, size)), checkpoint, extra)


@given(proofs)
def test_a_proof_reads_back_to_the_same_bytes(proof: TlogProof) -> None:
    assert TlogProof.from_bytes(proof.to_bytes()) == proof


def test_the_bytes_of_a_proof_are_these() -> None:
    first, second = (b64encode(value).decode() for value in (bytes(32), b"\xff" * 32))
    proof = TlogProof(5, (bytes(32), b"\xff" * 32), CHECKPOINT)
    assert proof.to_bytes() == f"c2sp.org/tlog-proof@v1\nindex 5\n{first}\n{second}\n\n".encode() + CHECKPOINT
    assert replace(proof, hashes=(), index=0).to_bytes() == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + CHECKPOINT
    assert replace(proof, hashes=(), extra=b"extra information").to_bytes() == (
        b"c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 5\n\n" + CHECKPOINT
    )


def test_every_entry_of_a_log_is_proved_by_its_proof() -> None:
    for size in (1, 2, 3, 8, SIZE):
        for index in range(size):
            proof = TlogProof.from_bytes(proof_of(index, size).to_bytes())
            assert proof.verify(bytes([index]), POLICY).checkpoint.size == size


def test_what_is_carried_besides_changes_nothing() -> None:
    assert proof_of(5, extra=b"anything").verify(b"\x05", POLICY).has_quorum


def test_another_entry_is_not_proved() -> None:
    for entry in (b"\x06", b"", b"\x05\x05", TREE.leaves[5]):
        with pytest.raises(Contradicted, match="another root"):
            proof_of(5).verify(entry, POLICY)


def test_a_proof_moved_to_another_place_is_refused() -> None:
    for index in (4, 6, SIZE - 1, SIZE, MAX_NUMBER):
        with pytest.raises(Contradicted):
            replace(proof_of(5), index=index).verify(b"\x05", POLICY)


def test_a_proof_with_the_checkpoint_of_another_tree_is_refused() -> None:
    for size in (1, 129):
        with pytest.raises(Contradicted):
            replace(proof_of(5), checkpoint=proof_of(0, size).checkpoint).verify(b"\x05", POLICY)


def test_signatures_are_asked_for_before_the_tree() -> None:
    lone = signed(Checkpoint(ORIGIN, SIZE, TREE.root(SIZE)), PROSECUTOR)
    with pytest.raises(NotProved, match="no quorum"):
        replace(proof_of(5), checkpoint=lone).verify(b"another entry", POLICY)
    with pytest.raises(NotProved, match="no known key"):
        replace(proof_of(5), checkpoint=CHECKPOINT).verify(b"\x05", LOG_ONLY)


@pytest.mark.no_cover
def test_no_bit_of_a_proof_may_differ() -> None:
    data = proof_of(5, 7).to_bytes()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(LedgerInvalid):
            TlogProof.from_bytes(bytes(changed)).verify(b"\x05", POLICY)


HASH = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "head",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\n",
        " c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v1\n\n\n",
        "c2sp.org/tlog-proof@v1\nextra eA==\n\n",
        "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra eB==\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra !!\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra eA==\nextra eA==\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra eA==\n\n",
        f"c2sp.org/tlog-proof@v1\nextra {'A' * 4 * (MAX_EXTRA_BYTES // 3 + 1)}\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex notanumber\n\n",
        "c2sp.org/tlog-proof@v1\nindex -5\n\n",
        "c2sp.org/tlog-proof@v1\nindex 05\n\n",
        "c2sp.org/tlog-proof@v1\nindex  5\n\n",
        "c2sp.org/tlog-proof@v1\nindex\n\n",
        "c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + b64encode(bytes(64)).decode() + "\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + b64encode(bytes(31)).decode() + "\n\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{HASH} \n\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{HASH}\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{HASH}\n\n\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{(HASH + chr(10)) * 65}\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{(HASH + chr(10)) * 20_000}\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + "a" * MAX_PROOF_BYTES + "\n\n",
    ],
)
def test_what_is_no_proof_is_refused(head: str) -> None:
    with pytest.raises(Malformed):
        TlogProof.from_bytes(head.encode() + CHECKPOINT)


@pytest.mark.parametrize("checkpoint", [b"", b"test checkpoint\n", CHECKPOINT[:-1], CHECKPOINT + b"\n", b"\xff"])
def test_a_proof_without_a_whole_checkpoint_is_refused(checkpoint: bytes) -> None:
    with pytest.raises(Malformed):
        TlogProof.from_bytes(b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + checkpoint)


def test_a_proof_that_cannot_be_is_never_made() -> None:
    for change in (
        {"index": -1},
        {"index": MAX_NUMBER + 1},
        {"hashes": (bytes(32),) * 65},
        {"hashes": (bytes(31),)},
        {"extra": b""},
        {"extra": bytes(MAX_EXTRA_BYTES + 1)},
    ):
        with pytest.raises(Malformed):
            replace(proof_of(5), **change)


def test_the_largest_proof_there_can_be_is_read_and_a_longer_file_is_not() -> None:
    head, lines = CHECKPOINT.split(b"\n\n")
    extension = b"x" * (MAX_NOTE_BYTES - len(CHECKPOINT) - 1) + b"\n"
    proof = TlogProof(MAX_NUMBER, (bytes(32),) * 64, head + b"\n" + extension + b"\n" + lines, bytes(65_536))
    assert len(proof.checkpoint) == 1_000_000
    assert TlogProof.from_bytes(proof.to_bytes()) == proof
    with pytest.raises(Malformed, match="a proof has at most 1131072 bytes"):
        TlogProof.from_bytes(b"x" * 1_131_073)
    with pytest.raises(Malformed, match="begins with"):
        TlogProof.from_bytes(b"x" * 1_131_072)


def test_a_checkpoint_is_read_from_its_own_file_and_from_a_proof() -> None:
    proof = proof_of(5)
    assert note_of(proof.to_bytes()) == note_of(proof.checkpoint) == proof.checkpoint
    for neither in (b"", b"c2sp.org/tlog-proof@v1\n", proof.checkpoint[:-1], b"\n" + proof.to_bytes()):
        with pytest.raises(Malformed):
            note_of(neither)
