"""Look at exports: what was given out of a case, for whom, and what became of it."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.exports import Export
from dems.model.ids import CaseId, ExportId
from dems.ports import Page, Transactions


@dataclass(frozen=True, slots=True)
class LookUpExports:
    transaction: Transactions

    def one(self, actor: Actor, export_id: ExportId) -> Export:
        """Raises `NotFound`."""
        with self.transaction() as tx:
            export = tx.exports.get(export_id)
            tx.consulted(tx.authorise(actor, Act.EXPORT_READ, case_id=export.case_id), export_id)
            return export

    def page(self, actor: Actor, case_id: CaseId, page: Page) -> list[Export]:
        """Those of a case, oldest first. Raises `NotFound`."""
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.EXPORT_READ, case_id=case_id)
            tx.cases.get(case_id)
            tx.consulted(authority, case_id)
            return tx.exports.page(case_id, page)
