"""Disclosure: its use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.disclosure.look_up import LookUpDisclosure
from dems.usecases.disclosure.open_disclosure import OpenDisclosure


@dataclass(frozen=True, slots=True)
class Disclosure:
    open: OpenDisclosure
    look_up: LookUpDisclosure

    @classmethod
    def of(cls, core: Core) -> "Disclosure":
        tx, clock = core.transaction, core.clock
        return cls(OpenDisclosure(tx, clock), LookUpDisclosure(tx))
