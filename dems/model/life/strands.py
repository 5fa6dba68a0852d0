"""What runs beside the investigation and has dates of its own: reviews, recommendations, proceedings, and what people ask for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from dems.errors import Invalid
from dems.model.ids import PartyId, StrandId
from dems.model.life.events import Strand, words


def said(text: str, what: str) -> None:
    """Raise `Invalid` for a text that is blank, telling to say `what`."""
    if not text.strip():
        raise Invalid(f"Say {what}.")


class ReviewKind(StrEnum):
    HANDLING = "handling"
    """Of a complaint that was handled otherwise than by investigation."""
    INVESTIGATION = "investigation"
    """Of the outcome of an investigation."""


class RecommendationKind(StrEnum):
    PARA_28A = "para28A"
    SECTION_10 = "section10"


class ProceedingKind(StrEnum):
    CRIMINAL = "criminal"
    MISCONDUCT = "misconduct"
    CORONIAL = "coronial"
    THIRD_PARTY = "third_party"
    """A demand for material by somebody who is not a party: a court order, another body's proceedings."""
    DATA_RIGHTS = "data_rights"
    """A request for information or for one's own data, as far as material of the case answers it."""


@dataclass(frozen=True, slots=True)
class Review:
    id: StrandId
    kind: ReviewKind
    applicant: PartyId | None = None


@dataclass(frozen=True, slots=True)
class LocalDsiReview:
    id: StrandId


@dataclass(frozen=True, slots=True)
class Recommendation:
    id: StrandId
    kind: RecommendationKind
    addressee: str
    text: str

    def __post_init__(self) -> None:
        said(self.addressee, "to whom the recommendation is made")
        said(self.text, "what is recommended")


@dataclass(frozen=True, slots=True)
class Proceeding:
    """`reference` is that of the court, the panel or the coroner."""

    id: StrandId
    kind: ProceedingKind
    forum: str
    reference: str | None = None
    parties: tuple[PartyId, ...] = ()

    def __post_init__(self) -> None:
        said(self.forum, "before whom the proceeding is")


_OTHERS = frozenset(
    {
        Strand.WITHDRAWAL,
        Strand.RESUMPTION,
        Strand.SERVICE_COMPLAINT,
        Strand.INFORMATION_REQUEST,
        Strand.SUBJECT_ACCESS,
        Strand.BREACH,
    }
)


@dataclass(frozen=True, slots=True)
class OtherStrand:
    """Something else with dates of its own; `label` tells it from others of its kind."""

    id: StrandId
    strand: Strand
    label: str

    def __post_init__(self) -> None:
        said(self.label, "what tells this from others of its kind")
        if self.strand not in _OTHERS:
            raise Invalid(f"A {words(self.strand)} has a record of its own kind: record it as such.")


StrandRecord: TypeAlias = Review | LocalDsiReview | Recommendation | Proceeding | OtherStrand


def strand_of(record: StrandRecord) -> Strand:
    if isinstance(record, OtherStrand):
        return record.strand
    return {
        Review: Strand.REVIEW,
        LocalDsiReview: Strand.DSI_REVIEW,
        Recommendation: Strand.RECOMMENDATION,
        Proceeding: Strand.PROCEEDING,
    }[type(record)]


def kind_of(record: StrandRecord) -> str | None:
    """Which kind of review, recommendation or proceeding it is; None for what has no kinds."""
    return record.kind.value if isinstance(record, Review | Recommendation | Proceeding) else None
