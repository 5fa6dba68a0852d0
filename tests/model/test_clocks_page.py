"""``docs/clocks.md`` says of every clock what its definition says: no more, no less, and nothing older."""

import re
from pathlib import Path

from dems.model.clocks.definitions import Checked, ClockDefinition, Effect, Extendable
from dems.model.clocks.explanation import rule_words, target_words
from dems.model.clocks.table import CLOCKS
from dems.model.life.events import EVENTS, EventKind, PauseKind, words

PAGE = (Path(__file__).parents[2] / "docs" / "clocks.md").read_text(encoding="utf-8")
EXTENSION = {
    Extendable.NO: "",
    Extendable.YES: "can be extended",
    Extendable.IF_ASKED_IN_TIME: "can be extended if asked for in time",
}
EFFECT = {Effect.STOPS: "stops for {}", Effect.NET: "a second figure is net of {}"}


def pause_words(definition: ClockDefinition) -> str:
    said = [EFFECT[e].format(words(k)) for k, e in sorted(definition.pauses.items()) if e is not Effect.NONE]
    return "; ".join(filter(None, [*said, EXTENSION[definition.extendable]]))


def row(definition: ClockDefinition) -> str:
    figure = target_words(definition)
    if definition.population.words != "all":
        figure = f"{figure} ({definition.population.words})".strip()
    cells = (
        f"`{definition.id}` {definition.version}",
        definition.title,
        definition.nature.value,
        rule_words(definition),
        pause_words(definition),
        figure,
        f"{definition.source} ({definition.checked.value.replace('_', ' ')})",
    )
    return "| " + " | ".join(cells) + " |"


def test_the_page_has_the_row_of_every_clock_as_it_is_defined() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| `[a-z0-9-]+` \d+ \|", line)]
    assert rows == [row(d) for d in CLOCKS]


def test_the_page_has_the_remarks_of_every_clock() -> None:
    section = PAGE.split("## Remarks", 1)[1].split("\n## ", 1)[0]
    listed = [line for line in section.splitlines() if line.startswith("* ")]
    assert listed == [f"* `{d.id}`: {' '.join(d.remarks)}" for d in CLOCKS if d.remarks]


def test_the_page_explains_every_word_that_it_uses_for_how_far_a_rule_was_checked() -> None:
    section = PAGE.split("## How far the rules were checked", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\* \*([a-z ]+)\*", section, re.MULTILINE)) == {c.value.replace("_", " ") for c in Checked}


def test_the_page_explains_every_pause() -> None:
    section = PAGE.split("## Pauses", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\* \*([A-Za-z ]+)\*", section, re.MULTILINE)) == {words(k) for k in PauseKind}


def test_the_page_names_only_events_that_there_are() -> None:
    section = PAGE.split("## Events", 1)[1].split("\n## ", 1)[0]
    named = [name for line in section.splitlines() if line[:1] == "|" for name in re.findall(r"`([a-z_]+)`", line)]
    assert sorted(named) == sorted(k.value for k in EventKind)
    assert len(named) == len(EVENTS)
