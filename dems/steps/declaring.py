"""What is said of an item and its file before the bytes come, and how the item's first entry says it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dems.model.digests import Digest
from dems.model.evidence import Evidence
from dems.model.ids import EvidenceId
from dems.model.names import OriginalName
from dems.model.times import rfc3339
from dems.model.uploads import Upload
from dems.ports import Transaction


@dataclass(frozen=True, slots=True)
class FileDeclared:
    """What the submitter says of the file before it comes; `size` in bytes."""

    name: OriginalName
    size: int
    sha256: Digest | None = None


def of_other_cases(tx: Transaction, evidence: list[EvidenceId], case_id: object) -> set[EvidenceId]:
    """Those of these items that this case does not have."""
    found = tx.evidence.many(evidence) if evidence else {}
    return {e for e in evidence if e not in found or found[e].case_id != case_id}


def declared_facts(evidence: Evidence, upload: Upload | None) -> dict[str, Any]:
    """The facts of the entry with which an item's chain begins."""
    facts: dict[str, Any] = {
        "exhibit_ref": evidence.exhibit_ref.text,
        "description": evidence.description,
        "kind": evidence.kind.value,
        "source": evidence.source,
        "obtained_at": _time(evidence.obtained_at),
        "obtained_by": evidence.obtained_by,
        "derived_from": None if evidence.derived_from is None else str(evidence.derived_from),
        "part_of": None if evidence.part_of is None else str(evidence.part_of),
    }
    if upload is not None and evidence.name is not None:
        facts["upload"] = str(upload.id)
        facts["name"] = evidence.name.text
        facts["name_hex"] = None if evidence.name.exact else evidence.name.raw.hex()
        facts["size"] = upload.size
        facts["declared_sha256"] = None if upload.declared is None else upload.declared.hex
    if evidence.intake_id is not None:
        facts["intake"] = str(evidence.intake_id)
        facts["intake_position"] = evidence.intake_position
    return facts


def _time(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
