"""What a decision says as JSON has it, and back: how decisions are kept, sent and entered in chains."""

from collections.abc import Mapping
from typing import Any

from dems.errors import Invalid
from dems.model.disclosure.contents import (
    AgainstTest,
    Content,
    Described,
    Handled,
    LeakCleared,
    NeedsClearance,
    Pii,
    Presumed,
    Privilege,
    Relevant,
    Sensitive,
    SensitiveInformation,
    SourceChecked,
    Used,
)
from dems.model.disclosure.contents_of_lists import Exhibited, HarmTested, Owned, Paginated, ProposedOnward
from dems.model.disclosure.freezing import frozen
from dems.model.shapes import Kinds

KINDS: Mapping[str, type[Content]] = {
    "relevance": Relevant,
    "use": Used,
    "description": Described,
    "sensitivity": Sensitive,
    "sensitive_information": SensitiveInformation,
    "privilege": Privilege,
    "pii": Pii,
    "test": AgainstTest,
    "presumption": Presumed,
    "clearance": NeedsClearance,
    "source_check": SourceChecked,
    "handling": Handled,
    "leak_check": LeakCleared,
    "exhibit": Exhibited,
    "harm_test": HarmTested,
    "pages": Paginated,
    "owner": Owned,
    "onward": ProposedOnward,
}
"""The names under which decisions are kept; a name that was used once never means something else."""

MOST_BYTES = 24 * 1024
"""What one decision has at most, as it is written: with its reason it fits into one custody entry."""

_DECISIONS: Kinds[Content] = Kinds("decision", KINDS)


def kind_of(content: Content) -> str:
    return _DECISIONS.name_of(content)


def content_record(content: Content) -> tuple[str, dict[str, Any]]:
    """The name of its kind and its fields, as JSON takes them; what has its default is left out."""
    return _DECISIONS.record(content)


def content_from(kind: str, record: Mapping[str, Any]) -> Content:
    """What `content_record` wrote. Raises `Invalid` for whatever cannot be read as that kind, or is too long for one entry."""
    content = _DECISIONS.read(kind, record)
    if len(frozen(content_record(content)[1]).data) > MOST_BYTES:
        raise Invalid(f"This decision says more than {MOST_BYTES // 1024} KiB: write it shorter.", field="content")
    return content
