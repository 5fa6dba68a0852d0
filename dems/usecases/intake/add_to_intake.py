"""Add items to an intake that was declared before: what was found late, or what the holder of an invitation sends."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.errors import Invalid, LimitReached
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.ids import IntakeId
from dems.model.intakes import MAX_ITEMS, MOST_ITEMS
from dems.ports import Clock, IntakeRow, Transactions
from dems.steps.manifest import Defaults, ItemDeclared, Manifest
from dems.steps.tokens import UploadPolicy
from dems.steps.trust import StoreTrust


@dataclass(frozen=True, slots=True)
class AddToIntake:
    transaction: Transactions
    trust: StoreTrust
    policy: UploadPolicy
    clock: Clock

    def __call__(
        self, actor: Actor, intake_id: IntakeId, items: Sequence[ItemDeclared], *, defaults: Defaults
    ) -> list[IntakeRow]:
        """The items as added. Raises `ManifestRefused`, `CaseClosed`, `WrongState`, `LimitReached`, `NoSpace`."""
        if not 1 <= len(items) <= MAX_ITEMS:
            raise Invalid(f"Add 1 to {MAX_ITEMS} items at once.", field="items")
        now = self.clock()
        manifest = Manifest(items, defaults, now)
        manifest.check()
        with self.transaction() as tx:
            intake = tx.intakes.get(intake_id)
            authority = tx.authorise(actor, Act.INTAKE_ADD, case_id=intake.case_id, intake_id=intake_id)
            tx.cases.get(intake.case_id, keep_as_is=True).takes_changes()
            intake = tx.intakes.get(intake_id, for_update=True)
            intake.takes_items(now)
            first = tx.intakes.size(intake_id)
            if first + len(items) > MOST_ITEMS:
                raise LimitReached(f"An intake has at most {MOST_ITEMS} items: begin another.", most=MOST_ITEMS)
            self.trust.require(tx, manifest.size)
            added = manifest.add(tx, authority, intake, first, now + self.policy.open_for)
            added.record(tx, authority, intake, {"exhibit_prefix": defaults.exhibit_prefix})
        return [IntakeRow(item, upload, announced=False) for item, upload in added.pairs]
