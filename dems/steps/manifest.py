"""Taking in a manifest: every entry looked at before any is taken, and all of them taken or none."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dems.errors import ManifestRefused
from dems.ledger.canonical import canonical
from dems.model.acts import Act
from dems.model.custody import Authority, of_case, of_item
from dems.model.evidence import Evidence, EvidenceState, Kind
from dems.model.exhibits import ExhibitRef
from dems.model.ids import CaseId, EvidenceId, PersonId, UploadId, new_id
from dems.model.intakes import Intake
from dems.model.uploads import MAX_OBJECT_SIZE, Upload, UploadState, part_size_for
from dems.ports import Transaction
from dems.steps.declaring import FileDeclared, declared_facts, of_other_cases


@dataclass(frozen=True, slots=True)
class ItemDeclared:
    """One entry of a manifest. Without a reference it is numbered; without a description or source it has the manifest's."""

    file: FileDeclared
    exhibit_ref: ExhibitRef | None = None
    description: str | None = None
    source: str | None = None
    obtained_at: datetime | None = None
    obtained_by: str | None = None
    derived_from: EvidenceId | None = None
    part_of: EvidenceId | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a manifest says once for all of its entries."""

    exhibit_prefix: str | None = None
    description: str | None = None
    source: str | None = None


class Manifest:
    """Entries on their way into a case; `first` is the position that the first of them will have in the intake."""

    def __init__(self, items: Sequence[ItemDeclared], defaults: Defaults, now: datetime) -> None:
        self._items = items
        self._defaults = defaults
        self._now = now
        self._errors: list[dict[str, Any]] = []

    @property
    def size(self) -> int:
        """Of all files together, in bytes."""
        return sum(i.file.size for i in self._items)

    def check(self) -> None:
        """What can be said without looking anywhere. Raises `ManifestRefused` with every error by position."""
        seen: dict[str, int] = {}
        for position, item in enumerate(self._items):
            if item.file.size > MAX_OBJECT_SIZE:
                self._wrong(position, "file.size", "A file has at most 5 TiB: split it and declare the parts as items.")
            if item.obtained_at is not None and item.obtained_at > self._now:
                self._wrong(position, "obtained_at", "An item was not obtained in the future.")
            if item.exhibit_ref is None:
                if self._defaults.exhibit_prefix is None:
                    self._wrong(position, "exhibit_ref", "Give an exhibit reference, or an exhibit_prefix for all.")
                continue
            earlier = seen.setdefault(item.exhibit_ref.key, position)
            if earlier != position:
                ref = item.exhibit_ref.text
                self._wrong(position, "exhibit_ref", f"{ref} is the reference of the entry at position {earlier}, too.")
        self._raise()

    def add(
        self,
        tx: Transaction,
        authority: Authority,
        intake: Intake,
        first: int,
        expires_at: datetime,
        *,
        invited: Mapping[str, Any] | None = None,
    ) -> "Added":
        """Make the items, their uploads and their entries. Raises `ManifestRefused` and leaves it to the caller to undo.

        `invited` is what the entry of each item says of the invitation by way of which it came.
        """
        human = authority.actor.somebody
        self._check_origins(tx, intake.case_id)
        refs = self._references(tx, intake.case_id)
        pairs = [
            self._made(intake, position, item, refs[position - first], human.id, expires_at)
            for position, item in enumerate(self._items, first)
        ]
        taken = tx.evidence.add_many([e for e, _ in pairs])
        for position, (evidence, _) in enumerate(pairs):
            if evidence.id in taken:  # by another transaction, since the references were looked up
                self._taken(position, evidence.exhibit_ref)
        self._raise()
        tx.uploads.add_many([u for _, u in pairs])
        for item, upload in pairs:
            tx.custody.append(
                authority,
                of_item(item.id),
                act=Act.EVIDENCE_DECLARE,
                case_id=item.case_id,
                evidence_id=item.id,
                facts={**declared_facts(item, upload), **(invited or {})},
            )
        return Added(pairs)

    def _check_origins(self, tx: Transaction, case_id: CaseId) -> None:
        wanted = {e for i in self._items for e in (i.derived_from, i.part_of) if e is not None}
        foreign = of_other_cases(tx, sorted(wanted), case_id)
        for position, item in enumerate(self._items):
            for field, origin in (("derived_from", item.derived_from), ("part_of", item.part_of)):
                if origin in foreign:
                    self._wrong(position, field, "There is no such item in this case.")
        self._raise()

    def _references(self, tx: Transaction, case_id: CaseId) -> list[ExhibitRef]:
        given = {i.exhibit_ref.key for i in self._items if i.exhibit_ref is not None}
        used = tx.evidence.refs_used(case_id, sorted(given))
        for position, item in enumerate(self._items):
            if item.exhibit_ref is not None and item.exhibit_ref.key in used:
                self._taken(position, item.exhibit_ref)
        self._raise()
        lacking = sum(i.exhibit_ref is None for i in self._items)
        numbered = iter(self._numbered(tx, case_id, lacking, given))
        return [next(numbered) if i.exhibit_ref is None else i.exhibit_ref for i in self._items]

    def _numbered(self, tx: Transaction, case_id: CaseId, count: int, given: set[str]) -> list[ExhibitRef]:
        """The next numbers of the prefix that are free in the case and in this manifest."""
        prefix = self._defaults.exhibit_prefix
        if not count or prefix is None:
            return []
        key = ExhibitRef(prefix).key
        number, free = tx.evidence.next_number(case_id, key), list[ExhibitRef]()
        while len(free) < count:
            some = [ExhibitRef(f"{prefix}/{n}") for n in range(number, number + count - len(free))]
            used = tx.evidence.refs_used(case_id, [r.key for r in some]) | given
            free += [r for r in some if r.key not in used]
            number += len(some)
        tx.evidence.numbered(case_id, key, number)
        return free

    def _made(
        self,
        intake: Intake,
        position: int,
        item: ItemDeclared,
        ref: ExhibitRef,
        declared_by: PersonId,
        expires_at: datetime,
    ) -> tuple[Evidence, Upload]:
        evidence = Evidence(
            EvidenceId(new_id()),
            intake.case_id,
            ref,
            item.description or self._defaults.description or "",
            Kind.DIGITAL,
            EvidenceState.DECLARED,
            declared_by,
            self._now,
            item.source or self._defaults.source,
            item.obtained_at,
            item.obtained_by,
            item.derived_from,
            item.part_of,
            intake_id=intake.id,
            intake_position=position,
        )
        upload = Upload(
            UploadId(new_id()),
            evidence.id,
            intake.case_id,
            UploadState.OPEN,
            item.file.size,
            part_size_for(item.file.size),
            item.file.sha256,
            declared_by,
            self._now,
            expires_at,
            intake_id=intake.id,
        )
        return evidence.with_file(item.file.name, upload), upload

    def _taken(self, position: int, ref: ExhibitRef) -> None:
        self._wrong(position, "exhibit_ref", f"{ref.text} is or was used in this case: choose the next number.")

    def _wrong(self, position: int, field: str, message: str) -> None:
        self._errors.append({"position": position, "field": field, "message": message})

    def _raise(self) -> None:
        if self._errors:
            raise ManifestRefused(sorted(self._errors, key=lambda e: e["position"]))


@dataclass(frozen=True, slots=True)
class Added:
    """What a manifest became, in its order."""

    pairs: list[tuple[Evidence, Upload]]

    def record(self, tx: Transaction, authority: Authority, intake: Intake, facts: dict[str, Any]) -> None:
        """The entry in the case's chain: how many, how much, and a digest over what was declared, item by item."""
        rows = [
            {
                "evidence": str(e.id),
                "exhibit_ref": e.exhibit_ref.text,
                "name_hex": b"".hex() if e.name is None else e.name.raw.hex(),
                "size": u.size,
                "declared_sha256": None if u.declared is None else u.declared.hex,
            }
            for e, u in self.pairs
        ]
        tx.custody.append(
            authority,
            of_case(intake.case_id),
            case_id=intake.case_id,
            facts={
                "intake": str(intake.id),
                "items": len(rows),
                "bytes": sum(u.size for _, u in self.pairs),
                "first_position": self.pairs[0][0].intake_position if self.pairs else None,
                "manifest_sha256": hashlib.sha256(canonical(rows)).hexdigest(),
                **facts,
            },
        )
