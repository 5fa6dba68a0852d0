"""Disclosure: its use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.disclosure.decide import DecideMany
from dems.usecases.disclosure.look_up import LookUpDisclosure
from dems.usecases.disclosure.open_disclosure import OpenDisclosure
from dems.usecases.disclosure.record_happening import RecordHappening
from dems.usecases.disclosure.record_particulars import RecordParticulars
from dems.usecases.disclosure.record_placeholder import RecordPlaceholder


@dataclass(frozen=True, slots=True)
class Disclosure:
    open: OpenDisclosure
    decide: DecideMany
    happening: RecordHappening
    placeholder: RecordPlaceholder
    particulars: RecordParticulars
    look_up: LookUpDisclosure

    @classmethod
    def of(cls, core: Core) -> "Disclosure":
        tx, clock = core.transaction, core.clock
        return cls(
            OpenDisclosure(tx, clock),
            DecideMany(tx, clock),
            RecordHappening(tx, clock),
            RecordPlaceholder(tx, clock),
            RecordParticulars(tx, clock),
            LookUpDisclosure(tx, clock),
        )
