"""Schedules: their use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.schedules.certify import CertifySchedule
from dems.usecases.schedules.describe_rows import DescribeRows
from dems.usecases.schedules.look_up import LookUpSchedules
from dems.usecases.schedules.prepare import PrepareSchedule
from dems.usecases.schedules.read_frozen import ReadFrozen
from dems.usecases.schedules.submit import SubmitSet
from dems.usecases.schedules.void import VoidCertificate
from dems.usecases.schedules.write_report import WriteReport


@dataclass(frozen=True, slots=True)
class Schedules:
    prepare: PrepareSchedule
    write_report: WriteReport
    describe_rows: DescribeRows
    certify: CertifySchedule
    void: VoidCertificate
    submit: SubmitSet
    look_up: LookUpSchedules
    frozen: ReadFrozen

    @classmethod
    def of(cls, core: Core) -> "Schedules":
        tx, clock = core.transaction, core.clock
        return cls(
            PrepareSchedule(tx, clock),
            WriteReport(tx, clock),
            DescribeRows(tx, clock),
            CertifySchedule(tx, clock),
            VoidCertificate(tx, clock),
            SubmitSet(tx, clock),
            LookUpSchedules(tx, clock),
            ReadFrozen(tx, clock),
        )
