"""Add items to an intake that was declared before: what was found late, or what the holder of an invitation sends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from dems.errors import Invalid, LimitReached, ManifestRefused, WrongState
from dems.model.actors import Actor, ActorKind
from dems.model.acts import Act
from dems.model.ids import IntakeId
from dems.model.intakes import MAX_ITEMS, MOST_ITEMS, Intake, IntakeKind
from dems.model.invitations import AT_ONCE, Invitation, Sent, invited
from dems.ports import Clock, IntakeRow, Once, Transaction, Transactions
from dems.steps.manifest import Added, Defaults, ItemDeclared, Manifest
from dems.steps.tokens import UploadPolicy
from dems.steps.trust import StoreTrust

_NOT_YOURS = ("exhibit_ref", "derived_from", "part_of")


@dataclass(frozen=True, slots=True)
class AddToIntake:
    transaction: Transactions
    trust: StoreTrust
    policy: UploadPolicy
    clock: Clock

    def __call__(
        self,
        actor: Actor,
        intake_id: IntakeId,
        items: Sequence[ItemDeclared],
        *,
        defaults: Defaults,
        once: Once | None = None,
    ) -> list[IntakeRow]:
        """The items as added; as they stand now where the request is a repeated one.

        Only its holder adds to the intake of an invitation, and what they send is numbered and described by its terms.
        Raises `ManifestRefused`, `CaseClosed`, `WrongState`, `LimitReached`, `NoSpace`.
        """
        if not 1 <= len(items) <= MAX_ITEMS:
            raise Invalid(f"Add 1 to {MAX_ITEMS} items at once.", field="items")
        holder = actor.kind is ActorKind.INVITATION
        if holder:
            _as_a_holder_may(items, defaults)
        now = self.clock()
        with self.transaction() as tx:
            intake = tx.intakes.get(intake_id)
            authority = tx.authorise(actor, Act.INTAKE_ADD, case_id=intake.case_id, intake_id=intake_id)
            tx.cases.get(intake.case_id, keep_as_is=True).takes_changes()
            intake = tx.intakes.get(intake_id, for_update=True)
            invitation = self._invitation(tx, intake, holder=holder)
            first = tx.intakes.size(intake_id)
            # What a repeated request had added is found by its place: nothing else of an intake stays where it was put.
            earlier = tx.idempotency.first(once, UUID(int=first)) if once else None
            if earlier is not None:
                return tx.intakes.between(intake, earlier.int, len(items))
            if invitation is not None:
                defaults = _by_its_terms(invitation, defaults)
            manifest = Manifest(items, defaults, now)
            manifest.check()
            intake.takes_items(now)
            if first + len(items) > MOST_ITEMS:
                raise LimitReached(f"An intake has at most {MOST_ITEMS} items: begin another.", most=MOST_ITEMS)
            if invitation is not None:
                # The intake's row is held: two that add at once are counted one after the other.
                invitation.takes(Sent(len(items), manifest.size), tx.invitations.sent(intake_id))
            self.trust.require(tx, manifest.size)
            added = manifest.add(
                tx,
                authority,
                intake,
                first,
                self._open_until(now, invitation),
                invited=None if invitation is None else invited(invitation),
            )
            added.record(tx, authority, intake, _facts(defaults, invitation))
        return _rows(added)

    @staticmethod
    def _invitation(tx: Transaction, intake: Intake, *, holder: bool) -> Invitation | None:
        if intake.kind is not IntakeKind.INVITATION:
            return None
        if not holder:
            raise WrongState(
                "What belongs to this intake is added by whoever was invited: declare an intake of your own.",
                state=intake.kind.value,
            )
        return tx.invitations.of_intake(intake.id)

    def _open_until(self, now: datetime, invitation: Invitation | None) -> datetime:
        until = now + self.policy.open_for
        return until if invitation is None else min(until, invitation.terms.expires_at)


def _as_a_holder_may(items: Sequence[ItemDeclared], defaults: Defaults) -> None:
    """Raises `Invalid`, `ManifestRefused`."""
    if len(items) > AT_ONCE:
        raise Invalid(f"By an invitation, add 1 to {AT_ONCE} items at once.", field="items")
    if defaults.exhibit_prefix is not None:
        raise Invalid(
            "What is sent by an invitation is numbered by it: leave exhibit_prefix out.", field="exhibit_prefix"
        )
    wrong = [
        {"position": position, "field": field, "message": "This is not said of what is sent by an invitation."}
        for position, item in enumerate(items)
        for field in _NOT_YOURS
        if getattr(item, field) is not None
    ]
    if wrong:
        raise ManifestRefused(wrong)


def _by_its_terms(invitation: Invitation, said: Defaults) -> Defaults:
    terms = invitation.terms
    return replace(
        said,
        exhibit_prefix=terms.exhibit_prefix,
        description=said.description or terms.asked_for,
        source=said.source or terms.source or terms.recipient,
    )


def _facts(defaults: Defaults, invitation: Invitation | None) -> dict[str, str | None]:
    return {"exhibit_prefix": defaults.exhibit_prefix, **({} if invitation is None else invited(invitation))}


def _rows(added: Added) -> list[IntakeRow]:
    return [IntakeRow(item, upload, announced=False) for item, upload in added.pairs]
