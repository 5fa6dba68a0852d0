"""Lists of material as documents: of exhibits, of misconduct proceedings, of an inquest, and what their recipients pass on.

What was certified is shown as it was frozen: rows, numbers and the headings of that day.
"""

import json
from dataclasses import replace
from datetime import datetime

from dems.documents.schedules.of_schedules import NO_URN, Asked, Headings, columns_of, headed, officers, template_of
from dems.documents.schedules.papers import Paper, Standing, moment
from dems.errors import NotFound
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Field, Form, FormTemplate
from dems.model.disclosure.lists import ListRow, MaterialList, list_from
from dems.model.ids import ListId
from dems.model.life.problems import day_words
from dems.model.times import london_date


def of_list(file: ProceedingFile, wanted: ListId, asked: Asked) -> Paper:
    """A list, certified or about to be. Raises `NotFound`, `Invalid` where its form is not known any more, and `ValueError` for a list
    that is not what was frozen.
    """
    of = _found(file, wanted)
    template = template_of(file, of.template)
    at = _made_at(of, asked)
    digest = () if of.snapshot is None else (("SHA-256", of.snapshot.digest.hex),)
    return _paper(
        file,
        of,
        asked,
        template,
        name=of.name,
        particulars=(("List", of.name), _when(of, at), *digest),
        lines=tuple(_line(template, row) for row in sorted(of.rows, key=lambda r: r.number)),
    )


def of_copy(file: ProceedingFile, wanted: ListId, asked: Asked) -> Paper:
    """What of a list its recipient may pass on, named by its date: numbers, pages, versions and digests would tell of the rest.

    Raises what `of_list` raises, and `NotFound` for a list of which nothing is passed on as a form of its own.
    """
    of = _found(file, wanted)
    if of.copy_template is None:
        raise NotFound("form that is passed on")
    template = template_of(file, of.copy_template)
    at = _made_at(of, asked)
    copied = [dict(row.copied.cells) for row in of.rows if row.live and row.copied is not None]
    return _paper(
        file,
        of,
        asked,
        template,
        name=f"{template.form.value}, {day_words(london_date(at))}",
        particulars=(_when(of, at),),
        lines=tuple(tuple(cells[c.field] for c in template.columns) for cells in copied),
    )


def _paper(
    file: ProceedingFile,
    of: MaterialList,
    asked: Asked,
    template: FormTemplate,
    *,
    name: str,
    particulars: tuple[tuple[str, str], ...],
    lines: tuple[tuple[str, ...], ...],
) -> Paper:
    headings, standing = _headings(file, of), Standing.DRAFT if of.open else Standing.IN_FORCE
    return replace(
        headed(
            template,
            headings,
            asked,
            name=name,
            standing=standing,
            made_at=_made_at(of, asked),
            particulars=particulars,
        ),
        reference_label=template.wordings.get("reference", "URN"),
        columns=columns_of(template),
        lines=lines,
        none="No item.",
        signatures=officers([] if of.signed is None else [of.signed], standing),
    )


def _found(file: ProceedingFile, wanted: ListId) -> MaterialList:
    of = next((one for one in file.lists if one.id == wanted), None)
    if of is None:
        raise NotFound("list of material")
    if of.snapshot is not None and list_from(of.snapshot) != of:
        raise ValueError(f"{of.name} is not what was certified")
    return of


def _headings(file: ProceedingFile, of: MaterialList) -> Headings:
    """Those of today for a draft, and the frozen ones for anything else."""
    if of.snapshot is None:
        return Headings(file.opened.title, file.opened.urn or NO_URN)
    frozen = json.loads(of.snapshot.data)
    return Headings(frozen["title"], frozen["urn"] or NO_URN)


def _made_at(of: MaterialList, asked: Asked) -> datetime:
    return asked.at if of.open or of.signed is None else of.signed.at


def _when(of: MaterialList, at: datetime) -> tuple[str, str]:
    return ("Drafted" if of.open else "Certified", moment(at))


def _line(template: FormTemplate, row: ListRow) -> tuple[str, ...]:
    says = {**dict(row.cells), Field.NUMBER: str(row.number)}
    if not row.live:
        says = {Field.NUMBER: str(row.number), Field.DESCRIPTION: template.wordings["withdrawn"]}
    elif template.form is Form.MG12:
        says[Field.DIGEST] = says[Field.DIGEST] or template.wordings["physical"]
        # Chains count from 1, and the place that a row is bound to from 0.
        assert row.binding.custody_position is not None, "what has no place in a custody chain is left off"
        entry = template.wordings["custody"].format(entry=row.binding.custody_position + 1)
        says[Field.CONTINUITY] = "\n".join(part for part in (says[Field.CONTINUITY], entry) if part)
    return tuple(says.get(c.field, "") for c in template.columns)
