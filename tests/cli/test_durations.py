from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dems.cli.durations import duration


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("45m", timedelta(minutes=45)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("2w", timedelta(weeks=2)),
        (" 1d ", timedelta(days=1)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, means: timedelta) -> None:
    assert duration(text) == means


@pytest.mark.parametrize("text", ["", "d", "30", "0d", "-1d", "1.5h", "1y", "1d12h", "٣d", "1000000d", "1D"])
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration(text)


@given(st.text(max_size=12))
def test_no_text_gives_a_duration_of_nothing(text: str) -> None:
    try:
        assert duration(text) > timedelta(0)
    except ValueError as error:
        assert "is not a duration" in str(error)  # noqa: PT017  (either is right)
