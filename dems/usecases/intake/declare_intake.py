"""Declare many items at once: a manifest, taken whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from dems.errors import Invalid
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.custody import of_case
from dems.model.ids import CaseId, IntakeId, new_id
from dems.model.intakes import MAX_ITEMS, Counts, Intake, IntakeKind
from dems.ports import Clock, Once, Transactions
from dems.steps.manifest import Defaults, ItemDeclared, Manifest
from dems.steps.tokens import UploadPolicy, issue_intake_token
from dems.steps.trust import StoreTrust


@dataclass(frozen=True, slots=True)
class DeclareIntake:
    transaction: Transactions
    trust: StoreTrust
    policy: UploadPolicy
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        items: Sequence[ItemDeclared],
        *,
        defaults: Defaults,
        label: str | None = None,
        once: Once | None = None,
    ) -> tuple[Intake, Counts, str]:
        """The intake, its counts, and the token that opens its uploads.

        Raises `ManifestRefused`, `CaseClosed`, `StoreNotTrusted`, `NoSpace`.
        """
        if not 1 <= len(items) <= MAX_ITEMS:
            raise Invalid(f"A manifest has 1 to {MAX_ITEMS} items: make several of a larger folder.", field="items")
        now = self.clock()
        manifest = Manifest(items, defaults, now)
        manifest.check()
        with self.transaction() as tx:
            authority = tx.authorise(actor, Act.INTAKE_DECLARE, case_id=case_id)
            intake_id = IntakeId(new_id())
            earlier = tx.idempotency.first(once, intake_id) if once else None
            if earlier is not None:
                intake = tx.intakes.get(IntakeId(earlier))
                token, token_id = issue_intake_token(tx, actor, intake, self.policy, now)
                tx.custody.append(
                    authority,
                    of_case(intake.case_id),
                    act=Act.INTAKE_TOKEN_AGAIN,
                    case_id=intake.case_id,
                    facts={"intake": str(intake.id), "intake_token": str(token_id)},
                )
                return intake, tx.intakes.counts(intake), token
            tx.cases.get(case_id, keep_as_is=True).takes_changes()
            self.trust.require(tx, manifest.size)
            human = actor.somebody
            expires_at = now + self.policy.open_for
            kind = IntakeKind.MANIFEST
            intake = Intake(intake_id, case_id, kind, label, len(items), human.id, now, expires_at)
            tx.intakes.add(intake)
            added = manifest.add(tx, authority, intake, 0, expires_at)
            token, token_id = issue_intake_token(tx, actor, intake, self.policy, now)
            facts = {"label": label, "exhibit_prefix": defaults.exhibit_prefix, "intake_token": str(token_id)}
            added.record(tx, authority, intake, facts)
            return intake, tx.intakes.counts(intake), token
