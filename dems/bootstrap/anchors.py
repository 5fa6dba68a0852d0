"""What holds the custody log from outside, put together."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from dems.bootstrap.core import Core
from dems.bootstrap.ledger import ledger_store, witness_policy
from dems.errors import DemsError
from dems.usecases.anchors.cosign import CosignLog
from dems.usecases.anchors.look_up import LookUpAnchors
from dems.usecases.anchors.stamp import StampLog
from storage.errors import StorageError
from storage.interface import ObjectStore

log = logging.getLogger(__name__)


def look_up_anchors(core: Core) -> LookUpAnchors:
    """Raises as `witness_policy`."""
    chosen = core.settings.ledger
    names = [authority.name for authority in chosen.timestamp_authorities]
    return LookUpAnchors(core.transaction, core.clock, witness_policy(chosen), names)


@dataclass(frozen=True, slots=True)
class Anchoring:
    """What only a process can do that was given something that asks those outside."""

    cosign: CosignLog
    stamp: StampLog

    @classmethod
    def of(cls, core: Core, store: ObjectStore | None = None) -> "Anchoring":
        """Raises as `witness_policy`, and for certificates that cannot be read `ValueError` and `OSError`."""
        if core.asks is None:
            raise RuntimeError("this process was given nothing that asks witnesses and authorities")
        settings, chosen = core.settings, core.settings.ledger
        asks = core.asks(settings)
        kept, lock_for = store or ledger_store(settings.s3), timedelta(days=chosen.lock_days)
        names = [authority.name for authority in chosen.timestamp_authorities]
        tx, clock = core.transaction, core.clock
        return cls(
            CosignLog(tx, kept, clock, asks.witnesses, witness_policy(chosen), lock_for),
            StampLog(tx, kept, clock, asks.authorities, names, lock_for),
        )


def have_it_held(core: Core) -> None:
    """Have the newest checkpoint cosigned and stamped, where this process was given who asks. Whatever fails is told.

    A package is made without those who do not answer: it then says less, and says so.
    """
    if core.asks is None:
        return
    try:
        anchoring = Anchoring.of(core)
        anchoring.cosign()
        anchoring.stamp()
    except (DemsError, StorageError, ValueError, OSError) as error:
        log.warning("log_not_anchored", extra={"error": type(error).__name__, "detail": str(error)})
