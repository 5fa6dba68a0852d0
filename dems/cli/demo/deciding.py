"""What a disclosure officer decides in the worked case, as the API takes it."""

from collections.abc import Iterable, Mapping
from typing import Any

from dems.cli.demo.worked_case import MEETS, PRESUMED, SENSITIVE, Lot, Thing


def said(content: Mapping[str, Any], items: list[str], reason: str) -> dict[str, Any]:
    """One content for these items."""
    return {"content": content, "items": items, "reason": reason}


def ready(ids: Mapping[str, str], things: Iterable[Thing]) -> list[dict[str, Any]]:
    """Everything but relevance that puts an item on its schedule."""
    found = []
    for thing in things:
        one, meets = [ids[thing.reference]], thing.reference in MEETS
        description = {"kind": "description", "description": thing.description, "location": thing.location}
        tested = {"kind": "test", "result": "meets" if meets else "does_not_meet"}
        found += [
            said({"kind": "use", "used": False}, one, "It is no part of the case for the prosecution."),
            said(description, one, "Read."),
            said(tested, one, MEETS.get(thing.reference, "Read.")),
            said(_sensitivity(thing), one, "Read, and thought about."),
        ]
        if thing.lot is Lot.SENSITIVE:
            check = {"kind": "source_check", "description": thing.description, "names_no_source": True}
            found.append(said(check, one, "These words name nobody."))
        if thing.reference in PRESUMED:
            found.append(said({"kind": "presumption", "category": PRESUMED[thing.reference]}, one, "By its kind."))
    return found


def of_block(block: str) -> list[dict[str, Any]]:
    """What the items of a block have in common."""
    contents: tuple[dict[str, Any], ...] = (
        {"kind": "relevance", "relevant": True},
        {"kind": "use", "used": False},
        {"kind": "sensitivity", "level": "not_sensitive"},
        {"kind": "test", "result": "does_not_meet"},
    )
    return [
        {"content": content, "blocks": [block], "reason": "A sample of three was looked at."} for content in contents
    ]


def _sensitivity(thing: Thing) -> dict[str, Any]:
    if thing.lot is not Lot.SENSITIVE:
        return {"kind": "sensitivity", "level": "not_sensitive"}
    category, interest, prejudice, reason = SENSITIVE[thing.reference]
    return {
        "kind": "sensitivity",
        "level": "sensitive",
        "categories": [category],
        "public_interest": interest,
        "prejudice": prejudice,
        "schedule_reason": reason,
    }
