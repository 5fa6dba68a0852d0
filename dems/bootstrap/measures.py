"""Measures: their use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.measures.look_up import LookUpMeasures
from dems.usecases.measures.report import MakeReport


@dataclass(frozen=True, slots=True)
class Measures:
    look_up: LookUpMeasures
    report: MakeReport

    @classmethod
    def of(cls, core: Core) -> "Measures":
        return cls(LookUpMeasures(core.transaction, core.clock), MakeReport(core.transaction, core.clock))
