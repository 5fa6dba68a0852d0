"""What belongs on a list of material, and the rows that follow: nobody writes a row, it is derived from what was decided."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from dems.model.disclosure.contents import (
    Content,
    Described,
    Level,
    Privilege,
    Relevant,
    Sensitive,
    SensitiveInformation,
    Used,
)
from dems.model.disclosure.contents_of_lists import (
    Exhibited,
    HarmTested,
    Onward,
    Owned,
    Paginated,
    ProposedOnward,
    Supply,
)
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Code, Field, Form, FormTemplate, valid
from dems.model.disclosure.lists import (
    COPY_OF,
    Copied,
    ListRow,
    MaterialList,
    cells_of,
    newest,
    require_list,
)
from dems.model.disclosure.material import Binding, Holding, Material, Subject
from dems.model.ids import ListId
from dems.model.life.problems import day_words
from dems.model.times import london_date

C = TypeVar("C", bound=Content)

RESTS_ON: Mapping[Form, tuple[type[Content], ...]] = {
    Form.MG12: (Relevant, Used, Described, SensitiveInformation, Privilege, Exhibited),
    Form.DOCUMENT_LIST: (Relevant, Described, SensitiveInformation, Privilege, Owned, HarmTested),
    Form.INQUEST_INDEX: (Relevant, Described, Sensitive, SensitiveInformation, Privilege, Owned, Paginated, ProposedOnward),
}  # fmt: skip
"""The decisions that a row of each list follows from. On the exhibit list none is about sensitivity, which its readers may not know."""


@dataclass(frozen=True, slots=True)
class LeftOff:
    """Something that belongs on a list and is not on it, and why. Where it is `settled`, nothing more is to be done for it."""

    subject: Subject
    why: str
    settled: bool


def draft_list(file: ProceedingFile, form: Form, list_id: ListId) -> MaterialList:
    """The next version of a list as it would be certified now. Numbers that were given before stay; what is new comes after them.

    Raises `Invalid` for a form that is no list of this proceeding.
    """
    require_list(file.opened, form)
    before, template, copy = newest(file.lists, form), file.forms.template(form, file.on), COPY_OF.get(form)
    items = [i for i in file.material.values() if belongs(file, form, i) and _left(file, form, i) is None]
    ordered = sorted(items, key=lambda i: _ORDERS[form](file, i))
    rows = {i.subject: _row(file, template, i) for i in ordered}
    kept = []
    for old in () if before is None else before.rows:
        if old.live and old.subject in rows:
            kept.append(replace(rows.pop(old.subject), number=old.number))
        else:
            kept.append(ListRow(old.number, old.subject, (), old.binding, old.basis, live=False))
    return MaterialList(
        id=list_id,
        proceeding=file.record.proceeding,
        form=form,
        version=1 if before is None else before.version + 1,
        template=template.reference,
        copy_template=None if copy is None else file.forms.template(copy, file.on).reference,
        rows=(*kept, *(replace(row, number=len(kept) + n) for n, row in enumerate(rows.values(), start=1))),
    )


def left_off(file: ProceedingFile, form: Form) -> tuple[LeftOff, ...]:
    """Everything that belongs on a list and cannot be on it, each with why."""
    items = sorted(file.material.values(), key=lambda i: (i.added_on, in_order(i.exhibit_ref), i.id))
    return tuple(left for i in items if belongs(file, form, i) and (left := _left(file, form, i)) is not None)


def changed_since_certified(file: ProceedingFile, of: MaterialList) -> tuple[Subject, ...]:
    """What a certified list says otherwise than it would now, in order. Where in its chain an item is says nothing here."""
    others = tuple(one for one in file.lists if one.form is not of.form or one.version < of.version)
    then, now = _said(of), _said(draft_list(replace(file, lists=others), of.form, of.id))
    return tuple(sorted(s for s in then.keys() | now.keys() if then.get(s) != now.get(s)))


def _said(of: MaterialList) -> dict[Subject, ListRow]:
    return {r.subject: replace(r, binding=Binding(r.binding.sha256, None)) for r in of.rows}


def belongs(file: ProceedingFile, form: Form, item: Material) -> bool:
    """Whether an item is one that the list is of: what is used, or all that is relevant; an edited version stands beside its original
    in the index of an inquest.
    """
    if form is Form.MG12:
        used = file.record.says(item.subject, Used)
        return used is not None and used.used
    beside = form is Form.INQUEST_INDEX and item.edited and item.derived_from in file.material
    return not beside and (file.decided(item.subject, Relevant) is None or file.relevant(item.subject))


def _left(file: ProceedingFile, form: Form, item: Material) -> LeftOff | None:
    subject, level = item.subject, file.record.says(item.subject, Sensitive)
    highly = level is not None and level.level is Level.HIGHLY
    settled = (
        (file.quarantined(subject), "it may be privileged: independent counsel has to clear it first"),
        (item.unexamined, "it was seized unexamined: its existence is stated, and it is not listed"),
        (item.holding is Holding.OFF_SYSTEM, "it is not here: a placeholder says that it exists"),
        (highly and form is not Form.MG12, "it is highly sensitive: it is on no list"),
    )
    awaited = (
        (highly, "it is highly sensitive, so that nobody can rely on it: decide anew whether it is used"),
        (not file.relevant(subject), "nobody has decided that it is relevant: decide whether it is"),
        (not item.can_be_bound, "it is not sealed, or has no place in a custody chain: seal it first"),
        (file.record.stands(subject, Described) is None, "it awaits a description: describe it"),
    )
    why = next((why for there, why in settled if there), None)
    if why is not None:
        return LeftOff(subject, why, settled=True)
    why = next((why for there, why in awaited if there), None)
    return None if why is None else LeftOff(subject, why, settled=False)


def edited_version(file: ProceedingFile, of: Subject) -> Material | None:
    """The newest edited version of an item that is described and has its redactions; None where there is none."""
    found = [
        m
        for m in file.material.values()
        if m.edited and m.derived_from == of.id and m.redaction_set and m.can_be_bound
        if file.record.stands(m.subject, Described) is not None
    ]
    return max(found, key=lambda m: (m.added_on, m.id), default=None)


def in_order(text: str) -> tuple[tuple[int, str], ...]:
    """How references are sorted: numbers in them count as numbers, so that ABC/10 comes after ABC/9."""
    return tuple((int(p), "") if p.isdecimal() else (-1, p.casefold()) for p in re.split(r"(\d+)", text) if p)


def _by_reference(_: ProceedingFile, item: Material) -> tuple[object, ...]:
    return (in_order(item.exhibit_ref), item.id)


def _by_date(_: ProceedingFile, item: Material) -> tuple[object, ...]:
    return (item.added_on, in_order(item.exhibit_ref), item.id)


def _by_pages(file: ProceedingFile, item: Material) -> tuple[object, ...]:
    """What has pages in their order, and then the rest."""
    pages = file.record.says(item.subject, Paginated)
    placed = (1, (), 0) if pages is None else (0, in_order(pages.volume), pages.first_page)
    return (*placed, *_by_date(file, item))


_ORDERS: Mapping[Form, Callable[[ProceedingFile, Material], tuple[object, ...]]] = {
    Form.MG12: _by_reference,
    Form.DOCUMENT_LIST: _by_date,
    Form.INQUEST_INDEX: _by_pages,
}


def _row(file: ProceedingFile, template: FormTemplate, item: Material) -> ListRow:
    subject, form = item.subject, template.form
    standing = [d for kind in RESTS_ON[form] if (d := file.decided(subject, kind)) is not None]
    plain = _plainly(file, item)
    says = {**plain, **_SAYS[form](file, template, item)}
    return ListRow(
        number=0,
        subject=subject,
        cells=cells_of({c.field: says[c.field] for c in template.columns if c.field is not Field.NUMBER}),
        binding=item.binding,
        basis=tuple(sorted(d.id for d in standing)),
        copied=_copied(file, form, item),
    )


_PLAIN = frozenset({Field.NUMBER, Field.REFERENCE, Field.DESCRIPTION, Field.LOCATION, Field.DIGEST})


def _plainly(file: ProceedingFile, item: Material) -> dict[Field, str]:
    """What every list says of a thing."""
    described = file.record.says(item.subject, Described)
    assert described is not None, "what is not described is left off"
    return {
        Field.REFERENCE: item.exhibit_ref,
        Field.DESCRIPTION: described.description,
        Field.LOCATION: described.location,
        Field.DIGEST: "" if item.digest is None else item.digest.hex,
    }


def _exhibit(file: ProceedingFile, template: FormTemplate, item: Material) -> dict[Field, str]:
    says = file.record.says(item.subject, Exhibited)
    if says is None:
        return dict.fromkeys(_fields(template), "")
    producer = f"{says.producer}, {says.statement}" if says.statement else says.producer
    return {Field.COURT_NUMBER: says.court_number, Field.PRODUCER: producer, Field.CONTINUITY: says.continuity}


def _document(file: ProceedingFile, template: FormTemplate, item: Material) -> dict[Field, str]:
    decision = file.record.stands(item.subject, HarmTested)
    if decision is None:
        return dict.fromkeys(_fields(template), "")
    says, on = decision.content, london_date(decision.by.at)
    grounds = (_meaning(file.forms.harm_grounds, code, on) for code in says.grounds)
    test = (_meaning(file.forms.harm_tests, says.regulation, on), *grounds, says.adverse_effect)
    recorded = f"{says.decided_by}, recorded by {decision.by.name} on {day_words(on)}"
    return {
        Field.SUPPLY: template.wordings[says.supply.value],
        Field.HARM_TEST: _lines(*test),
        Field.DECIDED_BY: _lines(recorded, decision.reason),
    }


def _indexed(file: ProceedingFile, template: FormTemplate, item: Material) -> dict[Field, str]:
    subject, record, wordings = item.subject, file.record, template.wordings
    pages, owner, level = record.says(subject, Paginated), record.says(subject, Owned), record.says(subject, Sensitive)
    proposed, edited = record.stands(subject, ProposedOnward), edited_version(file, subject)
    says = dict.fromkeys(_fields(template), "") | {Field.OWNER: wordings["own"] if owner is None else owner.owner}
    if pages is not None:
        says[Field.PAGES] = pages.words
    if level is not None:
        says[Field.SENSITIVITY] = _lines(wordings[level.level.value], level.schedule_reason)
    if edited is not None:
        says[Field.EDITING] = edited.exhibit_ref
    if proposed is not None:
        refusal = proposed.content.refusal
        meaning = _meaning(file.forms.refusals, refusal, london_date(proposed.by.at)) if refusal else ""
        says[Field.ONWARD] = _lines(wordings[proposed.content.onward.value], meaning)
    return says


def _fields(template: FormTemplate) -> tuple[Field, ...]:
    """What only this form says, to be filled in: whatever else it has, every list says."""
    return tuple(c.field for c in template.columns if c.field not in _PLAIN)


def _meaning(codes: Iterable[Code], name: str, on: date) -> str:
    """What a code means; the code itself where it meant nothing that day, which a rule finds."""
    found = valid(codes, name, on)
    return name if found is None else found.meaning


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


_SAYS: Mapping[Form, Callable[[ProceedingFile, FormTemplate, Material], dict[Field, str]]] = {
    Form.MG12: _exhibit,
    Form.DOCUMENT_LIST: _document,
    Form.INQUEST_INDEX: _indexed,
}


def _copied(file: ProceedingFile, form: Form, item: Material) -> Copied | None:
    """The item, or its edited version, as the form says it that its recipient passes on."""
    if form is Form.DOCUMENT_LIST:
        tested = file.record.says(item.subject, HarmTested)
        return _copy(file, item) if tested is not None and tested.supply is Supply.SUPPLIED else None
    proposed = file.record.says(item.subject, ProposedOnward) if form is Form.INQUEST_INDEX else None
    if proposed is None or proposed.onward is Onward.NOT:
        return None
    shown = item if proposed.onward is Onward.WHOLE else edited_version(file, item.subject)
    return None if shown is None else _copy(file, shown)


def _copy(file: ProceedingFile, shown: Material) -> Copied:
    return Copied(shown.subject, cells_of(_plainly(file, shown)))
