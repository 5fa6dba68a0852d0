from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.checkpoint import Checkpoint
from dems.ledger.cosignature import Cosignature, cosigned_message
from dems.ledger.fields import MAX_NUMBER
from dems.ledger.hashing import EMPTY_ROOT
from dems.ledger.invalid import Contradicted, LedgerInvalid, Malformed, NotProved
from dems.ledger.judgement import judge
from dems.ledger.keys import KeyType, SigningKey, VerifierKey
from dems.ledger.note import Note, Signature
from dems.ledger.policy import Log, Policy, Witness
from dems.ledger.signing import Attestation, attested, checkpoint_of, cosign, sign
from tests.ledger.published import (
    CHECKPOINT,
    CHECKPOINT_TEXT,
    LOG_KEY,
    OTHER_WITNESS_KEY,
    SPECIFICATION_CHECKPOINT,
    SPECIFICATION_NOTE,
    WITNESS_KEY,
    WITNESS_LINE,
    WITNESSED_AT,
)
from tests.ledger.signers import AT, COURT, LOG, ORIGIN, OTHER_LOG, signed
from tests.ledger.trees import TREE

PUBLIC_LOG, WITNESS, OTHER_WITNESS = map(VerifierKey.from_text, (LOG_KEY, WITNESS_KEY, OTHER_WITNESS_KEY))

lines = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
checkpoints = st.builds(
    Checkpoint, lines, st.integers(1, MAX_NUMBER), st.binary(min_size=32, max_size=32), st.lists(lines).map(tuple)
)


def of(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, TREE.root(size))


# --- checkpoints of others ---


def test_a_real_checkpoint_of_another_log_is_read_and_verified() -> None:
    checkpoint = checkpoint_of(CHECKPOINT, PUBLIC_LOG)
    assert checkpoint.origin == "arche2025h1.staging.ct.transparency.dev"
    assert checkpoint.size == 1_432_088_532
    assert checkpoint.root == b64decode("U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=")
    assert checkpoint.extensions == ()
    assert checkpoint.to_text() == CHECKPOINT_TEXT
    assert Note.from_bytes(CHECKPOINT).to_bytes() == CHECKPOINT


def test_real_cosignatures_on_it_are_verified_and_dated() -> None:
    note = Note.from_bytes(CHECKPOINT)
    assert attested(note, [PUBLIC_LOG, WITNESS, OTHER_WITNESS]) == (
        Attestation(PUBLIC_LOG, None),
        Attestation(OTHER_WITNESS, WITNESSED_AT),
        Attestation(WITNESS, WITNESSED_AT),
    )


def test_the_real_cosignature_is_of_these_bytes() -> None:
    value = b64decode(WITNESS_LINE.split(" ")[2])[4:]
    message = f"cosignature/v1\ntime {WITNESSED_AT}\n{CHECKPOINT_TEXT}".encode()
    assert cosigned_message(CHECKPOINT_TEXT, WITNESSED_AT) == message
    assert WITNESS.verifies(value[8:], message)


