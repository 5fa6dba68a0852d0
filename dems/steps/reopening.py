"""What has put decisions of a proceeding in question since they were made: found anew each time, and kept nowhere."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    tx: Transaction,
    file: ProceedingFile,
    blocks: Sequence[KeptBlock],
    happenings: Iterable[KeptHappening],
    *,
    whole: bool,
) -> tuple[Cause, ...]:
    """New material, changed findings, defence statements and corrected facts since the oldest decision that stands.

    `happenings` are those that did happen. Unless it is the `whole` file, nothing is asked of the case but what these subjects are.
    """
    standing = [d for s in file.record.subjects for d in file.record.standing(s)]
    if not standing:
        return ()
    case_id, since = CaseId(file.opened.case_id), min(d.by.at for d in standing)
    oldest: dict[Subject, datetime] = {}
    for decision in standing:
        oldest[decision.subject] = min(oldest.get(decision.subject, decision.by.at), decision.by.at)
    items = None if whole else file.material.keys() | {i for b in file.blocks.values() for i in b.items}
    came = tx.reopening.came_in(case_id, since, None if whole else file.material.values())
    return (
        *_new_material(came, _related(tx, file, came), _asked_for(tx, file, blocks, oldest), oldest),
        *_changed_findings(tx, file, tx.reopening.read_again(case_id, since, items), oldest),
        *(
            DefenceStatement(h.by.at)
            for h in happenings
            if h.happening.kind is HappeningKind.DEFENCE_STATEMENT and h.by.at > since
        ),
        *_corrected_facts(tx, file, None if whole else file.record.subjects),
    )


def _new_material(
    came: Mapping[EvidenceId, datetime],
    related: Mapping[EvidenceId, set[Subject]],
    asked_for: Mapping[EvidenceId, tuple[datetime, set[Subject]]],
    oldest: Mapping[Subject, datetime],
) -> Iterable[Cause]:
    """What came in and duplicates something decided, derives from it or is what it derives from, or what a block asks for."""
    at = dict(came) | {item: when for item, (when, _) in asked_for.items()}
    for item, when in at.items():
        subjects = related.get(item, set()) | asked_for.get(item, (when, set()))[1]
        put_in_question = {s for s in subjects if s in oldest and oldest[s] < when}
        if put_in_question:
            yield NewMaterial(item, frozenset(put_in_question), when)


def _related(
    tx: Transaction, file: ProceedingFile, came: Mapping[EvidenceId, datetime]
) -> Mapping[EvidenceId, set[Subject]]:
    """Of each item that came, those with the same bytes, that derive from it or that it derives from."""
    unread = came.keys() - file.material.keys()
    material = {**file.material, **{m.id: m for m in tx.material.material(file.opened.case_id, unread)}}
    alike, derived = defaultdict(set), defaultdict(set)
    for item in material.values():
        if item.digest is not None:
            alike[item.digest].add(Subject.item(item.id))
        if item.derived_from is not None:
            derived[item.derived_from].add(Subject.item(item.id))
            derived[item.id].add(Subject.item(item.derived_from))
    found = {}
    for item_id in came:
        digest = material[item_id].digest
        same = alike[digest] if digest is not None else set()
        found[item_id] = (same | derived[item_id]) - {Subject.item(item_id)}
    return found


def _asked_for(
    tx: Transaction, file: ProceedingFile, blocks: Sequence[KeptBlock], oldest: Mapping[Subject, datetime]
) -> Mapping[EvidenceId, tuple[datetime, set[Subject]]]:
    """What came since a block was decided about and its question finds now, each with when, and the blocks."""
    found: dict[EvidenceId, tuple[datetime, set[Subject]]] = {}
    proceeding, case_id = file.record.proceeding, CaseId(file.opened.case_id)
    for kept in blocks:
        subject = kept.block.subject
        if kept.asks is None or subject not in oldest:
            continue
        now = tx.reviewing.found(proceeding, case_id, kept.asks, _EVERYTHING, _MOST_FOUND, oldest[subject])
        for item, one in now.items():
            if item not in kept.block.items and not one.apart:
                found.setdefault(item, (one.sealed_at, set()))[1].add(subject)
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


def _corrected_facts(tx: Transaction, file: ProceedingFile, subjects: Collection[Subject] | None) -> Iterable[Cause]:
    resting = tx.disclosure.resting_on(file.record.proceeding, subjects)
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
