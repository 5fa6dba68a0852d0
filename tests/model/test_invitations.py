"""Terms of invitations, what is left of them, and how announcements read."""

from datetime import timedelta
from uuid import UUID

import pytest

from dems.errors import LimitReached
from dems.model.ids import IntakeId, InvitationId
from dems.model.invitations import Announcement, Invitation, Sent, Terms
from tests.model.people import CASE_ID, NOON, person_id

TERMS = Terms("Footage", "Northshire Police", "DI Moss", "NP", None, 3, 100, NOON + timedelta(days=1))
INVITATION = Invitation(
    InvitationId(UUID(int=1)), CASE_ID, IntakeId(UUID(int=2)), TERMS, person_id(1), NOON - timedelta(days=1)
)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (Sent(1, 1), "1 file (1 byte) arrived under the invitation to Northshire Police."),
        (Sent(2, 999), "2 files (999 bytes) arrived under the invitation to Northshire Police."),
        (Sent(1_200, 12_340), "1,200 files (12.3 kB) arrived under the invitation to Northshire Police."),
        (Sent(1, 5_000_000), "1 file (5.0 MB) arrived under the invitation to Northshire Police."),
        (Sent(1, 2 * 10**11), "1 file (200.0 GB) arrived under the invitation to Northshire Police."),
        (Sent(1, 10**13), "1 file (10.0 TB) arrived under the invitation to Northshire Police."),
    ],
)
def test_an_announcement_says_how_much_came_from_whom(sent: Sent, text: str) -> None:
    told = Announcement(
        UUID(int=3), NOON, CASE_ID, INVITATION.intake_id, INVITATION.id, INVITATION.terms.recipient, sent
    )
    assert told.text == text


def test_what_is_left_is_never_less_than_nothing() -> None:
    assert INVITATION.left(Sent(1, 40)) == (2, 60)
    assert INVITATION.left(Sent(4, 101)) == (0, 0)
    INVITATION.takes(Sent(2, 60), Sent(1, 40))
    for more in (Sent(3, 0), Sent(1, 61)):
        with pytest.raises(LimitReached, match="2 files and 60 bytes are left"):
            INVITATION.takes(more, Sent(1, 40))


def test_when_it_has_ended_it_says_so_by_the_clock_in_london() -> None:
    assert INVITATION.why_closed(NOON) is None
    assert INVITATION.why_closed(TERMS.expires_at) == (
        "This invitation ended on 23 November 2026 at 12:00 and takes no more files."
    )


def test_what_came_after_a_withdrawal_is_said_to_have() -> None:
    told = Announcement(
        UUID(int=3), NOON, CASE_ID, INVITATION.intake_id, INVITATION.id, "Northshire Police", Sent(1, 1), NOON
    )
    assert (
        told.text
        == "1 file (1 byte) arrived under the invitation to Northshire Police, after it was withdrawn on 22 November 2026 at 12:00."
    )
