"""Comparing what is kept of an item's readings with what its chain says of them: the result is made anew from its rows."""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from dems.model.findings import MAX_FINDINGS, Finding
from dems.model.ids import EvidenceId, ReadingId
from dems.model.readings import KeptReading
from dems.ports import Page, Transaction
from dems.steps.recording import recorded_facts
from dems.steps.rederiving import Rederiving
from dems.steps.result import kept_document

_PAGE = 500


def wrong_readings(tx: Transaction, evidence_id: EvidenceId, chain: Rederiving) -> Iterator[str]:
    """A sentence for each reading that is not as its entry says, is missing, or has no entry."""
    said = dict(chain.readings)
    try:
        readings = list(_readings(tx, evidence_id))
    except ValueError as error:
        yield f"the readings of item {evidence_id} cannot be read ({error})"
        return
    for kept in readings:
        facts = said.pop(str(kept.id), None)
        if facts is None and (chain.broken or chain.destroyed):
            continue  # the chain is named already and what it says from there on is not known, or its detail is destroyed
        problem = "its chain says nothing of it" if facts is None else _problem(tx, kept, facts)
        if problem is not None:
            yield f"reading {kept.id} of item {evidence_id}: {problem}"
    for missing in said:
        yield f"reading {missing} of item {evidence_id} is not there, and its chain says that it was recorded"


def _readings(tx: Transaction, evidence_id: EvidenceId) -> Iterator[KeptReading]:
    page = Page(_PAGE)
    while found := tx.findings.of_item(evidence_id, page):
        yield from found
        page = Page(_PAGE, found[-1].id)


def _problem(tx: Transaction, kept: KeptReading, facts: dict[str, Any]) -> str | None:
    try:
        findings = _findings(tx, kept.id)
        renditions = tx.findings.renditions(kept.id)
        derived = sha256(kept_document(kept, findings, renditions)).digest()
    except (ValueError, TypeError, KeyError) as error:
        return f"its rows cannot be read ({error})"
    if not hmac.compare_digest(derived, kept.result_sha256) or kept.findings != len(findings):
        return "what was found is not what was recorded: its rows give another result"
    if recorded_facts(kept, renditions) != facts:
        return "its chain says something else of it"
    return None


def _findings(tx: Transaction, reading_id: ReadingId) -> list[Finding]:
    """In their order; one that lies beyond what a reading can have, or out of its place, is a difference like any other."""
    rows = tx.findings.page(reading_id, MAX_FINDINGS + 1)
    if [position for position, _ in rows] != list(range(len(rows))):
        raise ValueError("findings are missing, or not in their places")
    return [finding for _, finding in rows]
