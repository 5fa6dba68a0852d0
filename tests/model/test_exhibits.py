import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.model.exhibits import MAX_LENGTH, ExhibitRef


@pytest.mark.parametrize("text", ["ABC/1", "AB/12345", "ABCD/7A"])
def test_the_house_form_draws_no_warning(text: str) -> None:
    assert ExhibitRef(text).warnings == ()


@pytest.mark.parametrize("text", ["abc/1", "A/1", "ABCDE/1", "ABC1", "ABC/123456", "ABC/1AB", "25MPS/0017/X", " ABC/1"])
def test_another_forces_form_is_kept_verbatim_and_said_to_be_one(text: str) -> None:
    assert ExhibitRef(text).text == text
    assert ExhibitRef(text).warnings == ("exhibit-ref-in-another-form",)


@pytest.mark.parametrize(
    "text", ["", "   ", "\u00a0", "A" * (MAX_LENGTH + 1), "ABC/1\n", "ABC\0/1", "AB\u202eC/1", "A\u200bB/1"]
)
def test_a_reference_that_cannot_be_written_down_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an exhibit reference"):
        ExhibitRef(text)


def test_a_reference_may_be_as_long_as_it_may_be() -> None:
    assert ExhibitRef("A" * MAX_LENGTH).text == "A" * MAX_LENGTH


@pytest.mark.parametrize("same", ["abc/1", "ABC / 1", " Abc/ 1", "\uff21\uff22\uff23/1"])
def test_references_that_are_read_aloud_alike_are_one(same: str) -> None:
    assert ExhibitRef(same).key == ExhibitRef("ABC/1").key


def test_references_that_differ_in_their_number_are_two() -> None:
    assert len({ExhibitRef(t).key for t in ("AB/1", "AB/01", "AB/11", "AB/1A")}) == 4


@given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=MAX_LENGTH))
def test_a_key_has_no_white_space_and_no_capitals(text: str) -> None:
    if text.strip():
        key = ExhibitRef(text).key
        assert key == key.casefold()
        assert not any(c.isspace() for c in key)
