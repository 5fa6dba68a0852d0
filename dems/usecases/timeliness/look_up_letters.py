"""The drafts of reports on timeliness of a case, and one of them as a document."""

from collections.abc import Callable
from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.clocks.letters import Letter
from dems.model.ids import CaseId, LetterId
from dems.ports import Page, Transactions


@dataclass(frozen=True, slots=True)
class LetterAbout:
    """A draft, and what its document says beside it. `title` and `source` are of the definition that it was drafted by."""

    letter: Letter
    reference: str
    title: str
    source: str
    drafted_by: str


@dataclass(frozen=True, slots=True)
class LookUpLetters:
    """`write` makes a document of a format that is named."""

    transaction: Transactions
    write: Callable[[LetterAbout, str], bytes]

    def page(self, actor: Actor, case_id: CaseId, page: Page) -> list[Letter]:
        """Oldest first."""
        with self.transaction() as tx:
            tx.consulted(tx.authorise(actor, Act.LETTER_READ, case_id=case_id), case_id)
            tx.cases.get(case_id)
            return tx.letters.page(case_id, page)

    def document(self, actor: Actor, case_id: CaseId, letter_id: LetterId, kind: str) -> tuple[LetterAbout, bytes]:
        """Raises `NotFound`, also for a draft of another case."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.LETTER_READ, case_id=case_id)
            letter = tx.letters.get(case_id, letter_id)
            tx.consulted(authority, case_id, report=str(letter_id), format=kind)
            case, by = tx.cases.get(case_id), tx.people.get(letter.recorded_by)
            definitions = {(d.rule.id, d.rule.version): d.rule for d in tx.clocks.rules().definitions}
        drafted_by = definitions[letter.wanted.clock, letter.definition_version]
        found = LetterAbout(letter, case.reference, drafted_by.title, drafted_by.source, by.name)
        return found, self.write(found, kind)
