"""How much happens in a year, and how it turns out: what the body's business plan 2021/22 and its impact report say of a year.

What neither of them says is marked as chosen.
"""

from collections.abc import Sequence
from itertools import pairwise

REFERRALS = 4_500
REVIEWS = 2_500
DSI_REVIEWS = 1_500
RECOMMENDATIONS = 180
"""A year, at scale 1."""

ACCEPTED = 0.93
THEMATIC = 0.53
"""Of investigations."""
UPHELD = 1 / 3
"""Of valid reviews."""

MODE_WORKING_DAYS = ((0.0, 0.0), (0.81, 3.99), (1.0, 12.0))
"""From the referral to the decision about the mode, as (share of cases, at most so many): about 80 % within 3."""
INVESTIGATION_MONTHS = ((0.0, 1.5), (0.36, 6.0), (0.67, 9.0), (0.90, 12.0), (1.0, 20.0))
"""From that decision to the final report: about 35, 66 and 90 % within 6, 9 and 12 months."""
MAJOR_MONTHS = ((0.0, 12.0), (1.0, 28.0))
REVIEW_WORKING_DAYS = ((0.0, 12.0), (0.5, 44.0), (0.9, 78.0), (1.0, 120.0))
"""From the papers to the decision: a mean of 48."""
DSI_REVIEW_WORKING_DAYS = ((0.0, 4.0), (0.5, 24.0), (0.9, 48.0), (1.0, 85.0))
"""A mean of 28."""
FORCE_DAYS = ((0.0, 40.0), (0.5, 140.0), (0.9, 330.0), (1.0, 500.0))
"""How long a force takes over a local investigation: chosen."""

INVESTIGATED = 0.11
DIRECTED = 0.1
"""Of referrals, and of investigations: chosen."""
LOCAL = 0.6
"""Of the other referrals, the rest goes back to the force: chosen."""
MAJOR = 0.04
SUSPENDED = 0.12
FURTHER_INFORMATION = 0.08
CORRECTED = 0.03
LATE_ENTRY = 0.06
INVALID = 0.06
WITHDRAWN = 0.03
CRIMINAL = 0.12
MISCONDUCT = 0.2
IN_TIME = 0.93
"""Shares of what a statutory date holds for, and of the lives in which each of the others happens: chosen."""

Curve = Sequence[tuple[float, float]]


def on_curve(curve: Curve, share: float) -> float:
    """What lies at a share of the population, by straight lines between the points. `share` is from 0 to 1."""
    for (left, low), (right, high) in pairwise(curve):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    return curve[-1][1]
