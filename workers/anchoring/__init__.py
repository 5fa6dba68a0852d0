"""Asking those outside who hold the custody log in place: witnesses and timestamp authorities."""

from dems.bootstrap import utc_now
from dems.ports.anchors import Asks
from dems.ports.values import Clock
from dems.settings import Settings
from workers.anchoring.posting import Posting
from workers.anchoring.timestamps import MAX_ANSWER_BYTES, Authorities, TimestampAuthority
from workers.anchoring.witnesses import Witnesses


def asks(settings: Settings, clock: Clock = utc_now) -> Asks:
    """Raises `ValueError` or `OSError` where certificates that the settings name cannot be read."""
    chosen = settings.ledger
    posting = Posting(chosen.anchor_seconds, MAX_ANSWER_BYTES, chosen.anchor_ca_file)
    known = [
        TimestampAuthority.of(each.name, each.url, each.roots, each.policy) for each in chosen.timestamp_authorities
    ]
    return Asks(Witnesses(posting, clock), Authorities(posting, clock, known))
