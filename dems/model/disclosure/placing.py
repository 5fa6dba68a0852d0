"""Where people find what is broken: of an item or a block too, the row that lists it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from dems.errors import DisclosureRulesBroken
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.material import SubjectKind

_SUBJECTS = frozenset(kind.value for kind in SubjectKind)


def with_rows(problems: Iterable[Mapping[str, Any]], file: ProceedingFile) -> list[dict[str, Any]]:
    """Broken rules as answers carry them, each about an item or a block with the row that counts for it, if one does."""
    rows = {
        (subject.kind.value, subject.id): row.place
        for live in file.live.values()
        for subject, some in live.items()
        for row in some
    }
    found = []
    for problem in problems:
        kind, key = problem["place"]["kind"], problem["place"]["key"]
        row = rows.get((kind, UUID(key))) if kind in _SUBJECTS else problem["row"]
        found.append({**problem, "row": row})
    return found


def in_rows(refused: DisclosureRulesBroken, file: ProceedingFile) -> DisclosureRulesBroken:
    """The same refusal, with the rows of everything that it names."""
    told = {**refused.data, "problems": with_rows(refused.data["problems"], file)}
    return DisclosureRulesBroken(refused.message, source=refused.source, **told)
