"""What comes back from the prosecutor, and documents of schedules: their use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.documents.schedules.making import document
from dems.documents.schedules.workbook_reading import read_workbook
from dems.documents.schedules.workbook_writing import to_workbook
from dems.usecases.schedules.compare import CompareSchedules
from dems.usecases.schedules.endorse import EndorseSchedule
from dems.usecases.schedules.hand_out_workbook import HandOutWorkbook
from dems.usecases.schedules.read_document import ReadDocument
from dems.usecases.schedules.report_service import ReportService
from dems.usecases.schedules.send_back import SendBack
from dems.usecases.schedules.take_workbook import TakeWorkbook


@dataclass(frozen=True, slots=True)
class Answers:
    endorse: EndorseSchedule
    hand_out_workbook: HandOutWorkbook
    take_workbook: TakeWorkbook
    send_back: SendBack
    report_service: ReportService
    compare: CompareSchedules
    document: ReadDocument

    @classmethod
    def of(cls, core: Core) -> "Answers":
        tx, clock = core.transaction, core.clock
        return cls(
            EndorseSchedule(tx, clock),
            HandOutWorkbook(tx, clock, to_workbook),
            TakeWorkbook(tx, clock, read_workbook),
            SendBack(tx, clock),
            ReportService(tx, clock),
            CompareSchedules(tx, clock),
            ReadDocument(tx, clock, document),
        )
