import pytest

from dems.cli.upload.numbering import initials


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