def test_the_example_of_the_specification_reads_back_to_the_same_bytes() -> None:
    note = Note.from_bytes(SPECIFICATION_CHECKPOINT)
    checkpoint = Checkpoint.from_text(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root == b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert Cosignature.from_bytes(note.signatures[1].value).time == 1679315147, "the time that the specification says"
    assert note.to_bytes() == SPECIFICATION_CHECKPOINT


def test_no_bit_of_a_checkpoint_may_differ_but_in_lines_that_nobody_knows() -> None:
    keys = [PUBLIC_LOG, WITNESS, OTHER_WITNESS]
    whole = attested(Note.from_bytes(CHECKPOINT), keys)
    for place in range(len(CHECKPOINT)):
        changed = bytearray(CHECKPOINT)
        changed[place] ^= 1 << place % 8
        try:
            note = Note.from_bytes(bytes(changed))
            found = attested(note, keys)
        except LedgerInvalid:
            continue
        assert note.text == CHECKPOINT_TEXT, "every line of a known key fits the text as it was signed"
        assert set(found) <= set(whole), "a key or a time that is told is one that was signed"


def test_no_bit_of_a_checkpoint_of_ours_may_differ() -> None:
    data = signed(of(7), COURT)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(LedgerInvalid):
            judge(bytes(changed), COURT_ALONE).require_quorum()


COURT_ALONE = Policy.of([Log(LOG.key)], [Witness("court", COURT.key)], quorum="court")


# --- the text ---


@given(checkpoints)
def test_a_checkpoint_reads_back_to_the_same_text(checkpoint: Checkpoint) -> None:
    assert Checkpoint.from_text(checkpoint.to_text()) == checkpoint


def test_the_text_of_a_checkpoint_is_this() -> None:
    assert Checkpoint("log", 0, EMPTY_ROOT).to_text() == "log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert Checkpoint("log", 7, bytes(32), ("x", "y z")).to_text() == "log\n7\n" + "A" * 43 + "=\nx\ny z\n"


def test_a_checkpoint_is_of_a_tree_up_to_the_largest_and_of_a_text_that_fits_a_note() -> None:
    assert Checkpoint.from_text(f"log\n{MAX_NUMBER}\n{ROOT}\n").size == MAX_NUMBER
    head = f"log\n7\n{ROOT}\n"
    fits = head + "x" * (1_000_000 - len(head) - 1) + "\n"
    assert Checkpoint.from_text(fits).to_text() == fits
    with pytest.raises(Malformed, match="at most 1000000 characters"):
        Checkpoint.from_text(fits[:-1] + "x\n")


ROOT = "A" * 43 + "="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"log\n7\n{ROOT}",
        f"log\n7\n{ROOT}\n\n",
        f"log\n7\n{ROOT}\n\nx\n",
        f"\n7\n{ROOT}\n",
        "log\n7\n",
        f"log\n{ROOT}\n",
        f"log\n\n{ROOT}\n",
        *(
            f"log\n{size}\n{ROOT}\n"
            for size in ("07", "00", "+7", "-7", " 7", "7 ", "7_0", "7.0", "0x7", "\uff17", "\u0667", "1e3", "")
        ),
        f"log\n{MAX_NUMBER + 1}\n{ROOT}\n",
        f"log\n{'9' * 5000}\n{ROOT}\n",
        f"log\n7\n{ROOT[:-1]}\n",
        f"log\n7\n{ROOT}=\n",
        f"log\n7\n{'A' * 42}B=\n",
        f"log\n7\n{'A' * 44}\n",
        f"log\n7\n{'A' * 42}==\n",
        f"log\n7\n {ROOT}\n",
        f"log\n7\n{ROOT} \n",
        f"log\n7\n{'-' * 43}=\n",
        "log\n7\n" + "\u00e9" * 43 + "=\n",
        f"log\r\n7\r\n{ROOT}\r\n",
        f"log\n7\n{ROOT}\nx\x00\n",
        f"log\n0\n{ROOT}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.from_text(text)


@pytest.mark.parametrize("separator", ["\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_a_newline_divides_lines(separator: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.from_text(separator.join(["log", "7", ROOT, ""]))


@pytest.mark.parametrize(
    "change",
    [
        {"origin": ""},
        {"origin": "a\nb"},
        {"origin": "a\tb"},
        {"size": -1},
        {"size": MAX_NUMBER + 1},
        {"size": 0},
        {"root": bytes(31)},
        {"root": bytes(33)},
        {"extensions": ("",)},
        {"extensions": ("a\nb",)},
    ],
)
def test_a_checkpoint_that_cannot_be_is_never_made(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        replace(of(7), **change)


# --- signed by its log ---


def test_a_log_signs_and_its_readers_read() -> None:
    assert checkpoint_of(signed(of(7)), LOG.key) == of(7)
    assert checkpoint_of(signed(of(0), COURT), LOG.key) == of(0)


def test_another_logs_signature_is_not_this_logs() -> None:
    with pytest.raises(NotProved):
        checkpoint_of(signed(of(7), log=OTHER_LOG), LOG.key)


def test_a_log_does_not_speak_for_another() -> None:
    with pytest.raises(Contradicted, match=r"of the log 'dems\.example/log', not of 'other\.example/log'"):
        checkpoint_of(signed(of(7), log=OTHER_LOG), OTHER_LOG.key)


def test_a_signed_text_that_is_no_checkpoint_is_none() -> None:
    key = VerifierKey.from_text("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    with pytest.raises(Malformed, match="a checkpoint is"):
        checkpoint_of(SPECIFICATION_NOTE, key)


# --- cosigned by witnesses ---


@pytest.mark.parametrize("time", [0, 1, AT, MAX_NUMBER])
def test_a_cosignature_says_when_it_was_made(time: int) -> None:
    note = Note.from_bytes(signed(of(7), COURT, at=time))
    assert attested(note, [COURT.key]) == (Attestation(COURT.key, time),)
    assert note.signatures[1].value[:8] == time.to_bytes(8, "big")
    assert len(note.signatures[1].value) == 72


def test_a_cosignature_with_another_time_does_not_fit() -> None:
    text = of(7).to_text()
    value = cosign(text, COURT, AT).value
    later = Signature(COURT.name, COURT.key.id, (AT + 1).to_bytes(8, "big") + value[8:])
    with pytest.raises(Contradicted):
        attested(Note(text, (later,)), [COURT.key])


def test_a_cosignature_is_no_signature_of_the_log_with_the_same_key() -> None:
    text = of(7).to_text()
    same = SigningKey(LOG.name, KeyType.COSIGNATURE, LOG.seed)
    with pytest.raises(NotProved):
        attested(Note(text, (cosign(text, same, AT),)), [LOG.key])
    with pytest.raises(NotProved):
        attested(Note(text, (sign(text, LOG),)), [same.key])


@pytest.mark.parametrize("length", [1, 8, 64, 71, 73])
def test_a_cosignature_of_another_length_is_refused(length: int) -> None:
    text = of(7).to_text()
    with pytest.raises(Malformed, match="64 bytes"):
        attested(Note(text, (Signature(COURT.name, COURT.key.id, bytes(length)),)), [COURT.key])


def test_a_time_beyond_63_bits_is_refused() -> None:
    with pytest.raises(Malformed):
        Cosignature.from_bytes((MAX_NUMBER + 1).to_bytes(8, "big") + bytes(64))
    for time in (-1, MAX_NUMBER + 1):
        with pytest.raises(Malformed):
            Cosignature(time, bytes(64))


def test_a_witness_signs_nothing_but_checkpoints() -> None:
    with pytest.raises(Malformed, match="a checkpoint is"):
        cosign("Pay the bearer.\n", COURT, AT)


def test_a_log_key_does_not_cosign() -> None:
    with pytest.raises(ValueError, match="type 0x04"):
        cosign(of(7).to_text(), LOG, AT)
