"""Rules about lists of material: R38, R50, R53, R56, what R10 asks of the exhibit list, and LISTS. One function each."""

import re
from collections.abc import Iterator

from dems.model.disclosure.broken import Broken, PlaceKind, Where
from dems.model.disclosure.contents import SensitiveInformation
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
from dems.model.disclosure.forms import Form, valid
from dems.model.disclosure.listing import in_order, left_off
from dems.model.disclosure.lists import ListRow, MaterialList
from dems.model.life.problems import day_words
from dems.model.life.strands import ProceedingKind
from dems.model.times import london_date


def _rows(file: ProceedingFile, *forms: Form) -> Iterator[tuple[MaterialList, ListRow, Where]]:
    """Live rows of lists that are about to be certified, with their places."""
    for of in file.lists:
        if of.open and (of.form in forms or not forms):
            yield from ((of, row, Where.row(of.place(row))) for row in of.rows if row.live)


def r10(file: ProceedingFile) -> Iterator[Broken]:
    for _, row, where in _rows(file, Form.MG12):
        for pattern, betrays in file.forms.marks.items():
            if any(re.search(pattern, text, re.IGNORECASE) for _, text in row.cells):
                yield Broken("R10", where, f"This tells the defence {betrays}: put it otherwise.")


def r38(file: ProceedingFile) -> Iterator[Broken]:
    for of, row, where in _rows(file):
        gone = {row.subject} if of.form is not Form.DOCUMENT_LIST else set()
        if row.copied is not None:
            gone.add(row.copied.subject)
        for subject in gone:
            found = file.record.says(subject, SensitiveInformation)
            if found is not None and found.holds and not found.authority.strip():
                message = (
                    "This holds sensitive information under section 21A: have it removed in an edited version, or record the "
                    "authority under which it goes out."
                )
                yield Broken("R38", where, message)


def r50(file: ProceedingFile) -> Iterator[Broken]:
    for d in file.record.decisions:
        if isinstance(d.content, HarmTested):
            on = london_date(d.by.at)
            for message in _harm_test(file, d.content):
                yield Broken("R50", Where.of(PlaceKind.DECISION, d.id), message)
            for code, codes, what in (
                *((g, file.forms.harm_grounds, "ground") for g in d.content.grounds),
                (d.content.regulation, file.forms.harm_tests, "harm test"),
            ):
                if valid(codes, code, on) is None:
                    message = f"There was no {what} {code!r} on {day_words(on)}: choose one of the list."
                    yield Broken("R50", Where.of(PlaceKind.DECISION, d.id), message)
    for _, row, where in _rows(file, Form.DOCUMENT_LIST):
        if file.record.stands(row.subject, HarmTested) is None:
            message = "Make the harm test of this document: say whether it is supplied, and if not, on which ground."
            yield Broken("R50", where, message)


def _harm_test(file: ProceedingFile, tested: HarmTested) -> Iterator[str]:
    if file.opened.proceeding.kind is not ProceedingKind.MISCONDUCT:
        yield "The harm test is of misconduct proceedings: decide here what these ask for."
    if not tested.decided_by.strip():
        yield "Say who made the harm test: the appropriate authority, the Director General or the chair, by name."
    if tested.supply is not Supply.WITHHELD:
        if tested.grounds or tested.significant:
            yield "Only what is withheld under the harm test has grounds of it: take them off, or withhold it."
        return
    if not tested.grounds:
        yield "Say on which ground of the harm test this is withheld."
    if not tested.adverse_effect.strip():
        yield "Say which adverse effect supplying this would have."
    if not tested.significant:
        yield "What is withheld has a real risk of an adverse effect that would be significant: say so, or supply it."


def r53(file: ProceedingFile) -> Iterator[Broken]:
    for d in file.record.decisions:
        if isinstance(d.content, ProposedOnward):
            on, refusal, refused = london_date(d.by.at), d.content.refusal, d.content.onward is Onward.NOT
            where = Where.of(PlaceKind.DECISION, d.id)
            if file.opened.proceeding.kind is not ProceedingKind.CORONIAL:
                yield Broken(
                    "R53", where, "Interested persons are of inquests: decide here what these proceedings ask for."
                )
            if refused and valid(file.forms.refusals, refusal, on) is None:
                message = f"There was no ground of refusal {refusal!r} on {day_words(on)}: choose one of rule 15."
                yield Broken("R53", where, message)
            if refusal and not refused:
                yield Broken(
                    "R53", where, "Only what interested persons are not to get has a ground of refusal: take it off."
                )
    for _, row, where in _rows(file, Form.INQUEST_INDEX):
        proposed = file.record.says(row.subject, ProposedOnward)
        if proposed is None:
            message = (
                "Say whether it is proposed that interested persons get this, and if not, on which ground of rule 15."
            )
            yield Broken("R53", where, message)
        elif proposed.onward is Onward.EDITED and row.copied is None:
            message = "There is no edited version of this that is sealed, described and has its redactions: make one, or propose otherwise."
            yield Broken("R53", where, message)


def r56(file: ProceedingFile) -> Iterator[Broken]:
    for of, row, where in _rows(file, Form.DOCUMENT_LIST, Form.INQUEST_INDEX):
        owned = file.record.says(row.subject, Owned)
        goes = row.copied is not None or of.form is Form.INQUEST_INDEX
        if goes and owned is not None and owned.consulted_on is None:
            message = f"This belongs to {owned.owner}: ask them before it goes on, and record when they were asked."
            yield Broken("R56", where, message)


def complete(file: ProceedingFile) -> Iterator[Broken]:
    """LISTS: what belongs is on it, what is on it may be there, and every exhibit is somebody's."""
    for of in file.lists:
        if of.open:
            for left in left_off(file, of.form):
                if not left.settled:
                    yield Broken(
                        "LISTS", Where.subject(left.subject), f"This belongs on {of.form.value}, and {left.why}."
                    )
    for _, row, where in _rows(file, Form.MG12):
        if file.record.stands(row.subject, Exhibited) is None:
            yield Broken("LISTS", where, "Say who produces this exhibit.")
        if file.sensitive(row.subject):
            message = (
                "This is sensitive, and whoever prosecutes serves this list: use an edited version, or decide anew."
            )
            yield Broken("LISTS", where, message)
    for _, row, where in _rows(file):
        if row.copied is not None and file.sensitive(row.copied.subject):
            message = "This is sensitive, and is on the list of what is passed on: keep it back, or pass on an edited version."
            yield Broken("LISTS", where, message)
    yield from _pages(file)


def _pages(file: ProceedingFile) -> Iterator[Broken]:
    """Each page of a volume is of one document."""
    taken: dict[tuple[tuple[int, str], ...], int] = {}
    placed = [
        (in_order(pages.volume.strip()), pages.first_page, pages, where)
        for _, row, where in _rows(file, Form.INQUEST_INDEX)
        if (pages := file.record.says(row.subject, Paginated)) is not None
    ]
    for volume, first, pages, where in sorted(placed, key=lambda p: (*p[:2], p[3])):
        if first <= taken.get(volume, 0):
            message = f"Page {first} of volume {pages.volume} is of another document too: number the pages anew."
            yield Broken("LISTS", where, message)
        taken[volume] = max(taken.get(volume, 0), pages.last_page)
