"""Forms that were certified with once never change: what a court was shown can be made again, byte by byte."""

import hashlib
import json
from pathlib import Path
from typing import Any

from dems.documents.schedules.pdf import TEMPLATES
from dems.model.disclosure.criminal import FORMS
from dems.model.disclosure.forms import Code, FormTemplate
from dems.model.disclosure.freezing import frozen

GOLDEN = Path(__file__).parent / "golden" / "forms.json"
ADD = (
    "This was in force, and documents were certified with it: put it back as it was. Whatever is to change is another version beside it: "
    "another FormTemplate or Code with the date from which it holds, and for the look of it another file (MG6C-2.typ, layout-2.typ)."
)
NEW = "Something new is in force: add its digest to tests/documents/golden/forms.json, and from then on it stays as it is."


def _template(one: FormTemplate) -> dict[str, Any]:
    return {
        "begins": None if one.begins is None else one.begins.isoformat(),
        "columns": [[c.field.value, c.heading] for c in one.columns],
        "title": one.title,
        "wordings": dict(one.wordings),
    }


def _code(one: Code) -> dict[str, Any]:
    return {"first": str(one.open.first), "meaning": one.meaning, "shows": [[f.value, text] for f, text in one.shows]}


def _digests() -> dict[str, str]:
    lists = {
        **{f"endorsement {series.value}": codes for series, codes in FORMS.endorsements.items()},
        "certificate": FORMS.certificates,
        "harm test": FORMS.harm_tests,
        "harm ground": FORMS.harm_grounds,
        "presumption": FORMS.presumptions,
        "refusal": FORMS.refusals,
        "sensitivity": FORMS.sensitivities,
    }
    files = {f"file {p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(TEMPLATES.iterdir())}
    forms = {f"form {t.reference}": frozen(_template(t)).digest.hex for t in FORMS.templates}
    codes = {f"{name} {c.code}": frozen(_code(c)).digest.hex for name, those in lists.items() for c in those}
    return {**files, **forms, **codes}


def test_nothing_that_was_in_force_changes() -> None:
    golden, now = json.loads(GOLDEN.read_text()), _digests()
    assert {name: now.get(name) for name in golden} == golden, ADD


def test_whatever_is_in_force_is_kept_from_then_on() -> None:
    assert _digests().keys() - json.loads(GOLDEN.read_text()).keys() == set(), NEW
