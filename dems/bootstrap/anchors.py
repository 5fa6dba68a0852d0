"""What holds the custody log from outside, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dems.bootstrap.core import Core
from dems.bootstrap.ledger import ledger_store
from dems.ledger.policy import Log, Policy
from dems.settings import LedgerSettings
from dems.usecases.anchors.cosign import CosignLog
from dems.usecases.anchors.look_up import LookUpAnchors
from dems.usecases.anchors.stamp import StampLog


def witness_policy(settings: LedgerSettings) -> Policy:
    """The witnesses and their quorum, as the file of the settings says. Raises `Malformed`, `OSError`."""
    return Policy.of([]) if settings.witnesses is None else Policy.from_bytes(settings.witnesses.read_bytes())


def public_policy(settings: LedgerSettings, logs: Sequence[Log]) -> Policy:
    """What a recipient is given: the keys of our log with our witnesses and their quorum. Raises as `witness_policy`."""
    policy = witness_policy(settings)
    return Policy.of(logs, policy.witnesses, policy.groups, policy.quorum)


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
    def of(cls, core: Core) -> "Anchoring":
        """Raises as `witness_policy`, and for certificates that cannot be read `ValueError` and `OSError`."""
        if core.asks is None:
            raise RuntimeError("this process was given nothing that asks witnesses and authorities")
        settings, chosen = core.settings, core.settings.ledger
        asks = core.asks(settings)
        store, lock_for = ledger_store(settings.s3), timedelta(days=chosen.lock_days)
        names = [authority.name for authority in chosen.timestamp_authorities]
        tx, clock = core.transaction, core.clock
        return cls(
            CosignLog(tx, store, clock, asks.witnesses, witness_policy(chosen), lock_for),
            StampLog(tx, store, clock, asks.authorities, names, lock_for),
        )
