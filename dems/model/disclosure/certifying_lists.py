"""Certifying a list of material: it is derived from what was decided, asked by every rule about it, signed and frozen in one act."""

from collections.abc import Iterator
from dataclasses import replace

from dems.errors import AlreadyExists, Invalid
from dems.model.disclosure.acting import Acting
from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.checks_of_sets import cannot_sign
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Form
from dems.model.disclosure.listing import draft_list
from dems.model.disclosure.lists import MaterialList, list_snapshot, require_list
from dems.model.disclosure.recording import refuse
from dems.model.disclosure.rules import blocking, check
from dems.model.ids import ListId

OF_LISTS = ("R10", "R34", "R38", "R50", "R53", "R56", "REOPENED", "GUARD", "LISTS")
"""What is asked of a list before it is certified. Who signs (R17) is asked before all of it; which items may be on it at all
(sealed, not privileged, not unexamined) is asked where rows are derived."""


def certify_list(file: ProceedingFile, form: Form, list_id: ListId, by: Acting) -> MaterialList:
    """The next version of a list, signed and frozen. The file has every certified version of it already.

    Raises `Invalid` for a form that is no list of this proceeding and for a list of nothing, `AlreadyExists` for an id that a list has, and
    `DisclosureRulesBroken` for whoever may not certify, of whom nothing else is then asked, and while a rule that blocks is broken.
    """
    require_list(file.opened, form)
    refuse(tuple(Broken("R17", Where(PlaceKind.LIST, form.value), m) for m in cannot_sign(file, by)), "certified")
    if any(one.id == list_id for one in file.lists):
        raise AlreadyExists("There is a list with this id already: give each version its own.")
    drafted = replace(draft_list(file, form, list_id), signed=by)
    refuse(blocking(broken_in(file, drafted)), "certified")
    if not drafted.rows:
        raise Invalid(f"There is nothing to put on the {form.value}: decide what belongs on it first.", field="form")
    return replace(drafted, snapshot=list_snapshot(file.opened, drafted))


def broken_in(file: ProceedingFile, drafted: MaterialList) -> tuple[Broken, ...]:
    """Every rule that a list breaks, by row, and not only the first."""
    proposed = replace(file, lists=(*(one for one in file.lists if not one.open), drafted))
    places = frozenset(_places(drafted))
    found = check(proposed, OF_LISTS)
    return tuple(b for b in found if b.where in places or (b.rule == "LISTS" and b.where.kind is PlaceKind.ITEM))


def _places(drafted: MaterialList) -> Iterator[Where]:
    """Its rows, the items on it, and the decisions that they follow from."""
    for row in drafted.rows:
        yield Where.row(drafted.place(row))
        if row.live:
            yield Where.subject(row.subject)
            yield from (Where.of(PlaceKind.DECISION, d) for d in row.basis)
