import contextlib
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.cli.screen import say_json, say_table, shown, size_text


@given(st.text())
def test_nothing_of_others_steers_the_terminal(text: str) -> None:
    assert all(unicodedata.category(c)[0] != "C" for c in shown(text))
    assert "\n" not in shown(text)


@given(st.text(), st.sampled_from([None, 2]))
def test_json_says_exactly_what_it_was_given_and_steers_no_terminal(text: str, indent: int | None) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        say_json({"name": text + "\x9b31m\u202e\U000e0041\x7f"}, indent=indent)
    said = out.getvalue()
    assert json.loads(said) == {"name": text + "\x9b31m\u202e\U000e0041\x7f"}
    assert not [c for c in said.replace("\n", "") if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}]


def test_what_is_escaped_can_still_be_told_apart() -> None:
    assert shown("a\nb") == "a\\x0ab"
    assert shown("\u202egpj.exe") == "\\u202egpj.exe"
    assert shown("\x1b[31mred") == "\\x1b[31mred"
    assert shown(None) == ""


def test_sizes_are_for_people() -> None:
    assert [size_text(s) for s in (None, 0, 999, 1000, 20_000_000, 5 * 10**15)] == [
        "-",
        "0 B",
        "999 B",
        "1.0 kB",
        "20.0 MB",
        "5000.0 TB",
    ]


def test_tables_cut_nothing_off(capsys: pytest.CaptureFixture[str]) -> None:
    say_table(("name", "size"), [("x" * 300, 1), ("y", 2)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "x" * 300 + "  1"
    assert lines[0].index("size") == lines[2].index("2") == 302
