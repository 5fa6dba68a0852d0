import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.ledger.fields import (
    MAX_NUMBER,
    decimal,
    from_base64,
    from_utf8,
    hash_from_base64,
    require_printable,
    shown,
    to_base64,
)
from dems.ledger.invalid import Malformed


@given(st.integers(0, MAX_NUMBER))
def test_every_number_is_read_as_it_is_written(number: int) -> None:
    assert decimal(str(number)) == number


def test_the_smallest_and_the_largest_number_are_read() -> None:
    assert decimal("0") == 0
    assert decimal("9223372036854775807") == 2**63 - 1


@pytest.mark.parametrize(
    "text",
    [
        *("", "-0", "-1", "+5", " 5", "5 ", "5\n", "\n5", "05", "00", "5_0", "5.0", "5e0", "0x5", "0b1", "1,000"),
        *(
            "\u0665",
            "1\u0665",
            "\uff15",
            "1\uff15",
            "\u00b2",
            "\u2460",
            "five",
            "9223372036854775808",
            "10000000000000000000",
            "9" * 10_000,
        ),
    ],
)
def test_a_number_written_in_any_other_way_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="decimal digits"):
        decimal(text)


@given(st.binary())
def test_base64_is_read_as_it_is_written(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize(
    "text",
    [
        *("=", "A", "AA", "AAA", "AA=", "AAA==", "AAAA=", "AB==", "AAB=", "AA==\n", "\nAA==", "A A=", "AA\r=", "AA!=="),
        *("AA==AA==", "-_==", "\u00c1A==", "\uff21A==", "AAA\x00"),
    ],
)
def test_base64_written_in_any_other_way_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="base64"):
        from_base64(text)


@given(st.text(st.sampled_from("AB+/=\n "), max_size=12) | st.text(max_size=12))
def test_text_is_base64_in_one_way_or_not_at_all(text: str) -> None:
    try:
        data = from_base64(text)
    except Malformed:
        return
    assert base64.b64encode(data) == text.encode("ascii")


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_a_hash_is_the_base64_of_32_bytes(length: int) -> None:
    assert hash_from_base64(to_base64(bytes(32))) == bytes(32)
    with pytest.raises(Malformed, match="32 bytes"):
        hash_from_base64(to_base64(bytes(length)))


def test_text_has_a_length_that_is_asked_for_first() -> None:
    assert from_utf8("é".encode(), most=2, what="a word") == "é"
    with pytest.raises(Malformed, match="a word has at most 2 bytes"):
        from_utf8(b"\xff\xff\xff", most=2, what="a word")
    with pytest.raises(Malformed, match="a word is text in UTF-8"):
        from_utf8(b"\xff", most=2, what="a word")


@pytest.mark.parametrize("character", [chr(code) for code in (*range(10), *range(11, 32), 0xD800, 0xDFFF)])
def test_control_characters_and_halves_of_characters_are_refused(character: str) -> None:
    with pytest.raises(Malformed, match="a word holds a control character"):
        require_printable(f"a{character}b", "a word")


@pytest.mark.parametrize("text", ["", "\n", "a b", "\x7f", "\u0085", "\u2028", "\ud7ff\ue000", "😀"])
def test_all_else_is_text(text: str) -> None:
    require_printable(text, "a word")


def test_foreign_text_is_shown_escaped_and_not_at_length() -> None:
    assert shown("log\x1b[31m\n\u202e") == r"'log\x1b[31m\n\u202e'"
    assert shown("a" * 80) == f"'{'a' * 80}'"
    assert shown("a" * 1_000_000) == f"'{'a' * 80}'…"
