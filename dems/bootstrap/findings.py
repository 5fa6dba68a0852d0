"""Findings: their use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.findings.ask_again import AskAgain
from dems.usecases.findings.cancel import CancelReading
from dems.usecases.findings.extract import Extract
from dems.usecases.findings.extract_many import ExtractMany
from dems.usecases.findings.look_up import LookUpFindings
from dems.usecases.findings.progress import TellProgress
from dems.usecases.findings.read_rendition import ReadRendition
from dems.usecases.findings.renew_old import RenewOld
from dems.usecases.findings.report_readers import ReportReaders
from dems.usecases.findings.search import SearchEvidence


@dataclass(frozen=True, slots=True)
class Findings:
    look_up: LookUpFindings
    progress: TellProgress
    search: SearchEvidence
    rendition: ReadRendition
    ask_again: AskAgain
    cancel: CancelReading
    renew_old: RenewOld
    report_readers: ReportReaders

    @classmethod
    def of(cls, core: Core) -> "Findings":
        tx, clock = core.transaction, core.clock
        return cls(
            LookUpFindings(tx),
            TellProgress(tx),
            SearchEvidence(tx),
            ReadRendition(tx, core.exports),
            AskAgain(tx),
            CancelReading(tx),
            RenewOld(tx, clock, core.settings.findings.reread_on_new_tools),
            ReportReaders(tx, clock),
        )


@dataclass(frozen=True, slots=True)
class Extraction:
    """What only a process can do that was given something that reads files."""

    one: Extract
    many: ExtractMany

    @classmethod
    def of(cls, core: Core) -> "Extraction":
        if core.reads is None:
            raise RuntimeError("this process was given nothing that reads files")
        made_with = (core.transaction, core.reads, core.exports, core.clock, core.lease)
        return cls(Extract(*made_with), ExtractMany(*made_with))
