"""One proceeding's disclosure put together from what is kept: the whole of it, or what one act is about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dems.errors import NotFound
from dems.model.actors import Actor
from dems.model.disclosure.contents import Content
from dems.model.disclosure.decisions import Decision, Record
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.material import Subject, SubjectKind
from dems.model.disclosure.parties import Opened
from dems.model.disclosure.visibility import seen_by, without
from dems.model.ids import BlockId, CaseId, EvidenceId, StrandId
from dems.model.life.strands import Proceeding
from dems.model.people import Clearance
from dems.model.times import london_date
from dems.ports import Transaction
from dems.ports.disclosure import KeptHappening, Opening
from dems.steps.reopening import causes_of


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A proceeding whose disclosure is open, with what was said when that was said last."""

    opened: Opened
    opening: Opening


def opened(tx: Transaction, proceeding_id: StrandId) -> Opened:
    """The proceeding as the case's life has it today, with what disclosure asks beyond. Raises `NotFound` where it is not open."""
    return as_opened(tx, proceeding_id).opened


def as_opened(tx: Transaction, proceeding_id: StrandId) -> Disclosed:
    """As `opened`, with who said so and why."""
    openings = tx.disclosure.openings(proceeding_id)
    if not openings:
        raise NotFound("proceeding")
    return Disclosed(opened_with(tx, openings[-1]), openings[-1])


def opened_with(tx: Transaction, opening: Opening) -> Opened:
    """The proceeding with an opening that may be still to be recorded. Raises `NotFound` where the case's life has it no more."""
    case_id = tx.disclosure.case_of(opening.proceeding)
    strands = (f.content for f in tx.lives.of_case(case_id).strands)
    proceeding = next((s for s in strands if isinstance(s, Proceeding) and s.id == opening.proceeding), None)
    if proceeding is None:
        raise NotFound("proceeding")
    return Opened(case_id, proceeding, opening.investigation_began, opening.parties)


def whole(tx: Transaction, proceeding_id: StrandId, now: datetime) -> ProceedingFile:
    """Everything, with what has put decisions in question; but for schedules and what became of them: whoever has those puts them in.

    Raises `NotFound`.
    """
    return _file(tx, opened(tx, proceeding_id), None, now)


def questioned(
    tx: Transaction, proceeding_id: StrandId, decisions: Sequence[Decision[Content]], now: datetime
) -> ProceedingFile:
    """Some decisions that stand, each last of its kind about its subject, with what has put them in question, and little else.

    What it costs follows from them, and from what was done since, whatever the case. Raises `NotFound`.
    """
    of = opened(tx, proceeding_id)
    items = {EvidenceId(d.subject.id) for d in decisions if d.subject.kind is SubjectKind.ITEM}
    blocks = {d.subject for d in decisions if d.subject.kind is SubjectKind.BLOCK}
    kept_blocks = tx.blocks.blocks(proceeding_id, [BlockId(b.id) for b in blocks])
    # Of a block all that stands: only what is relevant and unused lists its items.
    known = (*tx.disclosure.decisions(proceeding_id, blocks), *(d for d in decisions if d.subject not in blocks))
    file = ProceedingFile(
        opened=of,
        record=Record(proceeding_id, known),
        on=london_date(now),
        material={m.id: m for m in tx.material.material(of.case_id, items)},
        blocks={b.block.id: b.block for b in kept_blocks},
    )
    return replace(file, causes=causes_of(tx, file, kept_blocks, _happened(tx, proceeding_id), whole=False))


def about(tx: Transaction, proceeding_id: StrandId, subjects: Collection[Subject], now: datetime) -> ProceedingFile:
    """The decisions about these subjects and what they are, with the blocks that these items are in. Raises `NotFound`."""
    return _file(tx, opened(tx, proceeding_id), subjects, now)


def to_decide(tx: Transaction, proceeding_id: StrandId, subjects: Collection[Subject], now: datetime) -> ProceedingFile:
    """As `about`; of the things themselves only that they are of the case. Raises `NotFound`."""
    of = opened(tx, proceeding_id)
    items = {EvidenceId(s.id) for s in subjects if s.kind is SubjectKind.ITEM}
    blocks = {BlockId(s.id) for s in subjects if s.kind is SubjectKind.BLOCK}
    return ProceedingFile(
        opened=of,
        record=Record(proceeding_id, tuple(tx.disclosure.decisions(proceeding_id, subjects))),
        on=london_date(now),
        grants=tuple(tx.cases.grants_ever(CaseId(of.case_id))),
        unread=tx.material.of_case(CaseId(of.case_id), items),
        blocks={b.block.id: b.block for b in tx.blocks.blocks(proceeding_id, blocks)},
    )


def known_to(tx: Transaction, file: ProceedingFile, actor: Actor, held: frozenset[Clearance]) -> ProceedingFile:
    """The file for an act of somebody with these clearances: what they may not know of is nothing of its case.

    A service brings no clearance that it does not hold itself, and neither does whoever it acts for.
    """
    human = actor.human
    grants = tuple(
        g
        for g in file.grants
        if human is None or g.person_id != human.id or not isinstance(g.name, Clearance) or g.name in held
    )
    return without(replace(file, grants=grants), hidden_from(tx, CaseId(file.opened.case_id), held))


def shown_to(tx: Transaction, file: ProceedingFile, held: frozenset[Clearance]) -> ProceedingFile:
    """The file as somebody with these clearances is shown it."""
    return seen_by(without(file, hidden_from(tx, CaseId(file.opened.case_id), held)), held)


def hidden_from(tx: Transaction, case_id: CaseId, held: frozenset[Clearance]) -> frozenset[EvidenceId]:
    """The placeholders that somebody with these clearances may not know of."""
    return frozenset() if Clearance.SENSITIVE in held else tx.material.restricted(case_id)


def _file(tx: Transaction, of: Opened, subjects: Collection[Subject] | None, now: datetime) -> ProceedingFile:
    proceeding_id, items, blocks = of.proceeding.id, None, None
    if subjects is not None:
        items = {EvidenceId(s.id) for s in subjects if s.kind is SubjectKind.ITEM}
        named = {BlockId(s.id) for s in subjects if s.kind is SubjectKind.BLOCK}
        blocks = named | set(tx.blocks.blocks_of(proceeding_id, items))
        subjects = {*subjects, *(Subject.block(b) for b in blocks)}
    kept_blocks = tx.blocks.blocks(proceeding_id, blocks)
    happenings = _happened(tx, proceeding_id)
    file = ProceedingFile(
        opened=of,
        record=Record(proceeding_id, tuple(tx.disclosure.decisions(proceeding_id, subjects))),
        on=london_date(now),
        grants=tuple(tx.cases.grants_ever(CaseId(of.case_id))),
        material={m.id: m for m in tx.material.material(of.case_id, items)},
        blocks={b.block.id: b.block for b in kept_blocks},
        searches=tuple(tx.blocks.searches(proceeding_id)),
        happenings=tuple(h.happening for h in happenings),
    )
    if subjects is not None:
        return file
    return replace(file, causes=causes_of(tx, file, kept_blocks, happenings, whole=True))


def _happened(tx: Transaction, proceeding_id: StrandId) -> list[KeptHappening]:
    """What was recorded of it and did happen."""
    recorded = tx.disclosure.happenings(proceeding_id)
    undone = {h.takes_back for h in recorded}
    return [h for h in recorded if h.takes_back is None and h.id not in undone]
