"""Forms as they are listed and read: how each stands, and what it says to somebody with these clearances."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dems.errors import NotFound
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.drafting import Left, left_out
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.lists import KIND_OF
from dems.model.disclosure.placing import with_rows
from dems.model.disclosure.preparing import Preparation, form_of, said_by_schedules
from dems.model.disclosure.reports import Endorsement
from dems.model.disclosure.rules import as_data, check
from dems.model.disclosure.schedules import ScheduleState
from dems.model.disclosure.showing import as_everybody_reads, draft_says
from dems.model.ids import ScheduleId, ScheduleSetId, StrandId
from dems.model.people import Clearance
from dems.ports import Transaction
from dems.ports.schedules import KeptForm
from dems.steps.proceeding_files import shown_to
from dems.steps.schedules_at_hand import AtHand, Entrance, at_hand

_S = ScheduleState


@dataclass(frozen=True, slots=True)
class FormListed:
    """One form and how it stands. `signed` is by whom. Of a report that waits for others of its set only the form itself says so: whether
    what was signed holds depends on what its schedules say by now.
    """

    id: UUID
    proceeding: StrandId
    of: ScheduleSetId
    form: Form
    state: ScheduleState
    name: str
    sha256: str | None = None
    signed: Acting | None = None


@dataclass(frozen=True, slots=True)
class FormShown:
    """A form with what it says, in the names of frozen bytes.

    Of a draft: `tag` is another as soon as it says something else, `left` is what cannot be listed, and `problems` are all rules that
    are broken now, for whoever may certify; None for anybody else, and where they were not asked for.
    """

    listed: FormListed
    says: Mapping[str, Any]
    endorsed: Mapping[int, Endorsement] = field(default_factory=dict)
    tag: int | None = None
    left: tuple[Left, ...] = ()
    problems: tuple[dict[str, Any], ...] | None = None


def forms_listed(tx: Transaction, entrance: Entrance) -> list[FormListed]:
    """Every form of a proceeding that its reader may know of, in the order of their ids."""
    proceeding = entrance.proceeding
    kept, states = _of_sets(tx.schedules.forms(proceeding)), tx.schedules.states(proceeding)
    under_way = tx.schedules.preparation(proceeding)
    made = None if under_way is None else under_way[0]
    found = [_kept(proceeding, form, kept, states, made) for form in kept]
    if made is not None:
        there = {form.id for form in kept}
        found += [_drafted(proceeding, made, part) for part in made.parts if part not in there]
    return sorted((f for f in found if entrance.may_know_of(f.form)), key=lambda f: f.id)


def _of_sets(forms: list[KeptForm]) -> list[KeptForm]:
    """Lists of material are of no set, and are looked up by themselves."""
    return [form for form in forms if form.form not in KIND_OF]


def _kept(
    proceeding: StrandId,
    form: KeptForm,
    kept: list[KeptForm],
    states: Mapping[ScheduleId, ScheduleState],
    made: Preparation | None,
) -> FormListed:
    name, state = form.form.value, states.get(ScheduleId(form.id))
    if form.place is not None:
        series, ordinal, version = form.place
        name = f"{series.value} {ordinal}.{version}"
    if state is None:
        state = _of_its_set([states[ScheduleId(k.id)] for k in kept if k.of == form.of and k.place is not None])
        if state is None:
            state = _S.CERTIFIED if made is not None and made.id == form.of else _S.VOID
    return FormListed(form.id, proceeding, form.of, form.form, state, name, form.digest.hex, form.by)


def _of_its_set(states: list[ScheduleState]) -> ScheduleState | None:
    """How what has no numbers stands: as the schedules that it goes with."""
    if not states:
        return None
    return _S.SUBMITTED if _S.SUBMITTED in states else states[0]


def _drafted(proceeding: StrandId, made: Preparation, part: UUID) -> FormListed:
    form = Form.MG6C if part == made.mg6c else Form.MG6D if part == made.mg6d else Form.MG6E
    return FormListed(part, proceeding, made.id, form, _S.DRAFT, form.value)


def form_shown(tx: Transaction, entrance: Entrance, part: UUID, now: datetime, *, checked: bool = True) -> FormShown:
    """One form; with the rules that it would break now where that is asked. Raises `NotFound`."""
    listed = next((f for f in forms_listed(tx, entrance) if f.id == part), None)
    if listed is None:
        raise NotFound("schedule")
    if listed.state is _S.DRAFT:
        hand = at_hand(tx, entrance.proceeding, now)
        return draft_shown(tx, entrance, hand, part) if checked else draft_unchecked(entrance, hand, part)
    says = json.loads(tx.schedules.document(part).snapshot.data)
    if Clearance.SENSITIVE not in entrance.clearances:
        says = as_everybody_reads(says)
    if listed.form is Form.MG6E:
        says |= _of_its_set_frozen(tx, listed)
    endorsed = {e.number: e for e in tx.schedules.endorsements(entrance.proceeding) if e.schedule == part}
    return FormShown(listed, says, endorsed)


def _of_its_set_frozen(tx: Transaction, report: FormListed) -> dict[str, Any]:
    """What a certified report was given for beside schedules, as it was frozen with its set."""
    of = json.loads(tx.schedules.set(report.of).snapshot.data)
    return {name: of[name] for name in ("copies", "corroborating", "note")}


def draft_shown(tx: Transaction, entrance: Entrance, hand: AtHand, part: UUID) -> FormShown:
    """A form of the set that is put together, with all that is broken and left out now. Raises `NotFound` where that has no such form."""
    shown, file = draft_unchecked(entrance, hand, part), hand.file
    problems = tuple(with_rows(map(as_data, check(file)), file)) if entrance.sees_all else None
    return replace(shown, left=_left(tx, entrance, file), problems=problems)


def draft_unchecked(entrance: Entrance, hand: AtHand, part: UUID) -> FormShown:
    """What a form of the set that is put together says, and no more. Raises `NotFound` where that has no such form."""
    file, made = hand.file, hand.made
    assert made is not None, "a draft is a form of the set that is put together"
    says, form = draft_says(file, made, part), form_of(file, made, part)
    listed = replace(_drafted(entrance.proceeding, made, part), form=form, name=form.value)
    if form in {Form.MG6C, Form.MG6D}:
        listed = replace(listed, name=file.schedule(ScheduleId(part)).name)
    if form is Form.MG6E:
        listed = replace(listed, signed=made.report(part).by if part in made.signed else None)
        says |= {
            "copies": sorted(s.key for s in made.copies),
            "corroborating": sorted(str(p) for p in made.corroborating),
            "note": made.note,
        }
    if Clearance.SENSITIVE not in entrance.clearances:
        says = as_everybody_reads(says)
    # Who signs a report signs for its schedules with it: where they say something else, it is another draft.
    signs_for = {"signs_for": said_by_schedules(file, made)} if form is Form.MG6E else {}
    return FormShown(listed, says, tag=_tag({**says, **signs_for}))


def _left(tx: Transaction, entrance: Entrance, file: ProceedingFile) -> tuple[Left, ...]:
    return left_out(file if entrance.sees_all else shown_to(tx, file, entrance.clearances))


def _tag(says: Mapping[str, Any]) -> int:
    """A number that is another as soon as a draft says something else. Looking at an item, which moves its chain, changes nothing."""
    rows = [{name: value for name, value in row.items() if name != "custody_position"} for row in says["rows"]]
    written = json.dumps({**says, "rows": rows}, sort_keys=True, separators=(",", ":")).encode()
    return int.from_bytes(hashlib.sha256(written).digest()[:8], "big") % 1_000_000_000
