import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.invalid import Contradicted, Malformed, NotProved
from dems.ledger.keys import KeyType, SigningKey, VerifierKey
from dems.ledger.note import MAX_NOTE_BYTES, MAX_SIGNATURES, Note, Signature
from dems.ledger.signing import Attestation, attested, sign
from tests.ledger.published import (
    GO_KEY,
    GO_LINE,
    GO_OTHER_KEY,
    GO_OTHER_LINE,
    GO_TEXT,
    SPECIFICATION_KEY,
    SPECIFICATION_NOTE,
)
from tests.ledger.test_keys import names

PETER, ENOCH = VerifierKey.from_text(GO_KEY), VerifierKey.from_text(GO_OTHER_KEY)
BOTH = (GO_TEXT + "\n" + GO_LINE + GO_OTHER_LINE).encode()

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n")).map(lambda text: text + "\n")
lines = st.builds(Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
notes = st.builds(Note, texts, st.lists(lines, min_size=1, max_size=4).map(tuple))


def test_the_note_of_the_specification_is_signed_by_its_key() -> None:
    key = VerifierKey.from_text(SPECIFICATION_KEY)
    note = Note.from_bytes(SPECIFICATION_NOTE)
    assert note.text == "This is an example message.\n"
    assert attested(note, [key]) == (Attestation(key, None),)
    assert note.to_bytes() == SPECIFICATION_NOTE


def test_those_who_signed_gos_note_are_told_in_the_order_of_the_lines() -> None:
    note = Note.from_bytes(BOTH)
    assert note.text == GO_TEXT
    assert [signature.name for signature in note.signatures] == ["PeterNeumann", "EnochRoot"]
    assert attested(note, [PETER]) == (Attestation(PETER, None),)
    assert attested(note, [ENOCH, PETER]) == (Attestation(PETER, None), Attestation(ENOCH, None))
    assert note.to_bytes() == BOTH


def test_a_note_that_no_known_key_signed_is_not_proved() -> None:
    for keys in ([], [VerifierKey.from_text(SPECIFICATION_KEY)]):
        with pytest.raises(NotProved, match="no known key"):
            attested(Note.from_bytes(BOTH), keys)


def test_a_line_of_another_key_is_left_unread_even_if_name_or_key_id_are_those_of_a_known_one() -> None:
    own, other = Note.from_bytes(BOTH).signatures
    same_name = Signature("PeterNeumann", other.key_id, b"garbage")
    same_id = Signature("EnochRoot", own.key_id, b"garbage")
    note = Note(GO_TEXT, (same_name, same_id, own))
    assert attested(note, [PETER]) == (Attestation(PETER, None),)


def test_one_line_of_a_known_key_that_does_not_fit_condemns_the_note() -> None:
    own, other = Note.from_bytes(BOTH).signatures
    for wrong in (b"garbage", other.value, own.value[:-1], own.value + b"\0", bytes(64)):
        note = Note(GO_TEXT, (own, other, Signature(own.name, own.key_id, wrong)))
        with pytest.raises(Contradicted, match="'PeterNeumann' does not fit"):
            attested(note, [PETER, ENOCH])


def test_a_signature_is_of_the_whole_text_and_of_nothing_else() -> None:
    signatures = Note.from_bytes(BOTH).signatures
    for text in (GO_TEXT + "\n", "\n" + GO_TEXT, GO_TEXT.replace("problem", "Problem", 1), GO_TEXT[1:]):
        with pytest.raises(Contradicted):
            attested(Note(text, signatures), [PETER])


def test_a_key_known_twice_counts_once() -> None:
    assert len(attested(Note.from_bytes(BOTH), [PETER, PETER])) == 1


def test_two_known_keys_that_cannot_be_told_apart_are_refused() -> None:
    """A key ID has 32 bits, so a search of seeds 0, 1, 2 … comes to a pair: these two."""
    first, second = (SigningKey("log", KeyType.ED25519, seed.to_bytes(32, "big")).key for seed in (16_018, 63_453))
    assert first != second
    assert first.id == second.id
    with pytest.raises(Malformed, match="the same key ID"):
        attested(Note.from_bytes(BOTH), [PETER, first, second])


# --- what is written ---


@given(notes)
def test_a_note_reads_back_to_the_same_bytes(note: Note) -> None:
    assert Note.from_bytes(note.to_bytes()) == note


def test_the_text_of_a_note_may_hold_blank_lines() -> None:
    text = "first\n\nsecond\n\n"
    note = Note.from_bytes((text + "\n" + GO_LINE).encode())
    assert note.text == text


def test_a_text_of_one_blank_line_is_a_text() -> None:
    assert Note.from_bytes(("\n\n" + GO_LINE).encode()).text == "\n"


def test_signatures_are_added_below_and_not_repeated() -> None:
    note = Note(GO_TEXT, (Note.from_bytes(BOTH).signatures[0],))
    other = Note.from_bytes(BOTH).signatures[1]
    assert note.with_signatures(other).to_bytes() == BOTH
    assert note.with_signatures(other, *note.signatures, other).to_bytes() == BOTH


def test_a_text_is_signed_as_it_is() -> None:
    signing = SigningKey("log", KeyType.ED25519, bytes(32))
    note = Note(GO_TEXT, (sign(GO_TEXT, signing),))
    assert attested(note, [signing.key]) == (Attestation(signing.key, None),)


def test_a_witness_key_signs_no_plain_text() -> None:
    with pytest.raises(ValueError, match="type 0x01"):
        sign(GO_TEXT, SigningKey("witness", KeyType.COSIGNATURE, bytes(32)))


class Broken(SigningKey):
    """Hardware that answers with another text's signature."""

    def sign(self, message: bytes) -> bytes:
        return SigningKey.sign(self, message + b"?")


def test_what_a_signer_gives_is_checked_before_it_is_used() -> None:
    with pytest.raises(Contradicted, match="does not fit"):
        sign(GO_TEXT, Broken("log", KeyType.ED25519, bytes(32)))


# --- what is refused ---


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\n",
        "\n\n",
        GO_TEXT,
        GO_TEXT + "\n",
        GO_TEXT + GO_LINE,
        GO_LINE,
        "\n" + GO_LINE,
        GO_TEXT + "\n" + GO_LINE[:-1] + "x",
        GO_TEXT + "\n" + GO_LINE[:-1],
        GO_TEXT + "\n" + GO_LINE + "\n",
        GO_TEXT + "\n" + GO_LINE + "Unexpected line.\n",
        GO_TEXT + "\n" + GO_LINE + "— \n",
        GO_TEXT + "\n" + GO_LINE.replace("— ", "- "),
        GO_TEXT + "\n" + GO_LINE.replace("— ", "—  "),
        GO_TEXT + "\n" + GO_LINE.replace("— ", "\u2013 "),
        GO_TEXT + "\n" + GO_LINE.replace("— PeterNeumann", "— Peter Neumann"),
        GO_TEXT + "\n" + GO_LINE.replace("PeterNeumann", "Peter+Neumann"),
        GO_TEXT + "\n" + GO_LINE.replace("PeterNeumann", "Peter\u00a0Neumann"),
        GO_TEXT + "\n" + GO_LINE.replace("PeterNeumann", ""),
        GO_TEXT + "\n" + GO_LINE.replace("=", ""),
        GO_TEXT + "\n" + GO_LINE.replace("=\n", "==\n"),
        GO_TEXT + "\n" + GO_LINE.replace("AM=", "AN="),
        GO_TEXT + "\n" + GO_LINE.replace("x08g", "x0_g"),
        GO_TEXT + "\n" + GO_LINE.replace("x08g", "x0\uff18g"),
        GO_TEXT + "\n" + GO_LINE.replace("=\n", "= \n"),
        GO_TEXT + "\n" + GO_LINE.replace("\n", "\r\n"),
        GO_TEXT.replace("\n", "\r\n") + "\n" + GO_LINE,
        GO_TEXT + "\n— PeterNeumann x08gow==\n",
        GO_TEXT + "\n— PeterNeumann x08=\n",
        "\x01" + GO_TEXT + "\n" + GO_LINE,
        "\t" + GO_TEXT + "\n" + GO_LINE,
        GO_TEXT[:-1] + "\x00\n\n" + GO_LINE,
        GO_TEXT + "\n" + GO_LINE * (MAX_SIGNATURES + 1),
        "x" * MAX_NOTE_BYTES + "\n\n" + GO_LINE,
    ],
)
def test_what_is_no_note_is_refused(data: str) -> None:
    with pytest.raises(Malformed):
        Note.from_bytes(data.encode())


