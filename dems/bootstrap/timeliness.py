"""Clocks, the rules that they are kept by, reminders and letters: their use cases, put together."""

from dataclasses import dataclass

from dems.bootstrap.core import Core
from dems.usecases.timeliness.change_calendar import ChangeCalendar
from dems.usecases.timeliness.define_clock import DefineClock
from dems.usecases.timeliness.draft_letter import DraftLetter
from dems.usecases.timeliness.look_up_letters import LetterAbout, LookUpLetters
from dems.usecases.timeliness.look_up_rules import LookUpRules
from dems.usecases.timeliness.read_clocks import ListDue, ReadClocks
from dems.usecases.timeliness.remind import Remind
from dems.usecases.timeliness.renew_clocks import RenewClocks, VerifyClocks


@dataclass(frozen=True, slots=True)
class Timeliness:
    clocks: ReadClocks
    due: ListDue
    rules: LookUpRules
    define: DefineClock
    change_calendar: ChangeCalendar
    draft: DraftLetter
    letters: LookUpLetters
    remind: Remind
    renew: RenewClocks
    verify: VerifyClocks

    @classmethod
    def of(cls, core: Core) -> "Timeliness":
        tx, clock = core.transaction, core.clock
        return cls(
            ReadClocks(tx, clock),
            ListDue(tx, clock),
            LookUpRules(tx),
            DefineClock(tx, clock),
            ChangeCalendar(tx, clock),
            DraftLetter(tx, clock),
            LookUpLetters(tx, _document),
            Remind(tx, clock, core.settings.clocks.remind_days),
            RenewClocks(tx, clock, core.lease),
            VerifyClocks(tx, clock),
        )


def _document(found: LetterAbout, kind: str) -> bytes:
    from dems.documents.docx import to_docx  # noqa: PLC0415  (they load slowly, and few processes make documents)
    from dems.documents.letters import About, sheet_of  # noqa: PLC0415
    from dems.documents.pdf import to_pdf  # noqa: PLC0415

    sheet = sheet_of(found.letter, About(found.reference, found.title, found.source, found.drafted_by))
    return {"pdf": to_pdf, "docx": to_docx}[kind](sheet)
