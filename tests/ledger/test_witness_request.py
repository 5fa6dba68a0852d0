from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.fields import MAX_NUMBER
from dems.ledger.hashing import EMPTY_ROOT
from dems.ledger.invalid import Contradicted, Malformed, NotProved
from dems.ledger.note import MAX_SIGNATURES, Note, Signature
from dems.ledger.signing import cosign
from dems.ledger.succession import verify_succession
from dems.ledger.witness_request import (
    MAX_ANSWER_BYTES,
    MAX_REQUEST_BYTES,
    MOST_PROOF_LINES,
    AddCheckpoint,
    cosigned_by,
    signatures_from_bytes,
    signatures_to_bytes,
    size_from_bytes,
    size_to_bytes,
)
from tests.ledger.signers import AT, COURT, LOG, ORIGIN, PROSECUTOR, signed
from tests.ledger.trees import SIZE, TREE

OFFERED = Checkpoint(ORIGIN, SIZE, TREE.root(SIZE))
SIGNED = signed(OFFERED)

# The examples of the specification: C2SP tlog-witness, add-checkpoint.
CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\u2014 example.com/behind-the-sofa "
    "opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n"
).encode()
EXAMPLE = (
    b"old 20852014\n"
    b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    b"jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    b"5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    b"/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    b"\n"
) + CHECKPOINT
EXAMPLE_ANSWER = (
    "\u2014 witness.example/w1 "
    "CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==\n"
    "\u2014 witness.example/w1 "
    "I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==\n"
    "\u2014 witness.example/w2 "
    "AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==\n"
).encode()


def line_of(signature: Signature) -> bytes:
    return signature.to_line().encode()


# --- the request ---


@given(st.integers(0, 20_852_163), st.lists(st.binary(min_size=32, max_size=32), max_size=MOST_PROOF_LINES).map(tuple))
def test_a_request_reads_back_to_the_same_bytes(old: int, proof: tuple[bytes, ...]) -> None:
    request = AddCheckpoint(old, proof, CHECKPOINT)
    assert AddCheckpoint.from_bytes(request.to_bytes()) == request


def test_the_example_of_the_specification_is_read_and_written_back() -> None:
    request = AddCheckpoint.from_bytes(EXAMPLE)
    assert (request.old, len(request.proof), request.checkpoint) == (20852014, 4, CHECKPOINT)
    assert request.proof[0].hex() == "3e544d0abc07a6a846aeea6e7b42fb8316e36cc88a03db5e9afb996430e991ac"
    assert request.to_bytes() == EXAMPLE


def test_a_request_to_a_witness_that_knows_nothing_has_no_proof() -> None:
    assert AddCheckpoint(0, (), CHECKPOINT).to_bytes() == b"old 0\n\n" + CHECKPOINT


def test_what_we_send_convinces_whoever_checks_it() -> None:
    for old in (1, 2, 64, 129, SIZE):
        sent = AddCheckpoint(old, tuple(TREE.consistency(old, SIZE)), SIGNED).to_bytes()
        read = AddCheckpoint.from_bytes(sent)
        offered = Checkpoint.from_text(Note.from_bytes(read.checkpoint).text)
        verify_succession(Checkpoint(ORIGIN, old, TREE.root(old)), offered, read.proof)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 5\n" + CHECKPOINT,
        b"old 5",
        b"\nold 5\n\n" + CHECKPOINT,
        b"old 05\n\n" + CHECKPOINT,
        b"old +5\n\n" + CHECKPOINT,
        b"old  5\n\n" + CHECKPOINT,
        b"old 5 \n\n" + CHECKPOINT,
        b"Old 5\n\n" + CHECKPOINT,
        b"old -1\n\n" + CHECKPOINT,
        b"old \xef\xbc\x95\n\n" + CHECKPOINT,
        b"old 5\r\n\r\n" + CHECKPOINT,
        b"old 5\n\n",
        b"old 5\n\nno checkpoint\n",
        b"old 5\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkax=\n\n" + CHECKPOINT,
        b"old 5\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw\n\n" + CHECKPOINT,
        b"old 5\nAAAA\n\n" + CHECKPOINT,
        b"old 20852164\n\n" + CHECKPOINT,
        b"old 5\n\n" + CHECKPOINT + b"\n",
        b"old 5\n\n\xff" + CHECKPOINT,
        b"old 5\n" + b64encode(bytes(32)) + b"\n" + b"\n".join([b64encode(bytes(32))] * 63) + b"\n\n" + CHECKPOINT,
        b"x" * (MAX_REQUEST_BYTES + 1),
    ],
)
def test_a_request_that_is_written_otherwise_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        AddCheckpoint.from_bytes(body)


def test_a_request_is_not_made_with_what_it_cannot_hold() -> None:
    sound = AddCheckpoint(5, (bytes(32),), CHECKPOINT)
    with pytest.raises(Malformed, match="63"):
        replace(sound, proof=(bytes(32),) * 64)
    with pytest.raises(Malformed, match="32 bytes"):
        replace(sound, proof=(bytes(31),))
    for old in (-1, 20852164):
        with pytest.raises(Malformed, match="old size"):
            replace(sound, old=old)


