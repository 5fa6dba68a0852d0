"""Look through what awaits a decision, with what each item is a copy of or nearly the same as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dems.errors import NotPermitted
from dems.model.actors import Actor
from dems.model.acts import Act
from dems.model.disclosure.likeness import near_duplicates
from dems.model.disclosure.reviewing import RESTRICTED, Awaiting, ReviewFilter, filter_record
from dems.model.ids import CaseId, EvidenceId, StrandId
from dems.ports import Clock, Transaction, Transactions
from dems.ports.reviewing import ReviewPage, ReviewRow, Sight
from dems.steps.reviewing import require_open, require_words, sight

MOST_ALIKE = 20
"""Named beside one item; more of them help nobody to decide on it."""


@dataclass(frozen=True, slots=True)
class InQueue:
    """One item. `copies` have the same bytes, anywhere in the case; `near` are items of the same page that read nearly the same."""

    row: ReviewRow
    copies: tuple[EvidenceId, ...]
    near: tuple[EvidenceId, ...]


@dataclass(frozen=True, slots=True)
class ReadQueue:
    transaction: Transactions
    clock: Clock
    patience: timedelta = timedelta(seconds=5)
    """How long any one question to the database may take."""

    def __call__(
        self, actor: Actor, proceeding_id: StrandId, awaiting: Awaiting, wanted: ReviewFilter, page: ReviewPage
    ) -> list[InQueue]:
        """One page. What was asked goes into the person's chain.

        Raises `NotFound`, `Invalid`, `SearchTooBroad`, and `NotPermitted` for what is only for the cleared.
        """
        with self.transaction() as tx:
            case_id = tx.disclosure.case_of(proceeding_id)
            authority = tx.authorise(actor, Act.DISCLOSURE_READ, case_id=case_id)
            require_open(tx, proceeding_id)
            seen = sight(tx, actor, case_id, self.clock())
            if awaiting in RESTRICTED and not seen.restricted:
                raise NotPermitted(
                    "What awaits a decision about sensitivity is for whoever has the clearance `sensitive` on this case."
                )
            require_words(tx, wanted, self.patience)
            rows = tx.reviewing.awaiting(proceeding_id, case_id, awaiting, wanted, seen, page)
            asked = {"awaiting": awaiting.value, **filter_record(wanted)}
            tx.consulted(authority, proceeding_id, asked=asked, found=len(rows))
            copies = _copies(tx, proceeding_id, case_id, rows, seen)
        near = _near(rows)
        return [
            InQueue(r, _others(copies.get(r.sha256 or "", ()), r.item), _others(near.get(r.item, ()), r.item))
            for r in rows
        ]


def _others(alike: Sequence[EvidenceId], item: EvidenceId) -> tuple[EvidenceId, ...]:
    return tuple(i for i in alike if i != item)[:MOST_ALIKE]


def _copies(
    tx: Transaction, proceeding_id: StrandId, case_id: CaseId, rows: Sequence[ReviewRow], seen: Sight
) -> Mapping[str, tuple[EvidenceId, ...]]:
    digests = {r.sha256 for r in rows if r.sha256 is not None}
    found = tx.reviewing.same_bytes(case_id, digests, MOST_ALIKE + 1)
    if seen.quarantined:
        return found
    hidden = tx.reviewing.quarantined(proceeding_id, {i for alike in found.values() for i in alike})
    return {sha256: tuple(i for i in alike if i not in hidden) for sha256, alike in found.items()}


def _near(rows: Sequence[ReviewRow]) -> dict[EvidenceId, tuple[EvidenceId, ...]]:
    groups = near_duplicates({r.item: f"{r.description} {r.name or ''}" for r in rows})
    return {item: group for group in groups for item in group}
