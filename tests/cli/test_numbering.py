import pytest

from dems.cli.upload.numbering import Numbering, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amina Khan", "AK"),
        ("Zoë Ó Briain", "ZOB"),
        ("Jean-Luc de la Tour Eiffel", "JLDL"),
        ("Cher", "DEMS"),
        ("王 小明", "DEMS"),
        ("  ", "DEMS"),
    ],
)
def test_a_prefix_is_made_of_initials_where_there_are_enough(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_numbers_count_on_from_the_highest_with_that_prefix() -> None:
    numbering = Numbering("AK", ["AK/1", "ak / 7", "AKX/90", "AK/12A", "XAK/50", "AK/x"])
    assert [numbering.next(), numbering.next()] == ["AK/13", "AK/14"]


def test_numbers_begin_at_one() -> None:
    assert Numbering("A.B", ["AxB/4"]).next() == "A.B/1"
