"""Rules about rows and numbers: R01, R02, R04 to R09, R11, R12, R30, R34, R48. One function each, listed in `rules`."""

import re
from collections.abc import Iterator, Mapping

from dems.model.disclosure.broken import Broken, Where
from dems.model.disclosure.contents import Level, Sensitive, SourceChecked
from dems.model.disclosure.files import ProceedingFile
from dems.model.disclosure.forms import Forms, Series
from dems.model.disclosure.material import STORABLE, Holding, Material, Subject, SubjectKind
from dems.model.disclosure.numbering import of_series
from dems.model.disclosure.schedules import Row, Schedule
from dems.model.ids import BlockId, EvidenceId


def r01(file: ProceedingFile) -> Iterator[Broken]:
    for series in Series:
        yield from _numbers(of_series(file.schedules, series))
        for subject, rows in file.live[series].items():
            if len(rows) > 1:
                listed = ", ".join(str(r.number) for r in rows)
                message = f"One thing has the numbers {listed}: withdraw all but the first."
                yield Broken("R01", Where.subject(subject), message)


def _numbers(schedules: tuple[Schedule, ...]) -> Iterator[Broken]:
    """Every version of every schedule of one series, oldest first: numbers go on by one, and each keeps its subject."""
    owner: dict[int, Subject] = {}
    last = floor = ordinal = 0
    before: set[int] = set()
    for schedule in schedules:
        if schedule.ordinal != ordinal:
            ordinal, floor, before = schedule.ordinal, last, set()
        numbers = {row.number for row in schedule.rows}
        wrong = [(n, "drops this number: keep it, withdrawn if need be.") for n in sorted(before - numbers)]
        for row in sorted(schedule.rows, key=lambda r: r.number):
            if row.number <= floor or owner.setdefault(row.number, row.subject) != row.subject:
                wrong.append((row.number, "gives this number a second time: take the next one."))
            elif row.number > last + 1:
                wrong.append((row.number, f"leaves out numbers before this one: take {last + 1}."))
            last = max(last, row.number)
        before = numbers
        for number, what in wrong:
            yield Broken("R01", Where.row(f"{schedule.series.value} {number}"), f"{schedule.name} {what}")


def r02(file: ProceedingFile) -> Iterator[Broken]:
    edited = {item.derived_from for item in _on_c(file) if item.edited}
    for item in file.material.values():
        if not (file.relevant(item.subject) and file.unused(item.subject)):
            continue
        blocks = [b.subject for b in file.listing.get(item.id, ())]
        own = {s: len(file.live[s].get(item.subject, ())) for s in Series}
        within = {s: sum(len(file.live[s].get(b, ())) for b in blocks) for s in Series}
        listed = sum(1 for s in Series if own[s] + within[s])
        if listed > 1 or sum(own.values()) > 1 or sum(within.values()) > 1:
            yield Broken("R02", Where.subject(item.subject), "This is listed more than once: leave it on one schedule.")
        as_edited = item.id in edited and _by_its_edited_version(file, item)
        if not listed and item.holding is not Holding.OFF_SYSTEM and not as_edited:
            message = (
                "This is relevant, unused and on no schedule: decide what keeps it off, or seal it, and draft anew."
            )
            yield Broken("R02", Where.subject(item.subject), message)
    for subject, rows in file.live[Series.MG6C].items():
        if any(file.sensitive(m) for m in file.members(subject)):
            yield Broken(
                "R02", Where.row(rows[0].place), "This row holds something sensitive: draft the schedule anew."
            )


def _by_its_edited_version(file: ProceedingFile, original: Material) -> bool:
    """Whether what is sensitive in part is listed by its edited version alone."""
    level = file.record.says(original.subject, Sensitive)
    return level is not None and level.level is Level.IN_PART and not file.policy.dual_list_unedited


def _on_c(file: ProceedingFile) -> Iterator[Material]:
    for subject in file.live[Series.MG6C]:
        if subject.kind is SubjectKind.ITEM and EvidenceId(subject.id) in file.material:
            yield file.material[EvidenceId(subject.id)]


def r04(file: ProceedingFile) -> Iterator[Broken]:
    for series in Series:
        for subject, rows in file.live[series].items():
            if not file.unused(subject):
                message = (
                    "This is used, or nobody has decided whether it is: draft the schedule anew once that is settled."
                )
                yield Broken("R04", Where.row(rows[0].place), message)


def r05(file: ProceedingFile) -> Iterator[Broken]:
    for row in file.open_rows:
        text = row.description.strip()
        item = file.material.get(EvidenceId(row.subject.id))
        name = "" if item is None else (item.name or "").strip()
        if len(text) < file.policy.shortest_description:
            message = f"Describe this in at least {file.policy.shortest_description} characters, so that a lawyer can decide on it."
            yield Broken("R05", Where.row(row.place), message)
        elif text.casefold() == name.casefold() or re.fullmatch(r"\S+\.\w{1,5}", text):
            yield Broken(
                "R05", Where.row(row.place), "A file's name describes nothing: say what the thing is and shows."
            )
        elif any(re.fullmatch(p, text, re.IGNORECASE) for p in file.forms.form_numbers):
            yield Broken("R05", Where.row(row.place), "A form's number describes nothing: say what the form records.")


