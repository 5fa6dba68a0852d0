"""What is done by the clock. Each is safe to run twice, late, or on two hosts at once."""

from datetime import timedelta
from typing import Any

from dems.settings import Settings
from workers.client import UPKEEP


def schedule(settings: Settings) -> dict[str, dict[str, Any]]:
    """Celery beat's table."""
    often = timedelta(seconds=15)
    entries = {
        "sweep": often,
        "find_overdue_completions": timedelta(minutes=1),
        "find_forgotten": timedelta(minutes=30),
        "write_consultations": timedelta(minutes=1),
        "place_events": often,
        "expire_uploads": timedelta(minutes=10),
        "schedule_rechecks": timedelta(minutes=settings.evidence.recheck_every_minutes),
        "extend_locks": timedelta(hours=6),
        "reconcile": timedelta(hours=24),
        "check_store": timedelta(hours=12),
        "renew_findings": timedelta(minutes=10),
        "renew_clocks_nightly": timedelta(hours=24),
        "remind": timedelta(hours=1),
        "check_log": timedelta(hours=24),
        "forget_old": timedelta(hours=24),
        "cosign_log": timedelta(seconds=settings.ledger.witness_every_seconds),
        "stamp_log": timedelta(minutes=settings.ledger.timestamp_every_minutes),
    }
    return {
        # A run that nobody took before the next is due is dropped, so that a stopped worker finds one of each, not hundreds.
        name: {"task": name, "schedule": every, "options": {"queue": UPKEEP, "expires": max(every.total_seconds(), 60)}}
        for name, every in entries.items()
    }