# --- the answer ---


@given(st.integers(0, MAX_NUMBER))
def test_a_size_reads_back(size: int) -> None:
    assert size_from_bytes(size_to_bytes(size)) == size


@pytest.mark.parametrize(
    "body", [b"", b"5", b"05\n", b"5\n\n", b" 5\n", b"5\r\n", b"-1\n", b"9223372036854775808\n", b"\xff\n"]
)
def test_a_size_that_is_written_otherwise_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        size_from_bytes(body)


def test_no_size_is_written_that_no_tree_has() -> None:
    assert size_to_bytes(20852163) == b"20852163\n"
    for size in (-1, MAX_NUMBER + 1):
        with pytest.raises(Malformed):
            size_to_bytes(size)


def test_the_example_of_an_answer_is_read_and_written_back() -> None:
    lines = signatures_from_bytes(EXAMPLE_ANSWER)
    assert [line.name for line in lines] == ["witness.example/w1", "witness.example/w1", "witness.example/w2"]
    assert signatures_to_bytes(lines) == EXAMPLE_ANSWER


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        EXAMPLE_ANSWER[:-1],
        EXAMPLE_ANSWER + b"\n",
        b"\n" + EXAMPLE_ANSWER,
        EXAMPLE_ANSWER.replace(b"\n", b"\r\n"),
        EXAMPLE_ANSWER.replace("\u2014".encode(), b"-"),
        b"<html>502 Bad Gateway</html>\n",
        b"\xff\xfe" * 100,
        EXAMPLE_ANSWER.splitlines(keepends=True)[0] * (MAX_SIGNATURES + 1),
        b"x" * (MAX_ANSWER_BYTES + 1),
    ],
)
def test_an_answer_that_is_garbage_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        signatures_from_bytes(body)


def test_no_answer_is_written_without_a_signature() -> None:
    with pytest.raises(Malformed):
        signatures_to_bytes([])


def test_a_cosignature_is_taken_from_the_answer_and_says_when() -> None:
    answer = line_of(cosign(OFFERED.to_text(), COURT, AT))
    signature, attestation = cosigned_by(answer, SIGNED, COURT.key)
    assert (signature.to_line().encode(), attestation.time, attestation.key) == (answer, AT, COURT.key)
    assert Note.from_bytes(SIGNED).with_signatures(signature).to_bytes() == signed(OFFERED, COURT)


def test_lines_of_keys_that_are_not_the_witness_s_say_nothing() -> None:
    other, own = (line_of(cosign(OFFERED.to_text(), key, AT)) for key in (PROSECUTOR, COURT))
    assert cosigned_by(EXAMPLE_ANSWER + other + own, SIGNED, COURT.key)[0].to_line().encode() == own
    with pytest.raises(NotProved, match="no known key"):
        cosigned_by(EXAMPLE_ANSWER + other, SIGNED, COURT.key)


def test_of_two_cosignatures_of_a_witness_the_later_counts() -> None:
    early, late = (line_of(cosign(OFFERED.to_text(), COURT, at)) for at in (AT - 60, AT))
    for answer in (early + late, late + early):
        assert cosigned_by(answer, SIGNED, COURT.key)[1].time == AT


def test_a_cosignature_of_another_tree_is_refused() -> None:
    other = Checkpoint(ORIGIN, SIZE, TREE.root(SIZE - 1))
    for text in (other.to_text(), Checkpoint("other.example/log", SIZE, TREE.root(SIZE)).to_text()):
        with pytest.raises(Contradicted, match="does not fit"):
            cosigned_by(line_of(cosign(text, COURT, AT)), SIGNED, COURT.key)


def test_one_false_line_of_the_witness_condemns_its_answer() -> None:
    true = cosign(OFFERED.to_text(), COURT, AT)
    later = (AT + 1).to_bytes(8, "big") + true.value[8:]
    for forged in (replace(true, value=later), replace(true, value=true.value[:-1] + bytes([true.value[-1] ^ 1]))):
        with pytest.raises(Contradicted):
            cosigned_by(line_of(true) + line_of(forged), SIGNED, COURT.key)
    with pytest.raises(Malformed):
        cosigned_by(line_of(replace(true, value=bytes(71))), SIGNED, COURT.key)


def test_the_key_of_a_log_is_no_witness() -> None:
    with pytest.raises(ValueError, match="0x04"):
        cosigned_by(EXAMPLE_ANSWER, SIGNED, LOG.key)


def test_the_empty_tree_may_be_shown_to_a_witness() -> None:
    empty = signed(Checkpoint(ORIGIN, 0, EMPTY_ROOT))
    assert AddCheckpoint.from_bytes(b"old 0\n\n" + empty) == AddCheckpoint(0, (), empty)
