"""Contents of facts are read once for many requests, and again where the row says something else."""

from uuid import uuid4

import pytest

from dems.db.repositories import lives
from dems.db.repositories.lives import content_of
from dems.errors import Invalid
from dems.model.ids import FactId
from dems.model.life.contents import Milestone, ThemeStatus
from dems.model.life.events import EventKind
from tests.model.lives import on

THEME = {"theme": "taser", "applies": True, "when": {"on": "2026-03-01"}}


def test_the_same_row_is_the_same_content_and_another_row_is_read_again() -> None:
    fact = FactId(uuid4())
    read = content_of(fact, "theme_status", THEME)
    assert read == ThemeStatus("taser", True, on("2026-03-01"))
    assert content_of(fact, "theme_status", dict(THEME)) is read
    changed = content_of(fact, "theme_status", {**THEME, "theme": "mental_health"})
    assert changed == ThemeStatus("mental_health", True, on("2026-03-01"))
    milestone = content_of(fact, "milestone", {"kind": "papers_received", "when": {"on": "2026-03-01"}})
    assert milestone == Milestone(EventKind.PAPERS_RECEIVED, on("2026-03-01"))
    with pytest.raises(Invalid):
        content_of(fact, "theme_status", {**THEME, "applies": "yes"})


def test_no_more_are_kept_than_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lives, "_READ", {})
    monkeypatch.setattr(lives, "_MOST_READ", 3)
    for _ in range(10):
        content_of(FactId(uuid4()), "theme_status", THEME)
        assert len(lives._READ) <= 3
