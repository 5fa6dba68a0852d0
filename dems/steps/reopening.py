"""What has put decisions of a proceeding in question since they were made: found anew each time, and kept nowhere."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from dems.model.disclosure.causes import Cause, ChangedFindings, CorrectedFact, DefenceStatement, NewMaterial
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.parties import HappeningKind
from dems.model.ids import BlockId, CaseId, EvidenceId
from dems.model.life.records import kind_of_content
from dems.ports import Transaction
from dems.ports.disclosure import KeptBlock, KeptHappening
from dems.ports.reopening import Reread
from dems.ports.reviewing import Sight

_EVERYTHING = Sight(restricted=True, quarantined=True, findings=True)
_MOST_FOUND = 100_000
_NAMES = 5


def causes_of(
    tx: Transaction, file: ProceedingFile, blocks: Sequence[KeptBlock], happenings: Iterable[KeptHappening]
) -> tuple[Cause, ...]:
    """New material, changed findings, defence statements and corrected facts since the oldest decision that stands.

    `happenings` are those that did happen.
    """
    standing = [d for s in file.record.subjects for d in file.record.standing(s)]
    if not standing:
        return ()
    case_id, since = CaseId(file.opened.case_id), min(d.by.at for d in standing)
    oldest: dict[Subject, datetime] = {}
    for decision in standing:
        oldest[decision.subject] = min(oldest.get(decision.subject, decision.by.at), decision.by.at)
    return (
        *_new_material(tx, file, blocks, tx.reopening.came_in(case_id, since), oldest),
        *_changed_findings(tx, file, tx.reopening.read_again(case_id, since), oldest),
        *(
            DefenceStatement(h.by.at)
            for h in happenings
            if h.happening.kind is HappeningKind.DEFENCE_STATEMENT and h.by.at > since
        ),
        *_corrected_facts(tx, file),
    )


def _new_material(
    tx: Transaction,
    file: ProceedingFile,
    blocks: Sequence[KeptBlock],
    came: Mapping[EvidenceId, datetime],
    oldest: dict[Subject, datetime],
) -> Iterable[Cause]:
    """What came in and duplicates something decided, derives from it or is what it derives from, or what a block asks for."""
    if not came:
        return
    alike, derived = defaultdict(set), defaultdict(set)
    for item in file.material.values():
        if item.digest is not None:
            alike[item.digest].add(item.id)
        if item.derived_from is not None:
            derived[item.derived_from].add(item.id)
            derived[item.id].add(item.derived_from)
    asked_for = _asked_for(tx, file, blocks, came)
    for item_id, at in came.items():
        new = file.material[item_id]
        same = alike[new.digest] if new.digest is not None else set()
        items = {Subject.item(i) for i in (same | derived[item_id]) - {item_id}}
        related = {s for s in items | asked_for[item_id] if s in oldest and oldest[s] < at}
        if related:
            yield NewMaterial(item_id, frozenset(related), at)


def _asked_for(
    tx: Transaction, file: ProceedingFile, blocks: Sequence[KeptBlock], came: Mapping[EvidenceId, datetime]
) -> dict[EvidenceId, set[Subject]]:
    """Of what came in since, the blocks whose question finds it now."""
    found: dict[EvidenceId, set[Subject]] = defaultdict(set)
    proceeding, case_id = file.record.proceeding, CaseId(file.opened.case_id)
    for kept in blocks:
        if kept.asks is None:
            continue
        now = tx.reviewing.found(proceeding, case_id, kept.asks, _EVERYTHING, _MOST_FOUND)
        for item, one in now.items():
            if item in came and item not in kept.block.items and not one.apart:
                found[item].add(kept.block.subject)
    return found


def _changed_findings(
    tx: Transaction, file: ProceedingFile, again: Sequence[Reread], oldest: dict[Subject, datetime]
) -> Iterable[Cause]:
    """Readings that found something else than the reading before them, of what was decided about before they ended."""
    touching = [r for r in again if any(s in oldest and oldest[s] < r.at for s in _decided_as(file, r.item))]
    wanted = {r.reading for r in touching} | {r.before for r in touching if r.before is not None}
    found = tx.reopening.found(wanted) if wanted else {}
    for each in touching:
        now = found.get(each.reading, {})
        then = found.get(each.before, {}) if each.before is not None else {}
        names = sorted(n for n in now.keys() | then.keys() if now.get(n) != then.get(n))
        if names:
            more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
            yield ChangedFindings(each.item, f"{', '.join(names[:_NAMES])}{more}.", each.at)


def _decided_as(file: ProceedingFile, item: EvidenceId) -> Iterable[Subject]:
    return (Subject.item(item), *(b.subject for b in file.listing.get(item, ())))


def _corrected_facts(tx: Transaction, file: ProceedingFile) -> Iterable[Cause]:
    resting = tx.disclosure.resting_on(file.record.proceeding)
    if not resting:
        return
    facts = tx.lives.of_case(CaseId(file.opened.case_id)).facts
    kinds = {fact.id: kind_of_content(fact.content).replace("_", " ") for fact in facts}
    for fact in facts:
        if fact.corrects is not None and fact.corrects in resting:
            subjects = resting[fact.corrects]
            yield CorrectedFact(
                fact.corrects,
                frozenset(EvidenceId(s.id) for s in subjects if s.kind is SubjectKind.ITEM),
                f"The {kinds[fact.corrects]} that was recorded is another now, or was taken back.",
                fact.recorded_at,
                frozenset(BlockId(s.id) for s in subjects if s.kind is SubjectKind.BLOCK),
            )
