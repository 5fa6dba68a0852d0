"""See how an intake stands, and each of its items."""

from dataclasses import dataclass

from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import IntakeId
from dems.model.intakes import Counts, Intake, Outcome
from dems.ports import IntakeRow, Page, Transactions


@dataclass(frozen=True, slots=True)
class LookUpIntake:
    transaction: Transactions

    def one(self, actor: Actor, intake_id: IntakeId) -> tuple[Intake, Counts]:
        """Raises `NotFound`."""
        with self.transaction() as tx:
            intake = tx.intakes.get(intake_id)
            tx.authorise(actor, Act.INTAKE_READ, case_id=intake.case_id, intake_id=intake_id)
            return intake, tx.intakes.counts(intake)

    def items(
        self, actor: Actor, intake_id: IntakeId, page: Page, *, wanted: Outcome | None, extra: bool
    ) -> tuple[Intake, list[IntakeRow]]:
        """A page of its items in the order of the manifest. Raises `NotFound`."""
        with self.transaction() as tx:
            intake = tx.intakes.get(intake_id)
            tx.authorise(actor, Act.INTAKE_READ, case_id=intake.case_id, intake_id=intake_id)
            return intake, tx.intakes.page(intake, page, wanted, extra=extra)