def r06(file: ProceedingFile) -> Iterator[Broken]:
    for row in file.open_rows:
        short = unexpanded(row.description, file.forms.abbreviations)
        if short:
            told = "; ".join(f"{s} ({file.forms.abbreviations[s]})" for s in short)
            yield Broken("R06", Where.row(row.place), f"Write abbreviations out: {told}.")


def unexpanded(text: str, abbreviations: Mapping[str, str]) -> tuple[str, ...]:
    """Abbreviations in a text that it does not also write out, in alphabetical order."""
    used = set(re.findall(r"\b[A-Z][A-Z0-9]+\b", text))
    return tuple(s for s in sorted(used & abbreviations.keys()) if abbreviations[s].casefold() not in text.casefold())


def r07(file: ProceedingFile) -> Iterator[Broken]:
    for row in file.open_rows:
        if row.subject.kind is SubjectKind.BLOCK:
            block = file.blocks[BlockId(row.subject.id)]
            missing = [
                what
                for what, there in (
                    ("a generic title", block.title.strip()),
                    ("a quantity of at least one", block.quantity >= 1),
                    ("the source", block.source.strip()),
                    ("why listing its items one by one is impracticable", block.reason.strip()),
                )
                if not there
            ]
            if missing:
                yield Broken("R07", Where.row(row.place), f"A block needs {' and '.join(missing)}.")


def r08(file: ProceedingFile) -> Iterator[Broken]:
    own = {s for series in Series for s in file.live[series]}
    for row in file.open_rows:
        if row.subject.kind is SubjectKind.BLOCK:
            for member in file.members(row.subject)[1:]:
                if file.might_be_disclosed(member) and member not in own:
                    message = f"This meets the test for disclosure or may: give it a row beside its block, {row.place}."
                    yield Broken("R08", Where.subject(member), message)


def r09(file: ProceedingFile) -> Iterator[Broken]:
    for row in file.open_rows:
        if row.series is Series.MG6C and not row.location.strip():
            yield Broken("R09", Where.row(row.place), "Say where exactly this is.")


def r11(file: ProceedingFile) -> Iterator[Broken]:
    for row in file.open_rows:
        if row.series is Series.MG6D and not _reason_beyond_code(row, file.forms):
            message = "Say in words why this is sensitive: the code of a category is not enough."
            yield Broken("R11", Where.row(row.place), message)


def _reason_beyond_code(row: Row, forms: Forms) -> bool:
    said = row.schedule_reason.strip()
    listed = {c.code.casefold() for c in forms.sensitivities} | {c.meaning.casefold() for c in forms.sensitivities}
    return bool(said) and said.casefold() not in listed


def r12(file: ProceedingFile) -> Iterator[Broken]:
    for row in file.open_rows:
        if row.series is Series.MG6D:
            tick = file.record.says(row.subject, SourceChecked)
            if tick is None or tick.description != row.description or not tick.names_no_source:
                message = "Have somebody read these very words and confirm that they betray no source."
                yield Broken("R12", Where.row(row.place), message)


def r30(file: ProceedingFile) -> Iterator[Broken]:
    for row in file.open_rows:
        item = file.material.get(EvidenceId(row.subject.id))
        if row.series is not Series.MG6C or item is None or not item.edited:
            continue
        missing = [
            what
            for what, there in (
                ("the set of its redactions", item.redaction_set),
                ("its unedited original", item.derived_from in file.material),
                ('the word "edited" in its description', "edited" in re.findall(r"\w+", row.description.casefold())),
            )
            if not there
        ]
        if missing:
            yield Broken("R30", Where.row(row.place), f"An edited version needs {' and '.join(missing)}.")


def r34(file: ProceedingFile) -> Iterator[Broken]:
    for item in file.material.values():
        too_high = item.marking not in STORABLE or item.never_stored is not None
        if too_high and item.holding is not Holding.OFF_SYSTEM:
            message = "This may not be kept here: make it a placeholder for something held elsewhere, and have its bytes dealt with."
            yield Broken("R34", Where.subject(item.subject), message)


def r48(file: ProceedingFile) -> Iterator[Broken]:
    for row in file.open_rows:
        for member in file.members(row.subject):
            item = file.material.get(EvidenceId(member.id))
            if item is not None and item.unexamined:
                message = "This was seized and not examined: state its existence in a statement, and take it off the schedule."
                yield Broken("R48", Where.row(row.place), message)
