"""What runs beside the investigation and how it stands: reviews and recommendations."""

from datetime import date
from enum import StrEnum

from dems.model.ids import StrandId
from dems.model.life.events import EventKind, Outcome
from dems.model.life.lives import Life

_E = EventKind


class ReviewStatus(StrEnum):
    NOT_APPLIED = "not_applied"
    APPLIED = "applied"
    INVALID = "invalid"
    WITHDRAWN = "withdrawn"
    AWAITING_PAPERS = "awaiting_papers"
    WITH_REVIEWER = "with_reviewer"
    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"


class RecommendationStatus(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    """Made, and no answer is owed by law, or none by a date that is known."""
    RESPONSE_DUE = "response_due"
    OVERDUE = "overdue"
    ACCEPTED = "accepted"
    PARTIALLY_ACCEPTED = "partially_accepted"
    NOT_ACCEPTED = "not_accepted"
    PUBLISHED = "published"


def review_on(life: Life, review: StrandId, day: date) -> ReviewStatus:
    """How a review stood by the end of a London date."""
    happened = {e.kind: e.outcome for e in life.events(review) if e.when.on <= day}
    if _E.REVIEW_DECIDED in happened:
        return ReviewStatus.UPHELD if happened[_E.REVIEW_DECIDED] is Outcome.UPHELD else ReviewStatus.NOT_UPHELD
    if _E.REVIEW_WITHDRAWN in happened:
        return ReviewStatus.WITHDRAWN
    validity = happened.get(_E.REVIEW_VALIDITY_DECIDED)
    if validity is None:
        return ReviewStatus.APPLIED if _E.REVIEW_APPLIED in happened else ReviewStatus.NOT_APPLIED
    if validity is Outcome.INVALID:
        return ReviewStatus.INVALID
    return ReviewStatus.WITH_REVIEWER if _E.REVIEW_PAPERS_RECEIVED in happened else ReviewStatus.AWAITING_PAPERS


def recommendation_on(life: Life, recommendation: StrandId, day: date, due: date | None) -> RecommendationStatus:
    """How a recommendation stood by the end of a London date; `due` is when its answer is, as the clock says."""
    happened = {e.kind: e.outcome for e in life.events(recommendation) if e.when.on <= day}
    if _E.RESPONSE_PUBLISHED in happened:
        return RecommendationStatus.PUBLISHED
    answer = happened.get(_E.RECOMMENDATION_ANSWERED)
    if answer is not None:
        return RecommendationStatus(answer.value)
    if _E.RECOMMENDATION_MADE not in happened:
        return RecommendationStatus.DRAFT
    if due is None:
        return RecommendationStatus.ISSUED
    return RecommendationStatus.RESPONSE_DUE if day <= due else RecommendationStatus.OVERDUE
