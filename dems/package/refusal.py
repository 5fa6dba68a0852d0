"""What is not looked at any further, because looking could do harm or would never end."""

from dems.ledger.invalid import Malformed


class Refused(Malformed):
    """This cannot be a package of ours, or was made to do harm. The message says what it is, never shows its bytes raw."""
