"""How tightly a reader was held: each level has all that stands before it, and what is not known is not enough."""

import pytest

from dems.model.readings import NO_SANDBOX_KNOWN, SANDBOX_LEVELS, reaches


@pytest.mark.parametrize(
    ("level", "enough_for"),
    [
        ("none", {"none"}),
        ("limits", {"none", "limits"}),
        ("seccomp", {"none", "limits", "seccomp"}),
        ("landlock", {"none", "limits", "seccomp", "landlock"}),
        ("full", {"none", "limits", "seccomp", "landlock", "full"}),
        (NO_SANDBOX_KNOWN, set()),
        ("", set()),
    ],
)
def test_a_level_is_enough_for_itself_and_for_all_before_it(level: str, enough_for: set[str]) -> None:
    assert {required for required in SANDBOX_LEVELS if reaches(level, required)} == enough_for