@pytest.mark.parametrize("data", [b"\xff" + BOTH, BOTH.replace(b"\xe2\x80\x94", b"\xe2\x80"), b"\xed\xa0\x80" + BOTH])
def test_what_is_not_utf_8_is_no_note(data: bytes) -> None:
    with pytest.raises(Malformed, match="UTF-8"):
        Note.from_bytes(data)


def test_a_note_may_have_a_million_bytes_and_no_more() -> None:
    below = f"\n\n{GO_LINE}".encode()
    data = b"x" * (MAX_NOTE_BYTES - len(below)) + below
    assert len(data) == 1_000_000
    assert Note.from_bytes(data).to_bytes() == data
    with pytest.raises(Malformed, match="at most 1000000 bytes"):
        Note.from_bytes(b"x" + data)


def test_a_hundred_signatures_are_read() -> None:
    assert len(Note.from_bytes((GO_TEXT + "\n" + GO_LINE * MAX_SIGNATURES).encode()).signatures) == 100


@pytest.mark.parametrize("text", ["", "no newline", "a\x00\n", "a\r\n", "\ud800\n"])
def test_such_a_text_is_never_put_into_a_note(text: str) -> None:
    with pytest.raises(Malformed):
        Note(text, Note.from_bytes(BOTH).signatures)


def test_a_note_without_a_signature_is_none() -> None:
    with pytest.raises(Malformed, match="from 1 to 100"):
        Note(GO_TEXT, ())


@pytest.mark.parametrize(("key_id", "value"), [(b"", b"x"), (b"abc", b"x"), (b"abcde", b"x"), (b"abcd", b"")])
def test_a_signature_without_key_id_or_value_is_none(key_id: bytes, value: bytes) -> None:
    with pytest.raises(Malformed, match="four bytes"):
        Signature("log", key_id, value)
