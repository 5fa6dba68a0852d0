"""A chain of custody as the API gives it: read from its exact bytes, and checked by them."""

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from dems.cli.screen import shown
from dems.ledger.entry import Entry, EntryInvalid, Leaf, verify_chain


class Chain:
    """`entries` are as the server gave them. What is believed is only what the leaves commit to."""

    def __init__(self, evidence_id: UUID | None, entries: Sequence[dict[str, Any]]) -> None:
        """`evidence_id` where it is an item's; those of people and of the installation are about no item."""
        self.entries = entries
        self._evidence_id = None if evidence_id is None else str(evidence_id)

    def problem(self) -> str | None:
        """The first thing that does not hold; None when all does."""
        try:
            parsed = [_entry(e) for e in self.entries]
            verify_chain(parsed)
            for place, entry in enumerate(parsed, start=1):
                self._belongs(place, entry)
        except (EntryInvalid, ValueError, KeyError, TypeError) as error:
            return str(error)
        return None if self.entries else "there is no entry"

    def _belongs(self, place: int, entry: Entry) -> None:
        """A whole chain of another item would verify too."""
        if entry.detail is None:
            return
        detail = entry.opened()
        if detail.get("evidence") != self._evidence_id:
            raise EntryInvalid(f"entry {place} is about {'an' if self._evidence_id is None else 'another'} item")

    def verdict(self) -> str:
        problem = self.problem()
        count = f"{len(self.entries)} {'entry' if len(self.entries) == 1 else 'entries'}"
        return f"{count}, chain holds" if problem is None else f"{count}, chain does NOT hold: {problem}"

    def lines(self) -> Iterator[str]:
        """One entry a line, or a few: who, in which role, what, when, why."""
        for entry in self.entries:
            yield from _told(entry)


def _entry(entry: dict[str, Any]) -> Entry:
    nonce, detail = entry["nonce"], entry["detail"]
    return Entry(
        base64.b64decode(entry["leaf"], validate=True),
        None if nonce is None else base64.b64decode(nonce, validate=True),
        None if detail is None else base64.b64decode(detail, validate=True),
    )


def _why_gone(destroyed: Any) -> str:
    """A detail that is not there is withheld from the reader, or two people destroyed it."""
    if not isinstance(destroyed, dict):
        return "detail withheld"
    asked, confirmed = shown(destroyed.get("asked_by")), shown(destroyed.get("confirmed_by"))
    return f"detail destroyed by {asked} and {confirmed} on {shown(str(destroyed.get('at'))[:10])}"


def _told(given: dict[str, Any]) -> Iterator[str]:
    try:
        entry = _entry(given)
        leaf = Leaf.from_bytes(entry.leaf)
        detail = {} if entry.detail is None else json.loads(entry.detail)
    except (ValueError, KeyError, TypeError) as error:
        yield f"  ?  unreadable entry: {shown(error)}"
        return
    at = f"{leaf.at:%Y-%m-%d %H:%M:%S} UTC"
    if not detail:
        yield f"{leaf.seq:>3}  {at}  ({_why_gone(given.get('destroyed'))})"
        return
    actor = detail.get("actor") or {}
    who = shown(actor.get("name"))
    if actor.get("role"):
        who += f" ({shown(actor['role'])})"
    behalf = detail.get("on_behalf_of")
    if behalf:
        who += f" for {shown(behalf.get('name'))}"
    yield f"{leaf.seq:>3}  {at}  {shown(detail.get('act')):<24}  {who}"
    if detail.get("reason"):
        yield f"     reason: {shown(detail['reason'])}"
    for name, value in sorted((detail.get("facts") or {}).items()):
        if value not in (None, [], {}):
            yield f"     {shown(name)}: {shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))}"
