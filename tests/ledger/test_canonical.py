"""Our canonical JSON against an independent implementation of RFC 8785, over the values that entries may hold."""

import json
from enum import IntEnum, StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from dems.ledger.canonical import MAX_INTEGER, canonical, parse_canonical

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(texts, inner, max_size=6), max_leaves=30
)


@given(values)
@example({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "\r": 4, "1": 5, "\u0080": 6, "ö": 7})
@example('\x00\x08\x09\x0a\x0c\x0d\x1f\x7f"\\/\u2028\u2029')
@example([MAX_INTEGER, -MAX_INTEGER, 0, [], {}, "", None, True, False])
def test_canonical_json_is_what_another_implementation_of_rfc_8785_writes(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_canonical_json_reads_back_to_the_same_value(value: Any) -> None:
    assert parse_canonical(canonical(value)) == value


@given(st.dictionaries(texts, scalars, max_size=8))
def test_the_order_in_which_members_were_given_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_members_are_sorted_by_utf_16_code_units_and_not_by_code_points() -> None:
    # U+1F600 is D83D DE00 in UTF-16 and so comes before U+FB33, although its code point is larger.
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == b'{"\xf0\x9f\x98\x80":2,"\xef\xac\xb3":1}'


def test_strings_are_not_normalised() -> None:
    assert canonical("e\u0301") != canonical("\u00e9")


class Word(StrEnum):
    ONE = "one"


class Number(IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    "value",
    [
        0.0,
        1.5,
        float("nan"),
        float("inf"),
        -0.0,
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        10**400,
        b"bytes",
        (1, 2),
        {1, 2},
        {1: "a"},
        {None: 1},
        {True: 1},
        {Word.ONE: 1},
        Word.ONE,
        Number.ONE,
        [[[{"deep": [1.0]}]]],
        "\ud800",
        {"\udfff": 1},
        ["\udc00\ud800"],
    ],
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the kind of error is the promise; its words come from two modules
        canonical(value)


@given(values.filter(lambda v: isinstance(v, dict | list) and len(v) > 0))
def test_json_with_white_space_is_not_canonical(value: Any) -> None:
    with pytest.raises(ValueError, match="canonical form"):
        parse_canonical(json.dumps(value, ensure_ascii=False).encode("utf-8") + b" ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" null",
        b"null\n",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b"1.0",
        b"1e2",
        b"-0",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"1" * 5000,
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u001F"',
        b'"\\ud83d\\ude00"',
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b'"\xff"',
        b'"tab\there"',
        b"\xef\xbb\xbfnull",
        "null".encode("utf-16"),
        '{"a":1}'.encode("utf-16-le"),
        b"[1,]",
        b"{'a':1}",
        b"nul",
    ],
)
def test_bytes_that_would_not_be_written_back_alike_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 see above
        parse_canonical(data)
