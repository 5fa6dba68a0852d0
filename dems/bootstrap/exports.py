"""Exports: their use cases, put together."""

from dataclasses import dataclass
from functools import partial

from dems.bootstrap.anchors import have_it_held
from dems.bootstrap.core import Core
from dems.bootstrap.ledger import witness_policy
from dems.steps.log_policy import policy_of_log
from dems.usecases.exports.ask import AskForExport
from dems.usecases.exports.look_up import LookUpExports
from dems.usecases.exports.make_package import MakePackage
from dems.usecases.exports.read_package import ReadPackage


@dataclass(frozen=True, slots=True)
class Exporting:
    ask: AskForExport
    look_up: LookUpExports
    make: MakePackage
    read: ReadPackage

    @classmethod
    def of(cls, core: Core) -> "Exporting":
        tx, clock = core.transaction, core.clock
        return cls(
            AskForExport(tx, clock),
            LookUpExports(tx),
            MakePackage(
                tx,
                core.store,
                core.exports,
                core.locks,
                clock,
                core.lease,
                partial(policy_of_log, witnesses=partial(witness_policy, core.settings.ledger)),
                partial(have_it_held, core),
            ),
            ReadPackage(tx),
        )
