"""``docs/disclosure.md`` says of every rule, form and list of codes what it says itself: no more, no less, and nothing older."""

import re
from pathlib import Path

from dems.model.disclosure.criminal import FORMS, TEMPLATES
from dems.model.disclosure.forms import Code, HowFar, Series, Source
from dems.model.disclosure.rules import DECIDING, RULES
from dems.model.disclosure.schedules import ScheduleState

PAGE = (Path(__file__).parents[2] / "docs" / "disclosure.md").read_text(encoding="utf-8")


def source_words(source: Source) -> str:
    return f"{source.text} ({source.checked.value.replace('_', ' ')})"


def rows(first_cell: str) -> list[str]:
    return [line for line in PAGE.splitlines() if re.match(rf"\| {first_cell} \|", line)]


def test_the_page_has_the_row_of_every_rule() -> None:
    assert rows(r"(?:R\d\d|REOPENED|GUARD|LISTS)") == [
        f"| {r.id} | {r.severity.value} | {r.asks} | {source_words(r.source)} |" for r in RULES
    ]


def test_the_page_has_the_row_of_every_form() -> None:
    assert rows(r"(?:MG|SDC|Document|Inquest)[A-Za-z0-9 ]* \d+") == [
        f"| {t.reference} | {t.title} | {', '.join(c.heading for c in t.columns) or 'none'} | {source_words(t.source)} |"
        for t in TEMPLATES
    ]


def code_row(name: str, codes: tuple[Code, ...]) -> str:
    sources = "; ".join(sorted({source_words(c.source) for c in codes}))
    return f"| {name} | {', '.join(f'`{c.code}`' for c in codes)} | {sources} |"


def test_the_page_has_every_code() -> None:
    lists = {
        "Endorsements, MG6C": FORMS.endorsements[Series.MG6C],
        "Endorsements, MG6D": FORMS.endorsements[Series.MG6D],
        "Presumption": FORMS.presumptions,
        "Sensitivity": FORMS.sensitivities,
        "Certificates": FORMS.certificates,
        "Harm tests": FORMS.harm_tests,
        "Grounds of harm": FORMS.harm_grounds,
        "Refusals by the coroner": FORMS.refusals,
    }
    for name, codes in lists.items():
        assert rows(name) == [code_row(name, codes)]


def test_the_page_explains_how_far_things_were_checked_and_names_every_state() -> None:
    section = PAGE.split("## How far it was checked", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"^\* \*([a-z ]+)\*", section, re.MULTILINE) == [h.value.replace("_", " ") for h in HowFar]
    life = PAGE.split("* **A schedule** is", 1)[1].split("\n* ", 1)[0]
    assert set(re.findall(r"`([a-z]+)`", life)) == {s.value for s in ScheduleState}


def test_the_page_says_which_rules_are_looked_at_when_a_decision_is_made() -> None:
    [said] = re.findall(r"^((?:R\d\d, )+R\d\d and R\d\d) are looked at when", PAGE, re.MULTILINE)
    assert tuple(re.findall(r"R\d\d", said)) == DECIDING
