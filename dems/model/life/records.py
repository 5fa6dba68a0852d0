"""A fact's content as JSON has it, and back: how facts are kept, sent and digested."""

from collections.abc import Mapping
from typing import Any

from dems.model.life.contents import (
    CaseLink,
    Content,
    Designation,
    Extension,
    MajorStatus,
    Milestone,
    ModeDecision,
    Particulars,
    PartyStatus,
    PauseBegun,
    PauseEnded,
    Prejudice,
    Retracted,
    ThemeStatus,
)
from dems.model.life.strands import LocalDsiReview, OtherStrand, Proceeding, Recommendation, Review
from dems.model.shapes import Kinds

KINDS: Mapping[str, type[Content]] = {
    "retracted": Retracted,
    "particulars": Particulars,
    "milestone": Milestone,
    "mode_decision": ModeDecision,
    "major_status": MajorStatus,
    "theme_status": ThemeStatus,
    "party_status": PartyStatus,
    "designation": Designation,
    "prejudice": Prejudice,
    "pause_begun": PauseBegun,
    "pause_ended": PauseEnded,
    "extension": Extension,
    "case_link": CaseLink,
    "review": Review,
    "dsi_review": LocalDsiReview,
    "recommendation": Recommendation,
    "proceeding": Proceeding,
    "other_strand": OtherStrand,
}
"""The names under which facts are kept; a name that was used once never means something else."""

_FACTS: Kinds[Content] = Kinds("fact", KINDS)


def kind_of_content(content: Content) -> str:
    return _FACTS.name_of(content)


def content_record(content: Content) -> tuple[str, dict[str, Any]]:
    """The name of its kind and its fields, as JSON takes them; what has its default is left out."""
    return _FACTS.record(content)


def content_from(kind: str, record: Mapping[str, Any]) -> Content:
    """What `content_record` wrote. Raises `Invalid`, naming the field, for whatever cannot be read as that kind of fact."""
    return _FACTS.read(kind, record)
