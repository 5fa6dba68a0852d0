"""Names that others chose become paths that every system and every tool for bags takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.package.paths import MAX_COMPONENT_BYTES, Paths, checked_path, component, twin
from dems.package.refusal import Refused


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("photo 1 (copy).jpg", "photo 1 (copy).jpg"),
        ("Sŵn y môr.wav", "Sŵn y môr.wav"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("../../etc/passwd", "=2E.=2F..=2Fetc=2Fpasswd"),
        ("a\\b", "a=5Cb"),
        ("a\nb\x00", "a=0Ab=00"),
        ("100%.txt", "100=25.txt"),
        ("a=b", "a=3Db"),
        ("-rf", "=2Drf"),
        (".hidden", "=2Ehidden"),
        ("ends. ", "ends.=20"),
        ("CON", "=43ON"),
        ("nul.txt", "=6Eul.txt"),
        ("Console", "Console"),
        ("a\u202egpj.exe", "a=E2=80=AEgpj.exe"),
        ("", "=00"),
        ("\udcff", "=ED=B3=BF"),
    ],
)
def test_a_name_becomes_a_component(name: str, expected: str) -> None:
    assert component(name) == expected


def test_a_long_name_keeps_its_ending() -> None:
    assert component("x" * 300 + ".mp4") == "x" * (MAX_COMPONENT_BYTES - 4) + ".mp4"
    assert component("x." + "y" * 300) == "x." + "y" * (MAX_COMPONENT_BYTES - 2)


def test_a_long_name_that_is_cut_at_a_space_does_not_end_in_it() -> None:
    cut = component("x" * (MAX_COMPONENT_BYTES - 1) + " " + "y" * 200)
    assert cut[-1] not in " ."


@given(st.text(st.characters(codec=None), max_size=300))
def test_every_component_is_safe_everywhere(name: str) -> None:
    safe = component(name)
    assert checked_path(f"data/{safe}") == f"data/{safe}"
    assert not re.search(r'[/\\:*?"<>|%\x00-\x1f]', safe)
    assert safe[0] not in ".- "
    assert safe[-1] not in ". "
    assert len(safe.encode()) <= MAX_COMPONENT_BYTES + 3


def test_names_that_some_system_takes_for_one_are_numbered() -> None:
    paths = Paths()
    names = ["a.txt", "A.TXT", "a.txt", "\uff41.txt", "noending", "NOENDING"]
    given_paths = [paths.unused("d/", name) for name in names]
    assert given_paths == ["d/a.txt", "d/A=2.TXT", "d/a=3.txt", "d/\uff41=4.txt", "d/noending", "d/NOENDING=2"]
    assert len({twin(path) for path in given_paths}) == len(names)


@pytest.mark.parametrize("path", ["", "/a", "a//b", "a/", "..", "a/../b", "a\\b", "c:x", "a\nb", "\ud800", "a" * 401])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(Refused):
        checked_path(path)


def test_a_path_is_taken_once() -> None:
    paths = Paths()
    paths.add("A/b")
    with pytest.raises(ValueError, match="is taken"):
        paths.add("a/B")
